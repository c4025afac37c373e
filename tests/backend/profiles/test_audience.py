"""Does SQL answer as the engine does, about everybody and on every day?"""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from sqlalchemy import and_, false, func, not_, select, text
from sqlalchemy.dialects import postgresql

from backend.db import db, rows
from backend.profiles import audience, predicates
from backend.profiles.audience import NotTargetable, Sides
from backend.profiles.columns import HELD, POLICY
from backend.profiles.models import Profile
from eligibility.bound import ByScope, Comparison, Consensus, Constant, Later
from eligibility.dates import add_months
from eligibility.engine import assess, compiled
from eligibility.facts import Dictionary
from eligibility.judging import Judge
from eligibility.nodes import AnyOf, Arithmetic, Fact, Flag, In, Literal
from tests.backend.profiles.crowd import NOT_TARGETABLE, RULES, TARGETABLE, fill, someone, worlds

C = Profile.__table__.c
TODAY = date(2026, 11, 23)
SNAPSHOT = POLICY.readings.at(TODAY, TODAY)
UNKNOWN = (0.0, 0.05, 0.2, 0.6)


def keys(predicate) -> set[int]:
    return {row["person_id"] for row in rows(select(C.person_id).where(predicate))}


def crowd(each: int, seed: int = 7):
    """So many cases for every world, written into profiles."""
    scenes = worlds(Random(seed))
    people = [
        someone(source, UNKNOWN[number % len(UNKNOWN)])
        for _, source in scenes
        for number in range(each)
    ]
    fill(people)
    return scenes, people


def mismatches(scenes, people, asked=audience.sides) -> tuple[int, list]:
    """Ask every rule about everybody in every world, both ways; return what differs."""
    checks, wrong, answers = 0, [], {True: 0, False: 0, None: 0}
    for snapshot, source in scenes:
        day = source.as_of
        facts = [each.on(day).values for each in people]
        for rule in TARGETABLE:
            verdict = compiled(POLICY, rule, snapshot, day)
            by_engine = {True: set(), False: set(), None: set()}
            for key, known in enumerate(facts, 1):
                by_engine[verdict(known)].add(key)
            sides = asked(POLICY, rule, snapshot, day)
            by_sql = {True: keys(sides.yes), False: keys(sides.no), None: keys(sides.unknown)}
            wrong += [(rule, day, value) for value in by_sql if by_sql[value] != by_engine[value]]
            checks += len(people)
            for value, found in by_engine.items():
                answers[value] += len(found)
    assert min(answers.values()) > checks // 25, answers
    return checks, wrong


class TestSqlAndEngine:
    def test_they_agree_on_thirty_thousand_answers(self, in_app):
        scenes, people = crowd(12)

        checks, wrong = mismatches(scenes[::2], people)

        assert [] == wrong
        assert checks >= 30_000

    @pytest.mark.reliability
    def test_they_agree_on_three_hundred_thousand_answers(self, in_app):
        checks, wrong = mismatches(*crowd(60, seed=8))

        assert [] == wrong
        assert checks >= 300_000

    @pytest.mark.parametrize("bug", ["unknown is no", "asked of another day", "unknown is yes"])
    def test_a_planted_bug_is_found(self, in_app, bug):
        scenes, people = crowd(3)

        def planted(policy, rule, snapshot, day) -> Sides:
            right = audience.sides(policy, rule, snapshot, day)
            if bug == "unknown is no":
                return Sides(right.yes, not_(func.coalesce(right.yes, false())))
            if bug == "unknown is yes":
                return Sides(not_(func.coalesce(right.no, false())), right.no)
            return audience.sides(policy, rule, snapshot, date(2022, 3, 30))

        _, wrong = mismatches(scenes[:3], people, planted)

        assert wrong

    @pytest.mark.parametrize(
        ("each", "apart"), [(2, 9), pytest.param(3, 6, marks=pytest.mark.reliability)]
    )
    @pytest.mark.parametrize("at_most", [0, 1, 3])
    def test_likely_is_met_or_lacks_a_few_facts_that_she_can_tell(
        self, in_app, at_most, each, apart
    ):
        scenes, people = crowd(each)

        for snapshot, source in scenes[at_most::apart]:
            for rule in TARGETABLE:
                predicate = audience.likely(POLICY, rule, snapshot, source.as_of, at_most=at_most)
                expected = {
                    key
                    for key, she in enumerate(people, 1)
                    if is_likely(rule, she.on(source.as_of), snapshot, at_most)
                }
                assert expected == keys(predicate), (rule, source.as_of)


