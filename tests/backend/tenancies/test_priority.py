"""Who comes first, by which rule of which day?"""

from datetime import date

import pytest

from backend.profiles.columns import POLICY
from backend.tenancies import priority
from backend.tenancies.priority import Class, Edition

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(("day", "rank"), [(date(2022, 3, 29), 1), (date(2022, 3, 30), 2)])
def test_before_the_first_edition_everybody_is_ordinary(day, rank):
    assert rank == priority.in_force(day).ordinary
    assert "普通申请人" == priority.placed({"is_veteran": False}, day)["label"]


def test_the_groups_of_clause_five_one_are_one_class():
    (edition,) = priority.EDITIONS
    (key_groups,) = edition.classes

    assert ("五（一）", False) == (edition.clause, edition.verified)
    assert 6 == len(key_groups.any_of)


@pytest.mark.parametrize("fact", sorted(priority.facts(DAY)))
def test_every_fact_of_a_class_is_a_yes_or_no_of_the_policy_with_a_label(fact):
    assert "bool" == POLICY.dictionary[fact].type
    assert POLICY.label("fact", fact)


@pytest.mark.parametrize("fact", sorted(priority.facts(DAY)))
def test_one_of_the_facts_is_enough(fact):
    found = priority.placed({fact: True}, DAY)

    assert (1, [fact], []) == (found["rank"], found["met"], found["not_known"])


def test_no_is_not_the_same_as_not_known():
    no = priority.placed(dict.fromkeys(priority.facts(DAY), False), DAY)
    unknown = priority.placed({}, DAY)

    assert (2, []) == (no["rank"], no["not_known"])
    assert (2, priority.facts(DAY)) == (unknown["rank"], unknown["not_known"])


def test_the_newest_edition_of_the_day_counts(monkeypatch: pytest.MonkeyPatch):
    early = Edition(date(2022, 1, 1), "一", "", True, (Class(1, "甲", ("a",)),))
    late = Edition(
        date(2023, 1, 1), "二", "", True, (Class(1, "乙", ("b",)), Class(2, "丙", ("a",)))
    )
    monkeypatch.setattr(priority, "EDITIONS", (early, late))

    assert "甲" == priority.placed({"a": True}, date(2022, 12, 31))["label"]
    found = priority.placed({"a": True}, date(2023, 1, 1))
    # Of the better class, what is not known is named.
    assert ("丙", 2, ["b"]) == (found["label"], found["rank"], found["not_known"])
    assert 3 == late.ordinary
