"""Cases over HTTP: returned once with everything, put right on the phone, decided, set aside."""

import pytest

from backend.access import Audience
from backend.cases import notes
from miniprogram_api.operations import OPERATIONS
from tests.factories import World
from tests.miniprogram_api.ready import ITEMS, READY, WHY
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused
from tests.records import look, staff

pytestmark = pytest.mark.usefixtures("in_app")


def test_a_case_goes_back_once_is_put_right_and_granted(world: World):
    her, his = world.citizen(), world.staff()
    case, etag = world.submitted(her)
    path = f"/applications/{case['id']}"

    asked = his.post(f"{path}/return", ITEMS, etag=etag)
    assert ("correction_requested", "applicant") == (
        asked.json["status"],
        asked.json["held_by"]["party"],
    )
    mine = her.get(path)
    assert ["update", "resolve", "withdraw"] == mine.json["actions"]
    newer = {"sections": {"project": {**case["sections"]["project"], "summary": "奶豆腐"}}}
    saved = her.put(path, newer, etag=mine.headers["ETag"])
    answered = her.post(f"{path}/resolve", {}, etag=saved.headers["ETag"])
    assert 200 == answered.status_code, answered.text

    (told,) = his.get(f"{path}/timeline").json["corrections"]
    assert [("#/sections/project/summary", "奶豆腐")] == [
        (each["pointer"], each["after"]) for each in told["changes"]
    ]
    wish = {"unit_id": world.units()[0]["id"]}
    granted = his.post(f"{path}/approve", wish, etag=answered.headers["ETag"])
    assert "approved" == granted.json["status"]

    labels = [each["label"] for each in her.get(f"{path}/timeline").json["items"]]
    assert ["新建草稿", "提交申请", "要求补正", "提交补正", "审核通过"] == labels
    inbox = [each["title"] for each in her.get("/messages").json["items"]]
    assert ["申请已通过", "申请需要补正"] == inbox


def test_the_message_says_what_is_wrong_and_until_when(world: World):
    her = world.citizen()
    case, etag = world.submitted(her)

    asked = world.staff().post(f"/applications/{case['id']}/return", ITEMS, etag=etag)

    (told,) = her.get("/messages").json["items"]
    year, month, day = asked.json["due_on"].split("-")
    assert "创业项目 · 项目简介（请写明产品）" in told["body"]
    assert f"{year}年{int(month)}月{int(day)}日 前" in told["body"]


def test_everything_that_is_wrong_with_the_items_is_named_at_once(world, app):
    case, etag = world.submitted()
    path, his = f"/applications/{case['id']}/return", world.staff()
    wrong = [{"pointer": "#/nowhere", "fault": "ugly", "text": ""}, {"pointer": 7}]
    with nothing_changes(app):
        problem = refused(his.post(path, {"items": wrong}, etag=etag), 422)

    assert [
        "#/items/0/fault",
        "#/items/0/text",
        "#/items/1/fault",
        "#/items/1/pointer",
        "#/items/1/text",
    ] == pointers(problem)


def test_a_case_that_a_colleague_has_says_who(world, app):
    case, etag = world.submitted()
    path = f"/applications/{case['id']}"
    claimed = world.staff().post(f"{path}/claim", {}, etag=etag)
    other, why = world.staff("demo-manager-2"), {"reasons": ["no_space"]}

    with nothing_changes(app):
        problem = refused(
            other.post(f"{path}/reject", why, etag=claimed.headers["ETag"]), 409, "handled"
        )

    assert "演示园区管理员" == problem["handler"]


def test_the_bureau_sets_a_refusal_aside_and_the_applicant_hears_why(world: World):
    her = world.citizen()
    case, etag = world.submitted(her)
    path = f"/applications/{case['id']}"
    no = world.staff().post(f"{path}/reject", {"reasons": ["no_space"]}, etag=etag)

    again = world.staff("demo-bureau").post(f"{path}/reopen", WHY, etag=no.headers["ETag"])

    assert "submitted" == again.json["status"]
    assert WHY["why"] in her.get("/messages").json["items"][0]["body"]
    assert "上级人社局" == her.get(f"{path}/timeline").json["items"][-1]["by"]


