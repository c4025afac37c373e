"""What an approval gives: a place to a tenancy, and to all else what was asked for."""

from datetime import date

import pytest

from backend.applications.kinds import OF_PARKS, Kind
from backend.applications.workflow import Status
from backend.cases import actions as cases
from backend.cases.granting import Wish, a_place
from backend.cases.lives import LIVES
from backend.errors import Invalid
from tests import records
from tests.filing import status_of, submitted
from tests.records import staff

# An internship takes a place of its post, of which its own tests tell.
OF_THE_BUREAU = [kind for kind in Kind if kind not in (*OF_PARKS, Kind.INTERNSHIP)]


def test_every_kind_has_a_life_and_only_what_a_park_decides_takes_a_unit():
    assert set(Kind) == set(LIVES)
    assert list(OF_PARKS) == [kind for kind, life in LIVES.items() if life.grant is a_place]


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
