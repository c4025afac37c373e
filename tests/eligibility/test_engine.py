"""An answer, what lies behind it, and what is missing."""

from datetime import date

from eligibility.bound import Consensus, facts_in
from eligibility.engine import assess, assess_all, bound, compiled, evaluate
from eligibility.questions import next_questions
from tests.eligibility.small import DAY, POLICY, SNAPSHOT, known


def asked(rule="grant", as_of=DAY, **raw):
    return assess(POLICY, rule, known(**raw), SNAPSHOT.on(as_of), as_of)


def test_readings_that_agree_are_enough_for_an_answer():
    assert asked(member=True, founded="2022-04-10", local=True).value is True
    assert asked(member=False, founded="2022-04-10", local=False).value is False


def test_readings_that_differ_leave_it_open_and_are_named():
    answer = asked(member=True, founded="2022-04-10", local=False)

    assert answer.value is None
    assert [("ruling", "scope", "staff")] == [(g.kind, g.name, g.who) for g in answer.missing]
    assert {"narrow": False, "wide": True} == answer.tree["children"][2]["branches"]


def test_six_months_from_the_end_of_august_are_over_on_the_last_of_february():
    for founded in ("2022-08-28", "2022-08-29", "2022-08-30", "2022-08-31"):
        facts = known(member=True, founded=founded, local=True)
        for day, value in ((date(2023, 2, 27), False), (date(2023, 2, 28), True)):
            assert evaluate(POLICY, "grant", facts, SNAPSHOT.on(day), day) is value


def test_only_what_can_still_change_the_answer_is_missing():
    assert () == asked(member=False).missing
    assert {"member", "founded", "scope", "local"} == {gap.name for gap in asked().missing}


def test_every_leaf_has_what_there_is_what_is_needed_and_who_said_so():
    told = {"value": "2022-05-01", "source": "reg", "observed_on": "2022-05-02"}

    leaf = asked(founded=told).tree["children"][1]

    assert {
        "op": "<=",
        "fact": "founded",
        "have": "2022-05-01",
        "need": "2022-04-10",
        "label": "founded + months(p.months) <= as_of",
        "param": "months@2022-01-01",
        "source": "reg",
        "observed": "2022-05-02",
        "value": False,
    } == leaf


def test_the_amount_is_a_floor_by_county_and_the_least_of_all_where_the_county_is_unknown():
    met = {"member": True, "founded": "2022-04-10", "local": True}

    assert asked(**met, county="152201").amount.lower == 250000
    assert asked(**met, county="152202").amount.lower == 100000
    assert asked(**met).amount.lower == 100000
    assert asked(**met).amount.upper is None
    assert asked(member=False).amount is None


def test_flags_say_what_an_answer_rests_on():
    old = {"value": True, "observed_on": "2022-01-01"}

    assert {"discretion:staff", "ruling_pending", "stale"} == set(asked(member=old).flags)
    assert "conflict" in asked(founded="2022-05-01", left="2022-04-30").flags
    assert {"force_unconfirmed", "parameter_unverified"} <= set(asked(as_of=date(2023, 1, 2)).flags)


def test_a_year_without_a_row_is_not_passed_over():
    full = [{"year": year, "used": 95, "space": 100} for year in (2020, 2021)]

    assert asked("yearly", tenants=20, years=full).value is True
    assert asked("yearly", tenants=20, years=full[1:]).value is None
    empty = [full[0], {"year": 2021, "used": 89, "space": 100}]
    assert asked("yearly", tenants=20, years=empty).value is False
    old = [*full, {"year": 2019, "used": 0, "space": 100}]
    assert asked("yearly", tenants=20, years=old).value is True


def test_a_count_between_bounds_answers_where_both_bounds_do():
    full = [{"year": year, "used": 95, "space": 100} for year in (2020, 2021)]

    assert asked("yearly", tenants={"at_least": 20}, years=full).value is True
    assert asked("yearly", tenants={"at_least": 1, "at_most": 19}, years=full).value is False
    between = asked("yearly", tenants={"at_least": 19}, years=full)
    assert [("tenants", "imprecise")] == [(g.name, g.reason) for g in between.missing]


def test_a_rule_that_does_not_apply_is_no_refusal_and_unknown_stays_unknown():
    none = asked("yearly", tenants=0)

    assert (False, False) == (none.value, none.applicable)
    assert asked("yearly").value is None
    assert asked("yearly", years=[{"year": 2021, "used": 0, "space": 9}]).value is None


def test_a_park_rule_is_answered_only_where_something_of_a_park_was_told():
    assert ["grant"] == [a.rule for a in assess_all(POLICY, known(), SNAPSHOT, DAY)]
    assert {"grant", "yearly"} == {
        a.rule for a in assess_all(POLICY, known(tenants=3), SNAPSHOT, DAY)
    }


def test_a_bound_rule_reads_nothing_but_facts():
    condition = bound(POLICY, "grant", SNAPSHOT, DAY)

    assert ("member", "founded", "local") == facts_in(condition)
    assert isinstance(condition.children[2], Consensus)
    assert compiled(POLICY, "grant", SNAPSHOT, DAY)({"member": False}) is False


def test_a_question_that_settles_more_comes_first_and_settled_ones_do_not_come():
    first = next_questions(POLICY, known(), SNAPSHOT, DAY)

    assert ("member", "founded") == tuple(question.fact for question in first[:2])
    assert [] == next_questions(POLICY, known(member=False), SNAPSHOT, DAY)
