"""From the first screen to the years after: a place is waited for, lived in, renewed and left.

The office sends the application back once, and answers the renewal late; a unit is handed on to
her, and by her to the next.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from backend.cases import reminding as cases_reminding
from backend.tenancies import reminding, sweeping
from tests.backend.tenancies.stage import on
from tests.factories import SECTIONS, Caller, World

SPACE = {"unit_kind": "office", "starts_on": "2027-01-01", "term_months": 12}
ITEMS = [{"pointer": "#/sections/project/summary", "fault": "incomplete", "text": "请写明销路"}]
HERSELF = {"name": "其其格", "number": "152201199001010001"}
FRIEND = {"name": "乌日娜", "number": "152201199101010009"}
FIRM = "91152201MA0N0TRE41"


class Stage:
    """Everybody, signed in anew on each day: a session does not last for months."""

    def __init__(self, world: World):
        self.world = world
        self.first, self.her = world.citizen("first"), world.citizen("qiqige")
        self.next = world.citizen("next")
        self.park, self.bureau = world.staff(), world.staff("demo-bureau")


Day = Callable[[str], Any]


@pytest.fixture
def day(world: World) -> Day:
    @contextmanager
    def be_there(when: str) -> Iterator[Stage]:
        with on(when):
            with world.app.app_context():
                sweeping.sweep()
                cases_reminding.sweep()
                reminding.sweep()
            yield Stage(world)

    return be_there


def done(answer: Any, status: int = 200) -> Any:
    assert status == answer.status_code, answer.text
    return answer.json


def step(by: Caller, path: str, verb: str, content: Any = None) -> Any:
    """A step on what the caller has just looked at."""
    etag = by.get(path).headers["ETag"]
    return done(by.post(f"{path}{verb}", content or {}, etag=etag))


def sign(by: Caller, path: str) -> Any:
    text = done(by.get(f"{path}/agreement"))
    return step(by, path, "/sign", {"sha256": text["sha256"]})


def titles(by: Caller) -> list[str]:
    return [each["title"] for each in by.get("/messages?limit=100").json["items"]]


def place_of(by: Caller) -> str:
    return f"/tenancies/{done(by.get('/tenancies'))['items'][0]['id']}"


def apply(s: Stage, by: Caller, *, starts_on: str = "2027-01-01") -> str:
    """Ask for a place and hand it in; return where the application is."""
    sections = SECTIONS | {"space": SPACE | {"starts_on": starts_on}}
    draft, etag = s.world.draft(by, sections=sections)
    path = f"/applications/{draft['id']}"
    done(by.post(f"{path}/submit", {}, etag=etag))
    return path


def wait(s: Stage, by: Caller, case: str) -> Any:
    """Stand on the park's list, and be approved without a unit."""
    wish = {"park_id": s.world.park()["id"], "unit_kind": "office"}
    done(by.post(f"{case}/waiting", wish))
    return step(s.park, case, "/approve")


def test_a_place_from_the_first_screen_to_the_keys_and_on_to_the_next(world: World, day: Day):
    case = look_correct_and_wait(world, day)
    hers = be_handed_a_unit_and_sign(day)
    move_in_and_be_counted(day, hers)
    renew_late(day, hers)
    graduate_and_hand_on(day, hers)
    look_back(day, case, hers)


def look_correct_and_wait(world: World, day: Day) -> str:
    with day("2026-12-01") as s:
        # Without signing in: a park with room, and what one may have there.
        (park,) = done(world.anybody.get("/parks?q=hlcy"))["items"]
        assert park["free_units"]
        told = done(world.anybody.post("/screen", {"facts": {"in_park": True}}))
        assert told["results"]

        # Somebody else has the only office already; she applies, and is sent back once.
        taken = apply(s, s.first)
        step(s.park, taken, "/approve", {"unit_id": s.world.units()[0]["id"]})
        case = apply(s, s.her)
        step(s.park, case, "/return", {"items": ITEMS})
        assert "申请需要补正" in titles(s.her)
        project = SECTIONS["project"] | {"summary": "把牧民的奶豆腐卖到全国，已有三家门店订货。"}
        step_put(s.her, case, {"sections": {"project": project}})
        step(s.her, case, "/resolve")
        assert "补正已提交" in titles(s.park)

        # No room: she waits, the first in line, and knows why.
        assert wait(s, s.her, case)["unit"] is None
        (place,) = done(s.her.get(f"{case}/waiting"))["items"]
        assert (1, []) == (place["rank"], place["ahead"])
    return case


def step_put(by: Caller, path: str, content: Any) -> Any:
    return done(by.put(path, content, etag=by.get(path).headers["ETag"]))


def be_handed_a_unit_and_sign(day: Day) -> str:
    with day("2026-12-02") as s:
        # Whoever had it gives it up: it is offered to her in the same moment.
        theirs = done(s.first.get("/applications"))["items"][0]["id"]
        step(s.first, f"/applications/{theirs}", "/withdraw")
        assert "有空闲场地可以入驻" in titles(s.her)
        hers = place_of(s.her)
        accepted = step(s.her, hers, "/accept")
        assert ["applicant", "decider"] == accepted["waits_for"]

        # The park waives the rent for the first half-year; both sign that very text.
        relief = {
            "fee": "rent",
            "percent": 100,
            "starts_on": "2027-01-01",
            "ends_on": "2027-06-30",
        }
        step(s.park, hers, "/agreement", {"special_terms": "", "relief": [relief]})
        text = done(s.her.get(f"{hers}/agreement"))
        assert "自 2027-01-01 至 2027-06-30 减免 100%" in text["text"]
        assert [100, None] == [
            each["terms"] and each["terms"][0]["percent"] for each in text["relief"][:2]
        ]
        sign(s.her, hers)
        signed = sign(s.park, hers)
        assert ("active", "2027-01-15", None) == (
            signed["status"],
            signed["arrive_by"],
            signed["arrived_on"],
        )
    return hers


