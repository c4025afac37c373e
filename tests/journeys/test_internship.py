"""From the list of posts to the paid stipend, with one month confirmed late after a reminder."""

from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from backend.internships import reminding, sweeping
from tests.backend.internships.stage import LICENCE, credit_code, on
from tests.factories import SHARED, ULANHOT, WHOLE_FORMS, Caller, World

FORM = SHARED | WHOLE_FORMS["internship"]
# Two months from Monday 4 January 2027, the window to Friday 3 September.
MONTHS = ("2027-01", "2027-02")


class Stage:
    """Everybody, signed in anew on each day: a session does not last for months."""

    def __init__(self, world: World):
        self.her, self.contact = world.citizen("qiqige"), world.citizen("contact")
        self.clerk, self.second = world.staff("demo-bureau"), world.staff("demo-bureau-2")


@pytest.fixture
def day(world: World):
    @contextmanager
    def be_there(when: str):
        with on(when):
            with world.app.app_context():
                sweeping.sweep()
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
    return [each["title"] for each in by.get("/messages").json["items"]]


def test_an_intern_founds_her_business_and_is_paid(world: World, day):
    with day("2027-01-04") as s:
        # The bureau enters a host; its contact comes in with a code and offers a post.
        host = {
            "kind": "incubation_base",
            "name": "兴安盟电子商务创业孵化基地",
            "credit_code": credit_code(7),
            "jurisdiction_code": ULANHOT,
        }
        its = done(s.clerk.post("/hosts", host), 201)
        code = done(s.clerk.post(f"/hosts/{its['id']}/invitations", {}))["code"]
        assert done(s.contact.post("/invitations/accept", {"code": code}))["has_contact"]
        offer = {
            "title": "奶食品电商见习",
            "duties": "参与选品、拍摄和直播。",
            "starts_on": "2027-01-04",
            "months": 2,
            "places": 1,
        }
        offered = done(s.contact.post(f"/hosts/{its['id']}/posts", offer), 201)

        # WeChat does not know the contact, so nobody reads the post before the bureau has.
        assert offered["is_hidden"]
        assert [] == done(world.anybody.get(f"/posts?county={ULANHOT}"))["items"]
        assert 404 == world.anybody.get(f"/posts/{offered['id']}").status_code
        for text in done(s.clerk.get(f"/posts/{offered['id']}/texts"))["items"]:
            done(s.clerk.post(f"/texts/{text['id']}/review", {"settled": "harmless"}))

        # She finds it without signing in, applies, and the bureau approves.
        (post,) = done(world.anybody.get(f"/posts?county={ULANHOT}"))["items"]
        assert (0, 1, True) == (post["filled"], post["places"], post["is_open"])
        draft, etag = world.draft(s.her, sections=FORM, kind="internship")
        path = f"/applications/{draft['id']}"
        done(s.her.put(f"{path}/post", {"post_id": post["id"]}))
        sent = s.her.post(f"{path}/submit", {}, etag=etag)
        done(s.clerk.post(f"{path}/approve", {}, etag=sent.headers["ETag"]))
        assert 1 == done(world.anybody.get(f"/posts/{post['id']}"))["filled"]

        # All three sign the same text; the third signature begins it.
        (found,) = done(s.her.get("/internships"))["items"]
        one = f"/internships/{found['id']}"
        assert "有见习协议待签署" in titles(s.contact)
        for by in (s.her, s.contact):
            assert "agreement_pending" == sign(by, one)["status"]
        begun = sign(s.clerk, one)
        assert ("in_progress", 2) == (begun["status"], len(begun["months"]))

    # After the first month she taps at once; the host has to be reminded, and taps then.
    january = f"{one}/months/{MONTHS[0]}"
    with day("2027-02-04") as s:
        done(s.her.put(january, {"present": True, "days": 20}))
    with day("2027-02-08") as s:
        assert "请确认上月出勤" in titles(s.contact)
        assert "请确认上月出勤" not in titles(s.her)
        late = done(s.contact.put(january, {"present": True, "days": 20}))
        assert [True, None] == [each["counts"] for each in late["months"]]

    # The internship ends by itself and the countdown begins.
    with day("2027-03-04") as s:
        for by in (s.her, s.contact):
            done(by.put(f"{one}/months/{MONTHS[1]}", {"present": True}))
        seen = done(s.her.get(one))
        assert "window_open" == seen["status"]
        assert {
            "ends_on": "2027-09-03",
            "days_left": 183,
            "label": "还剩 183 天，2027-09-03 当天有效",
        } == seen["window"]
    with day("2027-08-27") as s:
        assert "创业窗口期将到" in titles(s.her)

    # On the last day she has her licence; two people of the bureau look at it.
    with day("2027-09-03") as s:
        licence = {"credit_code": LICENCE, "registered_on": "2027-09-03"}
        step(s.her, one, "/venture", licence)
        put_forward = step(s.clerk, one, "/venture/accept")
        # 2270.00 × 80 % = 1816.00 a month.
        assert "3632.00" == put_forward["stipend"]["total"]
        assert [("2027-01", "1816.00"), ("2027-02", "1816.00")] == [
            (each["month"], each["amount"]) for each in put_forward["stipend"]["months"]
        ]
        assert "approve_stipend" not in put_forward["actions"]
        step(s.second, one, "/stipend/approve")
        payment = {
            "amount": "3632.00",
            "paid_on": str(date(2027, 9, 3)),
            "reference": "财拨 2027-0815",
        }
        paid = step(s.clerk, one, "/stipend/payment", payment)
        assert ("paid", "3632.00") == (paid["status"], paid["payment"]["amount"])

        # She sees all of it; the host sees that it is over, and nothing of her money.
        assert "completed" == done(s.her.get(path))["status"]
        assert "补贴已拨付" in titles(s.her)
        assert (None, None) == tuple(done(s.contact.get(one))[n] for n in ("stipend", "payment"))
