"""What a receipt makes of a push: delivered or refused, whenever it comes."""

from datetime import timedelta

import pytest
import time_machine

from backend import clock
from backend.wechat.outcome import Outcome, Word
from notifications import callbacks, delivery, grants, ledger
from notifications.grants import Answer
from tests.notifications.posts import ACCEPTED, TEMPLATES, FakeWeChat, alter, plant, row, statuses
from tests.notifications.told import CARD, event, leaving, receipt, tell, waiting
from tests.records import look, one, person

IN_DOUBT = Outcome(Word.UNKNOWN, None, "read time-out")
NUMBERLESS = Outcome(Word.ACCEPTED, errcode=0)


def sent(*outcomes: Outcome, name: str = "qiqige") -> list[int]:
    """A push for each outcome, in this order."""
    found = []
    for outcome in outcomes:
        found += plant(name=name)
        delivery.send_all_due(FakeWeChat(outcome), TEMPLATES, rate=1000)
    return found


def numbered(number: int) -> Outcome:
    return Outcome(Word.ACCEPTED, errcode=0, msgid=str(number))


class TestByNumber:
    @pytest.mark.parametrize(("errcode", "becomes"), [("0", "DELIVERED"), ("1", "REFUSED")])
    def test_what_wechat_took_was_delivered_or_not(self, in_app, errcode, becomes):
        first, second = sent(numbered(1), numbered(2))

        tell(receipt("2", errcode))

        assert ["ACCEPTED", becomes] == statuses()
        assert row(first)["provider_id"] == "1"
        assert 0 == waiting()

    def test_why_it_was_refused_is_written_down(self, in_app):
        (key,) = sent(ACCEPTED)

        tell(receipt("7", "3"))

        found = row(key)
        assert (3, "failed:system failed") == (found["errcode"], found["detail"])

    def test_a_number_that_is_longer_than_a_float_holds_is_found(self, in_app):
        sent(Outcome(Word.ACCEPTED, errcode=0, msgid="3248682510344192009"))

        tell(receipt("3248682510344192009"))

        assert ["DELIVERED"] == statuses()

    def test_a_number_of_nobodys_is_not_settled_by_its_neighbour(self, in_app):
        sent(numbered(1))

        tell(receipt("2"))

        assert ["ACCEPTED"] == statuses()
        assert 1 == waiting()

    @pytest.mark.parametrize("order", [("0", "1"), ("1", "0"), ("1", "0", "1")])
    def test_cb20_what_was_delivered_stays_so_whatever_comes_first(self, in_app, order):
        sent(ACCEPTED)

        tell(*(receipt("7", errcode) for errcode in order))

        assert ["DELIVERED"] == statuses()

    @pytest.mark.parametrize("errcode", ["", "--1", "٣", "1" * 30, "none"])
    def test_one_that_does_not_say_what_became_of_it_changes_nothing(self, in_app, errcode):
        sent(ACCEPTED)

        tell(receipt("7", errcode))

        assert (["ACCEPTED"], 0) == (statuses(), waiting())

    def test_several_receipts_in_one_message_are_all_settled(self, in_app):
        sent(numbered(1), numbered(2))
        items = [
            {"TemplateId": CARD, "MsgID": "1", "ErrorCode": "0"},
            {"TemplateId": CARD, "MsgID": "2", "ErrorCode": "9"},
        ]

        tell(event("subscribe_msg_sent_event", List=items))

        assert ["DELIVERED", "REFUSED"] == statuses()


