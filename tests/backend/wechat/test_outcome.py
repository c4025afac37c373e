from datetime import UTC, datetime

import pytest

from backend.errors import WeChatDown
from backend.wechat import outcome
from backend.wechat.errors import AccountRefused, NoAnswer, NoToken, NotSent
from backend.wechat.outcome import Word
from backend.wechat.reactions import Reaction, Stops


def test_every_reaction_has_a_word():
    assert set(outcome.WORDS) == set(Reaction)


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        (datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC), 1),
        (datetime(2026, 11, 23, 16, 0, 0, tzinfo=UTC), 86_400),
        (datetime(2026, 11, 23, 4, 0, 0, tzinfo=UTC), 12 * 3600),
    ],
)
def test_a_used_up_quota_waits_for_midnight_in_shanghai(now, seconds):
    assert seconds == outcome.until_midnight_s(now)


def test_what_surely_stayed_here_may_be_sent_again():
    done = outcome.of_failure(NotSent("ConnectionRefusedError"))

    assert (done.word, done.errcode) == (Word.RETRY, None)
    assert done.retry_after_s > 0


def test_what_left_without_an_answer_may_not():
    done = outcome.of_failure(NoAnswer("HTTP 502"))

    assert (done.word, done.retry_after_s, done.detail) == (Word.UNKNOWN, None, "HTTP 502")


@pytest.mark.parametrize(
    ("failure", "errcode", "wait_s", "alarm"),
    [
        (NoToken("the last one was rejected", 42.0), None, 42.0, False),
        (NoToken("system busy", 8.0, -1), -1, 8.0, False),
        (AccountRefused(40164), 40164, 60.0, True),
        (WeChatDown("no access_token"), None, 5.0, False),
        (NoAnswer("HTTP 502"), None, 5.0, False),
    ],
)
def test_without_a_token_the_message_waits_and_so_does_every_other(failure, errcode, wait_s, alarm):
    done = outcome.without_token(failure)

    assert (done.word, done.stops) == (Word.RETRY, Stops.SENDER)
    assert (done.errcode, done.retry_after_s, done.alarm) == (errcode, wait_s, alarm)


def test_a_rejected_token_calls_staff_even_if_a_new_one_is_only_late():
    done = outcome.without_token(NoToken("the last one was rejected", 42.0), 40001)

    assert (done.word, done.errcode, done.alarm) == (Word.RETRY, 40001, True)
