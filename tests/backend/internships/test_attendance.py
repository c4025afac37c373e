"""A month counts when both say so; where they differ the bureau decides."""

import pytest

from backend.errors import Invalid, NotAllowed, NotFound, TooSoon, WrongStatus
from backend.internships import attendance, queries
from tests.backend.internships.stage import attend, begun, events, fresh, messages, on
from tests.records import one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
JANUARY = "2027-01"


@pytest.fixture
def scene(in_app):
    """The day after the first month of an internship that began on 4 January 2027."""
    with on("2027-01-04"):
        her, speaks, its = begun(months=2)
    with on("2027-02-04"):
        yield her, speaks, its


def counts(its: dict, month: str = JANUARY):
    return one(
        "SELECT counts FROM internship_month m JOIN internship i ON i.id = internship_id"
        " WHERE public_id = :id AND name = :month",
        id=its["id"],
        month=month,
    )


def settled(its: dict, *, yes: bool, month: str = JANUARY) -> dict:
    seen = fresh(its)["version"]
    by = staff("demo-bureau")
    return attendance.settle(its["id"], month, seen=seen, by=by, counts=yes, why="查看了考勤")


def test_two_taps_and_the_month_counts(scene):
    her, speaks, its = scene

    one_side = attend(its, JANUARY, her, days=20)
    assert (None, 20) == (counts(its), one_side["months"][0]["answers"][0]["days"])
    attend(its, JANUARY, speaks)

    assert counts(its) is True
    assert counts(its, "2027-02") is None


def test_one_side_alone_is_not_enough_however_often_it_says_so(scene):
    her, _, its = scene

    attend(its, JANUARY, her)
    attend(its, JANUARY, her)

    assert counts(its) is None


@pytest.mark.parametrize(("day", "good"), [("2027-02-03", False), ("2027-02-04", True)])
def test_nobody_answers_for_days_that_have_not_been(in_app, day, good):
    with on("2027-01-04"):
        her, _, its = begun()
    with on(day):
        if good:
            attend(its, JANUARY, her)
        else:
            with pytest.raises(TooSoon) as refused:
                attend(its, JANUARY, her)
            assert "2027-02-04" == refused.value.more["again_on"]


def test_there_are_no_other_months(scene):
    her, _, its = scene

    for month in ("2026-12", "2027-03", "x"):
        with pytest.raises(NotFound):
            attend(its, month, her)


def test_nobody_else_answers(scene):
    _, _, its = scene

    with pytest.raises(NotFound):
        attend(its, JANUARY, person("stranger"))
    with pytest.raises(NotAllowed):
        attend(its, JANUARY, staff("demo-bureau"))


def test_a_dispute_needs_words_and_goes_to_the_bureau(scene):
    her, speaks, its = scene
    attend(its, JANUARY, her)

    with pytest.raises(Invalid):
        attend(its, JANUARY, speaks, present=False)
    attend(its, JANUARY, speaks, present=False, words="缺勤十天")

    assert counts(its) is None
    assert 1 == messages("month_disputed")  # Whoever has the case in hand.


def test_whoever_disputed_may_think_better_of_it(scene):
    her, speaks, its = scene
    attend(its, JANUARY, her)
    attend(its, JANUARY, speaks, present=False, words="缺勤十天")

    attend(its, JANUARY, speaks)

    assert counts(its) is True


@pytest.mark.parametrize("yes", [True, False])
def test_the_bureau_decides_with_a_reason_that_both_hear(scene, yes):
    her, speaks, its = scene
    attend(its, JANUARY, speaks, present=False, words="缺勤十天")

    its = settled(its, yes=yes)

    assert (yes, "查看了考勤") == (its["months"][0]["counts"], its["months"][0]["why"])
    assert 2 == messages("month_settled")
    assert "month_settled" == events()[-1]


def test_what_is_certain_stays(scene):
    her, speaks, its = scene
    attend(its, JANUARY, her, speaks)

    with pytest.raises(WrongStatus):
        attend(its, JANUARY, her, present=False, words="改主意")
    with pytest.raises(WrongStatus):
        settled(its, yes=False)


def test_the_bureau_does_not_settle_a_month_that_is_not_over(scene):
    _, _, its = scene

    with pytest.raises(TooSoon):
        settled(its, yes=True, month="2027-02")


def test_the_host_sees_the_months_and_nothing_of_her_money(scene):
    _, speaks, its = scene

    seen = queries.get(its["id"], speaks)

    assert 2 == len(seen["months"])
    assert (None, None, None) == tuple(seen[name] for name in ("venture", "stipend", "payment"))
