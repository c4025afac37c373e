"""Whom does an audience mean? A little population, counted by hand.

Unknown is never no: whoever is not known to be a veteran is not among those who are none.
"""

from datetime import date

import pytest

from backend import clock
from backend.db import rows
from backend.notices import audience
from tests.backend.notices.stage import ARSHAN, ULANHOT, citizen
from tests.records import change

VETERAN, GRADUATE = {"group": "veteran"}, {"group": "graduate"}
SUBSIDY = "startup_subsidy"
# Everything that the rule asks of a veteran's first firm.
ENTITLED = {
    "is_first_startup": True,
    "registered_with_authority": True,
    "normal_operation": True,
    "startup_subsidy_received": False,
    "reg_date": date(2025, 1, 6),
    "in_park": True,
    "other_workers_employed": 3,
}


@pytest.fixture
def people(in_app) -> dict[int, str]:
    """Five people; of the last one nothing is known."""
    facts = {
        "bayar": {"is_veteran": True, "county_code": ULANHOT, "in_park": True},
        "tuya": {"is_veteran": False, "is_hei_graduate": True, "county_code": ULANHOT},
        "naren": {"is_veteran": True, "is_hei_graduate": True, "county_code": ARSHAN},
        "sarna": {"county_code": ARSHAN, "registered_with_authority": False},
        "nobody": {},
    }
    return {citizen(name, **known).id: name for name, known in facts.items()}


def meant(people: dict[int, str], said, scope: str = "league") -> set[str]:
    found = rows(audience.readers(1, said, scope, clock.today()))
    return {people[each["person_id"]] for each in found}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"all": []}, {"bayar", "tuya", "naren", "sarna", "nobody"}),
        (VETERAN, {"bayar", "naren"}),
        ({"not": VETERAN}, {"tuya"}),
        ({"not": {"not": VETERAN}}, {"bayar", "naren"}),
        ({"county": ULANHOT}, {"bayar", "tuya"}),
        ({"not": {"county": ULANHOT}}, {"naren", "sarna"}),
        ({"all": [VETERAN, {"county": ARSHAN}]}, {"naren"}),
        ({"any": [VETERAN, GRADUATE]}, {"bayar", "tuya", "naren"}),
        # Of Bayar and Sarna nobody knows whether they have studied.
        ({"not": {"any": [VETERAN, GRADUATE]}}, set()),
        ({"not": {"all": [VETERAN, GRADUATE]}}, {"tuya"}),
        ({"all": [{"county": ULANHOT}, {"not": GRADUATE}]}, set()),
        ({"stage": "in_park"}, {"bayar"}),
        ({"stage": "planned"}, {"sarna"}),
        ({"stage": "registered"}, set()),
        ({"not": {"stage": "planned"}}, set()),
    ],
)
def test_it_means_those_of_whom_it_is_surely_so(people, said, expected):
    assert expected == meant(people, said)


def test_a_countys_notice_stays_in_its_county(people):
    assert {"bayar", "tuya"} == meant(people, {"all": []}, ULANHOT)
    assert set() == meant(people, {"county": ARSHAN}, ULANHOT)


def test_whoever_may_not_sign_in_any_more_is_nobodys_audience(people):
    change("UPDATE person SET disabled_at = now() WHERE id = :id", id=min(people))

    assert "bayar" not in meant(people, {"all": []})


class TestResults:
    @pytest.fixture
    def results(self, in_app) -> dict[int, str]:
        """One who has the subsidy by the rule, one who had it before, one who told too little."""
        facts = {
            "yes": ENTITLED | {"is_veteran": True},
            "no": ENTITLED | {"is_veteran": True, "startup_subsidy_received": True},
            "unknown": {"is_veteran": True},
        }
        return {citizen(name, **known).id: name for name, known in facts.items()}

    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ({"benefit": SUBSIDY, "result": "true"}, {"yes"}),
            ({"benefit": SUBSIDY, "result": "false"}, {"no"}),
            ({"benefit": SUBSIDY, "result": "unknown"}, {"unknown"}),
            ({"not": {"benefit": SUBSIDY, "result": "true"}}, {"no"}),
            ({"not": {"benefit": SUBSIDY, "result": "false"}}, {"yes"}),
            # That it is not known is known, so that its opposite is, too.
            ({"not": {"benefit": SUBSIDY, "result": "unknown"}}, {"yes", "no"}),
        ],
    )
    def test_a_result_is_one_of_three(self, results, said, expected):
        assert expected == meant(results, said)


def test_each_reader_comes_with_her_county_and_her_groups(people):
    found = rows(audience.readers(7, {"all": []}, "league", clock.today()))

    assert {
        "bayar": (7, ULANHOT, ["veteran"]),
        "tuya": (7, ULANHOT, ["graduate"]),
        "naren": (7, ARSHAN, ["graduate", "veteran"]),
        "sarna": (7, ARSHAN, []),
        "nobody": (7, None, []),
    } == {
        people[each["person_id"]]: (each["notice_id"], each["county"], each["groups"])
        for each in found
    }


@pytest.mark.parametrize("benefit", ["free_space", "park_demo", "no_such_benefit"])
def test_a_benefit_that_cannot_be_asked_of_everybody_is_refused(in_app, benefit):
    said = {"all": [{"benefit": benefit, "result": "true"}]}

    (fault,) = audience.faults(said, clock.today())

    assert "#/audience/all/0/benefit" == fault["pointer"]


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ([1], "#/audience"),
        ({"benefit": ["startup_subsidy"], "result": "true"}, "#/audience/benefit"),
        ({"benefit": {"a": 1}, "result": "true"}, "#/audience/benefit"),
        ({"benefit": None, "result": "true"}, "#/audience/benefit"),
    ],
)
def test_what_cannot_be_read_at_all_is_a_fault_and_no_crash(in_app, said, where):
    assert [where] == [each["pointer"] for each in audience.faults(said, clock.today())]
