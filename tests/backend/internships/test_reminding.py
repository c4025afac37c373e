"""Who is reminded of a month or a window, on which working day, and only once."""

import pytest

from backend.internships import reminding
from tests.backend.internships.stage import attend, begun, messages, on, over
from tests.records import look

pytestmark = pytest.mark.usefixtures("simulator")
INTERN, HOST = "month_unanswered_by_intern", "month_unanswered_by_host"


def reminded(*days: str, hour: int = 9) -> list[int]:
    """Sweep twice on each of the days; return how many were told by then, intern and host."""
    for day in days:
        with on(day, hour):
            reminding.sweep()
            reminding.sweep()
    return [messages(INTERN), messages(HOST)]


@pytest.fixture
def scene(in_app):
    """The first month ends on Wednesday 3 February 2027.

    Thursday and Friday are working days; Spring Festival is not known yet for that year, so that
    Monday the 8th is the third and Monday the 15th the eighth.
    """
    with on("2027-01-04"):
        return begun(months=2)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (("2027-02-05",), [0, 0]),
        (("2027-02-08",), [1, 1]),
        # Missed on the morning: made up for on the next one.
        (("2027-02-09",), [1, 1]),
        (("2027-02-10",), [0, 0]),
        (("2027-02-08", "2027-02-09"), [1, 1]),
        (("2027-02-08", "2027-02-12"), [1, 1]),
        (("2027-02-08", "2027-02-15"), [2, 2]),
        (("2027-02-08", "2027-02-15", "2027-02-16", "2027-02-22"), [2, 2]),
    ],
)
def test_whoever_has_not_answered_hears_on_the_third_and_the_eighth_working_day(
    scene, days, expected
):
    assert expected == reminded(*days)


def test_at_night_nobody_is_reminded(scene):
    assert [0, 0] == reminded("2027-02-08", hour=21)


def test_whoever_has_answered_is_left_alone(scene):
    her, speaks, its = scene
    with on("2027-02-04"):
        attend(its, "2027-01", her)

    assert [0, 1] == reminded("2027-02-08")
    with on("2027-02-12"):
        attend(its, "2027-01", speaks, present=False, words="缺勤")
    assert [0, 1] == reminded("2027-02-15")


def test_the_window_is_spoken_of_sixty_thirty_and_seven_days_before_its_last(in_app):
    # It ends on Friday 3 September 2027: Monday 5 July, Wednesday 4 and Friday 27 August.
    over(months=2)
    told = []
    for day in ("2027-07-02", "2027-07-05", "2027-08-03", "2027-08-04", "2027-08-26"):
        reminded(day)
        told.append(messages("window_closing"))
    reminded("2027-08-27", "2027-08-30", "2027-09-03")
    told.append(messages("window_closing"))

    assert [0, 1, 1, 2, 2, 3] == told
    kinds = look("SELECT kind FROM reminder WHERE kind LIKE 'window%' ORDER BY at")
    assert ["window_60", "window_30", "window_7"] == [each["kind"] for each in kinds]
