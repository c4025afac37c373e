"""What each party gets to see of tenancies, and the count of a park's units."""

import pytest

from backend.access import can
from backend.errors import NotFound
from backend.tenancies import queries, sweeping
from backend.tenancies.workflow import Status
from tests.backend.tenancies.stage import granted, settled, the_books_agree, waits
from tests.records import look, person, staff

pytestmark = pytest.mark.usefixtures("simulator")


def listed(by, status: Status | None = None, after: int | None = None, limit: int = 20) -> list:
    return [
        each["unit_code"] for each in queries.listed(by, status=status, after=after, limit=limit)
    ]


def test_the_list_holds_exactly_what_each_party_may_open(in_app):
    """`_within_reach` says in SQL what `access` says of one row; here the two are compared."""
    her, _ = granted("one", "B201")
    granted("two", "B202")
    everybody = [
        her,
        person("two"),
        person("somebody"),
        *(
            staff(name)
            for name in ("demo-manager", "demo-manager-p01", "demo-bureau", "demo-admin")
            if look("SELECT 1 FROM staff WHERE username = :name", name=name)
        ),
    ]
    rows = [queries.numbered(each["id"]) for each in look("SELECT id FROM tenancy")]
    for by in everybody:
        expected = {row["unit_code"] for row in rows if can(by, "getTenancy", row)}
        assert expected == set(listed(by)), by.role


def test_the_newest_comes_first_by_pages_and_by_status(in_app):
    for name, code in (("one", "B201"), ("two", "B202"), ("three", "B203")):
        granted(name, code)
    by = staff()

    assert ["B203", "B202", "B201"] == listed(by)
    (last,) = queries.listed(by, status=None, after=None, limit=1)
    assert ["B202"] == listed(by, after=last["row"], limit=1)
    assert [] == listed(by, Status.ACTIVE)


def test_without_an_agreement_there_is_nothing_to_read(in_app):
    her, _ = waits("qiqige")
    sweeping.sweep()
    (offer,) = queries.listed(her, status=None, after=None, limit=1)

    with pytest.raises(NotFound):
        queries.agreement(offer["id"], her)


def test_the_units_of_all_parks_are_free_held_occupied_or_closed(in_app):
    settled("tenant", "B202")
    granted("signing", "B203")
    waits("answering")
    sweeping.sweep()

    # Thirteen demo units: one offered and one being signed for, one occupied.
    assert {"units": 13, "free": 10, "held": 2, "occupied": 1, "closed": 0} == the_books_agree()