def is_likely(rule, facts, snapshot, at_most) -> bool:
    """By the engine's own list of what is missing."""
    found = assess(POLICY, rule, facts, snapshot, facts.as_of)
    if found.value is not None:
        return found.value
    lacking = [gap for gap in found.missing if gap.kind != "ruling"]
    told = all(g.kind == "fact" and g.who == "self" and g.reason != "conflict" for g in lacking)
    return told and len(lacking) <= at_most and not readings_differ(found.tree)


def readings_differ(tree) -> bool:
    """Where two readings surely differ, no fact she tells will settle it."""
    if tree["value"] is not None:
        return False
    here = tree["op"] == "choose" and {True, False} <= set(tree["branches"].values())
    return here or any(readings_differ(each) for each in tree.get("children", ()))


class TestWhatCannotBeAsked:
    def test_of_all_rules_about_people_it_is_this_one_alone(self):
        refused = set()
        for rule in RULES:
            try:
                audience.yes(POLICY, rule, SNAPSHOT, TODAY)
            except NotTargetable as error:
                refused.add(error.rule)

        assert refused == NOT_TARGETABLE

    def test_it_is_refused_with_the_rule_and_the_reason(self):
        with pytest.raises(NotTargetable, match="free_space: no profile holds government_dev"):
            audience.yes(POLICY, "free_space", SNAPSHOT, TODAY)

    def test_rules_about_parks_are_refused_as_well(self):
        for rule in ("park_region_demo", "student_park", "park_listed_tiers", "master_studio"):
            with pytest.raises(NotTargetable):
                audience.unknown(POLICY, rule, SNAPSHOT, TODAY)

    def test_a_policy_that_means_a_fact_otherwise_is_refused(self):
        """Its age, say: profiles know one age of a fact alone."""
        specs = dict(POLICY.dictionary)
        specs["in_park"] = replace(specs["in_park"], max_age_days=30)
        other = replace(POLICY, id="other", dictionary=Dictionary(specs))

        with pytest.raises(NotTargetable, match="loan_priority: profiles hold in_park as another"):
            audience.yes(other, "loan_priority", SNAPSHOT, TODAY)

    @pytest.mark.parametrize(
        ("term", "reason"),
        [
            (Arithmetic("*", Fact("loan_amount"), Fact("loans_outstanding")), "two facts"),
            (Arithmetic("//", Fact("loan_amount"), Literal(2)), "Arithmetic has no exact form"),
            (Arithmetic("min", Fact("loan_amount"), Literal(2)), "Arithmetic has no exact form"),
            (Arithmetic("*", Fact("loan_amount"), Literal(10**8)), "bigint"),
            (ByScope("county_code", (), 1, "p"), "ByScope has no exact form"),
            (Fact("park_floor_area_m2"), "no profile holds park_floor_area_m2"),
        ],
    )
    def test_a_number_that_sql_would_reckon_otherwise_is_refused(self, term, reason):
        with pytest.raises(NotTargetable, match=reason):
            predicates.sides(Comparison(">=", term, Literal(1)), TODAY)

    def test_a_set_without_members_is_refused(self):
        """NOT IN () would be true where nothing is known."""
        with pytest.raises(NotTargetable, match="without members"):
            predicates.sides(In("county_code", ()), TODAY)


