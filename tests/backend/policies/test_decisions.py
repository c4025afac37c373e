"""A decision comes out the same for ever, and is only ever set aside with a reason."""

import dataclasses
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from backend.errors import Invalid, NotAllowed, NotFound, Outdated, PolicyGone
from backend.policies import actions, archive, queries
from eligibility.engine import assess
from eligibility.facts import read
from tests.backend.policies.decisions import DAY, HERS, LOAN, decided, written_down
from tests.backend.policies.proposals import COUNTY, FLOOR, READING, clerk, confirmed
from tests.records import at_once, change, look, one, person

pytestmark = pytest.mark.usefixtures("in_bureau")


class TestWritingDown:
    def test_a_decision_keeps_what_it_rested_on_and_no_more(self):
        key = decided({**HERS, "loan_amount": "5000.00"}, person_id=person().id, scope=COUNTY)

        found = queries.find_decision(key)

        record = found["record"]
        assert (True, "startup_subsidy", COUNTY, []) == (
            found["verdict"],
            found["rule"],
            found["scope"],
            found["overrides"],
        )
        assert {"is_veteran", "reg_date", "other_workers_employed"} <= set(record["facts"])
        assert "loan_amount" not in record["facts"]
        assert str(clerk().public_id) == record["officer"]
        assert "startup_floor@2022-03-30" in record["used_parameters"]

    def test_a_citizens_own_screening_has_no_officer(self):
        key = decided(by=person())

        assert queries.find_decision(key)["officer"] is None

    def test_the_event_names_the_rule_and_nothing_of_the_person(self):
        decided()

        (event,) = look("SELECT particulars FROM event WHERE name = 'decision.recorded'")
        assert {"rule": "startup_subsidy"} == event["particulars"]

    def test_what_does_not_rest_on_what_is_handed_over_is_not_written(self):
        policy, now = queries.current(), queries.snapshot(DAY)
        facts = read(policy.dictionary, HERS, DAY)
        answer = assess(policy, "startup_subsidy", facts, now, DAY)
        other = read(policy.dictionary, {"in_park": False}, DAY)
        forged = dataclasses.replace(answer, value=False)
        generous = dataclasses.replace(answer.amount, lower=9_900_000)

        for wrong in (
            (answer, other, now),
            (forged, facts, now),
            (dataclasses.replace(answer, amount=generous), facts, now),
        ):
            with pytest.raises(ValueError, match="does not replay"):
                written_down(*wrong, by=clerk())

        assert 0 == one("SELECT count(*) FROM decision_record")

    def test_an_unknown_decision_is_not_found(self):
        assert queries.find_decision(uuid4()) is None
        with pytest.raises(NotFound):
            queries.replayed(uuid4())


class TestReplaying:
    def test_it_comes_out_the_same_after_a_reading_has_changed(self):
        key = decided(LOAN, rule="guarantee_waiver")
        before = queries.find_decision(key)["record"]
        confirmed(READING)

        again, today = queries.replayed(key), queries.today(key, DAY)

        assert before["value"] is None
        assert again.same and again.diff == ()
        assert (None, True, True) == (today.before["value"], today.after["value"], today.changed)
        assert before["tree_hash"] == one("SELECT tree_hash FROM decision_record")

    def test_it_comes_out_the_same_after_a_number_has_changed(self):
        key = decided()
        confirmed(FLOOR, valid_from="2023-01-01")

        again, today = queries.replayed(key), queries.today(key, DAY)

        assert again.same
        assert ("10000.00", "15000.00") == (
            today.before["amount"]["lower"],
            today.after["amount"]["lower"],
        )

    def test_a_decision_made_by_an_entered_number_keeps_it(self):
        confirmed(FLOOR, valid_from="2023-01-01")
        key = decided()
        confirmed(FLOOR, valid_from="2023-01-01", value=2_000_000)

        assert "15000.00" == queries.find_decision(key)["record"]["amount"]["lower"]
        assert queries.replayed(key).same
        assert "20000.00" == queries.today(key, DAY).after["amount"]["lower"]

    def test_numbers_corrected_within_the_day_replay_as_they_were_read(self):
        confirmed(FLOOR, valid_from="2023-01-01", value=15_000_000)
        confirmed(FLOOR, valid_from="2023-01-01")

        key = decided()

        assert "15000.00" == queries.find_decision(key)["record"]["amount"]["lower"]
        assert queries.replayed(key).same

    def test_today_is_another_day_too(self):
        """On the day before, her firm was not yet a year old."""
        key = decided()

        assert not queries.today(key, DAY).changed
        assert queries.today(key, date(2023, 5, 9)).after["value"] is False

    @pytest.mark.parametrize(
        "forged",
        [
            "jsonb_set(record, '{value}', 'false')",
            "jsonb_set(record, '{amount,lower}', '\"99000.00\"')",
            "jsonb_set(record, '{facts,is_veteran,value}', 'false')",
            "jsonb_set(record, '{as_of}', '\"2023-05-09\"')",
        ],
    )
    def test_a_forged_record_does_not_replay(self, forged):
        """Planted: somebody with the keys of the database."""
        key = decided()
        change("ALTER TABLE decision_record DISABLE TRIGGER decision_record_only_added")
        change(f"UPDATE decision_record SET record = {forged}")
        change("ALTER TABLE decision_record ENABLE TRIGGER decision_record_only_added")

        assert not queries.replayed(key).same