@pytest.mark.parametrize("verb", ["claim", "release", "return", "recall", "reopen"])
def test_the_steps_of_the_office_are_not_the_applicants(world, app, verb):
    her = world.citizen()
    case, etag = world.submitted(her)
    content = {"return": ITEMS, "reopen": WHY}.get(verb, {})
    with nothing_changes(app):
        refused(her.post(f"/applications/{case['id']}/{verb}", content, etag=etag), 401)


def test_hurrying_twice_is_told_from_which_day_on(world, app):
    her = world.citizen()
    case, _ = world.submitted(her)
    with nothing_changes(app):
        problem = refused(her.post(f"/applications/{case['id']}/nudge", {}), 409, "too-soon")

    assert problem["again_on"] in problem["detail"]


def test_both_limits_are_told_and_who_has_the_case_only_inside(world: World):
    her = world.citizen()
    case, etag = world.submitted(her)
    claimed = world.staff().post(f"/applications/{case['id']}/claim", {}, etag=etag).json

    assert claimed["due_on"] < claimed["legal_due_on"]
    assert "演示园区管理员" == claimed["handler"]
    assert her.get(f"/applications/{case['id']}").json["handler"] is None


def test_whoever_declares_a_conflict_sees_the_case_no_more(world: World):
    case, _ = world.submitted()
    path, his = f"/applications/{case['id']}", world.staff()

    answers = [his.post(f"{path}/conflict", {"why": "亲属"}, key="once") for _ in range(2)]

    assert [(204, ""), (204, "")] == [(each.status_code, each.text) for each in answers]
    refused(his.get(path), 404)
    assert 200 == world.staff("demo-manager-2").get(path).status_code


def test_a_case_is_handed_to_a_colleague_from_the_list(world: World):
    case, etag = world.submitted()
    path, his = f"/applications/{case['id']}", world.staff()
    (colleague,) = his.get(f"{path}/colleagues").json["items"]
    assert ("演示园区管理员二", 0) == (colleague["name"], colleague["cases"])
    assert "transfer" in his.get(path).json["actions"]

    wish = {"to_staff": colleague["id"], "why": "休假"}
    handed = his.post(f"{path}/transfer", wish, etag=etag)

    assert ("under_review", "演示园区管理员二") == (handed.json["status"], handed.json["handler"])
    refused(his.post(f"{path}/transfer", wish, etag=handed.headers["ETag"]), 409, "handled")


HIDDEN = "机密备注甲乙丙丁"
# What a citizen may read.
READS = sorted(
    name
    for name, each in OPERATIONS.items()
    if each.method == "GET" and each.audiences != {Audience.STAFF}
)


def test_no_answer_that_a_citizen_can_get_holds_the_words_of_a_note(world: World, app, sweep):
    """Notes are put on every case there is before each read; a colleague finds them there."""
    clerk, seen = staff("demo-bureau"), 0
    for name in READS:
        with app.app_context():
            sweep()
        asking = READY[name](world)
        for case in look("SELECT public_id FROM application WHERE submitted_at IS NOT NULL"):
            notes.add(case["public_id"], words=HIDDEN, by=clerk)
        answer = asking.send()
        assert 200 == answer.status_code, name
        assert HIDDEN.encode() not in answer.data, name
        seen += 1
    assert seen > 20
    case, _ = world.submitted(world.citizen("the last"))
    path = f"/applications/{case['id']}/notes"
    assert 201 == world.staff().post(path, {"words": HIDDEN}).status_code
    assert HIDDEN == world.staff().get(path).json["items"][0]["words"]
    refused(world.citizen("the last").get(path), 401)
