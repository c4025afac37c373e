"""How the register grows, and for whom an account reports."""

import pytest
from sqlalchemy import select

from backend.accounts.models import Staff
from backend.db import row
from backend.errors import Invalid, NotAllowed
from backend.loans import institutions, queries
from backend.loans.kinds import InstitutionKind
from tests.backend.loans.stage import BANK, BUREAU
from tests.records import change, new_id, staff

A_BANK, A_GUARANTOR = InstitutionKind.BANK, InstitutionKind.GUARANTOR
ULANHOT = "152201"


def added(name: str, kind: InstitutionKind = A_BANK, county: str | None = None) -> dict:
    return institutions.create(name, kind=kind, county=county, by=staff(BUREAU))


def test_a_name_stands_once_for_a_kind(in_app):
    added("农信社")
    added("农信社", A_GUARANTOR)

    with pytest.raises(Invalid) as refused:
        added("农信社")

    assert ["#/name"] == [each["pointer"] for each in refused.value.more["errors"]]
    assert 2 == len(queries.institutions(staff(BUREAU), None))


def reports_for(username: str) -> int | None:
    """What is read beside the session of an account."""
    asked = select(queries.REPORTS_FOR).select_from(Staff).where(Staff.username == username)
    return row(asked)["institution"]


@pytest.mark.parametrize("code", ["152200", "999999"])
def test_a_county_has_to_be_one_of_the_league(in_app, code):
    with pytest.raises(Invalid):
        added("农信社", county=code)


def test_an_institution_serves_its_county_or_the_whole_league_by_its_kind(in_app):
    here, everywhere = added("甲", county=ULANHOT), added("乙")

    def serves(one: dict, kind: InstitutionKind = A_BANK, county: str = ULANHOT) -> bool:
        return institutions.serving(one["id"], kind, county) is not None

    assert serves(here) and serves(everywhere) and serves(everywhere, county="152224")
    assert not serves(here, county="152224")
    assert not serves(here, A_GUARANTOR)
    assert not serves({"id": new_id()})


def test_an_account_reports_for_one_institution_at_a_time(in_app):
    assert None is reports_for(BANK)
    for name in ("甲", "甲", "乙"):
        institutions.appoint(BANK, name=name, kind=A_BANK)

    first, second = (each["name"] for each in queries.institutions(staff(BUREAU), None))
    assert {"甲", "乙"} == {first, second}
    assert staff(BANK).institution == reports_for(BANK)
    assert {staff(BANK).id} == queries.reporters_of(staff(BANK).institution)


def test_an_account_out_of_use_is_told_nothing(in_app):
    institutions.appoint(BANK, name="甲", kind=A_BANK)
    change("UPDATE staff SET disabled_at = now() WHERE username = :name", name=BANK)

    assert frozenset() == queries.reporters_of(staff(BANK).institution)


def test_the_register_is_the_bureaus(in_app):
    for who in ("demo-manager", BANK):
        with pytest.raises(NotAllowed):
            institutions.create("甲", kind=A_BANK, by=staff(who))
        with pytest.raises(NotAllowed):
            queries.institutions(staff(who), None)
