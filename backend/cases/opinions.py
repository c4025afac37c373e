"""How is another office asked what it thinks of a case, and what does it say?

The office has some working days; the clock of the case runs on meanwhile. One that says nothing has
given no opinion: silence is never agreement.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.exc import IntegrityError

from backend import clock, vault, workdays
from backend.access import THE_BUREAU, Principal
from backend.applications import queries as applications
from backend.applications.advice import UNDECIDED
from backend.applications.models import Application, Opinion
from backend.applications.taking import locked, noted
from backend.cases import consulted
from backend.db import Row, action, constraint_of, new_id, rows, session
from backend.errors import Invalid, NotFound, WrongStatus
from backend.parks import queries as parks
from backend.parties import is_adviser

NO_OFFICE, ONE_OFFICE = "没有这个单位", "请选择一个园区或一个旗县市，不能同时选择"
OWN_OFFICE = "这是办理此件的单位本身"
ASKED_ALREADY = "已征求过该单位意见，尚未答复"
GIVEN_ALREADY, TOO_LATE = "这条意见已经提出", "此件已不在审核中"


@action
def ask(
    public_id: UUID,
    *,
    question: str,
    due_in: int,
    by: Principal,
    park: UUID | None = None,
    county: str | None = None,
) -> dict[str, Any]:
    """Ask a park, or the bureau of a county; it has so many working days, today not counted.

    Raise WrongStatus for a case that is decided or not handed in, Invalid for an office that is not
    there, decides the case itself, or has not answered an earlier question yet.
    """
    application, found = locked("askOpinion", public_id, by)
    if application.status not in UNDECIDED:
        name = application.status.name.lower()
        raise WrongStatus(current_status=name, actions=applications.seen_by(by, found)["actions"])
    offices = _office(found, park, county)
    key, now = new_id(), clock.now()
    opinion = Opinion(
        public_id=key,
        application_id=application.id,
        **offices,
        question=vault.keys().seal(consulted.place("question", key), question),
        asked_by=by.id,
        asked_at=now,
        due_on=workdays.after(clock.day_of(now), due_in),
    )
    try:
        with session.begin_nested():
            session.add(opinion)
            session.flush()
    except IntegrityError as error:
        if constraint_of(error) != "uq_opinion_one_open":
            raise
        raise _unfit("#/park_id" if park else "#/county", ASKED_ALREADY) from None
    _noted("opinion_asked", opinion, application, by)
    return consulted.one(key, by)


@action
def give(
    public_id: UUID, *, words: str, by: Principal, in_favour: bool | None = None
) -> dict[str, Any]:
    """Say what one's office thinks of a case; from then on it is none of its business any more.

    Raise NotFound unless it is the caller's office that was asked, WrongStatus once it has answered
    or the case is decided.
    """
    keys = select(Opinion.application_id).where(Opinion.public_id == public_id)
    application = session.scalar(
        select(Application).where(Application.id.in_(keys)).with_for_update()
    )
    found = consulted.find(public_id)
    case = found and applications.find(found["application"])
    if application is None or found is None or case is None:
        raise NotFound
    if not is_adviser(by, consulted.asked(found, case)):
        raise NotFound
    opinion = session.scalars(select(Opinion).where(Opinion.public_id == public_id)).one()
    if opinion.given_at is not None:
        raise WrongStatus(GIVEN_ALREADY, current_status="given", actions=[])
    if application.status not in UNDECIDED:
        raise WrongStatus(TOO_LATE, current_status=application.status.name.lower(), actions=[])
    opinion.given_by, opinion.given_at, opinion.in_favour = by.id, clock.now(), in_favour
    opinion.words = vault.keys().seal(consulted.place("words", public_id), words)
    noted("opinion_given", application, by)
    return consulted.one(public_id, by)


def due() -> Iterator[int]:
    """Return the keys of the opinions that the office asked has to be reminded of."""
    asked = select(Opinion.id).join(Application, Application.id == Opinion.application_id)
    return (each["id"] for each in rows(asked.where(_is_due()).order_by(Opinion.id)))


@action
def remind(opinion_id: int) -> None:
    """Remind the office once, on the working day before its day or on the day itself."""
    opinion = session.scalar(
        select(Opinion)
        .join(Application, Application.id == Opinion.application_id)
        .where(Opinion.id == opinion_id, _is_due())
        .with_for_update(of=Opinion, skip_locked=True)
    )
    if opinion is None:
        return
    opinion.reminded_at = clock.now()
    application = session.get_one(Application, opinion.application_id)
    _noted("opinion_due", opinion, application, None)


def _is_due() -> ColumnElement[bool]:
    today = clock.today()
    return and_(
        Opinion.given_at.is_(None),
        Opinion.reminded_at.is_(None),
        Opinion.asked_at < clock.start_of(today),
        Opinion.due_on.between(today, workdays.after(today, 1)),
        Application.status.in_(UNDECIDED),
    )


def _office(found: Row, park: UUID | None, county: str | None) -> dict[str, Any]:
    """Return the columns that name the office; raise Invalid for none, two or its own."""
    if (park is None) == (county is None):
        raise _unfit("#/park_id", ONE_OFFICE)
    return _a_park(park, found) if park else _a_county(county, found)


def _a_park(park: UUID, found: Row) -> dict[str, Any]:
    place = parks.find(park)
    if place is None:
        raise _unfit("#/park_id", NO_OFFICE)
    if found["office"] != THE_BUREAU and place["id"] == found["park_id"]:
        raise _unfit("#/park_id", OWN_OFFICE)
    return {"park_id": place["id"]}


def _a_county(code: str | None, found: Row) -> dict[str, Any]:
    if code not in (each["code"] for each in parks.divisions() if each["is_county"]):
        raise _unfit("#/county", NO_OFFICE)
    if found["office"] == THE_BUREAU and code == found["jurisdiction_code"]:
        raise _unfit("#/county", OWN_OFFICE)
    return {"division_code": code}


def _unfit(pointer: str, detail: str) -> Invalid:
    return Invalid(errors=[{"pointer": pointer, "detail": detail}])


def _noted(event: str, opinion: Opinion, application: Application, by: Principal | None) -> None:
    """Write down what concerns this office alone."""
    day: date = opinion.due_on
    named = {
        "advising_parks": [opinion.park_id] if opinion.park_id else [],
        "advising_counties": [opinion.division_code] if opinion.division_code else [],
    }
    noted(event, application, by, for_on=day.isoformat(), **named)
