"""How many pushes a person has left: by her taps, by what was sent, and by WeChat's word."""

import pytest
from sqlalchemy.exc import IntegrityError

from backend.wechat.outcome import Outcome, Word
from notifications import delivery, grants
from notifications.grants import Answer
from notifications.ledger import claim, step
from notifications.models import Lane
from notifications.templates import OF_POLICY, Moment
from tests.notifications.posts import ACCEPTED, TEMPLATES, FakeWeChat, plant
from tests.records import at_once, change, look, one, person

CARD = "tenancy_result"
REFUSED = Outcome(Word.REJECTED, 43101, "not subscribed")


def tap(her, answer: Answer = Answer.ACCEPT) -> int:
    """She answers the dialog; how many are left then."""
    (only,) = grants.record({CARD: answer}, by=her)["items"]
    assert CARD == only["template"]
    return only["left"]


def send(*outcomes: Outcome) -> None:
    """One push to her for each outcome."""
    for outcome in outcomes:
        plant()
        delivery.send_all_due(FakeWeChat(outcome), TEMPLATES, rate=1000)


def ledger(her) -> list[tuple[str, int, int]]:
    found = look(
        "SELECT why, change, remaining FROM credit_entry WHERE person_id = :id ORDER BY id",
        id=her.id,
    )
    return [(each["why"], each["change"], each["remaining"]) for each in found]


class TestGranting:
    def test_each_yes_is_good_for_one_card(self, in_app):
        her = person()

        assert [1, 2] == [tap(her), tap(her)]
        assert [("GRANTED", 1, 1), ("GRANTED", 1, 2)] == ledger(her)

    @pytest.mark.parametrize("answer", [Answer.REJECT, Answer.BAN, Answer.FILTER])
    def test_whatever_else_she_answers_changes_nothing(self, in_app, answer):
        her = person()
        tap(her)

        assert 1 == tap(her, answer)
        assert 1 == len(ledger(her))

    @pytest.mark.parametrize(("answer", "calls"), [(Answer.REJECT, 0), (Answer.BAN, 1)])
    def test_a_template_that_wechat_banned_calls_for_a_person(self, in_app, caplog, answer, calls):
        tap(person(), answer)

        assert calls == len([each for each in caplog.records if each.name == grants.log.name])

    def test_taps_on_all_her_devices_at_once_are_all_counted(self, in_own_app):
        her = person()

        got = at_once(8, lambda _: tap(her))

        assert list(range(1, 9)) == sorted(got)
        assert 8 == one("SELECT remaining FROM credit")

    def test_reading_first_and_writing_then_loses_some(self, in_own_app):
        """The planted bug: the sum is made outside of the database."""
        her = person()
        tap(her)

        def read_and_write(_: int) -> None:
            left = one("SELECT remaining FROM credit")
            change("SELECT pg_sleep(0.2)")
            change("UPDATE credit SET remaining = :left", left=left + 1)

        at_once(8, read_and_write)

        assert one("SELECT remaining FROM credit") < 9


class TestSpending:
    def test_what_wechat_took_is_used_up(self, in_app):
        her = person("qiqige")
        tap(her)
        tap(her)

        send(ACCEPTED)

        assert ("SPENT", -1, 1) == ledger(her)[-1]

    def test_a_card_that_was_taken_uncounted_leaves_nothing_and_no_debt(self, in_app):
        send(ACCEPTED)
        her = person("qiqige")

        assert [("SPENT", -1, 0)] == ledger(her)
        assert 1 == tap(her)

    def test_when_wechat_says_that_none_is_left_none_is(self, in_app):
        her = person("qiqige")
        for _ in range(3):
            tap(her)

        send(REFUSED)

        assert ("GONE", -3, 0) == ledger(her)[-1]

    @pytest.mark.parametrize(
        "outcome",
        [
            Outcome(Word.UNKNOWN, None, "read time-out"),
            Outcome(Word.RETRY, -1, "busy"),
            Outcome(Word.FAILED, 43107, "banned", alarm=True),
            Outcome(Word.REJECTED, 40003, "no such openid"),
        ],
    )
    def test_what_did_not_arrive_or_nobody_knows_of_uses_up_nothing(self, in_app, outcome):
        her = person("qiqige")
        tap(her)

        send(outcome)

        assert [("GRANTED", 1, 1)] == ledger(her)

    def test_no_service_waits_for_leave(self, in_app):
        """She never granted anything: the push is tried all the same, and WeChat decides."""
        send(REFUSED)

        assert "REJECTED" == one("SELECT status FROM delivery")

    def test_an_answer_that_comes_again_uses_up_nothing_more(self, in_app):
        her = person("qiqige")
        tap(her)
        tap(her)
        (key,) = plant()
        (push,) = claim("me", Lane.DECISION, rate=1000)
        step([], [key], "me")

        for _ in range(3):
            step([(push, ACCEPTED)])

        assert ("SPENT", -1, 1) == ledger(her)[-1]
        assert 3 == len(ledger(her))

    def test_one_try_of_a_push_stands_in_the_ledger_once(self, in_app):
        her = person("qiqige")
        send(ACCEPTED)

        with pytest.raises(IntegrityError, match="uq_credit_entry_try"):
            change(
                "INSERT INTO credit_entry"
                " (person_id, template, why, change, remaining, delivery_id, claim_epoch,"
                " at)"
                " SELECT person_id, template, why, change, remaining, delivery_id,"
                " claim_epoch, at"
                " FROM credit_entry WHERE person_id = :id",
                id=her.id,
            )


class TestMoments:
    def test_after_each_tap_the_card_is_asked_for_with_what_is_left(self, in_app):
        her = person()
        tap(her)

        found = grants.moments(her, {CARD: "TMPL", "unknown_to_us": "OTHER"})

        assert list(Moment) == [each["moment"] for each in found]
        expected = {"name": CARD, "template_id": "TMPL", "title": "申请办理结果通知", "left": 1}
        asked = [each for each in found if each["moment"] not in OF_POLICY]
        assert all([expected] == each["templates"] for each in asked)

    def test_without_a_number_at_wechat_nothing_is_asked(self, in_app):
        found = grants.moments(person(), {})

        assert all([] == each["templates"] for each in found)
