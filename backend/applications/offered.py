"""Which steps are there for a case, beyond what its status says?"""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import exists

from backend.access import Relation
from backend.applications import lapsed, workflow
from backend.applications.models import Application, Correction
from backend.audit.models import Event
from backend.steps import open_to

Found = Mapping[str, Any]
# Whether the applicant has put something right before, and whether this decision was published.
COLUMNS = (
    exists()
    .where(Correction.application_id == Application.id, Correction.answered)
    .label("corrected"),
    exists()
    .where(
        Event.subject_kind == "application",
        Event.subject_id == Application.id,
        Event.name == "application.publicity_ended",
        Event.at > Application.decided_at,
    )
    .label("was_published"),
)


def _round(again: bool, found: Found) -> bool:
    return found["corrected"] is again


# A step that does not stand here is there whenever the table has it.
CONDITIONS: Mapping[str, Callable[[Found], bool]] = {
    **{verb: partial(_round, again) for verb, again in workflow.ROUNDS.items()},
    "pass_on": lambda found: found["has_next"],
    "publicise": lambda found: not found["was_published"],
    "restore": lapsed.may_be_restored,
}


def steps(found: Found, held: frozenset[Relation]) -> list[str]:
    """Return what somebody in these relations may do to a case now."""
    return [
        verb
        for verb in _open_to(found["status"], held)
        if verb not in CONDITIONS or CONDITIONS[verb](found)
    ]


@lru_cache(maxsize=512)
def _open_to(status: workflow.Status, held: frozenset[Relation]) -> tuple[str, ...]:
    return tuple(open_to(workflow.STEPS, status, held))
