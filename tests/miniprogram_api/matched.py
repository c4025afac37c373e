"""Which requests about consents and matches would succeed right now?"""

from collections.abc import Callable
from typing import Any

from backend.consents.kinds import TERMS, Purpose
from backend.matches import sweeping
from tests.factories import Caller, World

Made = tuple[Caller, str, str, Any, str]
CONSENT = {
    "purpose": "policy_matching",
    "version": TERMS[Purpose.POLICY_MATCHING].version,
}


def told(world: World) -> str:
    """The path of what somebody in a park was told when we first looked at her."""
    her = world.citizen()
    her.put("/me/facts", {"facts": {"in_park": True}})
    her.post("/me/consents", CONSENT)
    with world.app.app_context():
        sweeping.sweep()
    (found,) = her.get("/me/matches").json["items"]
    return f"/me/matches/{found['id']}"


READY: dict[str, Callable[[World], Made]] = {
    "listConsents": lambda world: (world.citizen(), "GET", "/me/consents", None, ""),
    "grantConsent": lambda world: (world.citizen(), "POST", "/me/consents", CONSENT, ""),
    "withdrawConsent": lambda world: (
        world.citizen(),
        "POST",
        "/me/consents/withdraw",
        {"purpose": "policy_matching"},
        "",
    ),
    "listMatches": lambda world: (world.citizen(), "GET", "/me/matches", None, ""),
    "getMatch": lambda world: (world.citizen(), "GET", told(world), None, ""),
}
