"""Which request of each operation would succeed right now?"""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

import pyotp
from werkzeug.test import TestResponse

from miniprogram_api import demo
from tests.factories import SECTIONS, Caller, World


class Ready(NamedTuple):
    """A request that would succeed, by whoever may send it."""

    by: Caller
    method: str
    path: str
    content: Any = None
    etag: str = ""

    def send(self, key: str | None = None, **changed: Any) -> TestResponse:
        """Send it, or with something changed; a fresh key unless one is given."""
        sent = self._replace(**changed)
        named = {} if key is None else {"key": key}
        return sent.by.send(sent.method, sent.path, sent.content, etag=sent.etag, **named)


def _reading(path: str) -> Callable[[World], Ready]:
    return lambda world: Ready(world.anybody, "GET", path)


def _reading_of_hers(path: str) -> Callable[[World], Ready]:
    return lambda world: Ready(world.citizen(), "GET", path)


def _get_park(world: World) -> Ready:
    return Ready(world.anybody, "GET", f"/parks/{world.park()['id']}")


def _list_units(world: World) -> Ready:
    return Ready(world.anybody, "GET", f"/parks/{world.park()['id']}/units")


def _create(world: World) -> Ready:
    wish = {"kind": "tenancy", "park_id": world.park()["id"], "sections": SECTIONS}
    return Ready(world.citizen(), "POST", "/applications", wish)


def _drafted(method: str, verb: str, content: Any = None) -> Callable[[World], Ready]:
    def make(world: World) -> Ready:
        her = world.citizen()
        made, etag = world.draft(her)
        return Ready(her, method, f"/applications/{made['id']}{verb}", content, etag)

    return make


def _read(verb: str) -> Callable[[World], Ready]:
    return lambda world: _drafted("GET", verb)(world)._replace(etag="")


def _approve(world: World) -> Ready:
    made, etag = world.submitted()
    wish = {"unit_id": world.units()[0]["id"]}
    return Ready(world.staff(), "POST", f"/applications/{made['id']}/approve", wish, etag)


def _reject(world: World) -> Ready:
    made, etag = world.submitted()
    why = {"reasons": ["no_space"]}
    return Ready(world.staff(), "POST", f"/applications/{made['id']}/reject", why, etag)


def _mark_read(world: World) -> Ready:
    assert 200 == _reject(world).send().status_code
    her = world.citizen()
    message = her.get("/messages").json["items"][0]["id"]
    return Ready(her, "POST", f"/messages/{message}/read", {})


def _end_other_session(world: World) -> Ready:
    her = world.citizen()
    world.citizen()
    far = next(each for each in her.get("/sessions").json["items"] if not each["is_this_one"])
    return Ready(her, "DELETE", f"/sessions/{far['id']}")


def _login_wechat(world: World) -> Ready:
    content = {"code": f"demo:qiqige:{uuid4()}", "device": "iPhone"}
    return Ready(world.anybody, "POST", "/session/wechat", content)


def _login_staff(world: World) -> Ready:
    content = {"username": "demo-manager", "password": demo.PASSWORD, "device": "PC"}
    return Ready(world.anybody, "POST", "/session/staff", content)


def _confirm_totp(world: World) -> Ready:
    challenge = _login_staff(world).send().json["challenge_token"]
    (account,) = [each for each in demo.ACCOUNTS if each.username == "demo-manager"]
    content = {"challenge_token": challenge, "code": pyotp.TOTP(account.totp_secret).now()}
    return Ready(world.anybody, "POST", "/session/staff/totp", content)


def _refresh(world: World) -> Ready:
    token = _login_wechat(world).send().json["refresh_token"]
    return Ready(world.anybody, "POST", "/session/refresh", {"refresh_token": token})


READY: dict[str, Callable[[World], Ready]] = {
    "checkHealth": _reading("/healthz"),
    "checkReadiness": _reading("/readyz"),
    "getOpenapi": _reading("/openapi.json"),
    "getProblem": _reading("/problems/malformed"),
    "listDivisions": _reading("/divisions"),
    "listParks": _reading("/parks"),
    "getPark": _get_park,
    "listParkUnits": _list_units,
    "listReasons": _reading("/reasons"),
    "loginWechat": _login_wechat,
    "loginStaff": _login_staff,
    "confirmTotp": _confirm_totp,
    "refreshSession": _refresh,
    "endSession": lambda world: Ready(world.citizen(), "DELETE", "/sessions/current"),
    "listSessions": _reading_of_hers("/sessions"),
    "endOtherSession": _end_other_session,
    "getMe": _reading_of_hers("/me"),
    "createApplication": _create,
    "listApplications": _reading_of_hers("/applications"),
    "getApplication": _read(""),
    "getTimeline": _read("/timeline"),
    "updateApplication": _drafted("PUT", "", {"sections": SECTIONS | {"project": {}}}),
    "submitApplication": _drafted("POST", "/submit", {}),
    "withdrawApplication": _drafted("POST", "/withdraw", {}),
    "approveApplication": _approve,
    "rejectApplication": _reject,
    "listMessages": _reading_of_hers("/messages"),
    "countUnread": _reading_of_hers("/messages/unread"),
    "markRead": _mark_read,
}
