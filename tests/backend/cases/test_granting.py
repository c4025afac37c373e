"""What an approval gives: a place to a tenancy, and to all else what was asked for."""

from datetime import date

import pytest

from backend.applications.kinds import OF_PARKS, Kind
from backend.applications.workflow import Status
from backend.cases import actions as cases
from backend.cases.granting import Wish, a_place, no_place
from backend.cases.lives import LIVES
from backend.errors import Invalid
from tests import records
from tests.filing import status_of, submitted
from tests.records import staff

OF_THE_BUREAU = [kind for kind in Kind if kind not in OF_PARKS]


def test_every_kind_has_a_life_and_only_what_a_park_decides_takes_room():
    assert set(Kind) == set(LIVES)
    assert {kind: a_place for kind in OF_PARKS} == {
        kind: life.grant for kind, life in LIVES.items() if life.grant is not no_place
    }


@pytest.mark.parametrize("kind", OF_THE_BUREAU)
def test_the_bureau_of_the_county_approves_without_a_unit(in_app, kind):
    case = submitted(kind=kind)

    cases.approve(case["id"], seen=case["version"], by=staff("demo-bureau"))

    assert Status.APPROVED.name == status_of(case)


def test_a_unit_that_is_named_for_a_loan_is_refused_with_all_that_goes_with_it(in_app):
    case = submitted(kind=Kind.GUARANTEE_LOAN)
    wish = Wish(records.unit("B201"), date(2027, 1, 1), 12)

    with pytest.raises(Invalid) as refused:
        cases.approve(case["id"], seen=case["version"], by=staff("demo-bureau"), wish=wish)

    assert ["#/unit_id", "#/starts_on", "#/term_months"] == [
        each["pointer"] for each in refused.value.more["errors"]
    ]
    assert Status.SUBMITTED.name == status_of(case)
