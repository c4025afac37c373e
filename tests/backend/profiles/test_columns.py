"""Do the columns and the dictionary of facts agree?"""

import pytest
from sqlalchemy import BigInteger, Boolean, Date, Text
from sqlalchemy.exc import IntegrityError

from backend.profiles.columns import HELD, PERSONAL, POLICY
from backend.profiles.models import Profile
from tests.records import change, person

C = Profile.__table__.c
OWN = {"person_id", "conflicts", "disputed", "version"}


def test_every_fact_about_people_that_a_benefit_for_them_reads_has_its_columns():
    read = {
        name
        for rule in POLICY.rules.values()
        if rule.kind == "benefit" and PERSONAL & set(rule.subject)
        for name in rule.facts
        if PERSONAL & set(POLICY.dictionary[name].subject)
    }

    assert read <= set(HELD)


def test_there_is_no_column_without_a_fact():
    named = [name for held in HELD.values() for name in (*held.names, held.day) if name]

    assert set(named) | OWN == set(C.keys())
    assert len(named) == len(set(named))


@pytest.mark.parametrize("name", HELD)
def test_a_column_has_the_type_of_its_fact_and_may_be_null(name):
    held = HELD[name]
    types = {"bool": Boolean, "date": Date, "code": Text}

    for column in (C[each] for each in held.names):
        assert isinstance(column.type, types.get(held.spec.type, BigInteger))
        assert column.nullable
        assert column.server_default is None


def test_a_fact_that_grows_old_has_its_day_and_no_other_has():
    aging = {name for name, held in HELD.items() if held.spec.max_age_days is not None}

    assert aging == {name for name, held in HELD.items() if held.day}
    assert all(isinstance(C[HELD[name].day].type, Date) for name in aging)


def test_facts_that_contradict_each_other_do_so_on_every_day():
    """Otherwise a column that is null today would have to come back on another day."""
    for each in POLICY.dictionary.contradictions:
        if set(each.facts) & set(HELD):
            ages = {POLICY.dictionary[name].max_age_days for name in each.facts}
            assert not each.timed, each.id
            assert {None} == ages, each.id


@pytest.mark.parametrize(
    ("what", "rule"),
    [
        ("loan_amount = -1", "loan_amount"),
        ("internship_months = -1", "internship_months"),
        ("honour_level = 5", "honour_level"),
        ("reg_date = '1899-12-31'", "reg_date"),
        ("reg_date = '2200-01-01'", "reg_date"),
        ("in_park = true", "in_park_on"),
        ("in_park_on = '2026-01-01'", "in_park_on"),
        ("current_staff_most = 3", "current_staff_bounds"),
        (
            "current_staff_least = 3, current_staff_most = 2, current_staff_on = '2026-01-01'",
            "current_staff_bounds",
        ),
        ("current_staff_least = 3", "current_staff_on"),
        ("new_employees_least = 1000000000001, new_employees_on = '2026-01-01'", "new_employees_l"),
    ],
)
def test_a_profile_holds_nothing_that_the_engine_would_not_read(in_app, what, rule):
    change(
        "INSERT INTO profile (person_id, conflicts, disputed, version) VALUES (:id, '{}', '{}', 1)",
        id=person().id,
    )

    with pytest.raises(IntegrityError, match=f"ck_profile_{rule}"):
        change(f"UPDATE profile SET {what}")


def test_every_range_of_the_dictionary_is_kept_by_a_check():
    checked = {str(each.name) for held in HELD.values() for each in held.checks()}

    for held in HELD.values():
        if held.spec.type in ("int", "yuan", "count", "date", "enum"):
            assert set(held.names) <= checked
