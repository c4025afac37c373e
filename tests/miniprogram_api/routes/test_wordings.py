"""Words by version, previews, a card on one's own phone, and what was told in a case."""

from uuid import uuid4

import pytest

from backend.wechat.simulator.people import openid_of
from backend.wechat.simulator.server import Simulator
from backend.wechat.simulator.world import APPID
from tests.factories import World
from tests.records import change, look, one

APPROVED = "/message-templates/application.approved/applicant"
OPENID = openid_of("clerk", APPID)


@pytest.fixture
def clerk(world: World):
    return world.staff("demo-bureau")


def code() -> dict[str, str]:
    return {"code": f"demo:clerk:{uuid4()}"}


class TestWords:
    def test_all_of_them_are_listed_with_their_versions(self, clerk):
        items = clerk.get("/message-templates").json["items"]

        (approved,) = (
            each
            for each in items
            if (each["event"], each["reader"]) == ("application.approved", "applicant")
        )
        assert ("申请人", "tenancy_result", "申请已通过", None, True) == (
            approved["reader_label"],
            approved["template"],
            approved["title"],
            approved["since"],
            approved["is_current"],
        )
        assert {"key": "phrase2", "words": "审核通过"} in approved["keys"]
        assert len(items) == len({each["version"] for each in items})

    def test_a_preview_shows_each_channel(self, clerk):
        shown = clerk.get(APPROVED).json

        assert {"title", "body", "link"} == set(shown["inbox"])
        assert ["thing1", "phrase2", "date3", "thing4"] == [e["key"] for e in shown["card"]["keys"]]
        assert {"key", "title", "rule", "words", "said", "length", "was_cut"} == set(
            shown["card"]["keys"][0]
        )

    def test_a_version_on_a_message_leads_to_its_words(self, world: World, clerk, in_app):
        case = world.approved(world.citizen())
        told = clerk.get(f"/applications/{case['id']}/messages").json["items"]
        (hers,) = (each for each in told if each["event"] == "application.approved")

        words = clerk.get(f"/wordings/{hers['wording']}").json

        assert ("application.approved", "申请已通过") == (words["event"], words["title"])
        assert 404 == clerk.get("/wordings/000000000000").status_code

    @pytest.mark.parametrize("path", ["/message-templates", APPROVED, "/wordings/000000000000"])
    def test_they_are_the_bureaus(self, world: World, path):
        assert 401 == world.anybody.get(path).status_code
        assert 401 == world.citizen().get(path).status_code
        assert 403 == world.staff("demo-manager").get(path).status_code


class TestTrying:
    def test_the_card_comes_to_the_phone_that_was_shown_and_to_no_other(
        self, clerk, simulator: Simulator
    ):
        answer = clerk.post(f"{APPROVED}/test", code())

        assert 200 == answer.status_code, answer.text
        assert ("accepted", "微信已受理", 0) == tuple(
            answer.json[name] for name in ("status", "status_label", "errcode")
        )
        assert 1 == len(simulator.log(endpoint="send", openid=OPENID, carried_out=True))
        assert 1 == len(simulator.log(endpoint="send"))
        assert OPENID not in answer.text

    def test_without_a_grant_wechat_says_so_and_so_do_we(self, clerk, simulator: Simulator):
        simulator.account.set_credits(OPENID, "TENANCY_RESULT", 0)
        try:
            answer = clerk.post(f"{APPROVED}/test", code())
        finally:
            simulator.account.set_credits(OPENID, "TENANCY_RESULT", None)

        assert 200 == answer.status_code
        assert ("rejected", 43101) == (answer.json["status"], answer.json["errcode"])
        assert "没有订阅次数" in answer.json["meaning"]

    def test_every_card_of_the_catalogue_is_taken(self, clerk, in_app):
        """By WeChat's stand-in, with the longest names; notices to many included."""
        cards: dict[str, str] = {}
        for each in clerk.get("/message-templates").json["items"]:
            if each["event"] and each["template"]:
                cards[each["template"]] = f"{each['event']}/{each['reader']}"

        answers = [
            clerk.post(f"/message-templates/{row}/test", code()).json for row in cards.values()
        ]

        assert {"tenancy_result", "policy_notice", "policy_match"} == cards.keys()
        assert ["accepted"] * 3 == [each["status"] for each in answers], answers

    def test_a_request_that_comes_again_sends_nothing_again(self, clerk, simulator: Simulator):
        sent, key = code(), uuid4().hex

        first, again = (clerk.post(f"{APPROVED}/test", sent, key=key) for _ in range(2))

        assert first.json == again.json
        assert "true" == again.headers["Idempotent-Replayed"]
        assert 1 == len(simulator.log(endpoint="send"))

    def test_a_key_of_another_request_is_refused_before_anything_leaves(
        self, clerk, simulator: Simulator
    ):
        key = uuid4().hex
        poster = {"kind": "poster", "park_id": None, "label": "乌兰浩特站出站口"}
        assert 201 == clerk.post("/codes", poster, key=key).status_code

        assert 422 == clerk.post(f"{APPROVED}/test", code(), key=key).status_code
        assert [] == simulator.log(endpoint="send")

    def test_a_used_code_is_a_fault_of_the_input_and_signs_nobody_out(self, clerk, in_app):
        used = code()
        clerk.post(f"{APPROVED}/test", used)

        answer = clerk.post(f"{APPROVED}/test", used)

        assert 422 == answer.status_code
        assert ["#/code"] == [each["pointer"] for each in answer.json["errors"]]

    def test_only_the_bureau_tries_and_only_what_has_a_card(self, world: World, clerk, in_app):
        assert 403 == world.staff("demo-manager").post(f"{APPROVED}/test", code()).status_code
        for row in ("application.submitted/decider", "application.burnt/applicant"):
            assert 404 == clerk.post(f"/message-templates/{row}/test", code()).status_code
        assert [] == look("SELECT * FROM rehearsal")


