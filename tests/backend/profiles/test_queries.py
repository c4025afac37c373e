"""What is known about a person, from whom, and what did she say herself?"""

from datetime import date, timedelta

import pytest
import time_machine

from backend.access import Role
from backend.profiles import queries
from eligibility.facts import Known
from tests.records import new_staff, person, record_facts

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-11-23T04:00:00Z", tick=False):
        yield


@pytest.fixture
def her(in_own_app):
    other = person("somebody else")
    record_facts(other.id, {"is_veteran": Known(False), "in_park": Known(False)}, by=other)
    return person()


def test_of_whom_nothing_is_known_everything_is_unknown(her):
    assert {"other_category_approved": False} == queries.facts_of(her.id, TODAY).values
    assert [] == queries.declared_of(her.id)
    assert queries.doubts_of(her.id) is None


def test_what_counts_comes_with_its_source_and_day(her):
    clerk = new_staff("clerk", Role.BUREAU_STAFF)
    record_facts(her.id, {"in_park": Known(True)}, by=her)
    record_facts(her.id, {"reg_date": Known(date(2022, 5, 10), "reg", TODAY)}, by=clerk)

    facts = queries.facts_of(her.id, TODAY)

    assert Known(True, "self", TODAY) == facts.known("in_park")
    assert Known(date(2022, 5, 10), "reg", TODAY) == facts.known("reg_date")


def test_on_an_earlier_day_nothing_is_known_that_was_seen_later(her):
    record_facts(her.id, {"in_park": Known(True)}, by=her)

    assert queries.facts_of(her.id, TODAY - timedelta(days=1)).value("in_park") is None


def test_on_a_later_day_it_may_be_too_old(her):
    record_facts(her.id, {"in_park": Known(True)}, by=her)

    assert True is queries.facts_of(her.id, TODAY + timedelta(days=365)).value("in_park")
    assert queries.facts_of(her.id, TODAY + timedelta(days=366)).value("in_park") is None


def test_what_she_declared_is_her_last_word_on_each_fact_even_against_a_proof(her):
    clerk = new_staff("clerk", Role.BUREAU_STAFF)
    record_facts(her.id, {"is_veteran": Known(False), "loan_amount": Known(5_00)}, by=her)
    record_facts(her.id, {"is_veteran": Known(True), "loan_amount": Known(None)}, by=her)
    record_facts(her.id, {"is_veteran": Known(False, "reg", TODAY)}, by=clerk)

    declared = {row["name"]: row["value"] for row in queries.declared_of(her.id)}

    assert {"is_veteran": True, "loan_amount": None} == declared
