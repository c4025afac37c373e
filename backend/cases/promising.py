"""How is a case taken in although something is missing, and is the promise kept?

The office names what is missing of that which may follow; the applicant promises it in the words
that she was shown, hands it in by its day, and the office looks at it. A case may be decided before
that, but nothing that was granted takes effect. A promise that is not kept ends the case.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

from backend import clock
from backend.access import Principal, Relation, relations
from backend.applications import answers, forms, gaps, promises, workflow
from backend.applications.following import still
from backend.applications.models import Application, Gap
from backend.applications.promises import AGAIN_WITHIN, GapStatus
from backend.applications.taking import (
    Taken,
    View,
    leave_to_colleague,
    locked,
    moved,
    seen_now,
    stepped,
    taken,
    taken_as,
)
from backend.cases import wording
from backend.cases.lives import LIVES
from backend.db import Row, action, rows, session
from backend.documents import papers
from backend.documents import queries as documents
from backend.errors import Incomplete, Invalid, Outdated, TooLate, WrongStatus
from backend.steps import step
from backend.workdays import after

MAY_NOT_FOLLOW = "此项不能后补，请要求补正"
IS_THERE = "此项已经提供；如有问题，请要求补正"
TWICE = "同一项只需列一次"
NO_GAP = "此件没有待处理的容缺事项"
ANOTHER_TEXT = "承诺内容已变更，请重新阅读后再确认"
Items = list[dict[str, Any]]


@action
def allow(public_id: UUID, *, seen: int, by: Principal, items: Items, workdays: int) -> View:
    """Let what is missing follow, if the applicant promises it; an unanswered offer is replaced.

    Raise Invalid for each item that may not follow or is there, WrongStatus while something is
    promised already.
    """
    case = taken("allowGap", "allow_gap", public_id, seen, by)
    application = case.application
    gaps.end_with(application, GapStatus.OFFERED)
    if gaps.live_of(application) is not None:
        raise WrongStatus(current_status=application.status.name.lower(), actions=[])
    labels = forms.may_follow(application.kind) | papers.labels(application.kind, if_promised=True)
    if faults := _faults(case.before, items, labels):
        raise Invalid(errors=faults)
    kept = [{**each, "label": labels[each["pointer"]]} for each in items]
    words = wording.promise(case.before, kept, workdays)
    session.add(
        Gap(
            application_id=application.id,
            status=GapStatus.OFFERED,
            items=kept,
            text=words.text,
            sha256=words.sha256,
            workdays=workdays,
            offered_by=by.id,
            offered_at=clock.now(),
        )
    )
    application.changed_at = clock.now()
    stepped(case, gap=[each["label"] for each in kept])
    return seen_now(case)


@action
def promise(public_id: UUID, *, seen: int, by: Principal, sha256: str) -> View:
    """Promise what the text with this SHA-256 says; raise Outdated when it is another by now."""
    gap, case = _taken("promiseGap", "promise", public_id, seen, by)
    if gap.sha256 != sha256:
        raise Outdated(ANOTHER_TEXT, seen=sha256, current=gap.sha256)
    gap.promised_at, gap.due_on = clock.now(), after(clock.today(), gap.workdays)
    return _went_on(gap, case)


@action
def decline(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Promise nothing; the office goes on without it."""
    gap, case = _taken("declineGap", "decline", public_id, seen, by)
    gap.ended_at = clock.now()
    return _went_on(gap, case)


@action
def fill(
    public_id: UUID, *, seen: int, by: Principal, sections: Mapping[str, Mapping[str, Any]]
) -> View:
    """Hand in what was promised; papers have been attached before, answers come with it.

    Raise TooLate after its day, Invalid for an answer that was not promised, Incomplete with all
    that is still missing.
    """
    gap, case = _taken("fillGap", "fill", public_id, seen, by)
    if gap.due_on is not None and gap.due_on < clock.today():
        raise TooLate(ended_at=str(gap.due_on))
    application = case.application
    application.sections = answers.added(application, sections, gap.items)
    filed = {**case.before, "sections": application.sections}
    if absent := [each for each in gap.items if not _is_there(filed, each)]:
        raise Incomplete(missing=absent)
    gap.filled_at = clock.now()
    return _went_on(gap, case)