class TestThePolicyOfOldDecisions:
    def test_it_is_kept_once(self):
        decided()
        decided()

        assert 1 == one("SELECT count(*) FROM policy_version")

    def test_two_first_decisions_at_once_keep_it_once(self):
        got = at_once(2, lambda n: decided())

        assert [] == [each for each in got if isinstance(each, Exception)]
        assert 1 == one("SELECT count(*) FROM policy_version")

    def test_what_was_kept_reads_as_the_policy_did(self):
        decided()
        policy = queries.current()

        assert policy.hash == archive.policy_of(policy.hash).hash

    def test_a_decision_does_not_replay_by_a_policy_that_was_tampered_with(self):
        key = decided()
        change("ALTER TABLE policy_version DISABLE TRIGGER policy_version_only_added")
        change(
            "UPDATE policy_version SET sheets = jsonb_set(sheets, '{policy.toml}',"
            " to_jsonb(replace(sheets ->> 'policy.toml', '2022-12-31', '2032-12-31')))"
        )
        change("ALTER TABLE policy_version ENABLE TRIGGER policy_version_only_added")

        with pytest.raises(PolicyGone):
            queries.replayed(key)
        with pytest.raises(PolicyGone):
            archive.policy_of(queries.current().hash)

    def test_a_policy_never_kept_is_unknown(self):
        with pytest.raises(PolicyGone):
            archive.policy_of("0" * 64)

    def test_a_policy_whose_sheets_say_something_else_is_not_kept(self):
        foreign = dataclasses.replace(queries.current(), in_force_from=date(2021, 1, 1))

        with pytest.raises(PolicyGone):
            archive.sheets_of(foreign)


def override(key, *, verdict=False, reason="实地核查发现未经营", seen=0, by=None) -> int:
    return actions.override_verdict(
        key, verdict=verdict, reason=reason, seen=seen, by=by or clerk()
    )


class TestOverriding:
    def test_the_verdict_that_stands_is_the_last_one_and_all_are_counted(self):
        key, other = decided(), decided()
        override(key)
        override(key, verdict=True, reason="申诉成立", seen=1)
        override(other)

        found = queries.find_decision(key)

        assert (True, [False, True]) == (
            found["verdict"],
            [each["verdict"] for each in found["overrides"]],
        )
        assert {"startup_subsidy": 3} == queries.overrides_count()
        assert queries.replayed(key).same

    @pytest.mark.parametrize("reason", ["", "  ", "\n"])
    def test_not_without_a_reason(self, reason):
        with pytest.raises(Invalid):
            override(decided(), reason=reason)

        assert {} == queries.overrides_count()

    def test_not_to_what_it_says_already(self):
        with pytest.raises(Invalid):
            override(decided(), verdict=True)

    def test_a_verdict_is_yes_or_no(self):
        for verdict in (None, 1, "false"):
            with pytest.raises(Invalid):
                override(decided(), verdict=verdict)

    def test_whoever_saw_fewer_overrides_loses(self):
        key = decided()
        override(key)

        with pytest.raises(Outdated):
            override(key, verdict=True, seen=0)

    def test_of_many_at_once_one_counts(self):
        key = decided()

        got = at_once(5, lambda n: override(key))

        assert 1 == got.count(1)
        assert 4 == sum(isinstance(each, Outdated) for each in got), got

    def test_nobody_overrides_in_her_own_case(self):
        her = person()
        change("UPDATE staff SET person_id = :her WHERE id = :id", her=her.id, id=clerk().id)

        with pytest.raises(NotAllowed):
            override(decided(person_id=her.id), by=clerk())

    def test_whom_the_case_does_not_concern_does_not_find_it(self):
        key = decided(scope=COUNTY)

        for stranger in (person(), clerk("elsewhere", county="152224")):
            with pytest.raises(NotFound):
                override(key, by=stranger)
        assert 1 == override(key, by=clerk("hers", county=COUNTY))


@pytest.mark.parametrize("table", ["decision_record", "override", "policy_version"])
@pytest.mark.parametrize("how", ["DELETE FROM {}", "UPDATE {} SET {}"])
def test_what_was_decided_is_only_ever_added_to(table, how):
    override(decided())
    columns = {"decision_record": "rule = 'x'", "override": "verdict = true", "policy_version": ""}
    what = columns[table] or "name = 'x'"

    with pytest.raises(IntegrityError, match="only ever added"):
        change(how.format(table, what))