def move_in_and_be_counted(day: Day, hers: str) -> None:
    with day("2027-01-12") as s:
        # She has to be reminded, and comes.
        assert "请按期到园" in titles(s.her)
        step(s.park, hers, "/arrival", {"arrived_on": "2027-01-12"})
        assert "已确认到园" in titles(s.her)

    with day("2027-02-03") as s:
        # Nobody has counted for January yet.
        assert "请填报上月在园人数" in titles(s.her)
        assert "有实体上月人数未填报" in titles(s.park)
        said = {"month": "2027-01", "people": [HERSELF, FRIEND]}
        step(s.her, hers, "/headcounts", said)
        assert counted(s, "2027-01") == (0, 1, None)
        step(s.park, hers, "/headcounts/confirm", {"month": "2027-01"})
        assert counted(s, "2027-01") == (1, 1, 2)

        # The friend came in February only: it is put right, and what was said before stays.
        step(s.her, hers, "/headcounts", said | {"people": [HERSELF], "why": "乌日娜二月才到岗"})
        step(s.park, hers, "/headcounts/confirm", {"month": "2027-01"})
        assert counted(s, "2027-01") == (1, 1, 1)
        new, old = done(s.park.get(f"{hers}/headcounts"))["items"]
        assert (1, 2) == (len(new["people"]), len(old["people"]))
        assert old["replaced_at"] and "乌日娜二月才到岗" == new["why"]


def counted(s: Stage, month: str) -> tuple[int, int, int | None]:
    """Of how many tenants of her park there is a figure, and which."""
    found = done(s.bureau.get(f"/headcounts?month={month}"))["items"]
    its = next(each for each in found if each["park_name"] == "恒隆创业广场")
    return its["tenants_counted"], its["tenants"], its["people"]


def renew_late(day: Day, hers: str) -> None:
    with day("2027-10-29") as s:
        # Nobody has been counted since January: the bureau sees it, and nothing follows.
        (found,) = done(s.bureau.get("/nameplates"))["items"]
        assert ("2027-02-01", "never_counted") == (found["idle_since"], found["why"])
        assert "active" == found["tenancy"]["status"]

    with day("2027-11-02") as s:
        assert "入驻期限将到" in titles(s.her)
        assert "有入驻期限将到" in titles(s.park)
        asked = step(s.her, hers, "/renewal", {"months": 12, "why": "订单稳定，需要继续使用"})
        assert ("renewing", "2027-11-09") == (asked["status"], asked["renewal"]["due_on"])
        case = apply(s, s.next, starts_on="2028-03-01")
        wait(s, s.next, case)

    with day("2027-11-10") as s:
        # The park is late: whoever stands above it hears of it too.
        assert {"续期答复今天到期", "续期逾期未答复"} & set(titles(s.park))
        assert "辖区内续期逾期未答复" in titles(s.bureau)
        seen = done(s.park.get(hers))
        assert 1 == seen["renewal"]["people_waiting"]
        granted = step(s.park, hers, "/renewal/grant", {"ends_on": "2028-06-30"})
        assert ("active", "2028-06-30") == (granted["status"], granted["ends_on"])
        assert "续期已同意" in titles(s.her)


def graduate_and_hand_on(day: Day, hers: str) -> None:
    with day("2028-03-01") as s:
        # Registered and moved out: the unit stays hers in the books until it was handed over.
        graduation = {
            "credit_code": FIRM,
            "registered_on": "2027-12-20",
            "moved_out_on": "2028-02-29",
            "moved_to": "乌兰浩特市经济技术开发区",
        }
        left = step(s.park, hers, "/graduation", graduation)
        assert ("graduated", 5, None) == (
            left["status"],
            left["exit"]["open"],
            left["exit"]["handed_over_on"],
        )
        assert "恭喜孵化毕业" in titles(s.her)
        assert [] == done(s.next.get("/tenancies"))["items"]

        step(s.park, hers, "/exit", {"duty": "unit", "outcome": "done"})
        # In the same moment it is offered to the next.
        (offer,) = done(s.next.get("/tenancies"))["items"]
        assert ("offered", "B201") == (offer["status"], offer["unit_code"])
        for duty in ("meters", "arrears", "goods"):
            step(s.park, hers, "/exit", {"duty": duty, "outcome": "done"})
        assert 1 == done(s.her.get(hers))["exit"]["open"]

    with day("2028-03-07") as s:
        # Her address is still in the park: both are reminded, and it is settled.
        assert "还有退出事项未办" in titles(s.her)
        settled = step(
            s.park, hers, "/exit", {"duty": "address", "outcome": "done", "words": "已变更"}
        )
        assert 0 == settled["exit"]["open"]


def look_back(day: Day, case: str, hers: str) -> None:
    with day("2028-03-08") as s:
        told = [each["label"] for each in done(s.her.get(f"{case}/timeline"))["items"]]
        for label in ("确认到园", "提出续期", "续期逾期未答复", "同意续期", "孵化毕业", "场地交还"):
            assert label in told
        seen = done(s.her.get(hers))
        assert (FIRM, []) == (seen["graduation"]["credit_code"], seen["actions"])
