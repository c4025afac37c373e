"""What if a promise is kept in the moment in which it lapses, and two drafts want to be one?"""

from typing import Any

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from backend import clock
from backend.applications import actions, queries
from backend.applications.kinds import Kind
from backend.applications.models import Application, Gap
from backend.applications.promises import GapStatus
from backend.applications.workflow import OPEN, Status
from backend.cases import promising, sweeping
from backend.db import action, new_id, session
from backend.errors import AlreadyOpen, Outdated, WrongStatus
from tests.backend.cases.test_promising import promised
from tests.filing import draft
from tests.papers import attached
from tests.records import at_once, change, look, one, person

pytestmark = pytest.mark.usefixtures("simulator")
RACERS = 6
SECOND = text(
    "INSERT INTO application (public_id, number, kind, status, applicant_id, park_id,"
    " jurisdiction_code, sections, held_since, created_at, changed_at, version, reasons, note)"
    " SELECT :id, 'RZ-2026-999999', kind, status, applicant_id, park_id, jurisdiction_code,"
    " sections, held_since, created_at, changed_at, 1, '[]', '' FROM application"
)


def kept_or_lapsed(fill: Any, lapse: Any) -> None:
    """Hand in and let lapse at once, as clocks on both sides of midnight would have it."""
    her = person()
    case = promised(her)
    attached(case["id"], "licence")
    gap = one("SELECT id FROM gap")

    def act(place: int) -> Any:
        if place % 2:
            return lapse(gap)
        seen = queries.get(case["id"], her)["version"]
        return fill(case["id"], seen=seen, by=her, sections={})

    got = at_once(RACERS, act)

    said = {type(each) for each in got if isinstance(each, Exception)}
    assert said <= {Outdated, WrongStatus}, got
    (now,) = look("SELECT application.status, gap.status AS gap FROM gap, application")
    told = [
        one(f"SELECT count(*) FROM event WHERE name = 'application.{name}'")
        for name in ("gap_filled", "gap_lapsed")
    ]
    assert sum(told) == 1, f"both were said of {now}"
    assert now in (
        {"status": "SUBMITTED", "gap": "FILLED"},
        {"status": "LAPSED", "gap": "LAPSED"},
    ), now


@action
def lapse_today(gap_id: int) -> None:
    """Let lapse what is promised, as the sweep does on the day after."""
    found = promising.still(Gap, gap_id, Gap.status == GapStatus.PROMISED)
    if found is None or found[1].status not in OPEN:
        return
    promising.end_unkept(*found)


def test_what_is_handed_in_while_it_lapses_is_one_of_the_two(in_own_app):
    kept_or_lapsed(promising.fill, lapse_today)


@action
def lapse_unlocked(gap_id: int) -> None:
    """Look whether it is promised, then end the case, without a lock or a second look: the bug."""
    gap = session.get_one(Gap, gap_id)
    if gap.status is not GapStatus.PROMISED:
        return
    application = session.get_one(Application, gap.application_id)
    session.execute(text("SELECT pg_sleep(0.3)"))
    session.execute(text("UPDATE gap SET status = 'ENDED' WHERE id = :id"), {"id": gap_id})
    session.execute(
        text("UPDATE application SET status = 'LAPSED' WHERE id = :id"), {"id": application.id}
    )
    promising.noted("gap_lapsed", application, None)


def test_looking_first_and_ending_then_is_caught(in_own_app):
    with pytest.raises(AssertionError):
        kept_or_lapsed(promising.fill, lapse_unlocked)


def taken_up(restore: Any) -> list[Any]:
    """Restore a lapsed draft and begin another, several times at once."""
    her = person()
    with time_machine.travel("2026-09-01T02:00:00Z", tick=False):
        lapsed = draft(her)
    change("UPDATE application SET changed_at = now() - interval '61 days'")
    sweeping.sweep()
    seen = one("SELECT version FROM application")

    def act(place: int) -> Any:
        if place % 2:
            return restore(lapsed["id"], seen=seen, by=her)
        return draft(her, papers=False)

    return at_once(RACERS, act)


def one_is_open(got: list[Any]) -> None:
    open_ = one("SELECT count(*) FROM application WHERE status = 'DRAFT'")
    assert open_ == 1, f"{open_} open drafts of one kind"
    assert {AlreadyOpen, Outdated, WrongStatus} >= {
        type(each) for each in got if isinstance(each, Exception)
    }, got
    assert 1 == sum(isinstance(each, dict) for each in got)


def test_of_a_restored_draft_and_a_new_one_there_is_one(in_own_app):
    one_is_open(taken_up(actions.restore))


@action
def restore_unlocked(public_id: Any, *, seen: int, by: Any) -> dict[str, Any]:
    """Look whether there is another, then take it up, without the constraint: the bug."""
    other = queries.open_of(by.id, actions.Kind.TENANCY)
    session.execute(text("SELECT pg_sleep(0.3)"))
    if other is not None:
        raise AlreadyOpen
    found = session.scalars(select(Application).where(Application.public_id == public_id)).one()
    found.status, found.held_since = Status.DRAFT, clock.now()
    return {}


def test_looking_for_another_first_is_caught_without_the_constraint(in_own_app):
    change("DROP INDEX uq_application_one_open")

    got = taken_up(restore_unlocked)

    with pytest.raises(AssertionError):
        one_is_open(got)


def test_another_that_lapses_while_it_is_in_the_way_is_named_all_the_same(in_own_app):
    """It is open when the index refuses a second one, and is not when we ask which one it was."""
    her = person()
    other = draft(her)

    @action
    def begin_another() -> None:
        with actions.the_only_one(her.id, Kind.TENANCY):
            try:
                session.execute(SECOND, {"id": new_id()})
            except IntegrityError:
                change("UPDATE application SET status = 'LAPSED'")
                raise

    with pytest.raises(AlreadyOpen) as refused:
        begin_another()

    assert other["number"] in str(refused.value)
    assert str(other["id"]) == refused.value.more["existing"]
