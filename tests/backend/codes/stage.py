"""Codes to begin with."""

from typing import Any

from backend.codes import actions
from backend.codes.kinds import CodeKind
from tests.records import park, staff

WHERE = "乌兰浩特站出站口"


def code(who: str = "demo-manager", key: str | None = "P05", **more: Any) -> dict[str, Any]:
    """A code of a park, or of none, by the one who may make it."""
    wish = {"kind": CodeKind.POSTER, "label": WHERE} | more
    return actions.create(park=key and park(key)["public_id"], by=staff(who), **wish)