@action
def confirm(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Say that what came is what was promised; from now on a decision takes effect."""
    gap, case = _taken("confirmGap", "confirm", public_id, seen, by)
    LIVES[case.application.kind].signable(case.application, by)
    gap.ended_at, gap.confirmed_by = clock.now(), by.id
    return _went_on(gap, case)


@action
def refuse(public_id: UUID, *, seen: int, by: Principal, why: str) -> View:
    """Say what is wrong with what came; there are three working days at least for another."""
    gap, case = _taken("refuseGap", "refuse", public_id, seen, by)
    least = after(clock.today(), AGAIN_WITHIN)
    gap.due_on, gap.why = max(gap.due_on or least, least), why.strip()
    return _went_on(gap, case, why=gap.why)


@action
def lapse(gap_id: int) -> None:
    """End a case whose promise was not kept, and whatever it was granted."""
    found = still(Gap, gap_id, is_unkept())
    if found is not None and found[1].status in workflow.OPEN:
        end_unkept(*found)


def end_unkept(gap: Gap, application: Application) -> None:
    """End a locked case with its promise, and whatever it was granted."""
    row = step(promises.STEPS, gap.status, "lapse", {Relation.SYSTEM})
    case = taken_as(Relation.SYSTEM, "lapse", application)
    gap.ended_at = clock.now()
    _went(gap, case._replace(step=row))
    moved(case)
    LIVES[application.kind].over(application, None)


def unkept() -> Iterator[int]:
    """Return the keys of the gaps whose day is over."""
    asked = select(Gap.id).join(Application, Application.id == Gap.application_id)
    asked = asked.where(is_unkept(), Application.status.in_(workflow.OPEN)).order_by(Gap.id)
    return (each["id"] for each in rows(asked))


def is_unkept() -> ColumnElement[bool]:
    """Say in SQL that the day of a promise is over."""
    return and_(Gap.status == GapStatus.PROMISED, Gap.due_on < clock.today())


def _taken(
    operation: str, verb: str, public_id: UUID, seen: int, by: Principal
) -> tuple[Gap, Taken]:
    """Lock a case and its gap for one step of the gap; refuse like `taken`."""
    application, found = locked(operation, public_id, by)
    if application.version != seen:
        raise Outdated(seen=seen, current=application.version)
    gap = gaps.live_of(application)
    if gap is None or application.status not in workflow.OPEN:
        raise WrongStatus(NO_GAP, current_status=found["status"].name.lower(), actions=[])
    row = step(promises.STEPS, gap.status, verb, relations(by, found))
    leave_to_colleague(row, found, by)
    return gap, Taken(application, row, found, by)


def _went_on(gap: Gap, case: Taken, **particulars: Any) -> View:
    _went(gap, case, **particulars)
    return seen_now(case)


def _went(gap: Gap, case: Taken, **particulars: Any) -> None:
    """Set the new status of a gap and write it down with the case."""
    gap.status = GapStatus[case.step.to.name]
    case.application.changed_at = clock.now()
    due_on = gap.due_on and str(gap.due_on)
    stepped(case, gap=[e["label"] for e in gap.items], for_on=due_on, **particulars)


def _faults(found: Row, items: Items, labels: Mapping[str, str]) -> list[dict[str, str]]:
    faults, named = [], set()
    for number, item in enumerate(items):
        at, pointer = f"#/items/{number}/pointer", item["pointer"]
        if pointer not in labels:
            faults.append({"pointer": at, "detail": MAY_NOT_FOLLOW})
        elif pointer in named:
            faults.append({"pointer": at, "detail": TWICE})
        elif _is_there(found, item):
            faults.append({"pointer": at, "detail": IS_THERE})
        named.add(pointer)
    return faults


def _is_there(found: Mapping[str, Any], item: Mapping[str, Any]) -> bool:
    """Tell whether the answer or the paper that an item points at is there by now."""
    where, _, place = item["pointer"].removeprefix("#/").partition("/")
    if where == "papers":
        paper = papers.asked(found["kind"], place)
        there = documents.attached(found["id"]).get(place, [])
        return paper is not None and documents.is_there(paper, there)
    section, _, field = place.partition("/")
    return (found["sections"].get(section) or {}).get(field) not in (None, "")
