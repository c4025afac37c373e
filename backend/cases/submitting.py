"""How is an application handed in, and what is it that still has to be there?

Answers and papers that are missing are named together. Where all of them may follow, the applicant
is shown what she would have to promise; with the hash of those words the case is taken in.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from backend import clock
from backend.access import Principal, can
from backend.accounts import bindings
from backend.applications import clocks, forms
from backend.applications import queries as applications
from backend.applications.models import Gap
from backend.applications.promises import TO_FOLLOW, GapStatus
from backend.applications.taking import View, moved, noted, seen_now, taken
from backend.applications.verdict import verdict_on
from backend.cases import wording
from backend.db import action, session
from backend.documents.queries import still_missing
from backend.errors import Incomplete
from backend.texts.keeping import keep
from backend.texts.kinds import Looked
from backend.workdays import after

Missing = list[dict[str, Any]]


def on_file(operation: str, public_id: UUID, seen: int, by: Principal) -> dict[str, str]:
    """Return the free texts with which an application would be handed in, by pointer.

    Nothing of a foreign one, nor of another version than the caller has seen: an operation on that
    is refused in any case. What is looked at is therefore what is handed in.
    """
    found = applications.find(public_id)
    if found is None or not can(by, operation, found) or found["version"] != seen:
        return {}
    return forms.free_texts(found["kind"], found["sections"])


@action
def submit(
    public_id: UUID,
    *,
    seen: int,
    by: Principal,
    promise: str | None = None,
    looked: Looked | None = None,
) -> View:
    """Hand the draft to its office; raise Incomplete with everything that is missing.

    What may follow is excused by the SHA-256 of the promise, whose text the refusal shows. The
    verdict of the rules travels with the case from now on, whatever it is, and so does what was
    made of its texts.
    """
    case = taken("submitApplication", "submit", public_id, seen, by)
    application, now = case.application, clock.now()
    missing = still_missing(case.before)
    if missing:
        session.add(_promised(case.before, missing, promise, now))
    bindings.rely_on_identity(application.applicant_id)
    application.verdict = verdict_on(application)
    application.submitted_at, application.received_on = now, clocks.received_on(now)
    moved(case)
    keep(looked, public_id, by, application_id=application.id)
    if missing:
        noted("gap_opened", application, by, gap=[each["label"] for each in missing])
    return seen_now(case)


def _promised(case: Mapping[str, Any], missing: Missing, sha256: str | None, now: datetime) -> Gap:
    """Return the gap that a promise opens; raise Incomplete unless it was made in these words."""
    if not all(each["may_follow"] for each in missing):
        raise Incomplete(missing=missing)
    words = wording.promise(case, missing, TO_FOLLOW)
    if sha256 != words.sha256:
        shown = {"text": words.text, "sha256": words.sha256, "workdays": TO_FOLLOW}
        raise Incomplete(missing=missing, promise=shown)
    return Gap(
        application_id=case["id"],
        status=GapStatus.PROMISED,
        items=[{"pointer": e["pointer"], "label": e["label"], "text": ""} for e in missing],
        text=words.text,
        sha256=words.sha256,
        workdays=TO_FOLLOW,
        offered_at=now,
        promised_at=now,
        due_on=after(clock.day_of(now), TO_FOLLOW),
    )