class TestTold:
    def test_the_bureau_reads_what_was_told_in_which_words_and_what_became_of_it(
        self, world: World, clerk, in_app
    ):
        case = world.approved(world.citizen())
        change(
            "UPDATE delivery SET status = 'REJECTED', errcode = 43101, detail = 'user refuse',"
            " settled_at = now()"
        )

        items = clerk.get(f"/applications/{case['id']}/messages").json["items"]

        hers = next(each for each in items if each["event"] == "application.approved")
        assert (case["number"] in hers["body"], "applicant", "申请人", None) == (
            True,
            hers["reader"],
            hers["reader_label"],
            hers["staff_name"],
        )
        (push,) = hers["deliveries"]
        assert ("rejected", 43101, "user refuse") == (
            push["status"],
            push["errcode"],
            push["detail"],
        )
        assert {"key": "phrase2", "words": "审核通过"} in push["keys"]
        staff = [each for each in items if each["event"] == "application.submitted"]
        assert {"演示园区管理员"} <= {each["staff_name"] for each in staff}
        assert [[]] * len(staff) == [each["deliveries"] for each in staff]

    def test_what_came_of_the_case_is_told_with_it_and_a_foreign_one_is_not(
        self, world: World, clerk, in_app
    ):
        case = world.approved(world.citizen())
        world.submitted(world.citizen("another"))
        tenancy = one("SELECT id FROM tenancy")
        event = one(
            "INSERT INTO event (public_id, name, subject_kind, subject_id, at, particulars)"
            " VALUES (gen_random_uuid(), 'tenancy.amended', 'tenancy', :id, now(), '{}')"
            " RETURNING id",
            id=tenancy,
        )
        change(
            "INSERT INTO message (public_id, event_id, event, person_id, title, body, link,"
            " created_at) SELECT gen_random_uuid(), :event, 'tenancy.amended', max(id), 't', 'b',"
            " 'l', now() FROM person",
            event=event,
        )

        items = clerk.get(f"/applications/{case['id']}/messages").json["items"]

        # What was written before versions were kept says that nobody knows.
        assert ("tenancy.amended", None, None) == tuple(
            items[0][name] for name in ("event", "wording", "reader")
        )
        assert all(case["number"] in each["body"] for each in items[1:])

    def test_a_park_a_citizen_and_another_county_do_not_read_it(self, world: World):
        case = world.approved(world.citizen())
        path = f"/applications/{case['id']}/messages"

        assert 404 == world.staff("demo-manager").get(path).status_code
        assert 401 == world.citizen().get(path).status_code
        assert (
            404 == world.staff("demo-bureau").get(f"/applications/{uuid4()}/messages").status_code
        )
