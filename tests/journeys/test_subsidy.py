"""A start-up subsidy from the open screen to what came back of it, and a park's claim to its money.

All over HTTP, each day signed in anew.
"""

from contextlib import contextmanager
from typing import Any

import pytest

from backend import clock
from backend.cases import sweeping
from tests.backend.internships.stage import credit_code
from tests.backend.subsidies.stage import end_publicity, on, tenant
from tests.factories import SHARED, WHOLE_FORMS, Caller, World

WORKERS = "#/sections/business/workers"
# In business since Monday 24 November 2025; Tuesday 24 November 2026 is the last day of a year.
FORM = SHARED | WHOLE_FORMS["startup_subsidy"]
BUSINESS = FORM["business"] | {"registered_on": "2025-11-24"}
FACTS = {
    "in_park": True,
    "is_first_startup": True,
    "is_veteran": True,
    "registered_with_authority": True,
    "reg_date": "2025-11-24",
    "normal_operation": True,
    "other_workers_employed": 2,
    "startup_subsidy_received": False,
}


class Stage:
    """Everybody, signed in on this day."""

    def __init__(self, world: World):
        self.her, self.neighbour = world.citizen("qiqige"), world.citizen("neighbour")
        self.clerk, self.second = world.staff("demo-bureau"), world.staff("demo-bureau-2")


@pytest.fixture
def day(world: World):
    @contextmanager
    def be_there(when: str):
        with on(when):
            with world.app.app_context():
                sweeping.sweep()
            yield Stage(world)

    return be_there


def done(answer: Any, status: int = 200) -> Any:
    assert status == answer.status_code, answer.text
    return answer.json


def step(by: Caller, path: str, verb: str, content: Any = None, status: int = 200) -> Any:
    """A step on what the caller has just looked at."""
    etag = by.get(path).headers["ETag"]
    return done(by.post(f"{path}{verb}", content or {}, etag=etag), status)


def titles(by: Caller) -> list[str]:
    return [each["title"] for each in by.get("/messages").json["items"]]


def screened(world: World) -> dict[str, Any]:
    found = done(world.anybody.post("/screen", {"facts": FACTS}))["results"]
    return next(each for each in found if each["benefit"] == "startup_subsidy")


def candidates(by: Caller, standing: str) -> list[dict[str, Any]]:
    path = f"/subsidy-candidates?kind=startup&standing={standing}"
    return done(by.get(path))["items"]


def test_a_veteran_is_paid_after_a_year_in_business(world: World, day):
    with day("2026-11-23") as s:
        # A day too early: the answer names the day on which it turns, and a floor, no sum.
        early = screened(world)
        assert (False, "2026-11-24") == (early["value"], early["first_day"])
        with world.app.app_context():
            tenant("qiqige", 7)
    with day("2026-11-24") as s:
        today = screened(world)
        assert (True, "at_least", "10000.00", None) == (
            today["value"],
            *(today["amount"][name] for name in ("kind", "lower", "upper")),
        )
        # The bureau has her among those of whom it is not yet known, with what is lacking.
        assert [] == candidates(s.clerk, "met")
        (listed,) = candidates(s.clerk, "not_yet_known")
        assert "is_first_startup" in {each["name"] for each in listed["missing"]}
        own = ("is_first_startup", "reg_date", "normal_operation", "other_workers_employed")
        done(s.her.put("/me/facts", {"facts": {name: FACTS[name] for name in own}}))

        # She applies, puts one thing right, and the bureau approves; she is no candidate any more.
        form = FORM | {"business": BUSINESS | {"workers": 9}}
        form["venture"] = form["venture"] | {"credit_code": credit_code(7)}
        draft, etag = world.draft(s.her, sections=form, kind="startup_subsidy")
        case = f"/applications/{draft['id']}"
        done(s.her.post(f"{case}/submit", {}, etag=etag))
        assert [] == candidates(s.clerk, "not_yet_known")
        item = {"pointer": WORKERS, "fault": "incorrect", "text": "社保登记为 2 人"}
        step(s.clerk, case, "/return", {"items": [item]})
        etag = s.her.get(case).headers["ETag"]
        etag = s.her.put(case, {"sections": {"business": BUSINESS}}, etag=etag).headers["ETag"]
        done(s.her.post(f"{case}/resolve", {}, etag=etag))
        step(s.clerk, case, "/approve")
        (found,) = done(s.her.get("/subsidies"))["items"]
        its = f"/subsidies/{found['id']}"
        assert ("qualified", "人社局公示审核结果", None) == tuple(
            found[name] for name in ("status", "expected", "amount")
        )
        step(s.clerk, case, "/publicise")
        assert [("其**", "2026-12-01")] == board(world)

    # A neighbour objects on the second day; the clock stands still until it is answered.
    with day("2026-11-26") as s:
        (listed,) = done(world.anybody.get("/publicity"))["items"]
        path = f"/publicity/{listed['id']}/objections"
        done(s.neighbour.post(path, {"words": "该店已停业"}), 201)
        assert [("其**", None)] == board(world)
        assert "supervisor" == done(s.her.get(f"{case}/timeline"))["held_by"]["party"]
    with day("2026-11-30") as s:
        (objection,) = done(s.second.get(f"{case}/objections"))["items"]
        answer = {"upheld": False, "answer": "经现场核查，正常经营"}
        done(s.second.post(f"/objections/{objection['id']}/answer", answer))
        # Wed 25 and Thu 26 counted, Fri 27 and Mon 30 stood still; 1, 2 and 3 December are left.
        assert [("其**", "2026-12-03")] == board(world)

    # The amount is a person's to name, within the floor, and another person's to approve.
    with day("2026-12-04") as s:
        assert "公示期满，请核定金额" in titles(s.clerk)
        low = step(s.clerk, its, "/grant", {"amount": "9999.99"}, 422)
        (fault,) = low["errors"]
        assert "不得低于 10000.00 元" in fault["detail"] and "2022-03-30" in fault["detail"]
        granted = step(s.clerk, its, "/grant", {"amount": "12000.00"})
        assert ("granted", "startup_floor@2022-03-30") == (
            granted["status"],
            granted["basis"]["rests_on"][0]["id"],
        )
        assert [] == granted["actions"]
        step(s.clerk, its, "/approve", status=403)
        assert "payable" == step(s.second, its, "/approve")["status"]
        assert "补贴复核通过" in titles(s.her)
    with day("2026-12-07") as s:
        payment = {"amount": "12000.00", "paid_on": "2026-12-07", "voucher": "财拨 2026-0815"}
        assert "paid" == step(s.clerk, its, "/payment", payment)["status"]
        assert "completed" == done(s.her.get(case))["status"]
        timeline = done(s.her.get(f"{case}/timeline"))["items"]
        assert ["公示结束", "公示期满，待核定金额", "金额已核定，待复核", "复核通过，待拨付"] == [
            each["label"] for each in timeline
        ][-6:-2]
        assert {"补贴已拨付", "办结"} == {each["label"] for each in timeline[-2:]}
        (fact,) = [
            each
            for each in done(s.her.get("/me/facts"))["items"]
            if each["name"] == "startup_subsidy_received"
        ]
        assert (True, "reg") == (fact["value"], fact["source"])
        assert [] == candidates(s.clerk, "met") + candidates(s.clerk, "not_yet_known")

    # After-care: what turned out to be too much comes back, and she reads when and why.
    with day("2027-03-01") as s:
        back = {"amount": "2000.00", "recovered_on": "2027-03-01", "ground": "overpaid"}
        step(s.clerk, its, "/recover", back)
        seen = done(s.her.get(its))
        assert ("recovered", "2000.00", "超额拨付") == (
            seen["status"],
            seen["recovery"]["amount"],
            seen["recovery"]["ground_label"],
        )
        assert "补贴已追回" == titles(s.her)[0]


