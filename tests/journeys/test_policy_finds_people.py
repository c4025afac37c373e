"""A policy finds a person, on the night on which it begins to fit her, with all that she needs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

from backend.matches import sweeping
from notifications import ledger
from tests.factories import ULANHOT, Caller, World
from tests.records import one

# 29 November 2026, four in the afternoon in Shanghai, and five past midnight after it.
AFTERNOON = datetime(2026, 11, 29, 8, tzinfo=UTC)
THIS_NIGHT = datetime(2026, 11, 29, 16, 5, tzinfo=UTC)
EIGHT = datetime(2026, 11, 30, 0, tzinfo=UTC)
# A veteran who has run her first business in a park since 30 November 2025, with one employee.
FACTS: dict[str, Any] = {
    "county_code": ULANHOT,
    "is_veteran": True,
    "is_first_startup": True,
    "in_park": True,
    "park_entry_date": "2025-11-01",
    "registered_with_authority": True,
    "reg_date": "2025-11-30",
    "normal_operation": True,
    "other_workers_employed": 1,
    "startup_subsidy_received": False,
}
NO_MORE = {"purpose": "policy_matching"}


def test_who_turned_twelve_months_in_business_this_night_finds_one_message_that_says_so(
    world: World,
):
    with time_machine.travel(AFTERNOON, tick=False) as now:
        for name in ("bayar", "tuya"):
            told = world.citizen(name).put("/me/facts", {"facts": FACTS})
            assert 200 == told.status_code
        consent(world.citizen("bayar"))
        look(world)
        assert "一次性创业补贴" not in str(inbox(world.citizen("bayar")))
        now.move_to(THIS_NIGHT)

        look(world)
        look(world)

        her = world.citizen("bayar")
        message, first = inbox(her)
        assert "4. 现在符合" in first["body"]
        read_it(message)
        open_it(her, message)
        push_it(world, message)
        assert [] == inbox(world.citizen("tuya"))
        stop_it(her, world)


def consent(her: Caller) -> None:
    """She reads the words, consents to them and gives leave to push; old words are refused."""
    offered = {each["purpose"]: each for each in her.get("/me/consents").json["items"]}
    words = offered["policy_matching"]
    assert (False, None) == (words["stands"], words["granted_at"])
    old = her.post("/me/consents", NO_MORE | {"version": "2020-01"})
    assert (422, "#/version") == (old.status_code, old.json["errors"][0]["pointer"])

    given = her.post("/me/consents", NO_MORE | {"version": words["version"]})

    assert {"policy_matching": True, "policy_losses": False} == {
        each["purpose"]: each["stands"] for each in given.json["items"]
    }
    leave = {"answers": [{"template": "policy_match", "answer": "accept"}]}
    for _ in range(2):
        assert 200 == her.post("/messages/subscriptions", leave).status_code


def look(world: World) -> None:
    with world.app.app_context():
        sweeping.sweep()
        assert not sweeping.is_due()


def inbox(her: Caller) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = her.get("/messages").json["items"]
    return items


def read_it(message: dict[str, Any]) -> None:
    """What, by which clause, why, how much, with which papers; what is open, and how to stop it."""
    assert "有政策与您有关" == message["title"]
    assert [
        "现在符合：一次性创业补贴（依据：实施方案五（三））",
        "原因：2026-11-30 起营业执照已满12个月。",
        "金额：不低于10000.00元。",
        "材料：身份证、营业执照、人员身份证明，如退役证、毕业证、失业登记、员工合同和社保记录、"
        "入园协议、银行卡。",
        "谁来定：旗县人社局审核。",
        "怎么办：带上材料，到园区服务台或旗县人社局申请。",
        "请注意：政策口径待确认；这项政策现在是否有效，待人社局确认。",
        "",
        "为什么收到：您同意了“政策找人”，我们按您的资料与现行政策比对。"
        "不想再收到：在“我的—授权管理”中撤回，立即生效。",
    ] == message["body"].splitlines()


def open_it(her: Caller, message: dict[str, Any]) -> None:
    """The page behind it has the whole answer and the button; a draft begun there goes on there."""
    page, key = message["link"].split("?id=")
    assert "pages/matches/detail" == page
    found = her.get(f"/me/matches/{key}").json
    (item,) = found["items"]
    assert ("eligible", "time", "2026-11-30") == (item["what"], item["cause"], item["on"])
    assert ("at_least", "10000.00", None) == tuple(
        item["answer"]["amount"][each] for each in ("kind", "lower", "upper")
    )
    assert {
        "label": "去申请",
        "page": "pages/applications/new?kind=startup_subsidy",
    } == item["button"]

    wish = {"kind": "startup_subsidy", "jurisdiction_code": ULANHOT, "sections": {}}
    draft = her.post("/applications", wish).json

    (again,) = her.get(f"/me/matches/{key}").json["items"]
    assert f"pages/applications/detail?id={draft['id']}" == again["button"]["page"]


def push_it(world: World, message: dict[str, Any]) -> None:
    """Nobody's telephone rings in the night: the push waits for her moment after eight."""
    assert ["pending"] == [each["status"] for each in message["deliveries"]]
    with world.app.app_context():
        due = one("SELECT max(next_try_at) FROM delivery WHERE template = 'policy_match'")
    assert EIGHT <= due < EIGHT + timedelta(hours=1)


def stop_it(her: Caller, world: World) -> None:
    """How she stood is forgotten, and the push that still waits does not leave any more."""
    done = her.post("/me/consents/withdraw", NO_MORE)
    assert {False} == {each["stands"] for each in done.json["items"]}

    look(world)

    with world.app.app_context():
        assert 0 == one("SELECT count(*) FROM standing")
        ledger.sweep()
    assert {"skipped"} == {e["deliveries"][0]["status"] for e in inbox(her)}
