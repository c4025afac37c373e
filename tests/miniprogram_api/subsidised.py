"""Which request about subsidies would succeed right now?

Made by the actions, each time for somebody new and for a household that nobody else has claimed.
"""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

from backend import clock
from backend.cases import publicity
from backend.subsidies.kinds import SubsidyKind
from backend.subsidies.workflow import Status
from tests.backend.subsidies import stage
from tests.backend.subsidies.stage import BUREAU, MANAGER, SECOND
from tests.backend.subsidies.test_claiming import worker
from tests.factories import Caller, World

# Caller, method, path, content, ETag.
Request = tuple[Caller, str, str, Any, str]
Maker = Callable[[World], Request]
NUMBERS = count(100)
Its = dict[str, Any]


def _household() -> dict[str, Any]:
    return stage.household(next(NUMBERS))


def _submitted() -> Its:
    return stage.submitted(_household())


def _accepted() -> Its:
    return stage.decided(_submitted())


def _at(status: Status) -> Its:
    number = next(NUMBERS)
    return stage.at(status, f"founder{number}", number)[2]


def _published() -> Its:
    return _at(Status.PUBLISHED)


def _granted() -> Its:
    return _at(Status.GRANTED)


def _payable() -> Its:
    return _at(Status.PAYABLE)


def _paid() -> Its:
    return stage.pay(_payable())


def _with_a_worker() -> Its:
    number = next(NUMBERS)
    first = date(2030, 1, 1) + timedelta(days=370 * (number - 100))
    _, firm = stage.tenant(f"tenant{number}", number, first=first)
    return stage.submitted(worker(), kind=SubsidyKind.JOB_CREATION, tenancy=firm)


def _on(
    make: Callable[[], Its],
    who: str,
    verb: str,
    content: Callable[[Its], Any] = lambda its: {},
    *,
    method: str = "POST",
) -> Maker:
    """A step on a subsidy of somebody new, or a look at it."""

    def request(world: World) -> Request:
        with world.app.app_context():
            its = make()
            sent = content(its) if method != "GET" else None
        etag = "" if method == "GET" or "worker" in verb else f'"{its["version"]}"'
        if "{line}" in verb:
            return world.staff(who), method, _path(its) + verb.format(line=_line(its)), sent, etag
        return world.staff(who), method, _path(its) + verb, sent, etag

    return request


def _path(its: Its) -> str:
    return f"/subsidies/{its['id']}"


def _line(its: Its) -> str:
    return str(its["lines"][0]["id"])


def _told(given: dict[str, Any]) -> dict[str, Any]:
    """A household as JSON has it."""
    return {name: str(value) for name, value in given.items()}


def _create(world: World) -> Request:
    content = {
        "kind": "incubation",
        "park_id": world.park()["id"],
        "lines": [_told(_household())],
    }
    return world.staff(MANAGER), "POST", "/subsidies", content, ""


def _objections(world: World) -> Request:
    with world.app.app_context():
        its = _accepted()
        stage.step(publicity.publicise_claim, its)
    return world.staff(BUREAU), "GET", f"{_path(its)}/objections", None, ""


def _claim_texts(world: World) -> Request:
    by, method, path, *_ = _objections(world)
    return by, method, path.replace("/objections", "/texts"), None, ""


def objected(world: World) -> Request:
    """The objection itself, by a neighbour; for whoever counts the objections to a claim."""
    with world.app.app_context():
        stage.step(publicity.publicise_claim, _accepted())
    newest = world.anybody.get("/publicity").json["items"][0]["id"]
    content = {"words": "该户并未搬离"}
    path = f"/publicity/{newest}/objections"
    return world.citizen("neighbour"), "POST", path, content, ""


def _candidates(world: World) -> Request:
    return world.staff(BUREAU), "GET", "/subsidy-candidates", None, ""


def _reviewed(its: Its) -> dict[str, Any]:
    return {"lines": [{"line_id": _line(its), "outcome": "accepted"}]}


def _payment(its: Its) -> dict[str, Any]:
    today = str(clock.today())
    return {"amount": "10000.00", "paid_on": today, "voucher": "财拨 2026-0815"}


def _recovery(its: Its) -> dict[str, Any]:
    today = str(clock.today())
    return {"amount": "10000.00", "recovered_on": today, "ground": "false_material"}


READY: dict[str, Maker] = {
    "listSubsidies": lambda world: (world.citizen(), "GET", "/subsidies", None, ""),
    "listSubsidyCandidates": _candidates,
    "getSubsidy": _on(_submitted, BUREAU, "", method="GET"),
    "createClaim": _create,
    "updateClaim": _on(
        lambda: stage.claim(_household()),
        MANAGER,
        "/lines",
        lambda its: {"lines": [_told(_household())]},
        method="PUT",
    ),
    "submitClaim": _on(lambda: stage.claim(_household()), MANAGER, "/submit"),
    "withdrawClaim": _on(_submitted, MANAGER, "/withdraw"),
    "returnClaim": _on(
        _submitted, BUREAU, "/send-back", lambda its: {"items": [{"text": "请核对搬离日期"}]}
    ),
    "reviewClaim": _on(_submitted, BUREAU, "/review", _reviewed),
    "publiciseClaim": _on(_accepted, BUREAU, "/publicise"),
    "listClaimObjections": _objections,
    "listClaimTexts": _claim_texts,
    "openWorker": _on(_with_a_worker, BUREAU, "/lines/{line}/worker"),
    "grantSubsidy": _on(_published, BUREAU, "/grant", lambda its: {"amount": "10000.00"}),
    "approveSubsidy": _on(_granted, SECOND, "/approve"),
    "returnSubsidy": _on(_granted, SECOND, "/return", lambda its: {"why": "请核对金额"}),
    "refuseSubsidy": _on(_published, BUREAU, "/refuse", lambda its: {"reasons": ["not_operating"]}),
    "recordPayment": _on(_payable, BUREAU, "/payment", _payment),
    "recoverSubsidy": _on(_paid, BUREAU, "/recover", _recovery),
}
