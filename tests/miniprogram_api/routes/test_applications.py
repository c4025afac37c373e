"""Applications over HTTP: statuses, tags, problems, and what each party gets to see."""

from uuid import uuid4

import pytest

from backend.access import Role
from tests import records
from tests.factories import SECTIONS, World
from tests.records import change, one

PHONE, MASKED = "13800138000", "138****8000"
CONTRACT = {
    "id",
    "number",
    "kind",
    "status",
    "status_label",
    "park_id",
    "actions",
    "sections",
    "missing",
    "held_by",
    "due_on",
    "verdict",
}


def problem(answer) -> tuple[int, str]:
    """The status and the last part of the type of a problem document."""
    assert "application/problem+json" == answer.mimetype, answer.text
    assert answer.status_code == answer.json["status"]
    return answer.status_code, answer.json["type"].rsplit("/", 1)[1]


def path(case: dict, verb: str = "") -> str:
    return f"/applications/{case['id']}{verb and '/'}{verb}"


class TestDrafting:
    def test_a_new_draft_is_created_with_a_tag_and_the_shape_of_the_contract(self, world: World):
        draft, etag = world.draft(world.citizen())

        assert draft.keys() >= CONTRACT
        assert ('"1"', "draft", "草稿") == (etag, draft["status"], draft["status_label"])
        assert ["update", "submit", "withdraw"] == draft["actions"]
        assert SECTIONS.keys() == draft["sections"].keys()

    def test_reading_gives_the_tag_with_which_to_change(self, world: World):
        her = world.citizen()
        draft, etag = world.draft(her)

        assert etag == her.get(path(draft)).headers["ETag"]
        saved = her.put(path(draft), {"sections": {"venture": {"stage": "registered"}}}, etag=etag)
        assert (200, '"2"') == (saved.status_code, saved.headers["ETag"])
        assert 304 == her.get(path(draft), If_None_Match='"2"').status_code

    def test_a_second_one_is_refused_and_the_first_is_named(self, world: World):
        her = world.citizen()
        draft, _ = world.draft(her)

        answer = her.post("/applications", {"kind": "tenancy", "park_id": world.park_id()})

        assert (409, "already-open") == problem(answer)
        assert draft["id"] == answer.json["existing"]
        assert draft["number"] in answer.json["detail"]

    def test_a_park_that_does_not_exist_is_a_fault_of_the_input(self, world: World):
        answer = world.citizen().post("/applications", {"kind": "tenancy", "park_id": str(uuid4())})

        assert (422, "invalid-input") == problem(answer)
        assert ["#/park_id"] == [fault["pointer"] for fault in answer.json["errors"]]

    def test_a_change_must_say_which_version_it_saw(self, world: World):
        her = world.citizen()
        draft, _ = world.draft(her)

        assert (428, "version-missing") == problem(her.put(path(draft), {"sections": {}}))

    def test_the_slower_device_gets_both_texts_and_may_try_again(self, world: World):
        her = world.citizen()
        draft, etag = world.draft(her)
        first, second = ({"applicant": {"name": name, "phone": PHONE}} for name in "甲乙")
        her.put(path(draft), {"sections": first}, etag=etag)

        answer = her.put(path(draft), {"sections": second}, etag=etag)

        assert (412, "outdated") == problem(answer)
        assert (second, first) == (answer.json["yours"], answer.json["theirs"])
        assert (1, 2) == (answer.json["seen"], answer.json["current"])
        again = her.put(path(draft), {"sections": second}, etag='"2"')
        assert "乙" == again.json["sections"]["applicant"]["name"]

    def test_everything_missing_is_named_at_once(self, world: World):
        her = world.citizen()
        draft, etag = world.draft(her, sections={})

        answer = her.post(path(draft, "submit"), {}, etag=etag)

        assert (422, "incomplete") == problem(answer)
        assert draft["missing"] == answer.json["missing"]
        assert {
            "pointer": "#/sections/applicant/phone",
            "label": "申请人 · 联系电话",
            "may_follow": False,
        } in (answer.json["missing"])


