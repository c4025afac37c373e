"""How is the applicant asked to put something right, all of it at once, and how does she answer?"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend import clock
from backend.access import Principal
from backend.applications import forms, gaps, promises
from backend.applications import queries as applications
from backend.applications.corrections import rounds_of
from backend.applications.kinds import Fault, Kind
from backend.applications.models import Application, Correction
from backend.applications.taking import View, moved, seen_now, taken
from backend.applications.verdict import verdict_on
from backend.applications.workflow import ROUNDS
from backend.db import action, session
from backend.documents import papers
from backend.documents.queries import still_missing
from backend.errors import Incomplete, Invalid
from backend.texts.keeping import keep
from backend.texts.kinds import Looked

NO_SUCH_ITEM = "表格里没有这一项"
TWICE = "同一项只需列一次"
PROMISED = "您承诺后补的内容，请随本次补正一并提交"
SECOND_ROUND = "再次要求补正，须由上级说明理由"
Items = list[dict[str, Any]]


@action
def ask(public_id: UUID, *, seen: int, by: Principal, items: Items, why: str = "") -> View:
    """Name every item that has to be put right, in one go; the clock of the case stands still.

    What was promised for later and is not there is asked for with it, and no longer apart.
    A second round is the supervisor's alone, who says why it was not asked at once. Raise
    NotAllowed for anybody else then, Invalid with everything that is wrong with the items.
    """
    again = bool((applications.find(public_id) or {}).get("corrected"))
    verb = next(each for each, rounds in ROUNDS.items() if rounds is again)
    case = taken("returnForCorrection", verb, public_id, seen, by)
    application = case.application
    if faults := [*_faults(application, items), *_unsaid(again, why)]:
        raise Invalid(errors=faults)
    number = len(rounds_of(application.id)) + 1
    asked = [*items, *_promised(application, items)]
    session.add(
        Correction(
            application_id=application.id,
            round=number,
            items=[_kept(application, item) for item in asked],
            why=why.strip(),
            asked_by=by.id,
            asked_at=clock.now(),
            before=application.sections,
        )
    )
    application.handler_id = application.handler_id or by.id
    moved(case, round=number)
    return seen_now(case)


@action
def recall(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Take back what was asked for; it stays in the history, and the clock runs on."""
    case = taken("recallCorrection", "recall", public_id, seen, by)
    close(case.application, answered=False)
    moved(case)
    return seen_now(case)


@action
def resolve(public_id: UUID, *, seen: int, by: Principal, looked: Looked | None = None) -> View:
    """Hand in what was put right; raise Incomplete with everything that is missing.

    The case goes back to whoever asked, and the verdict is taken anew.
    """
    case = taken("resolveCorrection", "resolve", public_id, seen, by)
    application = case.application
    if missing := still_missing(case.before):
        raise Incomplete(missing=missing)
    close(application, answered=True)
    application.verdict = verdict_on(application)
    moved(case)
    keep(looked, public_id, by, application_id=application.id)
    return seen_now(case)


def close(application: Application, *, answered: bool) -> None:
    """End the open round of a locked application."""
    open_ = session.scalars(
        select(Correction).where(
            Correction.application_id == application.id, Correction.ended_at.is_(None)
        )
    ).one()
    open_.ended_at, open_.answered = clock.now(), answered
    session.flush()


def _faults(application: Application, items: Items) -> list[dict[str, str]]:
    known, named = _labels(application.kind), set()
    faults = []
    for number, item in enumerate(items):
        at = f"#/items/{number}/pointer"
        if item["pointer"] not in known:
            faults.append({"pointer": at, "detail": NO_SUCH_ITEM})
        elif item["pointer"] in named:
            faults.append({"pointer": at, "detail": TWICE})
        named.add(item["pointer"])
    return faults


def _promised(application: Application, items: Items) -> Items:
    """End the gap of a case; return what it named and the office does not."""
    gap, named = gaps.live_of(application), {each["pointer"] for each in items}
    gaps.end_with(application, *promises.LIVE)
    left = gap.items if gap is not None else []
    return [
        {"pointer": each["pointer"], "fault": Fault.MISSING, "text": PROMISED}
        for each in left
        if each["pointer"] not in named
    ]


def _labels(kind: Kind) -> dict[str, str]:
    """Return what a correction may point at: sections, answers and papers."""
    return forms.labels(kind) | papers.labels(kind)


def _unsaid(again: bool, why: str) -> list[dict[str, str]]:
    return [{"pointer": "#/why", "detail": SECOND_ROUND}] if again and not why.strip() else []


def _kept(application: Application, item: Mapping[str, Any]) -> dict[str, str]:
    label = _labels(application.kind)[item["pointer"]]
    return {
        "pointer": item["pointer"],
        "label": label,
        "fault": item["fault"].name,
        "text": item["text"],
    }
