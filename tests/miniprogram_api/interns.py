"""Which request about hosts, posts and internships would succeed right now?

Made by the actions on days that are past; each time for somebody new.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

from backend import clock
from backend.applications.kinds import Kind
from backend.internships import hosts, posts, queries, sweeping, venture
from tests.backend.internships import stage
from tests.factories import Caller, World
from tests.filing import draft_for_the_bureau
from tests.records import one, person, staff

# Caller, method, path, content, ETag.
Request = tuple[Caller, str, str, Any, str]
Maker = Callable[[World], Request]
NUMBERS = count(1)
INTERN, HOST, CLERK, SECOND = "intern", "contact", "demo-bureau", "demo-bureau-2"
# So many days ago, for an internship of one month: it runs, or is over.
RUNS, IS_OVER = 20, 60


def _caller(world: World, who: str, number: int) -> Caller:
    return world.staff(who) if who.startswith("demo") else world.citizen(f"{who}{number}")


def _host(world: World) -> tuple[int, dict[str, Any]]:
    number = next(NUMBERS)
    with world.app.app_context():
        return number, stage.host(number)


def _create_host(world: World) -> Request:
    content = {
        "kind": "innovation_base",
        "name": "见习基地",
        "credit_code": stage.credit_code(next(NUMBERS)),
        "jurisdiction_code": "152201",
    }
    return world.staff(CLERK), "POST", "/hosts", content, ""


def _invite(world: World) -> Request:
    _, host = _host(world)
    return world.staff(CLERK), "POST", f"/hosts/{host['id']}/invitations", {}, ""


def _accept_invitation(world: World) -> Request:
    number, host = _host(world)
    with world.app.app_context():
        code = hosts.invite(host["id"], by=staff(CLERK))["code"]
    return _caller(world, HOST, number), "POST", "/invitations/accept", {"code": code}, ""


def _create_post(world: World) -> Request:
    _, host = _host(world)
    content = {
        "title": "电商运营见习",
        "duties": "参与选品和直播。",
        "starts_on": str(clock.today() + timedelta(days=30)),
        "months": 6,
        "places": 2,
    }
    return world.staff(CLERK), "POST", f"/hosts/{host['id']}/posts", content, ""


def _post(world: World, places: int = 1) -> dict[str, Any]:
    _, host = _host(world)
    with world.app.app_context():
        return stage.post(host, places=places)


def _post_texts(world: World) -> Request:
    return world.staff(CLERK), "GET", f"/posts/{_post(world)['id']}/texts", None, ""


def _close_post(world: World) -> Request:
    made = _post(world)
    return world.staff(CLERK), "POST", f"/posts/{made['id']}/close", {}, '"1"'


def _get_post(world: World) -> Request:
    return world.anybody, "GET", f"/posts/{_post(world)['id']}", None, ""


def _choosing(method: str) -> Maker:
    def make(world: World) -> Request:
        its, number = _post(world), next(NUMBERS)
        with world.app.app_context():
            her = person(f"{INTERN}{number}")
            begun = draft_for_the_bureau(her, Kind.INTERNSHIP)
            posts.choose(begun["id"], post=its["id"], by=her)
        content = {"post_id": str(its["id"])} if method == "PUT" else None
        path = f"/applications/{begun['id']}/post"
        return _caller(world, INTERN, number), method, path, content, ""

    return make


def _internship(days_ago: int, number: int) -> dict[str, Any]:
    """An internship of one month that began so many days ago, with whoever speaks for its host."""
    first = clock.today() - timedelta(days=days_ago)
    with stage.on(first):
        names = {"name": f"{INTERN}{number}", "speaker": f"{HOST}{number}"}
        _, _, its = (stage.begun if days_ago else stage.granted)(**names, number=number, months=1)
    return its


def _on(
    days_ago: int,
    who: str,
    method: str,
    verb: str,
    content: Any = None,
    *,
    steps: tuple[Callable[[dict[str, Any], int], Any], ...] = (),
) -> Maker:
    """A step on the internship of somebody new, after others."""

    def make(world: World) -> Request:
        number = next(NUMBERS)
        with world.app.app_context():
            its = _internship(days_ago, number)
            for each in steps:
                each(its, number)
            months = queries.months_of(stage.fresh(its)["id"])
            path = verb.format(month=months[0]["name"] if months else "")
            sent = content(its) if callable(content) else content
            seen = one("SELECT version FROM internship WHERE public_id = :id", id=its["id"])
        tag = f'"{seen}"' if method == "POST" else ""
        caller = _caller(world, who, number)
        return caller, method, f"/internships/{its['id']}{path}", sent, tag

    return make


def _ended(its: dict[str, Any], number: int) -> None:
    sweeping.sweep()
    month = queries.months_of(stage.fresh(its)["id"])[0]["name"]
    stage.attend(its, month, person(f"{INTERN}{number}"), person(f"{HOST}{number}"))


def _told(its: dict[str, Any], number: int) -> None:
    stage.told(its, person(f"{INTERN}{number}"), clock.today())


def _accepted(its: dict[str, Any], number: int) -> None:
    stage.accepted(its)


def _approved(its: dict[str, Any], number: int) -> None:
    venture.approve(its["id"], seen=stage.fresh(its)["version"], by=staff(SECOND))


def _paid(its: dict[str, Any], number: int) -> None:
    venture.pay(its["id"], seen=stage.fresh(its)["version"], by=staff(CLERK), **_payment(its))


def _payment(its: dict[str, Any]) -> dict[str, Any]:
    total = stage.fresh(its)["stipend"]["total"]
    return {"amount": total, "paid_on": clock.today(), "reference": "财拨 2027-0815"}


def _sent_payment(its: dict[str, Any]) -> dict[str, Any]:
    return {**_payment(its), "paid_on": str(clock.today())}


def _signature(its: dict[str, Any]) -> dict[str, Any]:
    return {"sha256": one("SELECT max(sha256) FROM internship_agreement")}


def _today(its: dict[str, Any]) -> dict[str, Any]:
    return {"last_on": str(clock.today()), "why": "提前创业"}


def _licence(its: dict[str, Any]) -> dict[str, Any]:
    return {"credit_code": stage.LICENCE, "registered_on": str(clock.today())}


WHY = {"why": "请核对"}
PRESENT = {"present": True, "days": 21}
TO_ACCEPT = (_ended, _told)
TO_APPROVE = (*TO_ACCEPT, _accepted)
TO_PAY = (*TO_APPROVE, _approved)
READY: dict[str, Maker] = {
    "createHost": _create_host,
    "listHosts": lambda world: (world.staff(CLERK), "GET", "/hosts", None, ""),
    "inviteContact": _invite,
    "acceptInvitation": _accept_invitation,
    "createPost": _create_post,
    "closePost": _close_post,
    "listPostTexts": _post_texts,
    "listPosts": lambda world: (world.anybody, "GET", "/posts", None, ""),
    "getPost": _get_post,
    "choosePost": _choosing("PUT"),
    "getChosenPost": _choosing("GET"),
    "listInternships": lambda world: (world.citizen(), "GET", "/internships", None, ""),
    "getInternship": _on(RUNS, HOST, "GET", ""),
    "getInternshipAgreement": _on(0, INTERN, "GET", "/agreement"),
    "amendInternshipAgreement": _on(0, CLERK, "POST", "/agreement", {"special_terms": "午餐。"}),
    "signInternshipAgreement": _on(0, HOST, "POST", "/sign", _signature),
    "confirmAttendance": _on(IS_OVER, INTERN, "PUT", "/months/{month}", PRESENT),
    "settleMonth": _on(
        IS_OVER, CLERK, "POST", "/months/{month}/settle", {"counts": True, "why": "有考勤"}
    ),
    "completeInternship": _on(RUNS, INTERN, "POST", "/complete", _today),
    "confirmVenture": _on(IS_OVER, INTERN, "POST", "/venture", _licence, steps=(_ended,)),
    "acceptVenture": _on(IS_OVER, CLERK, "POST", "/venture/accept", {}, steps=TO_ACCEPT),
    "returnVenture": _on(IS_OVER, CLERK, "POST", "/venture/return", WHY, steps=TO_ACCEPT),
    "approveStipend": _on(IS_OVER, SECOND, "POST", "/stipend/approve", {}, steps=TO_APPROVE),
    "returnStipend": _on(IS_OVER, SECOND, "POST", "/stipend/return", WHY, steps=TO_APPROVE),
    "recordStipendPayment": _on(
        IS_OVER, CLERK, "POST", "/stipend/payment", _sent_payment, steps=TO_PAY
    ),
    "recoverStipend": _on(IS_OVER, CLERK, "POST", "/stipend/recover", WHY, steps=(*TO_PAY, _paid)),
}
