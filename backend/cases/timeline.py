"""What has happened in a case, and since then in what was granted with it?"""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.applications import queries as applications
from backend.cases.lives import LIVES


def timeline(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Tell everything in the order in which it happened, and who has to act next until when.

    While nobody holds the case itself, whoever holds what was granted does. Raise NotFound for a
    foreign case.
    """
    case = applications.timeline(public_id, by)
    since = LIVES[case["kind"]].sequel(public_id)
    if since is None:
        return case
    items = sorted([*case["items"], *since.pop("items")], key=lambda each: each["row"])
    return {**case, **({} if case["held_by"] else since), "items": items}
