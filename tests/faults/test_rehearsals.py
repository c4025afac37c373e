"""Where may a process die that tries a card, and what is she told who asks again?"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from backend.db import row
from backend.errors import WeChatDown
from backend.wechat.client import WeChat
from backend.wechat.identity import Identity
from backend.wechat.outcome import Outcome
from backend.wechat.simulator.people import openid_of
from backend.wechat.simulator.server import Simulator
from backend.wechat.simulator.world import APPID
from notifications import rehearsing, wordings
from notifications.catalogue import readers_of
from notifications.rehearsing import Fate, Rehearsal
from tests.faults.pushes import TEMPLATES, connected
from tests.records import change, staff

OPENID = openid_of("clerk", APPID)
Step = Callable[..., Any]


class Died(BaseException):
    """What happens after this, the process did not do."""


def known(code: str) -> Identity:
    """Who is behind the code. WeChat would say so once; here the code proves nothing."""
    return Identity(OPENID, None)


def dead(*_: Any) -> Any:
    raise Died


class Reached(NamedTuple):
    """A way to WeChat of which either end may fail."""

    sign_in: Step
    send: Step


def product(ask: Step, push: Step) -> dict[str, Any]:
    return rehearsing.send(
        "application.approved",
        "applicant",
        "a-code",
        key="a-key",
        is_repeated=False,
        templates=TEMPLATES,
        wechat=Reached(ask, push),
        by=staff("demo-bureau"),
    )


def dies_after(push: Step) -> Step:
    """The card leaves, and nobody hears the answer."""

    def send(*card: Any) -> Outcome:
        push(*card)
        raise Died

    return send


def through_a_death(
    simulator: Simulator, dying: Callable[[WeChat], Any], again: Callable[[WeChat], Any]
) -> tuple[Fate, int]:
    """Let a process die with a card in hand, and the same request come again much later.

    Return what she is told then, and how many cards came, unless they contradict each other.
    """
    healthy = connected(simulator)
    with pytest.raises(Died):
        dying(healthy)
    change("UPDATE rehearsal SET began_at = began_at - interval '1 minute'")
    told = again(healthy)["status"]
    came = len(simulator.log(endpoint="send", openid=OPENID, carried_out=True))
    assert came <= 1, f"sent {came} times"
    assert came or told is not Fate.ACCEPTED, "accepted, but never sent"
    return told, came


@pytest.mark.parametrize(
    ("dying", "fate"),
    [
        (lambda wechat: product(dead, wechat.send), (Fate.UNKNOWN, 0)),
        (lambda wechat: product(known, dead), (Fate.UNKNOWN, 0)),
        (lambda wechat: product(known, dies_after(wechat.send)), (Fate.UNKNOWN, 1)),
    ],
    ids=["before the sign-in", "between intent and call", "between call and result"],
)
def test_a_card_whose_sender_died_is_never_sent_again_and_named_unknown(
    in_app, simulator, dying, fate
):
    assert fate == through_a_death(simulator, dying, lambda wechat: product(known, wechat.send))


def begun() -> rehearsing.Begun:
    (version,) = map(wordings.of_row, readers_of("application.approved"))
    return rehearsing.begin(version, "a-key", by=staff("demo-bureau"))


def settled(its: rehearsing.Begun) -> dict[str, Any]:
    return rehearsing.settle(its, {"fate": Fate.ACCEPTED}, by=staff("demo-bureau"))


def card() -> tuple[Any, ...]:
    (told,) = readers_of("application.approved")
    said = rehearsing.filled(told, rehearsing.previewing.sample_of(told))
    return OPENID, TEMPLATES[told.template], said.link, said.card


def send_then_write(push: Step) -> dict[str, Any]:
    """Send first and write it down afterwards: a planted fault."""
    if row(select(Rehearsal.id)) is None:
        push(*card())
    return settled(begun())


def write_then_send(push: Step) -> dict[str, Any]:
    """Write down the result first and send afterwards: the other one."""
    if row(select(Rehearsal.id)) is None:
        settled(begun())
        push(*card())
    return settled(begun())


def test_sending_before_writing_is_noticed(in_app, simulator):
    with pytest.raises(AssertionError, match="sent 2 times"):
        through_a_death(
            simulator,
            lambda wechat: send_then_write(dies_after(wechat.send)),
            lambda wechat: send_then_write(wechat.send),
        )


def test_writing_the_result_before_sending_is_noticed(in_app, simulator):
    with pytest.raises(AssertionError, match="accepted, but never sent"):
        through_a_death(
            simulator,
            lambda wechat: write_then_send(dead),
            lambda wechat: write_then_send(wechat.send),
        )


@pytest.mark.parametrize(
    ("kind", "fate", "came"),
    [
        ("reset", Fate.UNKNOWN, 1),
        ("hang", Fate.UNKNOWN, 1),
        (-1, Fate.NOT_SENT, 0),
        (43101, Fate.REJECTED, 0),
        (47003, Fate.REJECTED, 0),
    ],
)
def test_whatever_wechat_does_is_an_answer_and_is_tried_once(in_app, simulator, kind, fate, came):
    simulator.misbehave("send", kind)

    told = product(known, connected(simulator).send)

    assert fate is told["status"]
    assert 1 == len(simulator.log(endpoint="send"))
    assert came == len(simulator.log(endpoint="send", openid=OPENID, carried_out=True))


def test_when_wechat_is_away_at_the_sign_in_nothing_leaves_and_the_request_may_come_again(
    in_app, simulator
):
    simulator.misbehave("login", 500, times=1)
    wechat = connected(simulator)
    with pytest.raises(WeChatDown):
        product(lambda code: wechat.sign_in("demo:clerk:1"), wechat.send)
    assert [] == simulator.log(endpoint="send")

    told = product(lambda code: wechat.sign_in("demo:clerk:2"), wechat.send)

    assert Fate.ACCEPTED is told["status"]
