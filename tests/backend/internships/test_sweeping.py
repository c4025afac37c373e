"""What happens by itself, on which day, and only once."""

from datetime import date

import pytest

from backend.internships import listing, sweeping
from tests.backend.internships.stage import (
    begun,
    events,
    fresh,
    granted,
    messages,
    on,
    over,
    signed,
    status_of,
    the_places_agree,
)

pytestmark = pytest.mark.usefixtures("simulator")


@pytest.mark.parametrize(
    ("day", "status", "filled"),
    [("2027-01-19", "AGREEMENT_PENDING", 1), ("2027-01-20", "CANCELLED", 0)],
)
def test_what_is_not_signed_in_fifteen_days_lapses_and_frees_the_place(in_app, day, status, filled):
    with on("2027-01-04"):
        her, _, its = granted()
        signed(its, her)
    with on(day):
        sweeping.sweep()
        sweeping.sweep()

    assert status == fresh(its)["status"]
    assert filled == listing.post(its["post_id"])["filled"]
    the_places_agree()
    if not filled:
        assert "LAPSED" == status_of({"id": its["application_id"]})
        assert 2 == messages("agreement_lapsed")


@pytest.mark.parametrize(
    ("day", "status"), [("2027-03-03", "IN_PROGRESS"), ("2027-03-04", "WINDOW_OPEN")]
)
def test_an_internship_ends_the_day_after_its_last_and_the_window_opens(in_app, day, status):
    with on("2027-01-04"):
        _, _, its = begun(months=2)
    with on(day):
        sweeping.sweep()
        sweeping.sweep()

    found = fresh(its)
    assert status == found["status"]
    if status == "WINDOW_OPEN":
        assert (date(2027, 3, 3), date(2027, 9, 3), date(2027, 9, 3)) == (
            found["ended_on"],
            found["window_ends_on"],
            found["expires_on"],
        )
        assert ["completed", "window_opened"] == events()[-2:]
        assert (2, 1) == (messages("completed"), messages("window_opened"))


@pytest.mark.parametrize(
    ("day", "status"), [("2027-09-03", "WINDOW_OPEN"), ("2027-09-04", "WINDOW_EXPIRED")]
)
def test_a_window_expires_the_day_after_its_last(in_app, day, status):
    _, _, its = over(months=2)
    with on(day, hour=0):
        sweeping.sweep()

    assert status == fresh(its)["status"]


def test_a_place_that_was_used_stays_used(in_app):
    _, _, its = over(months=2)

    assert 1 == listing.post(its["post_id"])["filled"]
    the_places_agree()
