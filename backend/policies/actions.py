"""How does a number or a reading change, and how is a decision written down?"""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend import clock
from backend.access import Audience, Principal, relations
from backend.audit.actions import record
from backend.db import action, constraint_of, session
from backend.errors import Invalid, NotAllowed, NotFound, Outdated
from backend.policies import archive, drafts, queries, workflow
from backend.policies.models import DecisionRecord, Override, ParameterRow, RulingRow
from backend.policies.workflow import Status
from backend.steps import Step, step
from eligibility import replay
from eligibility.engine import Assessment
from eligibility.facts import Facts
from eligibility.parameters import LEAGUE, Snapshot

View = dict[str, Any]
Change = ParameterRow | RulingRow
ALREADY = "同一内容在这段日期内已有待复核的变更"


@action
def set_parameter(content: Mapping[str, Any], *, by: Principal) -> View:
    """Propose a number; raise Invalid with everything that is wrong with it.

    It holds once somebody else has confirmed it.
    """
    _may_propose(by, content.get("scope", LEAGUE))
    draft = drafts.parameter(queries.current(), content)
    names = ("name", "scope", "value", "unit", "valid_from", "valid_to", "review_by")
    kept = {name: getattr(draft, name) for name in (*names, "source", "clause", "verified")}
    return _propose(ParameterRow(**kept), content, by)


@action
def decide_ruling(content: Mapping[str, Any], *, by: Principal) -> View:
    """Propose a reading of an unclear clause; raise Invalid with everything wrong with it."""
    _may_propose(by, LEAGUE)
    draft = drafts.ruling(queries.current(), content)
    names = ("in_use", "kind", "valid_from", "valid_to", "decided_by", "decided_on")
    kept = {name: getattr(draft, name) for name in names}
    source = content["source"].strip()
    return _propose(RulingRow(name=draft.id, scope=LEAGUE, source=source, **kept), content, by)


