"""What does a row of a workflow look like, and which two questions does one ask of it?"""

from collections.abc import Iterable, Set
from enum import Enum
from typing import NamedTuple

from backend.access import Relation
from backend.errors import NotAllowed, WrongStatus


class Step(NamedTuple):
    """When it is `status`, `action` may be taken by `by`; it becomes `to`; we call it `event`."""

    status: Enum
    action: str
    by: Relation
    to: Enum
    event: str


def step(steps: Iterable[Step], status: Enum, action: str, held: Set[Relation]) -> Step:
    """Find the row for an action.

    Raise NotAllowed when the action is never this party's, WrongStatus (with the actions that
    are open now) when it does not exist from the present status.
    """
    steps = tuple(steps)
    mine = [row for row in steps if row.action == action and row.by in held]
    if not mine:
        raise NotAllowed
    for row in mine:
        if row.status is status:
            return row
    raise WrongStatus(current_status=status.name.lower(), actions=open_to(steps, status, held))


def open_to(steps: Iterable[Step], status: Enum, held: Set[Relation]) -> list[str]:
    """List what the holder of these relations may do now, in the order of the table."""
    found = (row.action for row in steps if row.status is status and row.by in held)
    return list(dict.fromkeys(found))
