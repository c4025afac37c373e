"""What may be asked about tenancies, agreements and waiting lists?"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true

from backend import clock
from backend.access import Audience, Principal, Relation, Role, can, relations
from backend.applications import nearness
from backend.applications import queries as applications
from backend.applications.models import Application
from backend.db import Row, row, rows
from backend.errors import NotFound
from backend.parks.models import Park, Unit
from backend.policies.queries import current
from backend.profiles.queries import facts_of
from backend.tenancies import conditions, priority, ranking, relief, stays, workflow
from backend.tenancies.episodes import Proceeding
from backend.tenancies.grounds import Duty
from backend.tenancies.models import Agreement, Tenancy, WaitingEntry
from backend.tenancies.workflow import HOUSED, LIVE, Status

A_DAY = timedelta(days=1)
_WHOLE = (
    select(
        *Tenancy.__table__.columns,
        Application.public_id.label("application_public_id"),
        Application.number,
        Application.applicant_id,
        Application.submitted_at,
        Application.status.label("case_status"),
        Park.public_id.label("park_public_id"),
        Park.name.label("park_name"),
        Park.jurisdiction_code,
        Unit.public_id.label("unit_public_id"),
        Unit.code.label("unit_code"),
        Unit.kind.label("unit_kind"),
        Agreement.applicant_signed_at,
        Agreement.park_signed_at,
        *stays.CONCERNED,
        nearness.RECUSED,
        nearness.OFFICE,
    )
    .join(Application, Application.id == Tenancy.application_id)
    .join(Park, Park.id == Tenancy.park_id)
    .join(Unit, Unit.id == Tenancy.unit_id)
    .outerjoin(Agreement, Agreement.tenancy_id == Tenancy.id)
    .outerjoin(
        Proceeding, and_(Proceeding.tenancy_id == Tenancy.id, Proceeding.closed_at.is_(None))
    )
)


def whole(*more: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """Select tenancies with park, unit and whatever else is asked of them."""
    return _WHOLE.add_columns(*more)


def get(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return one tenancy as the principal may see it; raise NotFound for everybody else."""
    found = allowed(public_id, "getTenancy", by)
    return seen_by(by, found) | stays.of(found)


def find(public_id: UUID) -> Row | None:
    """Return the row of a tenancy with its park and unit, whoever asks."""
    return row(_WHOLE.where(Tenancy.public_id == public_id))


def numbered(tenancy_id: int) -> Row:
    """Return the row of the tenancy that an event speaks of."""
    found = row(_WHOLE.where(Tenancy.id == tenancy_id))
    assert found is not None
    return found


def listed(
    by: Principal, *, status: Status | None, after: int | None, limit: int
) -> Sequence[dict[str, Any]]:
    """Return a page of the tenancies within reach, newest first."""
    statement = _WHOLE.where(within_reach(by))
    if status is not None:
        statement = statement.where(Tenancy.status == status)
    if after is not None:
        statement = statement.where(Tenancy.id < after)
    found = rows(statement.order_by(Tenancy.id.desc()).limit(limit))
    return [seen_by(by, each) for each in found]


def seen_by(by: Principal, found: Mapping[str, Any]) -> dict[str, Any]:
    """Shape a row for one party."""
    return {
        "id": found["public_id"],
        "application_id": found["application_public_id"],
        "number": found["number"],
        "status": found["status"],
        "actions": actions_of(by, found),
        "park_id": found["park_public_id"],
        "park_name": found["park_name"],
        "unit_id": found["unit_public_id"],
        "unit_code": found["unit_code"],
        "unit_kind": found["unit_kind"],
        "starts_on": found["starts_on"],
        "ends_on": found["until_on"] - A_DAY,
        "expires_at": found["expires_at"],
        "arrive_by": found["arrive_by"],
        "arrived_on": found["arrived_on"],
        "ended_on": found["ended_on"],
        "ended_why": found["ended_why"],
        "waits_for": _waits_for(found),
        "created_at": found["created_at"],
        "version": found["version"],
        "row": found["id"],
    }


def actions_of(by: Principal, found: Mapping[str, Any]) -> list[str]:
    """List what a party may do to a tenancy now."""
    held = relations(by, found)
    return conditions.open_now(workflow.STEPS, found["status"], held, found, clock.today())


