"""How does an application begin, change and end?"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Sequence, select
from sqlalchemy.exc import IntegrityError

from backend import clock, vault, workdays
from backend.access import Principal, can, relations
from backend.applications import forms, queries, workflow
from backend.applications.models import Application
from backend.applications.workflow import Kind, Reason, Status
from backend.audit.actions import record
from backend.db import action, constraint_of, new_id, session
from backend.errors import AlreadyOpen, Incomplete, Invalid, NotAllowed, NotFound, Outdated
from backend.parks import queries as parks
from backend.parks.actions import hold
from backend.steps import Step, step
from eligibility.dates import add_months

NUMBERS = Sequence("application_number")
View = dict[str, Any]


@action
def create(kind: Kind, *, park: UUID, sections: Mapping[str, Any], by: Principal) -> View:
    """Begin a draft; raise NotFound for an unknown park, AlreadyOpen for a second open one."""
    now = clock.now()
    public_id = new_id()
    application = Application(
        public_id=public_id,
        number=_number(kind),
        kind=kind,
        status=Status.DRAFT,
        applicant_id=by.id,
        park_id=_park(park),
        sections={},
        held_since=now,
        created_at=now,
    )
    application.sections = _sealed(application, sections)
    try:
        with session.begin_nested():
            session.add(application)
            session.flush()
    except IntegrityError as error:
        if constraint_of(error) != "uq_application_one_open":
            raise
        existing = queries.open_of(by.id, kind)
        assert existing is not None
        raise AlreadyOpen(
            f"您已有一份正在办理的同类申请（{existing['number']}）",
            existing=str(existing["public_id"]),
        ) from None
    record("application.created", "application", application.id, by)
    return queries.get(public_id, by)


@action
def update(
    public_id: UUID,
    *,
    seen: int,
    by: Principal,
    sections: Mapping[str, Any],
    park: UUID | None = None,
) -> View:
    """Replace the given sections of a draft, and its park when one is given.

    Raise Outdated, with both texts, when another device was quicker.
    """

    def both(current: Mapping[str, Any]) -> dict[str, Any]:
        theirs = current["sections"]
        return {"yours": sections, "theirs": {name: theirs.get(name) for name in sections}}

    application, _ = _taken("updateApplication", public_id, seen, by, both)
    if park is not None:
        application.park_id = _park(park)
    application.sections = {**application.sections, **_sealed(application, sections)}
    _note("updated", application, by)
    return queries.get(public_id, by)


@action
def submit(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Hand the draft to the park; raise Incomplete with everything that is missing."""
    application, taken = _taken("submitApplication", public_id, seen, by)
    missing = forms.missing(application.kind, application.sections)
    if missing:
        raise Incomplete(missing=missing)
    application.submitted_at = clock.now()
    return _move(application, taken, by)


@action
def withdraw(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Take the application back, for good."""
    application, taken = _taken("withdrawApplication", public_id, seen, by)
    return _move(application, taken, by)


@action
def approve(
    public_id: UUID,
    *,
    seen: int,
    by: Principal,
    unit: UUID,
    starts_on: date | None = None,
    term_months: int | None = None,
    note: str = "",
) -> View:
    """Grant a unit for a period: the one asked for unless the manager names another.

    Raise UnitTaken, with the period of the other holding and the units that are free, when the
    unit is held on any of these days.
    """
    application, taken = _taken("approveApplication", public_id, seen, by)
    space = application.sections["space"]
    first = starts_on or date.fromisoformat(space["starts_on"])
    end = add_months(first, term_months or space["term_months"])
    hold(application.park_id, unit, first, end, application_id=application.public_id)
    application.decided_at, application.decided_by = clock.now(), by.id
    application.note = note
    return _move(application, taken, by)


@action
def reject(
    public_id: UUID, *, seen: int, by: Principal, reasons: list[Reason], note: str = ""
) -> View:
    """Refuse for coded reasons; raise Invalid when 'other' comes without words."""
    application, taken = _taken("rejectApplication", public_id, seen, by)
    if Reason.OTHER in reasons and not note.strip():
        raise Invalid(errors=[{"pointer": "#/note", "detail": "选择“其他”时请说明原因"}])
    application.decided_at, application.decided_by = clock.now(), by.id
    application.reasons = [reason.name for reason in reasons]
    application.note = note
    return _move(application, taken, by)


def _taken(
    operation: str,
    public_id: UUID,
    seen: int,
    by: Principal,
    both: Callable[[Mapping[str, Any]], dict[str, Any]] = lambda current: {},
) -> tuple[Application, Step]:
    """Lock the application for one step of the workflow.

    Raise NotFound for what the principal may not see, NotAllowed or WrongStatus as the table
    says, Outdated when the version is not the one seen.
    """
    application = session.scalar(
        select(Application).where(Application.public_id == public_id).with_for_update()
    )
    found = queries.find(public_id)
    if application is None or found is None or not can(by, "getApplication", found):
        raise NotFound
    if not can(by, operation, found):
        raise NotAllowed
    verb = operation.removesuffix("Application")
    if application.version != seen:
        raise Outdated(seen=seen, current=application.version, **both(queries.seen_by(by, found)))
    return application, step(workflow.STEPS, application.status, verb, relations(by, found))


def _move(application: Application, taken: Step, by: Principal) -> View:
    """Set the new status, pass the case to whoever holds it now, and write it down."""
    now = clock.now()
    application.status = Status[taken.to.name]
    application.held_since = now
    days = workflow.DUE_IN_WORKDAYS.get(application.status)
    application.due_on = workdays.after(clock.day_of(now), days) if days else None
    _note(taken.event, application, by)
    return queries.get(application.public_id, by)


def _note(event: str, application: Application, by: Principal) -> None:
    session.flush()
    record(
        f"application.{event}",
        "application",
        application.id,
        by,
        kind=application.kind.name.lower(),
        version=application.version,
    )


def _number(kind: Kind) -> str:
    serial = session.scalar(NUMBERS)
    return f"{workflow.NUMBER_PREFIX[kind]}-{clock.today().year}-{serial:06d}"


def _park(public_id: UUID) -> int:
    found = parks.find(public_id)
    if found is None:
        raise Invalid(errors=[{"pointer": "#/park_id", "detail": "没有这个园区"}])
    return int(found["id"])


def _sealed(application: Application, sections: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the sections as JSON, with their sensitive answers sealed to this application."""
    kept = {
        name: {field: _plain(answer) for field, answer in answers.items()}
        for name, answers in sections.items()
    }
    for section, field in forms.sensitive(application.kind):
        plain = kept.get(section, {}).get(field)
        if plain:
            place = queries.sealed_place(application.public_id, section, field)
            kept[section][field] = vault.keys().seal(place, plain)
    return kept


def _plain(answer: Any) -> Any:
    return answer.isoformat() if isinstance(answer, date) else answer
