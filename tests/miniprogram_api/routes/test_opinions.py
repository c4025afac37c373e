"""Another office is asked over HTTP, sees the case masked, answers, and sees it no more."""

import pytest

from tests.factories import World
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused

pytestmark = pytest.mark.usefixtures("in_app")


def test_an_office_is_asked_sees_the_masked_case_answers_and_sees_it_no_more(world: World, app):
    case, _ = world.submitted()
    path = f"/applications/{case['id']}"
    his, asked = world.staff(), world.staff("demo-manager-p01")
    refused(asked.get(path), 404)
    question = {"park_id": world.park_id("P01"), "question": "是否符合产业方向？"}

    made = his.post(f"{path}/opinions", question)

    assert (201, "asked", "等待答复") == (
        made.status_code,
        made.json["status"],
        made.json["status_label"],
    )
    seen = asked.get(path)
    assert "138****8000" == seen.json["sections"]["applicant"]["phone"]
    assert [case["id"]] == [each["id"] for each in asked.get("/applications").json["items"]]
    with nothing_changes(app):
        refused(
            asked.post(f"{path}/reject", {"reasons": ["other"]}, etag=seen.headers["ETag"]), 403
        )
    (inbox,) = asked.get("/messages").json["items"]
    assert "征求贵单位意见" == inbox["title"]

    answered = asked.post(f"/opinions/{made.json['id']}/answer", {"words": "没有意见"})

    assert ("given", None, []) == tuple(
        answered.json[name] for name in ("status", "in_favour", "actions")
    )
    refused(asked.get(path), 404)
    (heard,) = his.get(f"{path}/opinions").json["items"]
    assert "没有意见" == heard["words"]


@pytest.mark.parametrize("days", [0, 11])
def test_it_has_one_to_ten_working_days(world: World, app, days):
    case, _ = world.submitted()
    question = {"park_id": world.park_id("P01"), "question": "？", "due_in": days}
    his = world.staff()

    with nothing_changes(app):
        answer = his.post(f"/applications/{case['id']}/opinions", question)

    assert ["#/due_in"] == pointers(refused(answer, 422))