NUMBERS = [
    Comparison(op, left, right)
    for op in ("<", "<=", ">", ">=", "==", "!=")
    for left, right in (
        (Fact("current_staff"), Literal(3)),
        (Fact("current_staff"), Fact("new_employees")),
        (Arithmetic("-", Fact("current_staff"), Fact("new_employees")), Literal(1)),
        (Arithmetic("+", Fact("current_staff"), Fact("new_employees")), Literal(5)),
        (Arithmetic("*", Fact("current_staff"), Literal(-2)), Literal(-6)),
        (Arithmetic("*", Literal(0), Fact("current_staff")), Literal(0)),
        (Fact("internship_months"), Literal(3)),
        (Fact("honour_level"), Literal("league")),
        (Fact("county_code"), Literal("152201")) if op in ("==", "!=") else
        (Fact("reg_date"), Later("left_school_date", 6)),
    )
]  # fmt: skip
CONDITIONS = [
    *NUMBERS,
    Constant(None),
    Constant(False),
    In("honour_level", ("none", "nation")),
    In("county_code", ("152201",), negated=True),
    Flag("other_category_approved"),
    Flag("in_park", negated=True),
    Consensus("r", (("a", Flag("is_veteran")), ("b", Flag("in_park")))),
    Consensus("r", (("a", Constant(None)), ("b", Flag("is_veteran")))),
    AnyOf((Constant(None), Flag("is_veteran", negated=True))),
]


class TestEveryForm:
    def test_sql_reads_each_form_of_condition_as_the_plain_reading_does(self, in_app):
        """Also the forms that no rule of today has."""
        _, people = crowd(30)
        known = [Judge(POLICY.dictionary, each.on(TODAY).values) for each in people]

        for condition in CONDITIONS:
            sides = predicates.sides(condition, TODAY)
            verdicts = [judge.value(condition) for judge in known]
            for value, predicate in ((True, sides.yes), (False, sides.no), (None, sides.unknown)):
                expected = {key for key, each in enumerate(verdicts, 1) if each is value}
                assert expected == keys(predicate), (condition, value)


class TestMonths:
    def test_postgresql_adds_months_as_the_calendar_of_the_rules_does(self, in_app):
        """On every day of sixteen years, two centuries that skip their leap day included."""
        asked = text(
            "SELECT d::date AS day, n, CAST(d::date + make_interval(0, n) AS date) AS moved"
            " FROM unnest(ARRAY['1899-01-01', '2023-01-01', '2096-01-01']::date[]) AS first,"
            " generate_series(first, first + interval '6 years', '1 day') AS d,"
            " unnest(ARRAY[-60, -6, -1, 1, 6, 12, 24, 60, 432]) AS n"
        )

        found = rows(asked)

        assert len(found) > 50_000
        assert [] == [r for r in found if r["moved"] != add_months(r["day"], r["n"])]


def written(predicate) -> str:
    """The text of a predicate, without the table's name."""
    dialect = postgresql.dialect()
    shown = predicate.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return " ".join(str(shown).replace("profile.", "").split())


GOLDEN = {
    "loan_priority": "in_park IS true AND in_park_on >= '2025-11-23'",
    "fee_relief": "in_park IS true AND in_park_on >= '2025-11-23'",
    "loan_no_hukou": "county_code IN ('152200', '152201', '152202', '152221', '152222',"
    " '152223', '152224')",
    "priority_service": "(employment_difficulty IS true AND employment_difficulty_on >="
    " '2025-11-23' OR registered_unemployed IS true AND registered_unemployed_on >="
    " '2026-05-27' OR is_veteran IS true OR farmer_herder IS true OR gender_female IS true OR"
    " returning_farmer_herder IS true OR is_hei_graduate IS true) AND is_first_startup IS true",
    "guarantee_waiver": "in_park IS true AND in_park_on >= '2025-11-23' AND"
    " (applicant_is_individual IS true AND loan_amount <= 10000000 OR honour_level >= 2 OR"
    " bank_credit_good IS true AND bank_credit_good_on >= '2026-05-27')",
    "job_creation": "is_incubating IS true AND job_quality_good IS true AND retention_high IS true"
    " AND new_employees_least >= 1 AND new_employees_on >= '2026-05-27'",
    "startup_subsidy": "in_park IS true AND in_park_on >= '2025-11-23' AND is_first_startup IS"
    " true AND (registered_unemployed_at_start IS true OR employment_difficulty_at_start IS true"
    " OR student_at_start IS true OR is_hei_graduate IS true AND reg_date <="
    " CAST(left_school_date + make_interval(0, 24) AS DATE) AND unemployed_at_start IS true OR"
    " is_veteran IS true OR returning_migrant_entrepreneur IS true OR other_category_approved IS"
    " true) AND registered_with_authority IS true AND reg_date <= '2025-11-23' AND"
    " normal_operation IS true AND normal_operation_on >= '2025-11-23' AND"
    " other_workers_employed_least >= 1 AND other_workers_employed_on >= '2026-05-27' AND"
    " startup_subsidy_received IS false",
}


