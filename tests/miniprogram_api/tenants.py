"""Which request about a stay would succeed right now?

The stage plants somebody new who has moved in; her days are moved to where today lies well.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

from backend import clock
from backend.access import Principal
from backend.tenancies import counting, evicting, leaving, renewing, suspending
from backend.tenancies.counting import Named
from backend.tenancies.grounds import Eviction, Leaving, Pause
from tests.backend.internships.stage import credit_code
from tests.backend.tenancies.stage import did, fresh, moved_in
from tests.factories import Caller, World
from tests.records import change, staff

# Caller, method, path, content, ETag.
Request = tuple[Caller, str, str, Any, str]
Maker = Callable[[World], Request]
Stay = tuple[Principal, dict[str, Any]]
NUMBERS = count(1)
HER, PARK, BUREAU = "", "demo-manager", "demo-bureau"
UNITS = ("B201", "B202", "B203")
PERSON = {"name": "其其格", "number": "152201199001010001"}
WHY, WORDS = {"why": "现场核实"}, {"words": "现场核实"}


def _stay(number: int, *, arrived: bool, ends_in: int) -> Stay:
    """Somebody new in a unit of the park; whoever a request before put there makes room."""
    code, today = UNITS[number % len(UNITS)], clock.today()
    change("DELETE FROM holding USING unit WHERE unit.id = unit_id AND code = :code", code=code)
    first = today - timedelta(days=31)
    stay = moved_in(f"tenant{number}", code, str(first) if arrived else None)
    days = {"first": first, "until": today + timedelta(days=ends_in), "id": stay[1]["id"]}
    change("UPDATE tenancy SET starts_on = :first, until_on = :until WHERE public_id = :id", **days)
    change("UPDATE holding SET during = daterange(:first, :until) WHERE public_id = :id", **days)
    return stay


def _on(
    who: str,
    method: str,
    verb: str,
    content: Any = None,
    *,
    after: tuple[Callable[[Stay], Any], ...] = (),
    arrived: bool = True,
    ends_in: int = 200,
) -> Maker:
    """A step on the stay of somebody new, after others."""

    def make(world: World) -> Request:
        number = next(NUMBERS)
        with world.app.app_context():
            stay = _stay(number, arrived=arrived, ends_in=ends_in)
            for each in after:
                each(stay)
            seen = fresh(stay[1])["version"]
        sent = content() if callable(content) else content
        by = world.staff(who) if who else world.citizen(f"tenant{number}")
        tag = f'"{seen}"' if method == "POST" else ""
        return by, method, f"/tenancies/{stay[1]['id']}{verb}", sent, tag

    return make


def _asked(stay: Stay) -> None:
    did(renewing.ask, stay[1], stay[0], months=6, why="继续经营")


def _suspended(stay: Stay) -> None:
    rest = {"ground": Pause.ILLNESS, "ends_on": _in_days(10), "words": ""}
    did(suspending.suspend, stay[1], staff(), **rest)


def _announced(stay: Stay) -> None:
    did(evicting.announce, stay[1], staff(), ground=Eviction.SUBLET, words="转租")


def _heard(stay: Stay) -> None:
    did(evicting.hear, stay[1], staff(), attended=True, note="当面听取")
    yesterday = clock.today() - timedelta(days=1)
    change("UPDATE proceeding SET hear_until = :day WHERE closed_at IS NULL", day=yesterday)


def _left(stay: Stay) -> None:
    did(leaving.leave, stay[1], stay[0], reason=Leaving.MOVING, words="")


def _declared(stay: Stay) -> None:
    said = {"month": clock.today().replace(day=1), "people": [Named(**PERSON)], "why": ""}
    did(counting.record, stay[1], stay[0], **said)


def _in_days(days: int) -> Any:
    return clock.today() + timedelta(days=days)


def _month() -> dict[str, str]:
    return {"month": f"{clock.today():%Y-%m}"}


def _graduation() -> dict[str, str]:
    today = str(clock.today())
    return {
        "credit_code": credit_code(500 + next(NUMBERS)),
        "registered_on": today,
        "moved_out_on": today,
        "moved_to": "乌兰浩特市经济技术开发区",
    }


READY: dict[str, Maker] = {
    "confirmArrival": _on(
        PARK, "POST", "/arrival", lambda: {"arrived_on": str(clock.today())}, arrived=False
    ),
    "postponeArrival": _on(
        PARK, "POST", "/arrival/postpone", WHY | {"arrive_by": "2027-01-18"}, arrived=False
    ),
    "renewTenancy": _on(HER, "POST", "/renewal", WHY | {"months": 6}, ends_in=30),
    "grantRenewal": _on(PARK, "POST", "/renewal/grant", {}, after=(_asked,), ends_in=30),
    "refuseRenewal": _on(
        PARK, "POST", "/renewal/refuse", {"reason": "idle"}, after=(_asked,), ends_in=30
    ),
    "suspendTenancy": _on(
        PARK, "POST", "/suspension", lambda: {"ground": "illness", "ends_on": str(_in_days(10))}
    ),
    "resumeTenancy": _on(PARK, "POST", "/suspension/end", {}, after=(_suspended,)),
    "announceEviction": _on(PARK, "POST", "/eviction", WORDS | {"ground": "sublet"}),
    "answerEviction": _on(HER, "POST", "/eviction/answer", WORDS, after=(_announced,)),
    "recordHearing": _on(
        PARK,
        "POST",
        "/eviction/hearing",
        {"attended": True, "note": "当面听取"},
        after=(_announced,),
    ),
    "dropEviction": _on(PARK, "POST", "/eviction/drop", WHY, after=(_announced,)),
    "evictTenant": _on(BUREAU, "POST", "/eviction/decide", WHY, after=(_announced, _heard)),
    "getLeaving": _on(HER, "GET", "/leaving"),
    "leaveTenancy": _on(HER, "POST", "/leave", {"reason": "moving"}),
    "graduateTenant": _on(PARK, "POST", "/graduation", _graduation),
    "confirmExitItem": _on(
        PARK, "POST", "/exit", {"duty": "unit", "outcome": "done"}, after=(_left,)
    ),
    "recordHeadcount": _on(PARK, "POST", "/headcounts", lambda: _month() | {"people": [PERSON]}),
    "confirmHeadcount": _on(PARK, "POST", "/headcounts/confirm", _month, after=(_declared,)),
    "listHeadcounts": _on(PARK, "GET", "/headcounts", after=(_declared,)),
    "countHeads": lambda world: (world.staff(PARK), "GET", "/headcounts", None, ""),
    "listNameplates": lambda world: (world.staff(PARK), "GET", "/nameplates", None, ""),
}
