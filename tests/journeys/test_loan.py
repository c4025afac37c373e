"""From the open screen to the money: a guarantee loan, seen by the applicant at each stage."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

from backend import clock
from backend.cases import sweeping
from miniprogram_api.commands import seed_demo_partners
from tests.factories import Caller, World

# Tuesday, 24 November 2026, ten o'clock in Shanghai; every step below is on a working day.
MORNING = datetime(2026, 11, 24, 2, tzinfo=UTC)
AMOUNT = "#/sections/loan/amount"
LARGE = {"amount": "300000.00", "term_months": 24, "purpose": "购置奶食品加工设备"}


def test_a_herder_borrows_without_counter_guarantee(world: World):
    with time_machine.travel(MORNING, tick=False) as now:
        with world.app.app_context():
            seed_demo_partners()
        look_around(world)
        her = world.citizen()
        case = apply(her, world)
        correct(her, world, case)
        qualify(her, world, case)
        now.shift(timedelta(days=9))
        publication_ends(world)
        loan = refer(world)
        report(world, loan, now)


def look_around(world: World) -> None:
    """Without signing in she sees a park, and whether her loan needs a counter-guarantee."""
    (park,) = world.anybody.get("/parks?q=hlcy").json["items"]
    assert "恒隆创业广场" == park["name"]
    told = {"loan_amount": "90000.00", "applicant_is_individual": True, "in_park": True}

    found = world.anybody.post("/screen", {"facts": told}).json["results"]

    (waiver,) = [each for each in found if each["benefit"] == "guarantee_waiver"]
    assert (True, "五（二）") == (waiver["value"], waiver["clause"])


def apply(her: Caller, world: World) -> str:
    """Signed in, the routes are told before anything is typed; then she asks for the loan."""
    small, honour, credit = her.get("/me/loan-routes").json["routes"]
    assert [None] * 3 == [each["value"] for each in (small, honour, credit)]
    assert ["bank"] == [each["who"] for each in credit["missing"]]
    draft, etag = world.draft(her, kind="guarantee_loan")
    path = f"/applications/{draft['id']}"
    etag = her.put(path, {"sections": {"loan": LARGE}}, etag=etag).headers["ETag"]

    sent = her.post(f"{path}/submit", {}, etag=etag)

    assert "乌兰浩特市人社局" == sent.json["held_by"]["label"]
    return path


def correct(her: Caller, world: World, case: str) -> None:
    """The bureau sends the case back once; she puts right what was named."""
    clerk = world.staff("demo-bureau")
    etag = clerk.get(case).headers["ETag"]
    item = {"pointer": AMOUNT, "fault": "incorrect", "text": "请填写实际需要的金额"}
    assert 200 == clerk.post(f"{case}/return", {"items": [item]}, etag=etag).status_code
    assert "application.returned" == newest(her)["event"]
    etag = her.get(case).headers["ETag"]
    wish = {"sections": {"loan": LARGE | {"amount": "90000.00"}}}
    etag = her.put(case, wish, etag=etag).headers["ETag"]

    resolved = her.post(f"{case}/resolve", {}, etag=etag)

    assert "under_review" == resolved.json["status"]


def qualify(her: Caller, world: World, case: str) -> None:
    """The bureau qualifies her and publishes that, with her name masked."""
    clerk = world.staff("demo-bureau")
    approved = clerk.post(f"{case}/approve", {}, etag=clerk.get(case).headers["ETag"])
    assert 200 == approved.status_code, approved.text
    assert "公示期满后推荐给经办银行" in newest(her)["body"]
    loan = hers(her)
    assert ("qualified", "人社局公示审核结果") == (loan["status"], loan["expected"])

    published = clerk.post(f"{case}/publicise", {}, etag=approved.headers["ETag"])

    assert 200 == published.status_code, published.text
    assert ["其**"] == [each["name"] for each in world.anybody.get("/publicity").json["items"]]


def publication_ends(world: World) -> None:
    """Five working days pass without an objection; the bureau is asked to refer her."""
    her = world.citizen()
    with world.app.app_context():
        sweeping.sweep()

    assert "application.publicity_ended" == newest(her)["event"]
    assert "loan.published" == newest(world.staff("demo-bureau"))["event"]
    assert "published" == hers(her)["status"]


def refer(world: World) -> str:
    """The bureau refers her to a bank and a guarantor; the bank asks whom to call."""
    her = world.citizen()
    clerk = world.staff("demo-bureau")
    known = clerk.get("/institutions").json["items"]
    chosen = {f"{each['kind']}_id": each["id"] for each in known}
    path = f"/loans/{hers(her)['id']}"
    seen = clerk.get(path)
    assert [None, None, None] == [each["value"] for each in seen.json["routes"]["routes"]]

    referred = clerk.post(f"{path}/referral", chosen, etag=seen.headers["ETag"])

    assert 200 == referred.status_code, referred.text
    told = newest(her)
    assert "演示担保中心和演示经办银行" in told["body"] and "2026年12月8日" in told["body"]
    bank = world.staff("demo-bank")
    assert path.removeprefix("/loans/") in newest(bank)["link"]
    assert "其**" == bank.get(path).json["applicant"]
    assert "13800138000" == bank.post(f"{path}/contact", {}).json["phone"]
    return path


# By whom, what, what it becomes, who holds it then, and the title of her message.
STAGES = (
    ("guarantor", "due_diligence", "due_diligence", "演示担保中心", "贷款开始尽职调查"),
    ("guarantor", "guarantee_given", "guaranteed", "演示经办银行", "担保已落实"),
    ("bank", "bank_approved", "bank_approved", "演示经办银行", "银行已同意放款"),
    ("bank", "disbursed", "disbursed", None, "贷款已发放"),
)


def report(world: World, path: str, now: Any) -> None:
    """The partners report with accounts of their own; she sees each stage and hears of it."""
    case = f"/applications/{hers(world.citizen())['application_id']}"
    for who, state, status, holder, title in STAGES:
        now.shift(timedelta(days=1))
        her, partner = world.citizen(), world.staff(f"demo-{who}")
        sent: dict[str, Any] = {"state": state, "on": str(clock.today())}
        if state == "disbursed":
            sent["amount"] = "90000.00"
        done = partner.post(f"{path}/states", sent, etag=partner.get(path).headers["ETag"])
        assert 200 == done.status_code, done.text

        loan, timeline = hers(her), her.get(f"{case}/timeline").json
        assert status == loan["status"]
        assert holder == (loan["held_by"] and loan["held_by"]["label"])
        assert loan["held_by"] == timeline["held_by"] and loan["due_on"] == timeline["due_on"]
        assert f"loan.{state}" in [each["event"] for each in timeline["items"]]
        assert title == newest(her)["title"]

    assert "completed" == her.get(case).json["status"]
    assert ("90000.00", "2026-12-07") == (loan["amount"], loan["disbursed_on"])
    assert "机构查看姓名和电话" in [each["label"] for each in timeline["items"]]
    # Nine things happened to her since she submitted, each told once.
    events = [each["event"] for each in her.get("/messages?limit=100").json["items"]]
    assert len(events) == len(set(events)) == 9


def hers(her: Caller) -> dict[str, Any]:
    (loan,) = her.get("/loans").json["items"]
    return loan


def newest(reader: Caller) -> dict[str, Any]:
    return reader.get("/messages").json["items"][0]
