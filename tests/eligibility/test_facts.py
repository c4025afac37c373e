"""What is known, how old it is, and what contradicts itself."""

from datetime import date

import pytest

from eligibility import facts
from eligibility.facts import FactsRefused, Known
from eligibility.values import Interval
from tests.eligibility.small import DAY, POLICY, known


def test_every_fault_is_told_at_once_and_by_name():
    with pytest.raises(FactsRefused) as refused:
        known(member=1, founded="2022-04-31", nothing=True, tenants={"at_least": 5, "at_most": 2})

    assert {
        ("member", "wrong_type"),
        ("founded", "impossible_date"),
        ("nothing", "unknown_fact"),
        ("tenants", "impossible_interval"),
    } == {(fault.name, fault.code) for fault in refused.value.faults}


def test_null_and_absence_both_mean_not_known():
    assert known(member=None).value("member") is None
    assert known().value("member") is None


def test_a_fact_older_than_allowed_is_not_known_and_called_stale():
    told = {"value": True, "source": "reg", "observed_on": "2022-07-02"}

    assert known(member=told).value("member") is True
    assert known(member=told).at(date(2022, 10, 11)).value("member") is None
    assert {"member"} == known(member=told).at(date(2022, 10, 11)).stale


def test_facts_that_contradict_each_other_count_as_not_known():
    said = known(founded="2022-05-01", left="2022-04-30", member=True)

    assert {"left", "founded"} == said.conflicts
    assert said.value("founded") is None
    assert said.value("member") is True
    assert said.known("founded").value == date(2022, 5, 1)


def test_an_observation_from_the_future_and_an_unknown_source_are_refused():
    for told in ({"value": True, "observed_on": "2022-10-11"}, {"value": True, "source": "wx"}):
        with pytest.raises(FactsRefused):
            known(member=told)


def test_a_row_stands_for_its_own_year_only():
    rows = [{"year": 2021, "used": 1}, {"year": 2021, "used": 2}]

    with pytest.raises(FactsRefused, match="its own year"):
        known(years=rows)
    with pytest.raises(FactsRefused, match="no size"):
        known(years=[{"year": 2021, "size": 2}])
    assert known(years=[]).value("years") is None


def test_what_is_written_is_read_back():
    for name, value in (("tenants", Interval(2, None)), ("founded", date(2022, 5, 1))):
        written = facts.as_json(Known(value, "reg", DAY))
        back = facts.read(POLICY.dictionary, {name: written}, DAY)
        assert Known(value, "reg", DAY) == back.known(name)