def agreement(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return the text that is laid before both sides; raise NotFound where there is none."""
    found = allowed(public_id, "getAgreement", by)
    text = row(select(*Agreement.__table__.columns).where(Agreement.tenancy_id == found["id"]))
    if text is None:
        raise NotFound
    return {**text, "relief": relief.told(found["id"]), "version": found["version"]}


def waiting(application_id: UUID, by: Principal) -> dict[str, Any]:
    """Return the places of an application on lists: rank, who is ahead by class, and why.

    A park sees those on its own lists.
    """
    found = applications.find(application_id)
    if found is None or not can(by, "getWaiting", found):
        raise NotFound
    places = ranking.of_application(found["id"])
    if by.role is Role.PARK_MANAGER:
        places = [each for each in places if each["park_id"] in by.parks]
    return {"items": [_place(found, each) for each in places]}


def leaving(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return what leaving today would mean, before it is done."""
    found = allowed(public_id, "getLeaving", by)
    has_arrived = found["arrived_on"] is not None
    return {
        "may_leave": "leave" in actions_of(by, found),
        "frees_at_once": not has_arrived,
        "days_left": max(0, (found["until_on"] - clock.today()).days),
        "passes_on": stays.people_waiting(found) > 0,
        "duties": list(Duty) if has_arrived else [],
        "ends_relief": [each["fee"] for each in relief.told(found["id"]) if each["terms"]],
    }


def consequences(application_id: UUID, by: Principal) -> dict[str, Any]:
    """Return what withdrawing an application would give up, before it is done."""
    found = applications.find(application_id)
    if found is None or not can(by, "getConsequences", found):
        raise NotFound
    live = row(_WHOLE.where(Tenancy.application_id == found["id"], Tenancy.status.in_(LIVE)))
    places = ranking.of_application(found["id"])
    return {
        "may_withdraw": "withdraw" in applications.seen_by(by, found)["actions"],
        "frees": live and seen_by(by, live),
        "passes_on": bool(live and live["status"] in workflow.TIMED and _somebody_waits(live)),
        "waiting": [_place(found, each) for each in places],
    }


def is_housed(person_id: int, credit_code: str | None) -> bool:
    """Tell whether a person or her venture has a place in some park."""
    same = [Tenancy.person_id == person_id]
    if credit_code:
        same.append(Tenancy.credit_code == credit_code)
    asked = select(exists().where(Tenancy.status.in_(HOUSED), or_(*same)).label("is_so"))
    found = row(asked)
    return bool(found and found["is_so"])


def is_waiting(application_id: int) -> bool:
    """Tell whether an application stands on any list."""
    return bool(ranking.of_application(application_id))


def application_of_entry(entry_id: UUID) -> UUID | None:
    """Return whose place on a list this is."""
    found = row(
        select(Application.public_id)
        .join(WaitingEntry, WaitingEntry.application_id == Application.id)
        .where(WaitingEntry.public_id == entry_id)
    )
    return found["public_id"] if found else None


def entry_numbered(entry_id: int) -> Row:
    """Return the place on a list that an event speaks of, with its application and park."""
    found = row(
        select(
            WaitingEntry.unit_kind,
            WaitingEntry.park_id,
            Application.public_id.label("application_public_id"),
            Application.applicant_id,
            Application.submitted_at,
            Application.number,
            Park.name.label("park_name"),
            Park.jurisdiction_code,
            nearness.RECUSED,
        )
        .join(Application, Application.id == WaitingEntry.application_id)
        .join(Park, Park.id == WaitingEntry.park_id)
        .where(WaitingEntry.id == entry_id)
    )
    assert found is not None
    return found


def allowed(public_id: UUID, operation: str, by: Principal) -> Row:
    """Return the row of a tenancy for an operation; raise NotFound for everybody else."""
    found = find(public_id)
    if found is None or not can(by, operation, found):
        raise NotFound
    return found


def within_reach(by: Principal) -> ColumnElement[bool]:
    """Say in SQL what the party relations of `access` say of one row."""
    if by.audience is Audience.CITIZEN:
        return Application.applicant_id == by.id
    within = ~nearness.keeps_away(by.id)
    if by.role is Role.PARK_MANAGER:
        return and_(within, Tenancy.park_id.in_(by.parks))
    if by.role is Role.BUREAU_STAFF:
        return and_(within, Park.jurisdiction_code == by.county if by.county else true())
    return false()


def _waits_for(found: Mapping[str, Any]) -> list[str]:
    """Name the parties that have to act now."""
    if found["status"] is Status.AGREEMENT_PENDING:
        missing = {
            Relation.APPLICANT: found["applicant_signed_at"],
            Relation.DECIDER: found["park_signed_at"],
        }
        return [party.name.lower() for party, signed in missing.items() if signed is None]
    if found["hear_until"] is not None and found["heard_at"] is not None:
        return [Relation.SUPERVISOR.name.lower()]
    holder = workflow.HELD_BY.get(found["status"])
    return [holder.name.lower()] if holder else []


def _place(found: Row, entry: Row) -> dict[str, Any]:
    day = clock.today()
    line = ranking.line(entry["park_id"], entry["unit_kind"])
    at = next((n for n, each in enumerate(line) if each["id"] == entry["id"]), None)
    edition = priority.in_force(day)
    ahead = [each["rank"] for each in line[: at or 0]]
    park = row(select(Park.public_id, Park.name).where(Park.id == entry["park_id"]))
    assert park is not None
    return {
        "id": entry["public_id"],
        "park_id": park["public_id"],
        "park_name": park["name"],
        "unit_kind": entry["unit_kind"],
        "choice": entry["choice"],
        "joined_at": entry["joined_at"],
        "rests_since": entry["paused_at"],
        "drawn": entry["drawn"],
        "rank": None if at is None else at + 1,
        "waiting": len(line),
        "ahead": [
            {"rank": rank, "label": edition.label(rank), "people": ahead.count(rank)}
            for rank in sorted(set(ahead))
        ],
        "reason": _reason(found["applicant_id"]),
    }


def _reason(applicant_id: int) -> dict[str, Any]:
    day = clock.today()
    known = facts_of(applicant_id, day)
    found = priority.placed({fact: known.value(fact) for fact in priority.facts(day)}, day)
    return found | {side: _labelled(found[side]) for side in ("met", "not_known")}


def _labelled(names: Sequence[str]) -> list[dict[str, str]]:
    policy = current()
    return [{"fact": name, "label": policy.label("fact", name)} for name in names]


def _somebody_waits(live: Mapping[str, Any]) -> bool:
    line = ranking.line(live["park_id"], live["unit_kind"])
    return any(each["application_id"] != live["application_id"] for each in line)
