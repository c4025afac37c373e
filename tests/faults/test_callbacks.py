"""Ten thousand callbacks in a minute, and callbacks while parts of us die: once each, none lost."""

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest

from backend import clock
from backend.wechat.simulator import people, pushes
from backend.wechat.simulator.world import APPID
from tests.faults.pushes import pending
from tests.faults.stack import Stack
from tests.miniprogram_api.pushing import ADDRESS, door
from tests.races.at_once import p95
from tests.races.crowd import ask, signed_in
from tests.running_system import wait_until

CARD, HEADERS = "TENANCY_RESULT", {"Content-Type": "application/json"}
LINES = 6


class Sent(NamedTuple):
    """How a callback was answered in the end, after how many attempts, and the last one's time."""

    status: int
    attempts: int
    seconds: float


class Flood:
    """Many taps of many people, each of them told by WeChat alone."""

    def __init__(self, stack: Stack, persons: int, taps: int):
        self.stack, self.taps = stack, taps
        mark = random.Random().getrandbits(40)
        self.openids = [people.openid_of(f"{mark} {n}", APPID) for n in range(persons)]
        for openid in self.openids:
            signed_in(stack.app, openid)
        self.ids = [
            row[0]
            for row in ask(
                stack.app,
                "SELECT person_id FROM identity WHERE subject = ANY(:openids)",
                openids=self.openids,
            )
        ]
        began = clock.now().timestamp() - 100 * taps
        self.messages = [
            _tap(openid, began + 100 * tap) for tap in range(taps) for openid in self.openids
        ]

    def send(self, *, most: int = 1, times: int = 1) -> tuple[list[Sent], float]:
        """Tell everything, in any order, over a few lines at once, and say how long it took."""
        door_ = door(self.stack.app)
        # Sealed beforehand: that is WeChat's work, and the machine is ours.
        messages = [pushes.request(door_, each, clock.now()) for each in self.messages * times]
        random.Random(7).shuffle(messages)
        results: list[list[Sent]] = [[] for _ in range(LINES)]
        lines = [
            threading.Thread(
                target=self._speak, args=(messages[n::LINES], results[n], most), daemon=True
            )
            for n in range(LINES)
        ]
        started = time.monotonic()
        for line in lines:
            line.start()
        for line in lines:
            line.join()
        took = time.monotonic() - started
        return [each for found in results for each in found], took

    def _speak(self, messages: Sequence[Any], results: list[Sent], most: int) -> None:
        line = _line(self.stack)
        for message in messages:
            answer, attempts = self._attempt(line, message), 1
            while answer.status != 200 and attempts < most:
                time.sleep(0.1)
                answer, attempts = self._attempt(line, message), attempts + 1
            results.append(answer._replace(attempts=attempts))
        line.close()

    def _attempt(self, line: http.client.HTTPConnection, message: Any) -> Sent:
        query, body = message
        started = time.monotonic()
        try:
            line.request("POST", f"{ADDRESS}?{urlencode(query)}", body, HEADERS)
            with line.getresponse() as answer:
                content, status = answer.read(), answer.status
            assert (status == 200) == (content == b"success"), content
        except (OSError, http.client.HTTPException):
            line.close()  # The next request opens it anew.
            status = 0
        return Sent(status, 1, time.monotonic() - started)

    @property
    def waiting(self) -> int:
        found = ask(self.stack.app, "SELECT count(*) FROM callback WHERE processed_at IS NULL")
        return int(found[0][0])

    def is_taken_up_once(self) -> None:
        """Every tap was counted, and none twice."""
        kept = Counter(
            row[0]
            for row in ask(
                self.stack.app,
                "SELECT person_id FROM credit_entry WHERE person_id = ANY(:ids)",
                ids=self.ids,
            )
        )
        left = ask(
            self.stack.app,
            "SELECT remaining, count(*) FROM credit WHERE person_id = ANY(:ids) GROUP BY 1",
            ids=self.ids,
        )
        assert [(self.taps, len(self.ids))] == [tuple(each) for each in left]
        assert dict.fromkeys(self.ids, self.taps) == kept


def _tap(openid: str, at: float) -> bytes:
    item = {"TemplateId": CARD, "SubscribeStatusString": "accept", "PopupScene": "0"}
    event = {"FromUserName": openid, "CreateTime": int(at), "MsgType": "event"}
    return json.dumps(event | {"Event": "subscribe_msg_popup_event", "List": item}).encode()


def _line(stack: Stack) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", stack.running.port, 5)


@pytest.mark.reliability
def test_cb23_ten_thousand_in_a_minute_are_all_accepted_and_taken_up_once(stack, figures):
    flood = Flood(stack, persons=200, taps=50)

    answers, took = flood.send()
    settled = took + wait_until(lambda: flood.waiting == 0, 180)

    seconds = [each.seconds for each in answers]
    figures(callbacks=len(answers), took_s=took, taken_up_after_s=settled)
    figures(p95_s=p95(seconds), slowest_s=max(seconds))
    assert {200: 10_000} == Counter(each.status for each in answers)
    assert took < 60
    assert max(seconds) < 1
    flood.is_taken_up_once()


@pytest.mark.reliability
def test_cb24_whatever_dies_meanwhile_each_is_taken_up_once(stack, figures):
    """WeChat insists, and nobody says `success` to what was not kept."""
    flood = Flood(stack, persons=20, taps=50)

    def kill() -> None:
        for target in ("job worker", "api worker", "postgres", "job worker"):
            time.sleep(2)
            stack.kill(target, random.Random())

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    answers, _ = flood.send(most=100, times=3)
    killer.join()
    stack.recover()
    wait_until(lambda: flood.waiting == 0, 60)

    figures(attempts=sum(each.attempts for each in answers))
    assert {200: 3_000} == Counter(each.status for each in answers)
    flood.is_taken_up_once()


def wished(stack: Stack, **wishes: Any) -> None:
    address = f"http://127.0.0.1:{stack.running.port}{ADDRESS}"
    stack.running.wish("POST", "callback", **{"address": address} | wishes)


@pytest.mark.parametrize(
    "wishes",
    [{}, {"times": 3, "shuffled": True, "late_s": 0.5}],
    ids=["at once", "thrice and late"],
)
def test_what_is_sent_is_soon_known_to_be_delivered(stack, wishes):
    """Receipts of the stand-in, which come while the result is being written, or much later."""
    wished(stack, **wishes)
    try:
        before = ask(stack.app, "SELECT coalesce(max(id), 0) FROM delivery")[0][0]
        pending(stack.app, 3)

        def found() -> Sequence[Any]:
            return ask(stack.app, "SELECT status FROM delivery WHERE id > :id", id=before)

        def settled() -> bool:
            return [each[0] for each in found()] == ["DELIVERED"] * 3

        wait_until(settled, 30, what=found)
    finally:
        wished(stack, times=1, shuffled=False, late_s=0.0, address="")
