"""Batches in the same moment: told or taken back, undone once, decided or withdrawn."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from backend import clock
from backend.access import Principal
from backend.applications import queries
from backend.applications.models import Application
from backend.cases import actions as cases
from backend.cases import undoing
from backend.cases.kinds import Outcome
from backend.db import action, new_id, session
from backend.errors import AlreadyOpen, Outdated, TooLate, WrongStatus
from notifications import fanout
from tests.backend.cases.test_bulk import decide, decided, row
from tests.filing import draft, submitted
from tests.races.test_decisions import NO_GUARD
from tests.records import at_once, change, look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator", "in_own_app")
REJECTED = "FROM event WHERE name = 'application.rejected'"


def told_or_undone(announce: Callable[[int], None], ahead: timedelta) -> None:
    """Undo a batch and announce its decision in the same moment, so far from its last."""
    batch = decided([row(submitted(person(str(new_id()))))])
    event = one(f"SELECT max(id) {REJECTED}")
    him = staff()

    def act(number: int):
        return undoing.undo(batch["id"], by=him) if number < 2 else announce(event)

    with time_machine.travel(clock.now() + timedelta(minutes=10) - ahead):
        got = at_once(8, act)
        announce(event)
    undone = [each for each in got[:2] if isinstance(each, dict)]
    assert all(isinstance(each, dict | WrongStatus | TooLate) for each in got[:2]), got
    assert len(undone) < 2, got
    told = one("SELECT count(*) FROM message WHERE event_id = :id", id=event)
    back = sum(each["rows"][0]["outcome"] is Outcome.UNDONE for each in undone)
    assert told + back <= 1, f"told {told}, undone {back}"


@pytest.mark.parametrize("ahead_ms", [0, 10, 25, 1000])
def test_at_its_last_moment_a_decision_is_told_or_undone_and_never_both(ahead_ms):
    told_or_undone(fanout.announce, timedelta(milliseconds=ahead_ms))


@action
def announce_unlocked(event_id: int) -> None:
    """Look whether it was taken back, then tell it, too early: the planted fault."""
    seen = "SELECT 1 FROM event WHERE id = :id AND coalesce(announced_at, taken_back_at) IS NULL"
    if session.execute(text(seen), {"id": event_id}).first() is None:
        return
    session.execute(text("SELECT pg_sleep(0.2)"))
    session.execute(
        text(
            "INSERT INTO message (public_id, event_id, event, person_id, title, body, link,"
            " created_at) SELECT :public_id, e.id, e.name, a.applicant_id, '', '', '', now()"
            " FROM event e JOIN application a ON a.id = e.subject_id WHERE e.id = :id"
            " ON CONFLICT DO NOTHING"
        ),
        {"id": event_id, "public_id": new_id()},
    )


def test_an_announcement_that_heeds_nothing_is_noticed():
    with pytest.raises(AssertionError, match="told 1, undone 1"):
        told_or_undone(announce_unlocked, timedelta(seconds=5))


def filed(rows: int = 4) -> dict[Principal, dict]:
    """Cases of as many people."""
    people = [person(str(new_id())) for _ in range(rows)]
    return {each: submitted(each) for each in people}


def one_end_each(cases_of: dict[Principal, dict]) -> None:
    """Refuse cases together while their applicants take them back."""
    people, made, rows = list(cases_of), list(cases_of.values()), len(cases_of)
    asked = [row(each) for each in made]
    trial = decide(asked)

    def act(number: int):
        if number == rows:
            return decide(asked, dry_run=False, preview=trial["preview"])
        mine = made[number]
        return cases.withdraw(mine["id"], seen=mine["version"], by=people[number])

    got = at_once(rows + 1, act)
    for place, case in enumerate(made):
        mine, theirs = got[place], got[rows]["rows"][place]["outcome"]
        found = look(
            "SELECT e.name, a.status FROM event e JOIN application a ON a.id = e.subject_id"
            " WHERE a.public_id = :id AND e.name IN ('application.rejected',"
            " 'application.withdrawn')",
            id=case["id"],
        )
        assert 1 == len(found), f"{len(found)} ends of one case"
        assert found[0]["name"] == f"application.{found[0]['status'].lower()}"
        assert isinstance(mine, dict) != (theirs is Outcome.DECIDED)
        assert isinstance(mine, dict | Outdated | WrongStatus)


def test_each_case_is_decided_or_withdrawn_with_one_event():
    for _ in range(3):
        one_end_each(filed())


def test_two_ends_of_one_case_are_noticed():
    rounds = [filed() for _ in range(5)]
    change(NO_GUARD)

    with pytest.raises(AssertionError, match="2 ends of one case"):
        for each in rounds:
            one_end_each(each)


def back_or_begun_anew(set_back: Callable[[dict, dict], object]) -> None:
    """Set a refusal back while she begins another application: one of the two is open."""
    her = person(str(new_id()))
    batch = decided([row(submitted(her))])
    refused = queries.get(batch["rows"][0]["application_id"], her)

    got = at_once(
        6, lambda place: set_back(batch, refused) if place % 2 else draft(her, papers=False)
    )

    fair = dict | AlreadyOpen | Outdated | WrongStatus
    unfair = [str(each) for each in got if not isinstance(each, fair)]
    assert [] == unfair, "\n".join(unfair)
    statuses = Counter(
        each["status"]
        for each in look(
            "SELECT status FROM application WHERE applicant_id = :id AND kind = 'TENANCY'",
            id=her.id,
        )
    )
    assert statuses in (Counter(["SUBMITTED"]), Counter(["REJECTED", "DRAFT"])), statuses


def undone(batch: dict, refused: dict) -> object:
    return undoing.undo(batch["id"], by=staff())


def reopened(batch: dict, refused: dict) -> object:
    by = staff("demo-bureau")
    return cases.reopen(refused["id"], seen=refused["version"], by=by, why="重新核实")


@pytest.mark.parametrize("set_back", [undone, reopened])
def test_a_refusal_is_set_back_or_she_begins_anew_and_never_both(set_back):
    for _ in range(5):
        back_or_begun_anew(set_back)


@action
def looked_first(batch: dict, refused: dict) -> None:
    """Look whether she has begun anew, and set back too late: the planted fault."""
    found = session.scalars(select(Application).filter_by(public_id=refused["id"])).one()
    if queries.open_of(found.applicant_id, found.kind) is None:
        session.execute(text("SELECT pg_sleep(0.3)"))
        session.execute(
            text(
                "UPDATE application SET status = 'SUBMITTED', decided_at = NULL, decided_by = NULL,"
                " office_days = NULL, reasons = '[]' WHERE id = :id"
            ),
            {"id": found.id},
        )


def test_looking_first_whether_she_has_begun_anew_is_caught():
    with pytest.raises(AssertionError, match="uq_application_one_open"):
        for _ in range(10):
            back_or_begun_anew(looked_first)
