"""Which request about a notice would succeed right now, and by whom?"""

from collections.abc import Callable
from typing import Any

from notifications import expansion
from tests.factories import Caller, World
from tests.records import change

CLERK, SECOND = "demo-bureau", "demo-bureau-2"
WORDS: dict[str, Any] = {
    "title": "一次性创业补贴开始申报",
    "summary": "首次创业且正常经营满一年的人员可以申报。",
    "body": "申报时间、地点和所需材料见附件。",
    "topics": ["subsidy"],
    "audience": {"all": []},
}
WHY = {"why": "核对金额"}
Made = tuple[Caller, str, str, Any, str]
# The address of a notice, and its ETag.
At = tuple[str, str]


def new(world: World) -> Made:
    return world.staff(CLERK), "POST", "/notices", WORDS, ""


def drafted(world: World) -> At:
    made = world.staff(CLERK).post("/notices", WORDS)
    assert 201 == made.status_code, made.text
    return f"/notices/{made.json['id']}", made.headers["ETag"]


def submitted(world: World) -> At:
    return _took(world, CLERK, drafted(world), "submit", {})


def approved(world: World) -> At:
    at = submitted(world)
    return _took(world, SECOND, at, "approve", people(world, at))


def sending(world: World) -> At:
    """A notice of which one push waits, so that it is not over at once."""
    world.citizen()
    path, _ = _took(world, CLERK, approved(world), "schedule", {})
    with world.app.app_context():
        change(
            "INSERT INTO credit SELECT id, 'policy_notice', 9, now() FROM person"
            " ON CONFLICT DO NOTHING"
        )
        expansion.sweep()
    return path, world.staff(CLERK).get(path).headers["ETag"]


def paused(world: World) -> At:
    return _took(world, CLERK, sending(world), "pause", WHY)


def people(world: World, at: At) -> dict[str, int]:
    """What the second person has to say."""
    return {"people": world.staff(SECOND).get(at[0]).json["people"]}


def _took(world: World, who: str, at: At, verb: str, content: Any) -> At:
    done = world.staff(who).post(f"{at[0]}/{verb}", content, etag=at[1])
    assert 200 == done.status_code, done.text
    return at[0], done.headers["ETag"]


def _step(
    who: str, verb: str, content: Any, stands: Callable[[World], At]
) -> Callable[[World], Made]:
    def make(world: World) -> Made:
        path, etag = stands(world)
        return world.staff(who), "POST", f"{path}/{verb}", content, etag

    return make


def _approve(world: World) -> Made:
    at = submitted(world)
    return world.staff(SECOND), "POST", f"{at[0]}/approve", people(world, at), at[1]


def _update(world: World) -> Made:
    path, etag = drafted(world)
    return world.staff(CLERK), "PUT", path, WORDS, etag


def _look(verb: str, stands: Callable[[World], At]) -> Callable[[World], Made]:
    return lambda world: (world.staff(CLERK), "GET", f"{stands(world)[0]}{verb}", None, "")


def _published(world: World) -> Made:
    path, _ = sending(world)
    return world.anybody, "GET", path.replace("/notices/", "/published-notices/"), None, ""


READY: dict[str, Callable[[World], Made]] = {
    "createNotice": new,
    "listNotices": lambda world: (world.staff(CLERK), "GET", "/notices", None, ""),
    "getNotice": _look("", submitted),
    "updateNotice": _update,
    "previewAudience": _look("/audience", drafted),
    "submitNotice": _step(CLERK, "submit", {}, drafted),
    "approveNotice": _approve,
    "refuseNotice": _step(SECOND, "refuse", WHY, submitted),
    "scheduleNotice": _step(CLERK, "schedule", {}, approved),
    "pauseNotice": _step(CLERK, "pause", WHY, sending),
    "resumeNotice": _step(CLERK, "resume", {}, paused),
    "cancelNotice": _step(CLERK, "cancel", WHY, drafted),
    "listDeliveries": _look("/deliveries", sending),
    "listPublishedNotices": lambda world: (world.anybody, "GET", "/published-notices", None, ""),
    "getPublishedNotice": _published,
    "getPreferences": lambda world: (world.citizen(), "GET", "/me/preferences", None, ""),
    "setPreferences": lambda world: (
        world.citizen(),
        "PUT",
        "/me/preferences",
        {"muted": ["loan"], "weekly": ["policy"]},
        "",
    ),
}
