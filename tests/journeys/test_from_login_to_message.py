"""From a WeChat login to a decided tenancy and the message about it."""

from uuid import uuid4

from backend.wechat.client import WeChat
from notifications import delivery
from tests.factories import SECTIONS, World


def test_a_graduate_finds_a_park_applies_is_approved_and_hears_of_it(world: World, app, simulator):
    # She looks around without signing in.
    found = world.anybody.get("/parks?q=hlcy").json["items"]
    assert ["恒隆创业广场"] == [park["name"] for park in found]
    assert 3 == found[0]["free_units"]

    # She signs in with a code of wx.login.
    answer = world.anybody.post("/session/wechat", {"code": f"demo:qiqige:{uuid4()}"})
    assert 200 == answer.status_code, answer.text
    her = world.citizen("unused")
    her.token = answer.json["access_token"]

    # She drafts; what is missing is named all at once.
    draft, etag = world.draft(her, sections={})
    refused = her.post(f"/applications/{draft['id']}/submit", {}, etag=etag)
    assert 422 == refused.status_code
    assert 11 == len(refused.json["missing"])

    # Section by section, then she submits and sees who holds her case.
    for name, answers in SECTIONS.items():
        saved = her.put(f"/applications/{draft['id']}", {"sections": {name: answers}}, etag=etag)
        etag = saved.headers["ETag"]
    sent = her.post(f"/applications/{draft['id']}/submit", {}, etag=etag)
    assert "submitted" == sent.json["status"]
    assert "恒隆创业广场管理员" == sent.json["held_by"]["label"]

    # The manager of that park approves; the unit is hers.
    manager = world.staff("demo-manager")
    queue = manager.get("/applications?status=submitted").json["items"]
    assert [draft["id"]] == [case["id"] for case in queue]
    unit = world.units()[0]
    approved = manager.post(
        f"/applications/{draft['id']}/approve", {"unit_id": unit["id"]}, etag=sent.headers["ETag"]
    )
    assert "approved" == approved.json["status"]
    assert {
        "id": unit["id"],
        "code": "B201",
        "starts_on": "2027-01-01",
        "ends_on": "2027-12-31",
    } == approved.json["unit"]

    # The message is in her inbox at once; a worker pushes it and the push ends in a named state.
    (message,) = her.get("/messages").json["items"]
    assert "application.approved" == message["event"]
    assert ["pending"] == [push["status"] for push in message["deliveries"]]
    wechat: WeChat = app.extensions["wechat"]
    with app.app_context():
        delivery.send_all_due(wechat, app.extensions["settings"].wechat_templates, rate=100)
    (message,) = her.get("/messages").json["items"]
    assert ["accepted"] == [push["status"] for push in message["deliveries"]]
    assert 1 == len(simulator.log(path="/cgi-bin/message/subscribe/send"))
