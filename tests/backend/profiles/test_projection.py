"""How do statements become facts for the engine, and a row that SQL can ask?"""

from datetime import date, timedelta

from backend.profiles import projection
from backend.profiles.evidence import Source, Statement
from eligibility.values import Interval

DAY = date(2026, 11, 23)


def told(number=0, source=Source.REG, on=DAY, /, **values) -> list[Statement]:
    return [
        Statement(name, value, source, on, number + place)
        for place, (name, value) in enumerate(values.items())
    ]


def test_values_come_back_in_their_types():
    facts = projection.facts(
        told(
            is_veteran=False,
            loan_amount=10_000_000,
            reg_date="2022-05-10",
            honour_level="league",
            current_staff={"at_least": 2, "at_most": None},
        ),
        DAY,
    )

    assert facts.value("is_veteran") is False
    assert 10_000_000 == facts.value("loan_amount")
    assert date(2022, 5, 10) == facts.value("reg_date")
    assert Interval(2, None) == facts.value("current_staff")
    assert ("reg", DAY) == (facts.known("reg_date").source, facts.known("reg_date").observed_on)


def test_a_row_holds_ranks_and_bounds_and_days():
    row = projection.row(
        told(
            honour_level="league",
            current_staff={"at_least": 2, "at_most": None},
            new_employees=4,
            in_park=True,
        )
    )

    assert 2 == row["honour_level"]
    assert (2, None, DAY) == tuple(row[f"current_staff_{n}"] for n in ("least", "most", "on"))
    assert (4, 4) == (row["new_employees_least"], row["new_employees_most"])
    assert (True, DAY) == (row["in_park"], row["in_park_on"])
    assert row["is_veteran"] is None


def test_what_is_too_old_stays_in_the_row_and_is_unknown_to_the_engine():
    statements = told(0, Source.REG, DAY - timedelta(days=366), in_park=True)

    facts = projection.facts(statements, DAY)

    assert True is projection.row(statements)["in_park"]
    assert facts.value("in_park") is None
    assert {"in_park"} == facts.stale
    assert True is projection.facts(statements, DAY - timedelta(days=1)).value("in_park")


def test_two_proofs_that_differ_leave_a_null_that_has_a_name():
    statements = [
        *told(0, Source.PARK, in_park=True, is_veteran=True),
        *told(2, Source.BANK, in_park=False),
    ]

    row, facts = projection.row(statements), projection.facts(statements, DAY)

    assert (None, None, ["in_park"]) == (row["in_park"], row["in_park_on"], row["conflicts"])
    assert facts.value("in_park") is None
    assert {"in_park"} == facts.conflicts
    assert True is row["is_veteran"]


def test_facts_that_cannot_both_be_true_are_both_null():
    row = projection.row(told(internship_start="2026-06-01", internship_end="2026-01-01"))

    assert (None, None) == (row["internship_start"], row["internship_end"])
    assert ["internship_end", "internship_start"] == row["conflicts"]


def test_a_contradiction_with_a_fact_that_no_profile_holds_counts_as_well():
    row = projection.row(told(is_incubating=True, graduated=True))

    assert row["is_incubating"] is None
    assert {"graduated", "is_incubating"} == set(row["conflicts"])


def test_a_default_is_no_value_of_the_row():
    """It would otherwise look as if somebody had said so."""
    assert projection.row([])["other_category_approved"] is None
    assert projection.facts([], DAY).value("other_category_approved") is False


def test_a_default_does_not_stand_in_where_proofs_differ():
    statements = [
        Statement("other_category_approved", True, Source.STAFF, DAY, 0, 7),
        Statement("other_category_approved", False, Source.STAFF, DAY, 1, 8),
    ]

    assert projection.facts(statements, DAY).value("other_category_approved") is None


def test_what_is_declared_against_a_proof_is_disputed_and_the_proof_stays():
    row = projection.row([*told(is_veteran=False), *told(1, Source.SELF, is_veteran=True)])

    assert (False, ["is_veteran"], []) == (row["is_veteran"], row["disputed"], row["conflicts"])


def test_what_the_dictionary_no_longer_takes_is_not_known_and_harms_nothing_else():
    facts = projection.facts(
        told(is_veteran=True, no_such_fact=1, honour_level="galactic", reg_date="2022-02-30"), DAY
    )

    assert facts.value("honour_level") is None
    assert facts.value("reg_date") is None
    assert True is facts.value("is_veteran")
