"""Who worked there this month?

The tenant says it and the park confirms it, or the park says it itself. Somebody whom two tenants
of a park name counts once, with whoever named her first. Of her number a keyed hash is kept; the
number itself is not.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, text, update

from backend import clock
from backend.access import Principal, Relation
from backend.accounts import identity, names, sealed
from backend.db import action, new_id, session
from backend.errors import Invalid
from backend.parks.models import Park
from backend.tenancies.episodes import Head, Headcount
from backend.tenancies.kinds import MOST_HEADS
from backend.tenancies.models import Tenancy
from backend.tenancies.taking import View, moved, seen_now, taken
from backend.texts.keeping import keep
from backend.texts.kinds import Looked

NOT_WITHIN = "应为在园期间的月份，且不晚于本月"
SAY_WHY = "该月已有人数记录，更正时请说明理由"
NAMED_TWICE = "该证件号码已填写过"
TOO_MANY = f"不超过 {MOST_HEADS} 人"
NOTHING_PENDING = "该月没有待确认的人数"
# Of those named in a month of a park and counted nowhere, each with whoever reported first.
SETTLE = text(
    """
    UPDATE head SET counted = true WHERE id IN (
        SELECT DISTINCT ON (h.who) h.id FROM head h JOIN headcount c ON c.id = h.headcount_id
        WHERE h.park_id = :park AND h.month = :month
          AND c.confirmed_at IS NOT NULL AND c.replaced_at IS NULL
          AND NOT EXISTS (SELECT FROM head o WHERE o.park_id = h.park_id AND o.month = h.month
                          AND o.who = h.who AND o.counted)
        ORDER BY h.who, (SELECT min(f.id) FROM headcount f
                         WHERE f.tenancy_id = c.tenancy_id AND f.month = c.month), h.id
    )
    """
)


class Named(NamedTuple):
    """Somebody as she was written down."""

    name: str
    number: str


@action
def record(
    public_id: UUID,
    *,
    seen: int,
    by: Principal,
    month: date,
    people: Sequence[Named],
    why: str,
    looked: Looked | None = None,
) -> View:
    """Say who worked there in a month; a correction says why, and what it corrects is kept.

    Raise Invalid, with every fault, for other months, for names and numbers that cannot be some,
    and for a correction without a reason.
    """
    case = taken("recordHeadcount", "count", public_id, seen, by)
    tenancy, now = case.tenancy, clock.now()
    _one_at_a_time(tenancy.park_id)
    read = _read(people)
    earlier = _standing(tenancy.id, month)
    faults = [*read.faults, *_faults(tenancy, month, why, corrects=bool(earlier))]
    if faults:
        raise Invalid(errors=faults)
    declared = case.step.by is Relation.APPLICANT
    for each in earlier:
        if not declared or each.confirmed_at is None:
            _replaced(each, now)
    made = Headcount(
        tenancy_id=tenancy.id,
        park_id=tenancy.park_id,
        month=month,
        declared=declared,
        told_at=now,
        why=why,
        confirmed_at=None if declared else now,
        confirmed_by=None if declared else by.id,
    )
    session.add(made)
    session.flush()
    _name(made, read.people)
    _settle(tenancy.park_id, month)
    moved(case, month=f"{month:%Y-%m}", people=len(people), why=why)
    under = f"#/headcounts/{month:%Y-%m}"
    keep(looked, public_id, by, under=under, application_id=case.application.id)
    return seen_now(case)


@action
def confirm(public_id: UUID, *, seen: int, by: Principal, month: date) -> View:
    """Confirm what the tenant has declared for a month; what counted before no longer does.

    Raise Invalid for a month of which nothing waits.
    """
    case = taken("confirmHeadcount", "confirm_count", public_id, seen, by)
    tenancy, now = case.tenancy, clock.now()
    _one_at_a_time(tenancy.park_id)
    standing = _standing(tenancy.id, month)
    pending = next((each for each in standing if each.confirmed_at is None), None)
    if pending is None:
        raise Invalid(errors=[{"pointer": "#/month", "detail": NOTHING_PENDING}])
    for each in standing:
        if each is not pending:
            _replaced(each, now)
    session.flush()
    pending.confirmed_at, pending.confirmed_by = now, by.id
    session.flush()
    _settle(tenancy.park_id, month)
    moved(case, month=f"{month:%Y-%m}")
    return seen_now(case)


class _Read(NamedTuple):
    people: list[tuple[str, tuple[str, ...]]]
    faults: list[dict[str, str]]


def _read(people: Sequence[Named]) -> _Read:
    """Read names and numbers; return each name with the hashes of its number, and every fault."""
    if len(people) > MOST_HEADS:
        return _Read([], [{"pointer": "#/people", "detail": TOO_MANY}])
    found, faults, seen = [], [], set()
    for at, each in enumerate(people):
        name, of_name = _tried(names.read, each.name)
        digits, of_number = _tried(_digits, each.number)
        faults += _told(f"#/people/{at}/name", of_name)
        faults += _told(f"#/people/{at}/number", of_number)
        if digits is not None and digits in seen:
            faults.append({"pointer": f"#/people/{at}/number", "detail": NAMED_TWICE})
        seen.add(digits)
        if name is not None and digits is not None:
            found.append((name, sealed.hashes("head.who", digits)))
    return _Read(found, faults)


def _tried(read: Callable[[str], str], written: str) -> tuple[str | None, Sequence[Enum]]:
    """Read what was written, or say what is wrong with it."""
    try:
        return read(written), ()
    except (identity.NumberRefused, names.NameRefused) as refused:
        return None, refused.faults


def _digits(written: str) -> str:
    return identity.read(written, clock.today()).digits


def _told(pointer: str, faults: Sequence[Enum]) -> list[dict[str, str]]:
    return [{"pointer": pointer, "detail": each.value} for each in faults]


def _faults(tenancy: Tenancy, month: date, why: str, *, corrects: bool) -> list[dict[str, str]]:
    assert tenancy.arrived_on is not None  # A condition of the step.
    last = tenancy.ended_on or clock.today()
    within = tenancy.arrived_on.replace(day=1) <= month <= last.replace(day=1)
    faults = {
        ("#/month", NOT_WITHIN): not within,
        ("#/why", SAY_WHY): corrects and not why,
    }
    return [{"pointer": at, "detail": words} for (at, words), is_so in faults.items() if is_so]


def _one_at_a_time(park_id: int) -> None:
    """Let two counts in one park wait for each other, or somebody could count twice or nowhere."""
    session.execute(select(Park.id).where(Park.id == park_id).with_for_update(key_share=True))


def _standing(tenancy_id: int, month: date) -> list[Headcount]:
    asked = select(Headcount).where(
        Headcount.tenancy_id == tenancy_id,
        Headcount.month == month,
        Headcount.replaced_at.is_(None),
    )
    return list(session.scalars(asked.order_by(Headcount.id)))


def _replaced(its: Headcount, now: datetime) -> None:
    its.replaced_at = now
    session.execute(update(Head).where(Head.headcount_id == its.id).values(counted=False))
    session.flush()


def _name(made: Headcount, people: Sequence[tuple[str, tuple[str, ...]]]) -> None:
    """Put down everybody; whoever is known this month keeps the hash under which she is."""
    wanted = {each for _, hashes in people for each in hashes}
    known = set(
        session.scalars(
            select(Head.who).where(
                Head.park_id == made.park_id, Head.month == made.month, Head.who.in_(wanted)
            )
        )
    )
    for name, hashes in people:
        public_id = new_id()
        session.add(
            Head(
                public_id=public_id,
                headcount_id=made.id,
                park_id=made.park_id,
                month=made.month,
                who=next((each for each in hashes if each in known), hashes[0]),
                name=sealed.seal("head", "name", public_id, name),
                counted=False,
            )
        )
    session.flush()


def _settle(park_id: int, month: date) -> None:
    session.execute(SETTLE, {"park": park_id, "month": month})
