"""Which policy, numbers and readings hold on a day, as known at a moment, and what is proposed?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from backend import clock
from backend.access import Principal, Relation, relations
from backend.accounts.models import Staff
from backend.db import Row, row, rows
from backend.errors import NotFound
from backend.policies import archive, drafts, readings
from backend.policies.models import DecisionRecord, Override, ParameterRow, RulingRow
from backend.policies.workflow import STEPS, Status
from backend.steps import open_to
from eligibility import replay
from eligibility.parameters import Parameter, Ruling, Snapshot
from eligibility.policy import Policy, bundled
from eligibility.replay import Replay, Today

Table = type[ParameterRow] | type[RulingRow]
TABLES: Mapping[str, Table] = {
    "parameter": ParameterRow,
    "ruling": RulingRow,
}
SEEN_BY = frozenset({Relation.REGULATOR, Relation.PROPOSER, Relation.CONFIRMER})
HIDDEN = frozenset({"public_id", "proposed_by", "proposed_by_person", "confirmed_by", "dropped_by"})


def current() -> Policy:
    """Return the policy that new answers are given by."""
    return bundled("xingan_2022")


def snapshot(as_of: date, known_at: datetime | None = None) -> Snapshot:
    """Return what held on a day: the rows of the policy and those confirmed by two people.

    With a moment, as far as they were known then. One small query; what is known is put together
    anew only when something has been confirmed.
    """
    known = readings.known_until(known_at)
    day = clock.day_of(known_at) if known_at else clock.today()
    return readings.put_together(current(), known).at(as_of, day)


def drafted(change: Parameter | Ruling, as_of: date) -> Snapshot:
    """Return what would hold on a day if the change were confirmed now."""
    now = snapshot(as_of)
    return Snapshot(as_of, (replace(change, known_from=clock.today()), *now.rows), now.declared)


def parameters(as_of: date, known_at: datetime | None = None) -> tuple[Parameter, ...]:
    """Return the numbers in force on a day, by name, the league's before those of counties."""
    known = snapshot(as_of, known_at)
    found = []
    for name in sorted(known.declared):
        of_league = known.row(name)
        found += [of_league] if of_league else []
        found += known.scopes(name).values()
    return tuple(found)


def rulings(as_of: date, known_at: datetime | None = None) -> tuple[Ruling, ...]:
    """Return the readings in force on a day, by id."""
    known = snapshot(as_of, known_at)
    names = sorted({each.id for each in known.rows if isinstance(each, Ruling)})
    return tuple(found for name in names if (found := known.ruling(name)))


def proposals(by: Principal) -> list[dict[str, Any]]:
    """Return what waits for a second person, as far as it is the caller's, oldest first."""
    found = [
        dict(each) | {"what": what}
        for what, table in TABLES.items()
        for each in rows(_changes(table).where(table.status == Status.PROPOSED))
    ]
    visible = [each for each in found if SEEN_BY & relations(by, each)]
    return [seen_by(by, each) for each in sorted(visible, key=lambda each: each["proposed_at"])]


def get(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return one change; raise NotFound for what the caller may not see."""
    return seen_by(by, visible(public_id, by))


def visible(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return the row of a change; raise NotFound for what the caller may not see."""
    found = find(public_id)
    if found is None or not SEEN_BY & relations(by, found):
        raise NotFound
    return found


def find(public_id: UUID) -> dict[str, Any] | None:
    """Return the row of a change, whichever kind it is."""
    for what, table in TABLES.items():
        found = row(_changes(table).where(table.public_id == public_id))
        if found is not None:
            return dict(found) | {"what": what}
    return None


def seen_by(by: Principal, change: Mapping[str, Any]) -> dict[str, Any]:
    """Return a change as the API shows it, with what the caller may do now."""
    return {name: value for name, value in change.items() if name not in HIDDEN} | {
        "id": change["public_id"],
        "is_mine": change["proposed_by"] == by.id,
        "actions": open_to(STEPS, change["status"], relations(by, change)),
    }


def draft_of(change: Mapping[str, Any]) -> Parameter | Ruling:
    """Return a change as a row of the engine, read afresh under the current policy.

    Raise Invalid where the policy has come to know better since it was proposed.
    """
    reader, keys = drafts.READERS[change["what"]]
    return reader(current(), {name: change[name] for name in keys})


def find_decision(public_id: UUID) -> dict[str, Any] | None:
    """Return a decision with its overrides, oldest first, and the verdict that stands."""
    found = _decisions(DecisionRecord.public_id == public_id)
    return found[0] if found else None


def decisions_on(application_id: int) -> list[dict[str, Any]]:
    """Return the decisions on an application like `find_decision`, oldest first."""
    return _decisions(DecisionRecord.application_id == application_id)


def replayed(public_id: UUID) -> Replay:
    """Evaluate a decision again by its own policy, numbers, readings and facts.

    Raise NotFound for an unknown one.
    """
    stored = _record(public_id)
    return replay.replay(stored, [archive.policy_of(stored["policy"])])


def today(public_id: UUID, as_of: date | None = None) -> Today:
    """Compare a decision with what its facts would come to now; raise NotFound like `replayed`."""
    day = as_of or clock.today()
    return replay.today(_record(public_id), current(), snapshot(day), day)


def overrides_count(since: datetime | None = None, scope: str | None = None) -> dict[str, int]:
    """Count the overrides of each rule's verdicts, in all of the league or in one scope."""
    counted = (
        select(DecisionRecord.rule, func.count().label("times"))
        .join(Override, Override.decision_id == DecisionRecord.id)
        .group_by(DecisionRecord.rule)
        .order_by(DecisionRecord.rule)
    )
    if since is not None:
        counted = counted.where(Override.overridden_at >= since)
    if scope is not None:
        counted = counted.where(DecisionRecord.scope == scope)
    return {each["rule"]: each["times"] for each in rows(counted)}


def _decisions(which: ColumnElement[bool]) -> list[dict[str, Any]]:
    asked = select(*DecisionRecord.__table__.columns).where(which).order_by(DecisionRecord.id)
    found = rows(asked)
    overrides = _overrides([each["id"] for each in found])
    return [{**each, **_standing(each, overrides[each["id"]])} for each in found]


def _overrides(decisions: Sequence[int]) -> Mapping[int, list[dict[str, Any]]]:
    columns = (Override.number, Override.verdict, Override.reason, Override.overridden_at)
    asked = (
        select(Override.decision_id, *columns, Staff.name.label("by_name"))
        .join(Staff, Staff.id == Override.overridden_by)
        .where(Override.decision_id.in_(decisions))
        .order_by(Override.number)
    )
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for each in map(dict, rows(asked)):
        found[each.pop("decision_id")].append(each)
    return found


def _standing(decision: Row, overrides: list[dict[str, Any]]) -> dict[str, Any]:
    verdict = overrides[-1]["verdict"] if overrides else decision["record"]["value"]
    return {"overrides": overrides, "verdict": verdict}


def _changes(table: Table) -> Select[Any]:
    return select(
        *table.__table__.columns,
        Staff.person_id.label("proposed_by_person"),
        Staff.name.label("proposed_by_name"),
    ).join(Staff, Staff.id == table.proposed_by)


def _record(public_id: UUID) -> Mapping[str, Any]:
    found = row(select(DecisionRecord.record).where(DecisionRecord.public_id == public_id))
    if found is None:
        raise NotFound
    record: Mapping[str, Any] = found["record"]
    return record
