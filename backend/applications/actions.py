"""How does the applicant begin and write an application, and hurry its office?"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Sequence, select
from sqlalchemy.exc import IntegrityError

from backend import clock, workdays
from backend.access import Principal, can
from backend.applications import answers, forms, lapsed, queries
from backend.applications.kinds import BETWEEN_NUDGES, TERMS, Kind, Office
from backend.applications.models import Application
from backend.applications.taking import OFFICE, View, moved, noted, seen_now, taken
from backend.applications.workflow import Status
from backend.audit import queries as audit
from backend.db import action, constraint_of, new_id, session
from backend.errors import AlreadyOpen, Invalid, NotFound, TooLate, TooSoon, WrongStatus
from backend.parks import queries as parks

NUMBERS = Sequence("application_number")
NO_DRAFT = "只有未提交过的草稿可以恢复，请重新申请"
UNPLACED = {"park_id": "没有这个园区", "jurisdiction_code": "没有这个旗县市"}
# After which of these the three working days before a nudge begin anew.
NUDGED_BY = {"application.submitted", "application.resolved", "application.nudged"}


@action
def create(
    kind: Kind,
    *,
    sections: Mapping[str, Any],
    by: Principal,
    park: UUID | None = None,
    county: str | None = None,
) -> View:
    """Begin a draft: for a park what a park decides, for a county what its bureau decides.

    Raise Invalid with every fault, AlreadyOpen for a second open one of this kind.
    """
    now, public_id = clock.now(), new_id()
    place = _place(kind, park, county, sections)
    application = Application(
        public_id=public_id,
        number=_number(kind),
        kind=kind,
        status=Status.DRAFT,
        applicant_id=by.id,
        **place,
        sections={},
        held_since=now,
        created_at=now,
        changed_at=now,
    )
    application.sections = answers.sealed(application, sections)
    with the_only_one(by.id, kind):
        session.add(application)
        session.flush()
    noted("created", application, by)
    return queries.get(public_id, by)


@action
def restore(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Take up a draft again that lapsed within the last fourteen days.

    Raise WrongStatus for a case that lapsed after it had been submitted, TooLate after the last
    day, AlreadyOpen when another of this kind has been begun since.
    """
    case = taken("restoreApplication", "restore", public_id, seen, by)
    until = lapsed.restorable_until(case.before)
    if until is None:
        raise WrongStatus(NO_DRAFT, current_status="lapsed", actions=[])
    if clock.today() > until:
        raise TooLate(ended_at=str(until))
    with the_only_one(by.id, case.application.kind):
        moved(case)
    return seen_now(case)


@action
def update(
    public_id: UUID,
    *,
    seen: int,
    by: Principal,
    sections: Mapping[str, Any],
    park: UUID | None = None,
    county: str | None = None,
) -> View:
    """Replace the given sections of a draft, and its office when one is given.

    Raise Outdated, with both texts, when another device was quicker, Invalid like `create`.
    """

    def both(current: Mapping[str, Any]) -> dict[str, Any]:
        theirs = {name: current["sections"].get(name) for name in sections}
        differing = answers.differing(current["kind"], sections, theirs)
        return {"yours": sections, "theirs": theirs, "differences": differing}

    case = taken("updateApplication", "update", public_id, seen, by, both)
    application = case.application
    kind = application.kind
    if park is not None or county is not None:
        for name, value in _place(kind, park, county, sections).items():
            setattr(application, name, value)
    elif faults := forms.misplaced(kind, {}, sections):
        raise Invalid(errors=faults)
    application.sections = {**application.sections, **answers.sealed(application, sections)}
    application.changed_at = clock.now()
    noted("updated", application, by, seen=seen)
    return seen_now(case)


@action
def nudge(public_id: UUID, *, by: Principal) -> View:
    """Ask the office to get on with it, once in three working days.

    Raise WrongStatus unless the office holds the case, TooSoon with the next day on which she may.
    """
    application = session.scalar(
        select(Application).where(Application.public_id == public_id).with_for_update()
    )
    found = queries.find(public_id)
    if application is None or found is None or not can(by, "nudgeApplication", found):
        raise NotFound
    if application.status not in OFFICE:
        name = application.status.name.lower()
        raise WrongStatus(current_status=name, actions=queries.seen_by(by, found)["actions"])
    last = max(e["at"] for e in audit.of("application", application.id) if e["name"] in NUDGED_BY)
    again_on = workdays.after(clock.day_of(last), BETWEEN_NUDGES)
    if clock.today() < again_on:
        raise TooSoon(f"{again_on} 起可以催办", again_on=str(again_on))
    noted("nudged", application, by, seen=found["version"])
    return queries.get(public_id, by)


@contextmanager
def the_only_one(applicant_id: int, kind: Kind) -> Iterator[None]:
    """Raise AlreadyOpen, naming the other one, when it is not the only open one of its kind."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        if constraint_of(error) != "uq_application_one_open":
            raise
        # The other one may have ended in this very moment; it was in the way all the same.
        existing = queries.open_of(applicant_id, kind) or queries.latest_of(applicant_id, kind)
        assert existing is not None
        raise AlreadyOpen(
            f"您已有一份正在办理的同类申请（{existing['number']}）",
            existing=str(existing["public_id"]),
        ) from None


def _number(kind: Kind) -> str:
    serial = session.scalar(NUMBERS)
    return f"{TERMS[kind].prefix}-{clock.today().year}-{serial:06d}"


def _place(
    kind: Kind, park: UUID | None, county: str | None, sections: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the office that a kind of application is asked of; raise Invalid with every fault."""
    place: dict[str, Any] = {}
    if TERMS[kind].office is Office.PARK:
        if found := park and parks.find(park):
            place = {"park_id": found["id"], "jurisdiction_code": found["jurisdiction_code"]}
    elif parks.is_county(county):
        place = {"jurisdiction_code": county}
    faults = forms.misplaced(kind, {"park_id": park, "jurisdiction_code": county}, sections)
    if not place:
        asked = forms.NAMED_BY[TERMS[kind].office]
        faults.insert(0, {"pointer": f"#/{asked}", "detail": UNPLACED[asked]})
    if faults:
        raise Invalid(errors=faults)
    return place
