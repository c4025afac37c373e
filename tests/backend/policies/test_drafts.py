"""What is wrong with a proposal: every fault by name, all at once, and nothing good refused."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from backend.errors import Invalid
from backend.policies import drafts
from eligibility.parameters import Parameter, Ruling
from eligibility.policy import bundled
from tests.backend.policies.proposals import COUNTY, COUNTY_STANDARD, FLOOR, READING

POLICY = bundled("xingan_2022")


def faults(content: dict) -> set[str]:
    read = drafts.ruling if "in_use" in content else drafts.parameter
    with pytest.raises(Invalid) as refused:
        read(POLICY, content)
    return {each["pointer"].removeprefix("#/") for each in refused.value.more["errors"]}


class TestNumbers:
    def test_a_good_one_is_a_row_of_the_engine(self):
        assert Parameter(
            "startup_floor",
            1_500_000,
            date(2027, 1, 1),
            unit="fen",
            source="盟人社局会议纪要",
            review_by=date(2027, 12, 31),
        ) == drafts.parameter(POLICY, FLOOR)

    @pytest.mark.parametrize(
        ("wrong", "where"),
        [
            ({"name": "startup_roof"}, "name"),
            ({"name": None}, "name"),
            ({"name": 7}, "name"),
            ({"unit": "yuan"}, "unit"),
            ({"unit": "percent"}, "unit"),
            ({"unit": ""}, "unit"),
            ({"value": -1}, "value"),
            ({"value": 10**12 + 1}, "value"),
            ({"value": True}, "value"),
            ({"value": 15000.0}, "value"),
            ({"value": "1500000"}, "value"),
            ({"value": None}, "value"),
            ({"name": "internship_rate", "unit": "percent", "value": 101}, "value"),
            ({"valid_from": None}, "valid_from"),
            ({"valid_from": "2027-02-29"}, "valid_from"),
            ({"valid_from": "2022-04-31"}, "valid_from"),
            ({"valid_from": "20270101"}, "valid_from"),
            ({"valid_from": "0202-01-01"}, "valid_from"),
            ({"valid_from": "2100-01-01"}, "valid_from"),
            ({"valid_from": 20270101}, "valid_from"),
            ({"valid_to": "2026-12-31"}, "valid_to"),
            ({"valid_to": "2027-06-31"}, "valid_to"),
            ({"review_by": None}, "review_by"),
            ({"review_by": "2026-12-31"}, "review_by"),
            ({"scope": COUNTY}, "scope"),
            ({"scope": "152299"}, "scope"),
            ({"scope": "152200"}, "scope"),
            ({"scope": ["league"]}, "scope"),
            ({"source": " "}, "source"),
            ({"source": "长" * 1001}, "source"),
            ({"source": "a\x00b"}, "source"),
            ({"reason": ""}, "reason"),
            ({"reason": "\n"}, "reason"),
            ({"verified": 1}, "verified"),
            ({"known_from": "2022-03-30"}, "known_from"),
            ({"status": "CONFIRMED"}, "status"),
        ],
        ids=str,
    )
    def test_each_fault_is_named_alone(self, wrong, where):
        assert {where} == faults(FLOOR | wrong)

    def test_all_faults_are_named_at_once(self):
        wrong = {"name": "x", "scope": "x", "value": -1, "valid_from": "x", "verified": None}

        assert {*wrong, "unit", "source", "reason", "review_by"} == faults(wrong)

    def test_a_county_may_set_what_rules_look_up_by_county(self):
        assert COUNTY == drafts.parameter(POLICY, COUNTY_STANDARD).scope

    def test_an_end_makes_a_day_of_review_needless(self):
        ending = FLOOR | {"valid_to": "2027-01-01", "review_by": None}

        assert date(2027, 1, 1) == drafts.parameter(POLICY, ending).valid_to

    def test_nothing_counts_as_verified_that_nobody_called_so(self):
        unsaid = {key: value for key, value in FLOOR.items() if key != "verified"}

        assert not drafts.parameter(POLICY, unsaid).verified


class TestReadings:
    def test_a_good_one_keeps_its_readings_and_points(self):
        draft = drafts.ruling(POLICY, READING)

        assert ("waiver_scope", "anyone", ("park_only", "anyone"), ("A33",)) == (
            draft.id,
            draft.in_use,
            draft.readings,
            draft.points,
        )

    @pytest.mark.parametrize(
        ("wrong", "where"),
        [
            ({"name": "waiver_width"}, ["name"]),
            ({"name": "april_31", "in_use": "april_30"}, ["name"]),
            ({"in_use": "everyone"}, ["in_use"]),
            ({"in_use": ""}, ["in_use"]),
            ({"kind": "open"}, ["in_use"]),
            ({"kind": "note"}, ["kind"]),
            ({"decided_by": ""}, ["decided_by"]),
            ({"decided_on": None}, ["decided_on"]),
            ({"decided_on": "2026-11-31"}, ["decided_on"]),
            ({"valid_from": None}, ["valid_from"]),
            ({"valid_to": "2022-03-29"}, ["valid_to"]),
            ({"source": ""}, ["source"]),
            ({"reason": ""}, ["reason"]),
            ({"readings": ["anyone", "all"]}, ["readings"]),
            ({"in_use": "x", "reason": "", "decided_by": ""}, ["decided_by", "in_use", "reason"]),
        ],
        ids=str,
    )
    def test_each_fault_is_named(self, wrong, where):
        assert set(where) == faults(READING | wrong)

    def test_an_open_one_has_no_reading_in_use(self):
        opened = READING | {"kind": "open", "in_use": "", "decided_by": "", "decided_on": None}

        assert drafts.ruling(POLICY, opened).reading is None

    def test_a_reading_that_no_rule_can_follow_is_not_decided_for(self):
        """Else its flag would be gone and the answers as before: wrong, and sure of it."""
        wrong = {"name": "once_per", "in_use": "firm"}

        assert {"in_use"} == faults(READING | wrong)

    def test_such_a_ruling_may_be_confirmed_as_it_is_used(self):
        drafts.ruling(POLICY, READING | {"name": "once_per", "in_use": "either"})

    def test_every_ruling_with_choices_in_a_rule_can_be_decided_either_way(self):
        rulings = [row for row in POLICY.readings.rows if isinstance(row, Ruling)]
        free = [row for row in rulings if row.id in drafts.computed(POLICY)]

        for row in free:
            for reading in row.readings:
                drafts.ruling(POLICY, READING | {"name": row.id, "in_use": reading})
        assert len(free) >= 19


def test_the_counties_are_those_of_the_park_list():
    seed = Path(drafts.__file__).parents[1] / "parks" / "seed" / "parks.toml"
    divisions = tomllib.loads(seed.read_text("utf-8"))["division"]

    assert {each["code"] for each in divisions if each["is_county"]} == set(drafts.COUNTIES)
