"""Which request about choices, waiting lists and draws would succeed right now?"""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import time_machine

from backend import clock, workdays
from backend.draws import sweeping
from tests.factories import Caller, World
from tests.records import change

# Caller, method, path, content, ETag.
Request = tuple[Caller, str, str, Any, str]
Maker = Callable[[World], Request]
NUMBERS = count(1)
P01 = "demo-manager-p01"


def _ranked(world: World) -> tuple[Caller, str, str]:
    """Somebody new who has named a second park, and where her case is."""
    her = world.citizen(f"chooser{next(NUMBERS)}")
    made, etag = world.submitted(her)
    path = f"/applications/{made['id']}"
    named = her.put(f"{path}/choices", _others(world), etag=etag)
    assert 200 == named.status_code, named.text
    return her, path, named.headers["ETag"]


def _others(world: World) -> dict[str, Any]:
    return {"other_parks": [world.park("P01")["id"]]}


def _rank(world: World) -> Request:
    her = world.citizen(f"chooser{next(NUMBERS)}")
    made, etag = world.draft(her)
    return her, "PUT", f"/applications/{made['id']}/choices", _others(world), etag


def _look(world: World) -> Request:
    her, path, _ = _ranked(world)
    return her, "GET", f"{path}/choices", None, ""


def _pass_on(world: World) -> Request:
    _, path, etag = _ranked(world)
    return world.staff(), "POST", f"{path}/pass-on", {"reasons": ["no_space"]}, etag


def _waiting(world: World) -> tuple[Caller, dict[str, Any]]:
    """The manager of the second park, who is asked about somebody new."""
    _, path, etag = _ranked(world)
    approved = world.staff().post(f"{path}/approve", {}, etag=etag)
    assert 200 == approved.status_code, approved.text
    his = world.staff(P01)
    return his, his.get("/waiting?to_answer=true").json["items"][0]


def _list(world: World) -> Request:
    his, _ = _waiting(world)
    return his, "GET", "/waiting", None, ""


def _answer(world: World) -> Request:
    his, entry = _waiting(world)
    return his, "POST", f"/waiting/{entry['id']}/admission", {"admitted": True}, ""


def _announce(world: World) -> Request:
    """For a list of which no draw is open, whatever was announced before."""
    with world.app.app_context():
        change("UPDATE draw SET status = 'CANCELLED', why = '', cancelled_at = now()")
        change("DELETE FROM stopped_list")
    freezes_on = workdays.after(clock.today(), 3)
    days = {
        "freezes_on": str(freezes_on),
        "draws_on": str(workdays.after(freezes_on, 1)),
    }
    content = {"unit_kind": "office", "places": 1, **days}
    return world.staff(), "POST", f"/parks/{world.park()['id']}/draws", content, ""


def _announced(world: World) -> tuple[str, str]:
    by, method, path, content, _ = _announce(world)
    answer = by.send(method, path, content)
    assert 201 == answer.status_code, answer.text
    return f"/draws/{answer.json['id']}", answer.headers["ETag"]


def _list_draws(world: World) -> Request:
    _announced(world)
    return world.anybody, "GET", "/draws", None, ""


def _get(world: World) -> Request:
    path, _ = _announced(world)
    return world.anybody, "GET", path, None, ""


def _cancel(world: World) -> Request:
    path, etag = _announced(world)
    return world.staff(), "POST", f"{path}/cancel", {"why": "场地检修"}, etag


def _ticket(world: World) -> Request:
    """Of somebody who was on the list when it was closed."""
    her, path, _ = _ranked(world)
    wish = {"park_id": world.park()["id"], "unit_kind": "office"}
    assert 200 == her.post(f"{path}/waiting", wish).status_code
    draw, _ = _announced(world)
    with time_machine.travel(clock.now() + timedelta(days=12)), world.app.app_context():
        sweeping.sweep()
    return her, "GET", f"{draw}/ticket", None, ""


READY: dict[str, Maker] = {
    "rankParks": _rank,
    "getChoices": _look,
    "passOnCase": _pass_on,
    "listWaiting": _list,
    "answerAdmission": _answer,
    "announceDraw": _announce,
    "listDraws": _list_draws,
    "getDraw": _get,
    "cancelDraw": _cancel,
    "getTicket": _ticket,
}
