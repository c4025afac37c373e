"""What became of one message? One word of five says it.

Source for what is certain and what is doubtful: WeChat knows no idempotency key and has no query
by one. An error code says that the message was not accepted; no code after bytes have left says
nothing at all. That -1 "busy" means "not accepted" is an assumption, hence its bounded waits.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum

from backend import clock
from backend.errors import WeChatDown
from backend.wechat import reactions
from backend.wechat.errors import AccountRefused, NoAnswer, NoToken, NotSent
from backend.wechat.reactions import Endpoint, Reaction, Stops

NOT_SENT_WAIT_S = 5.0


class Word(Enum):
    """The fate of a message."""

    ACCEPTED = "WeChat took it; that is not yet delivery"
    REJECTED = "final for this person or message; never send it again"
    RETRY = "certainly not sent; send again after the wait"
    UNKNOWN = "sent or not, nobody can tell; do not send again unasked"
    FAILED = "certainly not sent, and our fault; staff must act first"


WORDS = {
    Reaction.RETRY: Word.RETRY,
    Reaction.REFRESH: Word.RETRY,
    Reaction.PAUSE: Word.RETRY,
    Reaction.DROP: Word.REJECTED,
    Reaction.USER: Word.REJECTED,
    Reaction.ALARM: Word.FAILED,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The word, and what goes with it.

    `errcode` is WeChat's, None where it gave none; `detail` names no person and no secret;
    `msgid` is text because it exceeds 2^53; `retry_after_s` is the first wait in seconds, and
    repeated errors deserve longer ones; `alarm` asks for a person; `stops` says whether further
    messages of the template or of any kind would fare the same.
    """

    word: Word
    errcode: int | None = None
    detail: str = ""
    msgid: str | None = None
    retry_after_s: float | None = None
    alarm: bool = False
    stops: Stops = Stops.NOTHING


def of_errcode(errcode: int, detail: str) -> Outcome:
    """Say what an error code (not 0) of the send call means for the message."""
    rule = reactions.of(Endpoint.SEND, errcode)
    return Outcome(
        WORDS[rule.reaction],
        errcode,
        detail or rule.meaning,
        retry_after_s=_wait_s(rule),
        alarm=rule.calls_staff,
        stops=rule.stops,
    )


def of_failure(failure: WeChatDown) -> Outcome:
    """Say what a failed exchange means for the message it carried."""
    if isinstance(failure, NoAnswer):
        return Outcome(Word.UNKNOWN, detail=str(failure))
    assert isinstance(failure, NotSent)
    return Outcome(Word.RETRY, detail=str(failure), retry_after_s=NOT_SENT_WAIT_S)


def without_token(failure: WeChatDown, errcode: int | None = None) -> Outcome:
    """Say what it means that no access token was to be had; `errcode` rejected the last one.

    The message certainly stayed here. Staff are called when WeChat rejects our token or account.
    """
    alarm = errcode is not None or isinstance(failure, AccountRefused)
    wait_s = NOT_SENT_WAIT_S
    if isinstance(failure, NoToken):
        wait_s, errcode = failure.wait_s, errcode or failure.errcode
    elif isinstance(failure, AccountRefused):
        wait_s, errcode = reactions.REJECTED_TOKEN_WAIT_S, failure.errcode
    return Outcome(
        Word.RETRY,
        errcode,
        f"no access token: {failure}",
        retry_after_s=wait_s,
        alarm=alarm,
        stops=Stops.SENDER,
    )


def until_midnight_s(now: datetime) -> float:
    """Return the seconds until quotas begin anew (Shanghai midnight; not documented)."""
    local = now.astimezone(clock.SHANGHAI)
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), clock.SHANGHAI)
    return (midnight - now).total_seconds()


def _wait_s(rule: reactions.Rule) -> float | None:
    if rule.reaction is Reaction.PAUSE:
        return until_midnight_s(clock.now())
    return rule.waits_s[0] if rule.waits_s else None
