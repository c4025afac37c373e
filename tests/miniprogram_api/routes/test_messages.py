"""Messages over HTTP: the inbox is the record, WeChat only a nudge."""

from uuid import uuid4

import pytest

from notifications import delivery, fanout
from tests.factories import World
from tests.notifications.posts import ACCEPTED, TEMPLATES, FakeWeChat, plant
from tests.records import look

APPROVE = {"unit_id": "unit"}


def rejected(world: World, by) -> dict:
    case, etag = world.submitted(by)
    answer = world.staff().post(
        f"/applications/{case['id']}/reject", {"reasons": ["no_space"]}, etag=etag
    )
    assert 200 == answer.status_code
    return answer.json


class TestDecisions:
    def test_a_decision_is_in_her_inbox_as_soon_as_it_is_taken(self, world: World):
        her = world.citizen()
        case = world.approved(her)

        (message,) = her.get("/messages").json["items"]

        assert {
            "id",
            "event",
            "title",
            "body",
            "link",
            "created_at",
            "read_at",
            "deliveries",
        } == set(message)
        assert ("application.approved", "申请已通过", None) == (
            message["event"],
            message["title"],
            message["read_at"],
        )
        assert case["number"] in message["body"]
        assert f"pages/applications/detail?id={case['id']}" == message["link"]
        assert [{"channel": "wechat", "status": "pending", "status_label": "等待发送"}] == (
            message["deliveries"]
        )

    def test_one_decision_is_one_message_however_often_it_is_announced(self, world: World, in_app):
        her = world.citizen()
        world.approved(her)

        for event in look("SELECT id FROM event"):
            fanout.announce(event["id"])
        fanout.announce_late_events()

        assert 1 == len(her.get("/messages").json["items"])
        assert {"unread": 1} == her.get("/messages/unread").json

    def test_a_decision_that_is_repeated_with_its_key_is_one_message(self, world: World):
        her = world.citizen()
        case, etag = world.submitted(her)
        wish = {"unit_id": world.units()[0]["id"]}

        for _ in range(2):
            world.staff().post(
                f"/applications/{case['id']}/approve", wish, etag=etag, key="the-same-key"
            )

        assert 1 == len(her.get("/messages").json["items"])

    def test_nobody_else_hears_of_it(self, world: World):
        world.approved(world.citizen("one"))

        assert [] == world.citizen("two").get("/messages").json["items"]

    def test_what_became_of_the_push_is_shown_and_the_message_stays(self, world: World, in_app):
        her = world.citizen()
        rejected(world, her)

        delivery.send_all_due(FakeWeChat(ACCEPTED), TEMPLATES, rate=100)

        (message,) = her.get("/messages").json["items"]
        assert "application.rejected" == message["event"]
        assert [("accepted", "微信已受理")] == [
            (push["status"], push["status_label"]) for push in message["deliveries"]
        ]


class TestReading:
    def test_a_message_is_read_once(self, world: World):
        her = world.citizen()
        world.approved(her)
        (message,) = her.get("/messages").json["items"]
        path = f"/messages/{message['id']}/read"

        first, second = her.post(path, {}), her.post(path, {})

        assert first.json["read_at"] is not None
        assert first.json == second.json
        assert {"unread": 0} == her.get("/messages/unread").json

    def test_a_foreign_message_and_a_missing_one_look_alike(self, world: World):
        her, other = world.citizen("one"), world.citizen("two")
        world.approved(her)
        (message,) = her.get("/messages").json["items"]

        foreign = other.post(f"/messages/{message['id']}/read", {})
        missing = other.post(f"/messages/{uuid4()}/read", {})

        assert [404, 404] == [foreign.status_code, missing.status_code]
        assert {**foreign.json, "instance": ""} == {**missing.json, "instance": ""}
        assert {"unread": 1} == her.get("/messages/unread").json

    @pytest.mark.parametrize("path", ["/messages", "/messages/unread"])
    def test_messages_are_for_whoever_has_signed_in(self, world: World, path):
        assert 401 == world.anybody.get(path).status_code