class TestDeciding:
    def test_an_approval_shows_the_unit_and_the_decision_and_may_be_published(self, world: World):
        case = world.approved()

        assert ("approved", "审核通过", ["publicise"]) == (
            case["status"],
            case["status_label"],
            case["actions"],
        )
        assert ("B201", "2027-01-01", "2027-12-31") == tuple(
            case["unit"][name] for name in ("code", "starts_on", "ends_on")
        )
        assert {"reasons": [], "note": ""}.items() <= case["decision"].items()

    def test_a_unit_that_is_taken_is_refused_with_the_free_ones(self, world: World):
        world.approved(world.citizen("first"))
        case, etag = world.submitted(world.citizen("second"))
        wish = {"unit_id": world.units()[0]["id"]}

        answer = world.staff().post(path(case, "approve"), wish, etag=etag)

        assert (409, "unit-taken") == problem(answer)
        assert ("2027-01-01", "2028-01-01") == (
            answer.json["held_from"],
            answer.json["held_until"],
        )
        assert ["B202", "B203"] == [unit["code"] for unit in answer.json["free_units"]]

    def test_a_unit_of_another_park_is_a_fault_of_the_input(self, world: World):
        case, etag = world.submitted()
        foreign = world.units("P01")[0]["id"]

        answer = world.staff().post(path(case, "approve"), {"unit_id": foreign}, etag=etag)

        assert (422, "invalid-input") == problem(answer)
        assert "#/unit_id" == answer.json["errors"][0]["pointer"]

    def test_a_rejection_shows_its_reasons(self, world: World):
        case, etag = world.submitted()

        answer = world.staff().post(
            path(case, "reject"), {"reasons": ["no_space"], "note": "明年再来"}, etag=etag
        )

        assert "rejected" == answer.json["status"]
        (reason,) = answer.json["decision"]["reasons"]
        assert ("no_space", "暂无合适场地") == (reason["code"], reason["label"])
        assert reason["text"].startswith("申请的时间段内没有合适的场地。")
        assert "明年再来" == answer.json["decision"]["note"]

    def test_other_without_words_is_refused_at_the_note(self, world: World):
        case, etag = world.submitted()

        answer = world.staff().post(path(case, "reject"), {"reasons": ["other"]}, etag=etag)

        assert (422, "invalid-input") == problem(answer)
        assert "#/note" == answer.json["errors"][0]["pointer"]

    def test_what_is_decided_cannot_be_decided_again(self, world: World):
        case = world.approved()
        etag = f'"{case["version"]}"'

        answer = world.staff().post(path(case, "reject"), {"reasons": ["no_space"]}, etag=etag)

        assert (409, "wrong-status") == problem(answer)
        assert ["publicise"] == answer.json["actions"]

    def test_a_withdrawn_application_makes_room_for_the_next(self, world: World):
        her = world.citizen()
        case, etag = world.submitted(her)

        assert "withdrawn" == her.post(path(case, "withdraw"), {}, etag=etag).json["status"]

        again, _ = world.draft(her)
        assert case["number"] != again["number"]