class TestWithoutNumber:
    @pytest.mark.parametrize("outcome", [NUMBERLESS, IN_DOUBT])
    @pytest.mark.parametrize("number", [None, "99"])
    def test_it_is_of_the_last_push_of_its_template_to_her(self, in_app, outcome, number):
        sent(IN_DOUBT, name="another")
        first, second = sent(outcome, outcome)
        alter(first, "intent_at = clock_timestamp() - interval '1 hour'")

        tell(receipt(number))

        assert "UNKNOWN" == statuses()[0]
        assert [outcome.word.name, "DELIVERED"] == statuses()[1:]
        assert number == row(second)["provider_id"]

    def test_each_receipt_finds_its_own_push_by_its_moment(self, in_app):
        first, second = sent(IN_DOUBT, IN_DOUBT)
        alter(first, "intent_at = clock_timestamp() - interval '1 hour'")
        an_hour_ago = clock.now().timestamp() - 3600

        tell(receipt("2"), receipt("1", "5", at=an_hour_ago + 2))

        assert ["REFUSED", "DELIVERED"] == statuses()

    @pytest.mark.parametrize(("seconds", "becomes"), [(-7, "UNKNOWN"), (-4, "DELIVERED")])
    def test_one_that_is_older_than_the_push_is_of_another(self, in_app, seconds, becomes):
        """Five seconds are allowed to clocks that disagree."""
        sent(IN_DOUBT)

        tell(receipt(at=clock.now().timestamp() + seconds))

        assert [becomes] == statuses()

    @pytest.mark.parametrize(("hours", "becomes"), [(25, "UNKNOWN"), (23, "DELIVERED")])
    def test_one_that_comes_after_a_day_is_of_another(self, in_app, hours, becomes):
        (key,) = sent(IN_DOUBT)
        alter(key, f"intent_at = clock_timestamp() - interval '{hours} hours'")

        tell(receipt())

        assert [becomes] == statuses()

    @pytest.mark.parametrize(
        "outcome",
        [Outcome(Word.RETRY, -1, "busy"), Outcome(Word.REJECTED, 43101), Outcome(Word.FAILED, 1)],
    )
    def test_what_certainly_was_not_taken_is_not_settled(self, in_app, outcome):
        sent(outcome)
        (before,) = statuses()

        tell(receipt())

        assert [before] == statuses()


class TestTooEarly:
    def test_cb18_a_receipt_that_comes_before_our_own_result_is_not_lost(self, in_app):
        """WeChat tells of it while its sender is still waiting for the answer."""
        plant()
        early = FakeWeChat(numbered(7), before=lambda: tell(receipt("7")))

        delivery.send_all_due(early, TEMPLATES, rate=1000)

        assert (["ACCEPTED"], 1) == (statuses(), waiting())
        with time_machine.travel(clock.now() + timedelta(seconds=5)):
            callbacks.take_up_due(TEMPLATES)
        assert (["DELIVERED"], 0) == (statuses(), waiting())
        assert ["SPENT"] == [each["why"] for each in look("SELECT why FROM credit_entry")]

    def test_cb18_one_that_comes_before_the_number_is_known_waits_as_well(self, in_app):
        sent(IN_DOUBT)
        push = leaving()

        tell(receipt(None))

        assert ["UNKNOWN", "SENDING"] == statuses(), "it is not of the push before"
        ledger.step([(push, ACCEPTED)])
        assert 1 == waiting()

    @pytest.mark.parametrize(("seconds", "waits"), [(299, 1), (300, 0)])
    def test_cb19_one_of_an_unknown_push_is_kept_for_five_minutes_and_then_logged(
        self, in_app, caplog, seconds, waits
    ):
        start = clock.now()
        with time_machine.travel(start, tick=False):
            tell(receipt("404"))
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            callbacks.take_up_due(TEMPLATES)

        assert waits == waiting()
        logged = [each for each in caplog.records if "not known here" in each.getMessage()]
        assert 1 - waits == len(logged)
        assert "404" not in caplog.text

    def test_it_is_looked_for_again_every_five_seconds(self, in_app):
        with time_machine.travel(clock.now(), tick=False):
            tell(receipt("404"))

            found = one("SELECT extract(epoch FROM next_try_at - came_at)::int FROM callback")
        assert 5 == found


class TestInDoubt:
    def test_what_turns_out_delivered_has_used_one_up(self, in_app):
        her = person("qiqige")
        grants.record({"tenancy_result": Answer.ACCEPT}, by=her)
        sent(IN_DOUBT)
        assert 1 == one("SELECT remaining FROM credit")

        tell(receipt(), receipt("7", "1"), receipt("7"))

        assert 0 == one("SELECT remaining FROM credit")
        assert 2 == one("SELECT count(*) FROM credit_entry")

    def test_what_turns_out_refused_has_not(self, in_app):
        grants.record({"tenancy_result": Answer.ACCEPT}, by=person("qiqige"))
        sent(IN_DOUBT)

        tell(receipt("7", "1"))

        assert 1 == one("SELECT remaining FROM credit")

    def test_the_late_answer_of_its_sender_changes_nothing_any_more(self, in_app):
        push = leaving()
        alter(push["id"], "status = 'UNKNOWN', lease_until = NULL")

        tell(receipt("7"))
        ledger.step([(push, ACCEPTED)])

        assert ["DELIVERED"] == statuses()
        assert 1 == one("SELECT count(*) FROM credit_entry")
