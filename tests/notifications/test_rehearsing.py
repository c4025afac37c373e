"""A card on one's own telephone: once, to nobody else, and told as WeChat said it."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from backend.db import db
from backend.errors import (
    Invalid,
    KeyBusy,
    KeyReused,
    NotAllowed,
    NotFound,
    TooMany,
    WeChatDown,
)
from backend.wechat.errors import CodeRefused
from backend.wechat.identity import Identity
from backend.wechat.outcome import Outcome, Word
from notifications import rehearsing, wordings
from notifications.catalogue import readers_of
from notifications.rehearsing import Fate
from tests.notifications.posts import plant, row
from tests.notifications.told import event, tell, waiting
from tests.records import change, look, one, staff

pytestmark = pytest.mark.usefixtures("in_app")
TEMPLATES = {"tenancy_result": "TENANCY_RESULT"}
OPENID = "oTheTelephoneInHerOwnHand123"
APPROVED = ("application.approved", "applicant")
NOON = datetime.fromisoformat("2026-11-23T04:00:00+00:00")


class Phone:
    """WeChat, which knows who is behind a code and does with a card as it is told."""

    def __init__(self, said: Any = None, behind: Any = None):
        self.said = said or Outcome(Word.ACCEPTED, errcode=0, msgid="3248682510344192008")
        self.behind = behind or Identity(OPENID, None)
        self.codes: list[str] = []
        self.cards: list[tuple[str, str, str, Mapping[str, str]]] = []

    def sign_in(self, code: str) -> Identity:
        assert_nobody_waits()
        self.codes.append(code)
        if isinstance(self.behind, Exception):
            raise self.behind
        return self.behind

    def send(self, openid: str, template: str, page: str, data: Mapping[str, str]) -> Outcome:
        assert_nobody_waits()
        self.cards.append((openid, template, page, data))
        if isinstance(self.said, BaseException):
            raise self.said
        return self.said


def assert_nobody_waits() -> None:
    """No transaction is open, and no connection lent, while WeChat is asked."""
    assert 0 == db.engine.pool.checkedout()


def send(phone: Phone, key: str = "a-key", by: str = "demo-bureau", **changed: Any) -> dict:
    asked: dict[str, Any] = {
        "event": APPROVED[0],
        "reader": APPROVED[1],
        "code": "a-code",
        "is_repeated": False,
        "templates": TEMPLATES,
    }
    return rehearsing.send(**asked | changed, key=key, wechat=phone, by=staff(by))


def kept() -> list[dict]:
    return look("SELECT * FROM rehearsal ORDER BY id")


class TestSending:
    def test_the_card_leaves_at_once_with_sample_words_for_the_phone_that_was_shown(self):
        phone = Phone()

        told = send(phone)

        assert ("accepted", 0, None) == (
            told["status"].name.lower(),
            told["errcode"],
            told["detail"],
        )
        ((openid, template, page, words),) = phone.cards
        assert (OPENID, "TENANCY_RESULT") == (openid, template)
        assert page.startswith("pages/applications/detail?id=")
        assert "兴安职业技术学院创新创业学院电子商务孵…" == words["thing1"]
        assert "审核通过" == words["phrase2"]
        assert wordings.of_row(readers_of(APPROVED[0])[0]).version == told["wording"]

    @pytest.mark.parametrize(
        ("said", "fate", "errcode", "meaning"),
        [
            (Outcome(Word.REJECTED, 43101, "user refuse"), Fate.REJECTED, 43101, "没有订阅次数"),
            (Outcome(Word.REJECTED, 40037, "invalid id"), Fate.REJECTED, 40037, "模板编号有误"),
            (Outcome(Word.FAILED, 43107, "banned"), Fate.REJECTED, 43107, "封禁"),
            (Outcome(Word.RETRY, 45009, "quota"), Fate.NOT_SENT, 45009, "额度"),
            (Outcome(Word.RETRY, None, "no connection"), Fate.NOT_SENT, None, None),
            (Outcome(Word.UNKNOWN, None, "no answer"), Fate.UNKNOWN, None, None),
            (Outcome(Word.REJECTED, 49999, "odd"), Fate.REJECTED, 49999, None),
        ],
    )
    def test_what_wechat_says_is_told_word_for_word(self, said, fate, errcode, meaning):
        told = send(phone := Phone(said))

        assert (fate, errcode, said.detail) == (told["status"], told["errcode"], told["detail"])
        assert meaning is None if told["meaning"] is None else meaning in told["meaning"]
        # Nothing is repeated, whatever it was.
        assert 1 == len(phone.cards)

    def test_a_template_without_a_number_is_an_answer_and_uses_up_no_code(self):
        told = send(phone := Phone(), templates={})

        assert Fate.UNCONFIGURED == told["status"]
        assert ([], []) == (phone.codes, phone.cards)

    def test_a_row_for_the_inbox_alone_has_no_card(self):
        with pytest.raises(NotFound, match="站内信"):
            send(Phone(), event="application.submitted", reader="decider")

    @pytest.mark.parametrize("who", ["demo-manager", "demo-bank"])
    def test_only_the_bureau_may(self, who):
        with pytest.raises(NotAllowed):
            send(phone := Phone(), by=who)

        assert ([], []) == (kept(), phone.codes)

    def test_who_tried_what_is_written_down_and_told_to_nobody(self):
        send(Phone())

        (found,) = look("SELECT * FROM event WHERE name = 'rehearsal.begun'")
        assert ("staff", staff("demo-bureau").id, "rehearsal") == (
            found["actor_kind"],
            found["actor_id"],
            found["subject_kind"],
        )
        assert "application.approved" == found["particulars"]["told"]
        assert found["announced_at"] is not None
        assert 0 == one("SELECT count(*) FROM message")

    def test_whose_phone_it_is_stands_nowhere(self, caplog):
        caplog.set_level(logging.DEBUG)
        told = send(Phone(Outcome(Word.REJECTED, 43101, "user refuse")))

        everything = [told, *kept(), *look("SELECT * FROM event"), *look("SELECT * FROM attempt")]
        assert OPENID not in str(everything) + caplog.text
        assert "a-code" not in str(everything) + caplog.text


class TestCodes:
    def test_a_code_that_will_not_do_is_a_fault_of_the_input_and_frees_the_key(self):
        phone = Phone(behind=CodeRefused())
        with pytest.raises(Invalid) as caught:
            send(phone)

        assert ["#/code"] == [each["pointer"] for each in caught.value.more["errors"]]
        assert [] == phone.cards
        assert ["NOT_SENT"] == [each["fate"] for each in kept()]
        assert Fate.ACCEPTED == send(Phone())["status"]

    def test_when_wechat_is_down_it_is_said_and_the_same_request_may_come_again(self):
        with pytest.raises(WeChatDown):
            send(Phone(behind=WeChatDown("away")))

        assert Fate.ACCEPTED == send(Phone())["status"]


class TestOnce:
    def test_a_second_request_with_the_key_finds_what_became_of_the_first(self):
        first, phone = send(Phone()), Phone()

        again = send(phone)

        assert first == again
        assert ([], []) == (phone.codes, phone.cards)

    def test_while_the_first_runs_nobody_can_tell(self):
        def meanwhile() -> None:
            with pytest.raises(KeyBusy):
                send(twin)

        twin, phone = Phone(), Phone()
        phone.send = lambda *card: (meanwhile(), Outcome(Word.ACCEPTED, 0))[1]  # type: ignore

        assert Fate.ACCEPTED == send(phone)["status"]
        assert ([], []) == (twin.codes, twin.cards)

    @pytest.mark.parametrize(("seconds", "known"), [(19, False), (20, True)])
    def test_of_one_whose_sender_died_it_is_said_after_a_while_that_nobody_knows(
        self, seconds, known
    ):
        with time_machine.travel(NOON, tick=False), pytest.raises(SystemExit):
            send(Phone(SystemExit()))

        with time_machine.travel(NOON + timedelta(seconds=seconds), tick=False):
            if known:
                assert Fate.UNKNOWN == send(Phone())["status"]
            else:
                with pytest.raises(KeyBusy):
                    send(Phone())

    def test_the_same_key_for_another_row_is_refused_before_anything_leaves(self):
        send(Phone())

        with pytest.raises(KeyReused):
            send(phone := Phone(), event="application.rejected")
        assert [] == phone.cards

    def test_after_a_day_a_key_is_as_good_as_new(self):
        with time_machine.travel(NOON, tick=False):
            send(Phone())
        with time_machine.travel(NOON + timedelta(hours=24), tick=False):
            send(phone := Phone())

        assert 1 == len(phone.cards)

    def test_a_colleague_may_use_the_same_key(self):
        send(Phone())
        send(phone := Phone(), by="demo-bureau-2")

        assert 1 == len(phone.cards)

    def test_a_late_answer_changes_nothing_that_was_said(self):
        (version,) = map(wordings.of_row, readers_of(APPROVED[0]))
        begun = rehearsing.begin(version, "a-key", by=staff("demo-bureau"))
        change("UPDATE rehearsal SET began_at = began_at - interval '1 minute'")
        assert Fate.UNKNOWN == send(Phone())["status"]

        late = rehearsing.settle(begun, {"fate": Fate.ACCEPTED}, by=staff("demo-bureau"))

        assert Fate.UNKNOWN == late["status"]


def test_ten_in_an_hour_are_enough_and_a_repetition_is_none():
    with time_machine.travel(NOON, tick=False):
        for number in range(10):
            send(Phone(), key=f"key-{number}")
        send(Phone(), key="key-9")
        with pytest.raises(TooMany):
            send(phone := Phone(), key="key-10")
        assert [] == phone.codes
        send(Phone(), by="demo-bureau-2")
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        send(Phone(), key="key-10")


def test_the_receipt_of_a_tried_card_is_never_taken_for_that_of_a_push():
    """She has a push of her own in doubt, on the same card, at the same time."""
    (key,) = plant(name="qiqige")
    change("UPDATE delivery SET status = 'UNKNOWN', intent_at = now(), settled_at = now()")
    send(Phone(Outcome(Word.ACCEPTED, 0, msgid="77")))
    item = {"TemplateId": "TENANCY_RESULT", "MsgID": "77", "ErrorCode": "0"}

    tell(event("subscribe_msg_sent_event", List=item))

    assert "UNKNOWN" == row(key)["status"]
    assert 0 == waiting()


def test_the_table_of_fates_knows_every_word():
    assert set(Word) == set(rehearsing.BECOMES)