class TestWhoSeesWhat:
    def test_the_applicant_sees_her_number_and_everybody_else_its_mask(self, world: World):
        her = world.citizen()
        case, _ = world.submitted(her)

        shown = {
            who: by.get(path(case)).json["sections"]["applicant"]["phone"]
            for who, by in (
                ("she", her),
                ("he", world.staff()),
                ("bureau", world.staff("demo-bureau")),
            )
        }

        assert {"she": PHONE, "he": MASKED, "bureau": MASKED} == shown

    @pytest.mark.parametrize("username", ["demo-manager", "demo-bureau"])
    def test_no_list_shows_a_number_to_staff(self, world: World, username):
        world.submitted()

        assert PHONE not in world.staff(username).get("/applications").text

    @pytest.mark.parametrize("verb", ["approve", "reject"])
    def test_a_manager_cannot_decide_in_another_park(self, world: World, verb):
        case, etag = world.submitted(park="P05")
        content = {
            "approve": {"unit_id": world.units()[0]["id"]},
            "reject": {"reasons": ["no_space"]},
        }[verb]

        answer = world.staff("demo-manager-p01").post(path(case, verb), content, etag=etag)

        assert (404, "not-found") == problem(answer)

    def test_the_bureau_looks_and_does_not_touch(self, world: World):
        case, etag = world.submitted()

        answer = world.staff("demo-bureau").post(
            path(case, "reject"), {"reasons": ["no_space"]}, etag=etag
        )

        assert (403, "not-allowed") == problem(answer)

    def test_a_manager_who_is_the_applicant_finds_nothing_to_decide(
        self, in_mended_app, world: World
    ):
        case, etag = world.submitted(world.citizen())
        change(
            "UPDATE staff SET person_id = (SELECT applicant_id FROM application)"
            " WHERE username = 'demo-manager'"
        )
        him = world.staff()

        assert [] == him.get("/applications").json["items"]
        assert 404 == him.post(path(case, "reject"), {"reasons": ["other"]}, etag=etag).status_code

    def test_a_clerk_sees_the_cases_of_her_county_only(self, in_mended_app, world: World):
        hers, _ = world.submitted(world.citizen("one"), "P05")
        world.submitted(world.citizen("two"), "P13")
        records.new_staff("clerk", Role.BUREAU_STAFF, county="152201")

        items = world.staff("clerk").get("/applications").json["items"]

        assert [hers["number"]] == [case["number"] for case in items]

    @pytest.mark.parametrize("role", [Role.BUREAU_ADMIN, Role.AUDITOR])
    def test_administrators_and_auditors_see_no_case(self, in_mended_app, world: World, role):
        case, _ = world.submitted()
        records.new_staff("somebody", role)
        somebody = world.staff("somebody")

        assert [] == somebody.get("/applications").json["items"]
        assert 404 == somebody.get(path(case)).status_code

    def test_nobody_sees_anything_without_signing_in(self, world: World):
        case, _ = world.submitted()

        for where in ("/applications", path(case), path(case, "timeline")):
            assert (401, "not-signed-in") == problem(world.anybody.get(where))


class TestLists:
    def test_a_queue_pages_in_its_order(self, world: World):
        cases = [world.submitted(world.citizen(f"person {n}"))[0]["number"] for n in range(5)]
        him, found, cursor = world.staff(), [], ""
        while True:
            page = him.get(f"/applications?limit=2{cursor}").json
            found += [case["number"] for case in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"

        assert cases == found

    def test_anothers_cursor_is_of_no_use(self, world: World):
        for n in range(2):
            world.submitted(world.citizen(f"person {n}"))
        cursor = world.staff().get("/applications?limit=1").json["next_cursor"]

        answer = world.staff("demo-manager-2").get(f"/applications?limit=1&cursor={cursor}")

        assert (400, "malformed") == problem(answer)

    def test_the_status_narrows_the_list(self, world: World):
        world.approved(world.citizen("one"))
        case, _ = world.submitted(world.citizen("two"))
        him = world.staff()

        assert [case["number"]] == [
            each["number"] for each in him.get("/applications?status=submitted").json["items"]
        ]
        assert [] == him.get("/applications?status=withdrawn").json["items"]
        assert (400, "malformed") == problem(him.get("/applications?status=decided"))

    def test_the_reasons_are_open_to_everybody(self, world: World):
        items = world.anybody.get("/reasons").json["items"]

        assert 10 == len(items)
        suggested = "具体原因见审核意见。"
        assert {"code": "other", "label": "其他", "text": suggested} == items[-1]


class TestTimeline:
    def test_it_tells_of_each_step_and_who_holds_the_case(self, world: World):
        her = world.citizen()
        case, _ = world.submitted(her)

        told = her.get(path(case, "timeline")).json

        assert [("created", "新建草稿", "申请人"), ("submitted", "提交申请", "申请人")] == [
            (each["event"], each["label"], each["by"]) for each in told["items"]
        ]
        assert "恒隆创业广场管理员" == told["held_by"]["label"]
        assert case["due_on"] == told["due_on"]

    def test_a_decision_is_its_last_line(self, world: World):
        her = world.citizen()
        case = world.approved(her)

        last = her.get(path(case, "timeline")).json["items"][-1]

        assert ("approved", "恒隆创业广场管理员") == (last["event"], last["by"])
        assert case["decision"] == last["decision"]


def test_a_refused_decision_leaves_no_event_and_no_message(world: World, in_app):
    case, etag = world.submitted()
    before = one("SELECT count(*) FROM event")

    world.staff().post(path(case, "approve"), {"unit_id": str(uuid4())}, etag=etag)

    assert before == one("SELECT count(*) FROM event")
    assert 0 == one("SELECT count(*) FROM message WHERE person_id IS NOT NULL")
