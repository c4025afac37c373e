"""How are many cases decided at once?

First on trial: nothing changes, and each row says what would become of it. Then, with the token of
that trial, for good: each row by itself, so that one that cannot be decided leaves the others
alone. For ten minutes it may be undone, and until then no applicant hears of it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from backend import clock, vault
from backend.access import Principal
from backend.applications.models import Application
from backend.applications.taking import Taken
from backend.audit.actions import held_back
from backend.cases import actions, batches
from backend.cases.granting import Wish
from backend.cases.kinds import Decision, Outcome
from backend.cases.models import Batch, BatchRow
from backend.db import action, rows, session
from backend.errors import Invalid, Refusal
from backend.tenancies.taking import live_of

UNDO_WITHIN = timedelta(minutes=10)
NOT_TRIED = "请先试运行；案件或选项有变化时须重新试运行"
TWICE = "同一件只能列一次"
Asked = Mapping[str, Any]
# Tells a refusal as a problem document would.
Problems = Callable[[Refusal], dict[str, Any]]


def _approve(row: Asked, by: Principal) -> Taken:
    wish, note = Wish(row["unit_id"]), row["note"]
    return actions.approved(row["application_id"], seen=row["seen"], by=by, wish=wish, note=note)


def _reject(row: Asked, by: Principal) -> Taken:
    if not row["reasons"]:
        raise Invalid(errors=[{"pointer": "#/reasons", "detail": "至少选择一个原因"}])
    why = {"reasons": row["reasons"], "note": row["note"]}
    return actions.rejected(row["application_id"], seen=row["seen"], by=by, **why)


DECIDE: Mapping[Decision, Callable[[Asked, Principal], Taken]] = {
    Decision.APPROVE: _approve,
    Decision.REJECT: _reject,
}


@action
def decide(
    decision: Decision,
    asked: Sequence[Asked],
    *,
    dry_run: bool,
    preview: str | None,
    by: Principal,
    problems: Problems,
) -> dict[str, Any]:
    """Decide every row that can be decided, or say which those would be.

    Raise Invalid for a case that is named twice, and without the token of a trial of these very
    rows at these versions.
    """
    told = _content(decision, asked, by)
    if faults := _faults(asked, tried=dry_run or preview in _tokens(told)):
        raise Invalid(errors=faults)
    now = clock.now()
    batch = Batch(decision=decision, staff_id=by.id, made_at=now, undo_until=now + UNDO_WITHIN)
    with session.begin_nested() as trial:
        session.add(batch)
        session.flush()
        for place in _in_order(asked):
            session.add(_row(batch, place, asked[place], by, problems))
        session.flush()
        found = batches.of(batch.id)
        if dry_run:
            trial.rollback()
    if dry_run:
        return {**found, "id": None, "actions": [], "preview": _tokens(told)[0]}
    return found


def _row(batch: Batch, place: int, asked: Asked, by: Principal, problems: Problems) -> BatchRow:
    """Decide one case in a savepoint of its own, holding back what would be told of it."""
    row = BatchRow(batch_id=batch.id, place=place, application=asked["application_id"])
    try:
        with session.begin_nested(), held_back(batch.undo_until) as events:
            case = DECIDE[batch.decision](asked, by)
            row.was = _was(case, [each.id for each in events])
        row.outcome = Outcome.DECIDED
    except Refusal as refusal:
        row.outcome, row.problem = Outcome.REFUSED, problems(refusal)
    return row


def _was(case: Taken, events: list[int]) -> dict[str, Any]:
    tenancy, since = live_of(case.application), case.before["held_since"]
    assert isinstance(since, datetime)
    return {
        "status": case.before["status"].name,
        "handler_id": case.before["handler_id"],
        "held_since": since.isoformat(),
        "version": case.application.version,
        "tenancy_version": tenancy and tenancy.version,
        "events": events,
    }


def _in_order(asked: Sequence[Asked]) -> list[int]:
    """Return the places by the keys of their cases, so that two batches do not block each other."""
    ids = [each["application_id"] for each in asked]
    found = rows(
        select(Application.public_id, Application.id).where(Application.public_id.in_(ids))
    )
    keys = {each["public_id"]: each["id"] for each in found}
    return sorted(range(len(asked)), key=lambda place: keys.get(ids[place], 0))


def _faults(asked: Sequence[Asked], *, tried: bool) -> list[dict[str, str]]:
    ids = [each["application_id"] for each in asked]
    faults = [
        {"pointer": f"#/rows/{place}/application_id", "detail": TWICE}
        for place, each in enumerate(ids)
        if each in ids[:place]
    ]
    return faults if tried else [{"pointer": "#/preview", "detail": NOT_TRIED}, *faults]


def _content(decision: Decision, asked: Sequence[Asked], by: Principal) -> str:
    """Write down what exactly is decided, and by whom."""
    plain = [{**each, "reasons": [reason.name for reason in each["reasons"]]} for each in asked]
    return json.dumps([decision.name, by.id, plain], sort_keys=True, default=str)


def _tokens(told: str) -> tuple[str, ...]:
    """Return under which tokens a trial is known: only we can make them."""
    return vault.keys().indexes("batch.preview", told)