class TestStaff:
    """Demo managers run the park from the day of the seed on, so that they are told today."""

    def test_a_manager_finds_what_was_handed_in_and_no_push(self, world: World):
        case, _ = world.submitted()

        (message,) = world.staff().get("/messages").json["items"]

        assert ("application.submitted", "有新申请待审核", []) == (
            message["event"],
            message["title"],
            message["deliveries"],
        )
        assert case["number"] in message["body"]
        assert f"pages/applications/detail?id={case['id']}" == message["link"]
        assert [] == world.citizen().get("/messages").json["items"]

    def test_each_manager_counts_and_reads_his_own_copy(self, world: World):
        world.submitted(world.citizen("one"))
        world.submitted(world.citizen("two"))
        him, colleague = world.staff("demo-manager"), world.staff("demo-manager-2")
        assert {"unread": 2} == him.get("/messages/unread").json
        (message, _) = him.get("/messages").json["items"]

        read = him.post(f"/messages/{message['id']}/read", {})

        assert 200 == read.status_code
        assert read.json["read_at"] is not None
        assert {"unread": 1} == him.get("/messages/unread").json
        assert {"unread": 2} == colleague.get("/messages/unread").json
        assert {"unread": 0} == world.staff("demo-manager-p01").get("/messages/unread").json

    def test_the_copy_of_a_colleague_is_as_foreign_as_hers(self, world: World):
        her, him, colleague = world.citizen(), world.staff(), world.staff("demo-manager-2")
        world.approved(her)
        (told,) = her.get("/messages").json["items"]
        (mine,) = him.get("/messages").json["items"]

        answers = [
            by.post(f"/messages/{message}/read", {})
            for by, message in (
                (colleague, mine["id"]),
                (her, mine["id"]),
                (him, told["id"]),
                (him, uuid4()),
            )
        ]

        assert [404] * 4 == [answer.status_code for answer in answers]
        assert 1 == len({str({**answer.json, "instance": ""}) for answer in answers})
        assert {"unread": 1} == him.get("/messages/unread").json

    def test_the_cursor_of_a_colleague_is_of_no_use(self, world: World):
        for name in ("one", "two"):
            world.submitted(world.citizen(name))
        first = world.staff().get("/messages?limit=1").json
        path = f"/messages?limit=1&cursor={first['next_cursor']}"

        assert 400 == world.staff("demo-manager-2").get(path).status_code
        (second,) = world.staff().get(path).json["items"]
        assert second["id"] != first["items"][0]["id"]


class TestPaging:
    def test_the_cursors_lead_through_all_messages_once(self, world: World, in_app):
        her = world.citizen()
        plant(5, "qiqige")
        found, cursor = [], ""
        while True:
            page = her.get(f"/messages?limit=2{cursor}").json
            found += [message["id"] for message in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"

        expected = [str(row["public_id"]) for row in look("SELECT * FROM message ORDER BY id DESC")]
        assert expected == found

    def test_anothers_cursor_is_of_no_use(self, world: World, in_app):
        her, other = world.citizen("qiqige"), world.citizen("other")
        plant(2, "qiqige")
        cursor = her.get("/messages?limit=1").json["next_cursor"]

        assert 400 == other.get(f"/messages?limit=1&cursor={cursor}").status_code


class TestSubscriptions:
    CARD = "tenancy_result"

    def answered(self, her, *answers: str, **more):
        given = [{"template": self.CARD, "answer": answer} for answer in answers]
        return her.post("/messages/subscriptions", {"answers": given}, **more)

    def test_a_tap_that_is_sent_again_is_counted_once(self, world: World):
        her, key = world.citizen(), uuid4().hex

        first, again = (self.answered(her, "accept", key=key) for _ in range(2))

        assert 200 == first.status_code, first.text
        assert [{"template": self.CARD, "left": 1}] == first.json["items"]
        assert first.json == again.json
        assert [{"template": self.CARD, "left": 2}] == self.answered(her, "accept").json["items"]

    @pytest.mark.parametrize(
        ("answers", "pointer"),
        [
            ([], "#/answers"),
            ([{"template": "tenancy_result", "answer": "accept"}] * 2, "#/answers"),
            ([{"template": "another", "answer": "accept"}], "#/answers/0/template"),
            ([{"template": "tenancy_result", "answer": "maybe"}], "#/answers/0/answer"),
        ],
    )
    def test_what_no_dialog_gives_back_is_refused(self, world: World, in_app, answers, pointer):
        her = world.citizen()

        refused = her.post("/messages/subscriptions", {"answers": answers})

        assert 422 == refused.status_code
        assert [pointer] == [each["pointer"] for each in refused.json["errors"]]
        assert [] == look("SELECT * FROM credit")

    def test_the_client_is_told_after_which_taps_to_ask_for_which_card(self, world: World):
        her = world.citizen()
        self.answered(her, "accept")

        answer = her.get("/messages/templates")

        assert {"moment", "moment_label", "templates"} == set(answer.json["items"][0])
        assert ("submitted", "提交申请之后") == (
            answer.json["items"][0]["moment"],
            answer.json["items"][0]["moment_label"],
        )
        told = [card for each in answer.json["items"] for card in each["templates"]]
        assert {(self.CARD, 1), ("policy_notice", 0), ("policy_match", 0)} == {
            (card["name"], card["left"]) for card in told
        }
        assert all(card["template_id"] for card in told)