class TestTheText:
    @pytest.mark.parametrize("rule", GOLDEN)
    def test_a_yes_reads_like_the_rule(self, rule):
        assert GOLDEN[rule] == written(audience.yes(POLICY, rule, SNAPSHOT, TODAY))

    def test_a_no_of_a_count_asks_for_the_most_it_can_be(self):
        negative = written(audience.no(POLICY, "job_creation", SNAPSHOT, TODAY))

        assert "new_employees_most < 1 AND new_employees_on >= '2026-05-27'" in negative
        assert "is_incubating IS false" in negative

    def test_what_stands_for_no_when_nothing_is_said_does_so_unless_proofs_differ(self):
        negative = written(audience.no(POLICY, "category5", SNAPSHOT, TODAY))

        assert (
            "other_category_approved IS false OR other_category_approved IS NULL AND"
            " 'other_category_approved' != ALL (conflicts)"
        ) in negative

    def test_no_column_is_ever_negated_nor_asked_whether_it_is_null(self):
        """NOT col IS NULL means NOT (col IS NULL), and turned unknown into an answer once."""
        plain = {name for name, held in HELD.items() if not held.spec.default_false}
        for rule in TARGETABLE:
            for side in (audience.yes, audience.no):
                text_ = written(side(POLICY, rule, SNAPSHOT, TODAY))
                assert "NOT " not in text_.replace("NOT IN", "")
                assert not any(f"{name} IS NULL" in text_ for name in plain)


class TestJoined:
    def test_rules_are_joined_without_losing_what_is_unknown(self, in_app):
        scenes, people = crowd(2)
        snapshot, source = scenes[0]
        day = source.as_of
        first, second = (
            audience.sides(POLICY, rule, snapshot, day)
            for rule in ("priority_service", "loan_priority")
        )

        joined = audience.all_of([first, ~second])

        known = [each.on(day).values for each in people]
        verdicts = [
            (
                compiled(POLICY, "priority_service", snapshot, day)(each),
                compiled(POLICY, "loan_priority", snapshot, day)(each),
            )
            for each in known
        ]
        yes = {key for key, (a, b) in enumerate(verdicts, 1) if a is True and b is False}
        no = {key for key, (a, b) in enumerate(verdicts, 1) if a is False or b is True}
        assert yes == keys(joined.yes)
        assert no == keys(joined.no)
        assert set(range(1, len(people) + 1)) - yes - no == keys(joined.unknown)


class TestCounts:
    def test_fewer_than_ten_are_not_shown(self, in_app):
        plant("152201", veterans=9, others=1)
        plant("152221", veterans=10, others=0)

        cells = {(c.county, c.group): c.people for c in audience.count_by(C.is_veteran.is_(True))}

        assert None is cells["152201", "veteran"]
        assert None is cells["152201", ""]
        assert 10 == cells["152221", "veteran"] == cells["152221", ""]
        assert None is cells["152221", "woman"]

    def test_people_of_an_unknown_county_are_counted_apart(self, in_app):
        plant(None, veterans=12, others=3)

        cells = {(c.county, c.group): c.people for c in audience.count_by(and_(C.version == 1))}

        assert 15 == cells[None, ""]
        assert 12 == cells[None, "veteran"]

    def test_every_group_is_a_column(self):
        assert set(audience.GROUPS.values()) <= set(HELD)


def plant(county, *, veterans, others) -> None:
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "WITH new AS (INSERT INTO person (public_id, created_at)"
                " SELECT gen_random_uuid(), now() FROM generate_series(1, :all) RETURNING id)"
                " INSERT INTO profile (person_id, county_code, is_veteran, conflicts, disputed,"
                " version) SELECT id, :county, row_number() OVER () <= :veterans, '{}', '{}', 1"
                " FROM new"
            ),
            {"all": veterans + others, "veterans": veterans, "county": county},
        )