def board(world: World) -> list[tuple[str, str | None]]:
    items = done(world.anybody.get("/publicity"))["items"]
    return [(each["name"], each["ends_on"]) for each in items]


def test_a_park_claims_for_two_households_and_is_paid_for_one(world: World):
    manager, clerk = world.staff(), world.staff("demo-bureau")
    second = world.staff("demo-bureau-2")
    lines = [
        {
            "name": f"毕业户{number}",
            "credit_code": credit_code(number),
            "registered_on": "2025-03-01",
            "moved_out_on": "2026-10-31",
            "evidence": "营业执照；场地交接单",
        }
        for number in (1, 2)
    ]
    wish = {"kind": "incubation", "park_id": world.park()["id"], "lines": lines[:1]}
    draft = done(manager.post("/subsidies", wish), 201)
    path = f"/subsidies/{draft['id']}"
    assert 404 == clerk.get(path).status_code
    assert ["台账中没有该户的毕业记录，须以材料证明"] == draft["lines"][0]["gaps"]
    etag = manager.get(path).headers["ETag"]
    etag = manager.put(f"{path}/lines", {"lines": lines}, etag=etag).headers["ETag"]
    done(manager.post(f"{path}/submit", {}, etag=etag))

    # Another claim for one of them goes nowhere, and does not learn whose the first one is.
    twin = done(manager.post("/subsidies", wish), 201)
    refused = step(manager, f"/subsidies/{twin['id']}", "/submit", status=409)
    assert ("already-subsidised", [0]) == (refused["type"].rsplit("/", 1)[1], refused["lines"])

    # Sent back once with every item, then decided line by line and published.
    ids = [each["id"] for each in done(clerk.get(path))["lines"]]
    step(clerk, path, "/send-back", {"items": [{"line_id": ids[1], "text": "请核对搬离日期"}]})
    assert "补贴申报需要补正" in titles(manager)
    step(manager, path, "/submit")
    decided = [
        {"line_id": ids[0], "outcome": "accepted"},
        {"line_id": ids[1], "outcome": "refused", "reasons": ["not_moved_out"]},
    ]
    step(clerk, path, "/review", {"lines": decided})
    step(clerk, path, "/publicise", {"workdays": 3})
    (listed,) = done(world.anybody.get("/publicity"))["items"]
    assert ("incubation", "创业孵化补贴", "恒隆创业广场", "毕业户1") == tuple(
        listed[name] for name in ("kind", "kind_label", "name", "entity")
    )
    with world.app.app_context():
        end_publicity()

    # At most five thousand a household; two people, then the money.
    too_much = {"lines": [{"line_id": ids[0], "amount": "5000.01"}]}
    (fault,) = step(clerk, path, "/grant", too_much, 422)["errors"]
    assert "#/lines/0/amount" == fault["pointer"] and "不得超过 5000.00 元" in fault["detail"]
    step(clerk, path, "/grant", {"lines": [{"line_id": ids[0], "amount": "4500.00"}]})
    step(second, path, "/approve")
    today = str(clock.today())
    payment = {"amount": "4500.00", "paid_on": today, "voucher": "财拨 2026-0816"}
    paid = step(clerk, path, "/payment", payment)

    assert ("paid", "4500.00") == (paid["status"], paid["payment"]["amount"])
    assert ["4500.00", None] == [each["amount"] for each in done(manager.get(path))["lines"]]
    assert "补贴已拨付" in titles(manager)