@action
def confirm_change(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Let a change be known from this moment on, as its second person.

    Raise NotAllowed for the one who proposed it, Outdated for another version than the one seen,
    Invalid where the policy has come to know better since it was proposed.
    """
    change, taken = _taken(public_id, "confirm", seen, by)
    found = queries.find(public_id)
    assert found is not None
    queries.draft_of(found)
    change.confirmed_by, change.confirmed_at = by.id, clock.now()
    return _settle(change, taken, by)


@action
def drop_change(public_id: UUID, *, seen: int, why: str, by: Principal) -> View:
    """Take a proposal off the table, for good; raise Invalid without a reason."""
    change, taken = _taken(public_id, "drop", seen, by)
    if faults := _unsaid("why", why):
        raise Invalid(errors=faults)
    change.dropped_by, change.dropped_at = by.id, clock.now()
    change.dropped_why = why.strip()
    return _settle(change, taken, by)


def record_decision(
    assessment: Assessment,
    facts: Facts,
    snapshot: Snapshot,
    *,
    by: Principal | None,
    person_id: int | None = None,
    application_id: int | None = None,
    scope: str = LEAGUE,
) -> UUID:
    """Write an answer down inside the running transaction, with all it rested on.

    What would not come out the same again is not written: then something was assessed under
    another policy, other facts or other numbers than those handed over.
    """
    policy = queries.current()
    archive.keep(policy)
    officer = by if by and by.audience is Audience.STAFF else None
    name = str(officer.public_id) if officer else None
    written = replay.record(assessment, facts, policy, snapshot, name)
    again = replay.replay(written, [policy])
    if not again.same:
        raise ValueError(f"the decision does not replay: {', '.join(again.diff)}")
    decision = DecisionRecord(
        person_id=person_id,
        application_id=application_id,
        scope=scope,
        rule=assessment.rule,
        policy_hash=policy.hash,
        tree_hash=written["tree_hash"],
        record=written,
        officer=officer.id if officer else None,
        made_at=clock.now(),
    )
    session.add(decision)
    session.flush()
    record("decision.recorded", "decision", decision.id, by, rule=assessment.rule)
    return decision.public_id


@action
def override_verdict(
    public_id: UUID, *, verdict: bool, reason: str, seen: int, by: Principal
) -> int:
    """Set a verdict aside in a transaction of its own; see `set_aside`."""
    return set_aside(public_id, verdict=verdict, reason=reason, seen=seen, by=by)


def set_aside(public_id: UUID, *, verdict: bool, reason: str, seen: int, by: Principal) -> int:
    """Set the verdict of a decision aside, with a reason; return the number of the override.

    For use inside an action. `seen` is how many overrides the caller saw. Raise Outdated when
    there is one more by now, NotAllowed in one's own case, Invalid without a reason or a
    different verdict.
    """
    decision = session.scalar(
        select(DecisionRecord).where(DecisionRecord.public_id == public_id).with_for_update()
    )
    found = queries.find_decision(public_id)
    if decision is None or found is None or workflow.MAY_OVERRIDE not in relations(by, found):
        raise NotFound
    if by.person is not None and by.person == decision.person_id:
        raise NotAllowed
    if len(found["overrides"]) != seen:
        raise Outdated(seen=seen, current=len(found["overrides"]))
    faults = _unsaid("reason", reason)
    if not isinstance(verdict, bool) or verdict is found["verdict"]:
        faults.append({"pointer": "#/verdict", "detail": "请给出与现有结论不同的结论"})
    if faults:
        raise Invalid(errors=faults)
    number = seen + 1
    session.add(
        Override(
            decision_id=decision.id,
            number=number,
            verdict=verdict,
            reason=reason.strip(),
            overridden_by=by.id,
            overridden_at=clock.now(),
        )
    )
    record("decision.overridden", "decision", decision.id, by, rule=decision.rule, number=number)
    return number


def _may_propose(by: Principal, scope: Any) -> None:
    if workflow.MAY_PROPOSE not in relations(by, {"scope": scope}):
        raise NotAllowed


def _propose(change: Change, content: Mapping[str, Any], by: Principal) -> View:
    """Put the proposal on the table, unless another about the same days lies there."""
    change.status, change.reason = Status.PROPOSED, content["reason"].strip()
    change.proposed_by, change.proposed_at = by.id, clock.now()
    try:
        with session.begin_nested():
            session.add(change)
            session.flush()
    except IntegrityError as error:
        if not (constraint_of(error) or "").endswith("_one_proposal"):
            raise
        raise Invalid(errors=[{"pointer": "#/valid_from", "detail": ALREADY}]) from None
    _note("proposed", change, by)
    return queries.get(change.public_id, by)


def _taken(public_id: UUID, verb: str, seen: int, by: Principal) -> tuple[Change, Step]:
    """Lock the change for one step of the workflow.

    Raise NotFound for what the principal may not see, NotAllowed or WrongStatus as the table
    says, Outdated when the version is not the one seen.
    """
    found = queries.find(public_id)
    if found is None or not queries.SEEN_BY & relations(by, found):
        raise NotFound
    table = queries.TABLES[found["what"]]
    locked = select(table).where(table.public_id == public_id).with_for_update()
    change = cast(Change, session.scalars(locked).one())
    if change.version != seen:
        raise Outdated(seen=seen, current=change.version)
    return change, step(workflow.STEPS, change.status, verb, relations(by, found))


def _settle(change: Change, taken: Step, by: Principal) -> View:
    change.status = Status[taken.to.name]
    session.flush()
    _note(taken.event, change, by)
    return queries.get(change.public_id, by)


def _note(event: str, change: Change, by: Principal) -> None:
    what = "parameter" if isinstance(change, ParameterRow) else "ruling"
    particulars = {"about": change.name, "scope": change.scope, "version": change.version}
    record(f"{what}.{event}", what, change.id, by, **particulars)


def _unsaid(key: str, words: str) -> list[dict[str, str]]:
    return [] if words.strip() else [{"pointer": f"#/{key}", "detail": "请说明理由"}]
