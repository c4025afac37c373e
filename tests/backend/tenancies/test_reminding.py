"""Who is reminded of which day of a stay, and only once."""

from datetime import date

import pytest

from backend.tenancies import leaving, reminding, renewing, suspending, sweeping
from backend.tenancies.grounds import Duty, Leaving, Outcome, Pause
from tests.backend.tenancies.stage import did, moved_in, on
from tests.backend.tenancies.test_counting import count
from tests.records import look, one, staff

pytestmark = pytest.mark.usefixtures("simulator")


def reminded(event: str, *days: str, hour: int = 9) -> list[int]:
    """Sweep twice on each of the days; return how many people and staff were told by then."""
    for day in days:
        with on(day, hour):
            reminding.sweep()
            reminding.sweep()
    found = look(
        "SELECT count(person_id) AS people, count(staff_id) AS staff FROM message"
        " WHERE event = :event",
        event=f"tenancy.{event}",
    )
    return list(found[0].values())


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        # The last day is Friday 15 January; three working days before it is Tuesday the 12th.
        (("2027-01-11",), [0, 0]),
        (("2027-01-12",), [1, 0]),
        (("2027-01-13",), [1, 0]),
        (("2027-01-14",), [0, 0]),
        (("2027-01-12", "2027-01-13"), [1, 0]),
    ],
)
def test_whoever_has_not_moved_in_hears_three_working_days_before(in_app, days, expected):
    moved_in(day=None)

    assert expected == reminded("arrival_due", *days)


def test_both_sides_hear_sixty_thirty_and_seven_days_before_the_term_is_over(in_app):
    # The last day is Friday 31 December: Monday 1 November, Wednesday 1 and Friday 24 December.
    # Both managers of the park hear of it.
    moved_in()
    found = []
    for day in ("2027-10-29", "2027-11-01", "2027-11-30", "2027-12-01", "2027-12-23", "2027-12-24"):
        found.append(reminded("term_ending", day))

    assert [[0, 0], [1, 2], [1, 2], [2, 4], [2, 4], [3, 6]] == found


def test_the_park_hears_of_a_renewal_on_its_day_and_whoever_stands_above_it_after(in_app):
    her, tenancy = moved_in()
    with on("2027-11-02"):  # To be answered through Tuesday the 9th.
        did(renewing.ask, tenancy, her, months=6, why="继续经营")

    assert [0, 0] == reminded("renewal_due", "2027-11-08")
    assert [0, 2] == reminded("renewal_due", "2027-11-09")
    assert [0, 0] == reminded("renewal_overdue", "2027-11-09")
    # Two managers and the two clerks of the league.
    assert [0, 4] == reminded("renewal_overdue", "2027-11-10", "2027-11-11")


def test_an_answered_renewal_is_not_spoken_of(in_app):
    her, tenancy = moved_in()
    with on("2027-11-02"):
        did(renewing.ask, tenancy, her, months=6, why="继续经营")
        did(renewing.grant, tenancy, staff(), ends_on=None, words="")

    assert [0, 0] == reminded("renewal_overdue", "2027-11-10")


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        # February is over on Sunday the 28th: Wednesday 3 March is the third working day.
        (("2027-03-02",), [0, 0]),
        (("2027-03-03",), [1, 2]),
        (("2027-03-04",), [1, 2]),
        (("2027-03-05",), [0, 0]),
        # And April the third working day after March: Monday the 5th.
        (("2027-03-03", "2027-03-04", "2027-04-05"), [2, 4]),
    ],
)
def test_a_month_without_a_count_is_asked_for_on_the_third_working_day_after(
    in_app, days, expected
):
    moved_in()

    assert expected == reminded("heads_missing", *days)


def test_whoever_has_declared_it_or_was_not_there_yet_is_left_alone(in_app):
    hers = moved_in()
    moved_in("late", "B202", day="2027-03-01")
    with on("2027-03-02"):
        count(hers, 1, by=hers[0], month=date(2027, 2, 1))

    assert [0, 0] == reminded("heads_missing", "2027-03-03")


def test_idleness_is_spoken_of_seven_days_before_its_last(in_app):
    _, tenancy = moved_in()
    rest = {"ground": Pause.ILLNESS, "ends_on": date(2027, 3, 31), "words": ""}
    with on("2027-03-01"):
        did(suspending.suspend, tenancy, staff(), **rest)

    assert [0, 0] == reminded("suspension_ending", "2027-03-23")
    assert [1, 2] == reminded("suspension_ending", "2027-03-24", "2027-03-25")


def test_what_is_unsettled_is_spoken_of_on_the_fifth_working_day_after_the_end(in_app):
    her, tenancy = moved_in()
    with on("2027-06-01"):  # A Tuesday; the fifth working day after it is the 8th.
        did(leaving.leave, tenancy, her, reason=Leaving.MOVING, words="")
    for duty in Duty:
        if duty is not Duty.METERS:
            with on("2027-06-02"):
                said = {"outcome": Outcome.DONE, "words": "", "on": None}
                did(leaving.check_out, tenancy, staff(), duty, **said)

    assert [0, 0] == reminded("exit_open", "2027-06-07")
    assert [1, 2] == reminded("exit_open", "2027-06-08", "2027-06-09")


def test_at_night_nobody_is_reminded_and_what_is_over_is_not_spoken_of(in_app):
    moved_in()

    assert [0, 0] == reminded("heads_missing", "2027-03-03", hour=21)
    with on("2028-01-01"):
        sweeping.sweep()
    assert [0, 0] == reminded("term_ending", "2028-01-03")
    assert 0 == one("SELECT count(*) FROM reminder WHERE kind LIKE 'term%'")
