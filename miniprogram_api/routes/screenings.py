"""Screening: what may I have, and why?  Open to everybody, without a name."""

from datetime import date
from typing import Any

from backend import clock
from backend.access import Principal
from backend.screenings import actions, answers, queries, results
from backend.screenings.answers import Ground
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import screenings as shapes

routes = Routes("screenings", __name__, description="政策测算")


@routes.operation("POST", "/screen", "screen", body=shapes.Asked, gives=shapes.ScreenSchema)
def screen(body: dict[str, Any]) -> dict[str, Any]:
    """Every benefit for these facts, each with its reasons; nothing is kept."""
    return told(answers.ground(body["facts"], day(body)))


@routes.operation("POST", "/screen/next", "askNext", body=shapes.AskedOn, gives=shapes.NextSchema)
def ask_next(body: dict[str, Any]) -> dict[str, Any]:
    """The question that settles most of what is open."""
    on = answers.ground(body["facts"], day(body))
    asked = answers.questions(on, frozenset(body["skipped"]))
    settled, unsettled = answers.open_benefits(on)
    first = results.best(on, asked[0]) if asked else None
    return {
        "question": first,
        "group": results.group(on, answers.together(on, asked)),
        "questions_left": len(asked),
        "settled": settled,
        "open": unsettled,
    }


@routes.operation(
    "POST", "/screen/what-if", "whatIf", body=shapes.Supposed, gives=shapes.WhatIfSchema
)
def what_if(body: dict[str, Any]) -> dict[str, Any]:
    """What would change if some facts were others."""
    before, after = answers.supposed(body["facts"], body["changes"], day(body))
    found = [results.difference(after, *pair) for pair in answers.what_if(before, after)]
    return {
        "as_of": after.as_of,
        "policy": after.policy.version,
        "results": sorted(found, key=lambda each: not each["changed"]),
    }


@routes.operation(
    "POST",
    "/screenings",
    "saveScreening",
    body=shapes.Asked,
    gives=shapes.SavedSchema,
    status=201,
)
def save_screening(body: dict[str, Any]) -> dict[str, Any]:
    """Keep these facts for seven days under a token of their own, without a name."""
    answers.ground(body["facts"], day(body))
    return actions.save(body["facts"], day(body))


@routes.operation("GET", "/screenings/<token>", "getScreening", gives=shapes.KeptScreeningSchema)
def get_screening(token: str) -> dict[str, Any]:
    """What was kept under a token, answered by today's policy."""
    kept = queries.find(token)
    on = answers.ground(kept["facts"], date.fromisoformat(kept["as_of"]))
    return told(on) | {
        "facts": kept["facts"],
        "expires_at": kept["expires_at"],
        "claimed": kept["claimed_at"] is not None,
    }


@routes.operation(
    "POST",
    "/screenings/<token>/claim",
    "claimScreening",
    gives=shapes.ClaimedSchema,
    key="key",
)
def claim_screening(by: Principal, token: str) -> dict[str, list[str]]:
    """Take a kept screening into the caller's account, once; what is newer there stays."""
    return actions.claim(token, by=by)


def day(body: dict[str, Any]) -> date:
    """Return the day asked about."""
    return body["as_of"] or clock.today()


def told(on: Ground) -> dict[str, Any]:
    """Tell all answers on some ground."""
    found = [results.result(on, each) for each in answers.screen(on)]
    return {"as_of": on.as_of, "policy": on.policy.version, "results": found}
