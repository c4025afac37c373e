"""Who is on the stage? A park that draws, and the days on which it does."""

from datetime import UTC, date, datetime
from typing import Any

import time_machine

from backend.draws import actions, queries
from backend.parks.kinds import UnitKind
from tests import records
from tests.records import one, staff

ANNOUNCED = datetime(2026, 11, 24, 2, tzinfo=UTC)
FREEZES_ON, DRAWS_ON = date(2026, 11, 27), date(2026, 11, 30)
FREEZES = datetime(2026, 11, 27, 9, tzinfo=UTC)
DRAWS = datetime(2026, 11, 30, 2, tzinfo=UTC)


def at(moment: datetime) -> time_machine.travel:
    return time_machine.travel(moment, tick=False)


def announced(park: str = "P05", by: str = "demo-manager", **changed: Any) -> dict[str, Any]:
    """A draw for the offices of a park, announced on the 24th."""
    asked = {
        "unit_kind": UnitKind.OFFICE,
        "places": 1,
        "freezes_on": FREEZES_ON,
        "draws_on": DRAWS_ON,
    } | changed
    with at(ANNOUNCED):
        return actions.announce(records.park(park)["public_id"], by=staff(by), **asked)


def seen(draw: dict[str, Any]) -> dict[str, Any]:
    """The draw as anybody sees it now."""
    return queries.get(draw["id"], None)


def key_of(draw: dict[str, Any]) -> int:
    return one("SELECT id FROM draw WHERE public_id = :id", id=draw["id"])
