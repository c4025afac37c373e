"""How does the public get to see a decision, and to object to it?

The name is masked; number, phone and group are never shown. The period is counted in working days
from the day after it began, stands still while an objection is looked into, and ends by itself.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend import clock, vault
from backend.access import Principal, Relation
from backend.accounts import names
from backend.applications import clocks
from backend.applications.clocks import Pause
from backend.applications.kinds import PUBLISHED
from backend.applications.models import Application
from backend.applications.taking import View, moved, seen_now, taken, taken_as
from backend.cases import published
from backend.cases.lives import LIVES
from backend.cases.models import Objection, Publicity
from backend.db import action, constraint_of, new_id, rows, session
from backend.errors import AlreadyObjected, Invalid, NotAllowed, NotFound, WrongStatus
from backend.subsidies import queries as subsidies
from backend.subsidies import reviewing
from backend.subsidies import taking as claims
from backend.subsidies.models import Subsidy
from backend.texts.keeping import keep
from backend.texts.kinds import Looked

# Whose decision is published: that on somebody's case, or on what a park claims.
Root = Application | Subsidy
UNSAID = "请说明核查结果"
ANSWERED = "这条异议已经答复"


@action
def publicise(public_id: UUID, *, seen: int, by: Principal, workdays: int = PUBLISHED) -> View:
    """Publish a decision for some working days, once; raise WrongStatus for a second time."""
    case = taken("publiciseDecision", "publicise", public_id, seen, by)
    application, today = case.application, clock.today()
    if published.was(application):
        raise WrongStatus("这项决定已经公示过", current_status="approved", actions=["withdraw"])
    session.add(
        Publicity(
            application_id=application.id,
            name=names.masked(application.sections["applicant"]["name"]),
            entity=application.sections.get("venture", {}).get("name") or "",
            workdays=workdays,
            starts_on=today,
            ends_on=clocks.due_on(today, workdays),
        )
    )
    moved(case)
    return seen_now(case)


@action
def publicise_claim(
    public_id: UUID, *, seen: int, by: Principal, workdays: int = PUBLISHED
) -> View:
    """Publish what was accepted of a claim: the park and the firms, and nobody who works there."""
    case = claims.taken("publiciseClaim", "publicise", public_id, seen, by)
    found, today = subsidies.numbered(case.subsidy.id), clock.today()
    session.add(
        Publicity(
            subsidy_id=case.subsidy.id,
            name=found["park_name"],
            entity=reviewing.accepted(case.subsidy),
            workdays=workdays,
            starts_on=today,
            ends_on=clocks.due_on(today, workdays),
        )
    )
    claims.moved(case)
    return claims.seen_now(case)


@action
def object_to(public_id: UUID, *, words: str, by: Principal, looked: Looked | None = None) -> View:
    """Raise an objection; the period stands still until it is answered.

    Raise NotFound for what is not published any more, NotAllowed in one's own case, AlreadyObjected
    for a second one of the same person.
    """
    running, root = _running(public_id)
    if isinstance(root, Application) and root.applicant_id == by.id:
        raise NotAllowed
    _step(root, Relation.ENTREPRENEUR, "object", by)
    key = new_id()
    objection = Objection(
        public_id=key,
        publicity_id=running.id,
        person_id=by.id,
        words=vault.keys().seal(published.place(key), words),
        raised_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(objection)
            session.flush()
    except IntegrityError as error:
        if constraint_of(error) != "uq_objection_publicity_id_person_id":
            raise
        raise AlreadyObjected from None
    running.ends_on = None
    case, claim = running.application_id, running.subsidy_id
    keep(looked, key, by, application_id=case, subsidy_id=claim)
    return published.objection(key, by)


@action
def answer(public_id: UUID, *, upheld: bool, answer: str, by: Principal) -> View:
    """Answer an objection: the period goes on, or the office has to decide anew.

    Raise NotFound for one that is not the caller's to answer, WrongStatus for one that was
    answered, Invalid without words.
    """
    found = published.objection(public_id, by)
    if not found["is_hers_to_answer"]:
        raise NotAllowed
    running, root = _running(found["publicity_id"])
    objection = session.scalars(select(Objection).where(Objection.public_id == public_id)).one()
    if objection.answered_at is not None:
        raise WrongStatus(ANSWERED, current_status="answered", actions=[])
    if not answer.strip():
        raise Invalid(errors=[{"pointer": "#/answer", "detail": UNSAID}])
    objection.answered_at, objection.answered_by = clock.now(), by.id
    objection.upheld, objection.answer = upheld, answer.strip()
    session.flush()
    if upheld:
        _overturn(running, root, by)
    elif not published.open_objections(running.id):
        _step(root, Relation.SUPERVISOR, "dismiss", by)
        running.ends_on = clocks.due_on(running.starts_on, running.workdays, _pauses(running))
    return published.objection(public_id, by)


@action
def end(publicity_id: int) -> None:
    """End a period that is over; nothing happens to one that is not."""
    running = session.scalar(
        select(Publicity)
        .where(Publicity.id == publicity_id, *published.is_over())
        .with_for_update(skip_locked=True)
    )
    if running is None:
        return
    root = _locked(running.application_id, running.subsidy_id)
    assert root is not None
    running.ended_at = clock.now()
    _step(root, Relation.SYSTEM, "end_publicity")
    if isinstance(root, Application):
        LIVES[root.kind].published(root, None)
        LIVES[root.kind].signable(root, None)


def over() -> Iterator[int]:
    """Return the keys of the periods that are over and not yet ended."""
    asked = select(Publicity.id).where(*published.is_over()).order_by(Publicity.id)
    return (each["id"] for each in rows(asked))


def stop(application_id: int) -> None:
    """Take the decision on an application off the board, inside the running transaction."""
    for running in session.scalars(
        select(Publicity).where(
            Publicity.application_id == application_id, Publicity.ended_at.is_(None)
        )
    ):
        running.ended_at = clock.now()


def _overturn(running: Publicity, root: Root, by: Principal) -> None:
    running.ended_at = clock.now()
    if isinstance(root, Subsidy):
        reviewing.reopened(root)
        _step(root, Relation.SUPERVISOR, "uphold", by)
        return
    case, application = taken_as(Relation.SUPERVISOR, "uphold", root, by), root
    application.decided_at = application.decided_by = application.office_days = None
    application.handler_id, application.reasons, application.note = None, [], ""
    moved(case)
    LIVES[application.kind].set_aside(application, by)


def _step(root: Root, party: Relation, verb: str, by: Principal | None = None) -> None:
    """Take a step on whatever is published; raise WrongStatus where there is none."""
    if isinstance(root, Subsidy):
        claims.moved(claims.taken_as(party, verb, root, by))
    else:
        moved(taken_as(party, verb, root, by))


def _locked(application_id: int | None, subsidy_id: int | None) -> Root | None:
    """Lock what is published."""
    if subsidy_id is not None:
        return session.get(Subsidy, subsidy_id, with_for_update=True)
    return session.get(Application, application_id, with_for_update=True)


def _running(public_id: UUID) -> tuple[Publicity, Root]:
    """Lock a decision and what of it is published; raise NotFound where nothing is."""
    keys = select(Publicity.application_id, Publicity.subsidy_id)
    found = session.execute(keys.where(Publicity.public_id == public_id)).first()
    root = None if found is None else _locked(*found)
    running = session.scalar(
        select(Publicity)
        .where(Publicity.public_id == public_id, Publicity.ended_at.is_(None))
        .with_for_update()
    )
    if root is None or running is None:
        raise NotFound
    return running, root


def _pauses(running: Publicity) -> list[Pause]:
    found: list[Any] = list(
        session.scalars(select(Objection).where(Objection.publicity_id == running.id))
    )
    return [
        Pause(clock.day_of(each.raised_at), each.answered_at and clock.day_of(each.answered_at))
        for each in found
    ]
