"""How do pushes leave, so that nothing is lost and nothing is sent twice?

A run claims, and keeps a few pushes under way at once, each sent by a thread of its own with no
transaction held. One commit writes down the results that have come and the intents of what takes
their place, over one connection that the run keeps: to borrow it anew for each step would double
what a step costs. Decisions on somebody's case and notices to many are lanes of their own.
"""

import logging
import os
import secrets
import socket
import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Protocol

from backend.db import Row, one_connection
from backend.errors import DatabaseDown
from backend.wechat.outcome import Outcome
from backend.wechat.reactions import Stops
from notifications import ledger
from notifications.models import Lane

log = logging.getLogger(__name__)
# Of a worker that dies, at most so many pushes are in doubt.
UNDER_WAY = {Lane.DECISION: 2, Lane.BROADCAST: 8}
# Between the intent and the call nothing may take longer than this, or the lease proves nothing.
GUARD_S = 1.0
# A run ends by then, so that a worker that is told to stop can.
RUN_S = 8.0
RATE_PAUSE_S = 0.1
# So long a run waits for a database that is away while it still has something to write down.
PATIENCE_S = 10.0
# So long after a first answer we wait for others, to write them down together.
GATHER_S = 0.005


# What came of a call: an outcome, None when it was held up here, or whatever broke it off.
Answer = Outcome | BaseException | None


class Pushes(Protocol):
    """What we need of WeChat."""

    def send(self, openid: str, template_id: str, page: str, data: Mapping[str, str]) -> Outcome:
        """Send one subscription message and say in one word what became of it."""


def send_all_due(
    wechat: Pushes,
    templates: Mapping[str, str],
    *,
    rate: int,
    lane: Lane = Lane.DECISION,
    patience_s: float = PATIENCE_S,
) -> int:
    """Claim and send until nothing is due or RUN_S are over; return how many were tried.

    `rate` is the number of sends a second of all workers together. An answer that says further
    pushes would fare the same ends the run: what is still claimed is given back for the next one.
    Raise DatabaseDown when the database went away; what had been heard is written down first, if
    it is back within `patience_s`.
    """
    with ThreadPoolExecutor(UNDER_WAY[lane]) as senders, one_connection():
        return _Run(wechat, templates, senders, rate, lane, patience_s).go()


class _Run:
    def __init__(
        self,
        wechat: Pushes,
        templates: Mapping[str, str],
        senders: ThreadPoolExecutor,
        rate: int,
        lane: Lane,
        patience_s: float,
    ):
        self._wechat, self._templates, self._senders = wechat, templates, senders
        self._rate, self._lane, self._most = rate, lane, UNDER_WAY[lane]
        self._patience_s = patience_s
        self._at_once = max(1, self._most // 2)
        self._me = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._waiting: deque[tuple[float, Row]] = deque()
        self._answers: SimpleQueue[tuple[Row, Answer]] = SimpleQueue()
        self._under_way = self._tried = 0
        # Heard and not yet written down; intended, and certainly still here; broken off.
        self._said: list[tuple[Row, Outcome]] = []
        self._stayed: list[int] = []
        self._broken: list[BaseException] = []
        self._until = time.monotonic() + RUN_S

    def go(self) -> int:
        try:
            while self._supply() or self._under_way:
                heard = self._hear()
                if heard or self._next_in_s() == 0.0:
                    self._step(heard)
                elif not self._under_way:
                    time.sleep(self._next_in_s())
        except DatabaseDown:
            self._save()
            raise
        finally:
            ledger.give_back(self._me)
        for error in self._broken:
            raise error
        return self._tried

    def _is_over(self) -> bool:
        return bool(self._broken) or time.monotonic() >= self._until

    def _supply(self) -> bool:
        """Claim when too little waits; tell whether there is something, or soon will be."""
        if self._is_over():
            return False
        if len(self._waiting) < self._at_once:
            now, claimed = time.monotonic(), ledger.claim(self._me, self._lane, rate=self._rate)
            for push in self._addressed(claimed):
                self._waiting.append((now + push["leaves_in_s"], push))
        return bool(self._waiting) or ledger.is_due(self._lane)

    def _addressed(self, pushes: Sequence[Row]) -> list[Row]:
        """Add the template; end the pushes that lack it, or a person's openid."""
        found: list[Row] = [
            {**push, "template_id": self._templates.get(push["template"])} for push in pushes
        ]
        for lacking, why in (("openid", "no openid"), ("template_id", "no template")):
            if ids := [push["id"] for push in found if push[lacking] is None]:
                ledger.skip(ids, self._me, why)
                found = [push for push in found if push["id"] not in ids]
        return found

    def _next_in_s(self) -> float:
        """Return after how many seconds there may be something to launch."""
        if not self._waiting:
            return RATE_PAUSE_S
        return max(0.0, self._waiting[0][0] - time.monotonic())

    def _free(self) -> int:
        return 0 if self._is_over() else self._most - self._under_way

    def _hear(self) -> list[tuple[Row, Answer]]:
        """Wait for an answer, then a little for others: half of them leave work for the wire."""
        if not self._under_way:
            return []
        heard: list[tuple[Row, Answer]] = []
        until = time.monotonic() + self._next_in_s() if self._free() else None
        with suppress(Empty):
            while len(heard) < self._at_once and len(heard) < self._under_way:
                left = None if until is None else max(0.0, until - time.monotonic())
                heard.append(self._answers.get(timeout=left))
                until = until if len(heard) > 1 else time.monotonic() + GATHER_S
        self._under_way -= len(heard)
        return heard

    def _step(self, heard: Sequence[tuple[Row, Answer]]) -> None:
        """Write down what was heard and, in the same commit, what leaves now; then let it leave."""
        self._take_in(heard)
        if self._stayed:
            ledger.release(self._stayed, self._me)
        leaving: dict[int, Row] = {}
        while self._waiting and len(leaving) < self._free() and self._next_in_s() == 0.0:
            _, push = self._waiting.popleft()
            leaving[push["id"]] = push
        self._stayed = [*leaving]
        began = time.monotonic()
        gone = ledger.step(self._said, leaving, self._me)
        self._said, self._stayed = [], []
        for going in sorted(gone):
            self._senders.submit(self._send, leaving[going], began)
            self._under_way += 1

    def _save(self) -> None:
        """Write down what is known as soon as the database is back: else it would be in doubt."""
        self._until = 0.0
        while self._under_way:
            self._take_in(self._hear())
        until = time.monotonic() + self._patience_s
        while True:
            try:
                ledger.step(self._said)
                return ledger.release(self._stayed, self._me)
            except DatabaseDown:
                if time.monotonic() >= until:
                    raise
                time.sleep(RATE_PAUSE_S)

    def _send(self, push: Row, began: float) -> None:
        """Send, in a thread that knows no records, unless we were held up before it could leave."""
        answer: Answer = None
        try:
            if time.monotonic() - began <= GUARD_S:
                answer = self._wechat.send(
                    push["openid"], push["template_id"], push["page"], push["content"]
                )
        except BaseException as error:
            answer = error
        self._answers.put((push, answer))

    def _take_in(self, heard: Sequence[tuple[Row, Answer]]) -> None:
        """Sort what was heard: what is to be written down, what never left, what broke."""
        for push, answer in heard:
            if answer is None:
                self._stayed.append(push["id"])
            elif isinstance(answer, BaseException):
                self._broken.append(answer)
            else:
                self._said.append((push, answer))
                self._judge(answer)

    def _judge(self, outcome: Outcome) -> None:
        self._tried += 1
        if outcome.alarm:
            log.error("WeChat needs a person: %s %s", outcome.errcode, outcome.detail)
        if outcome.stops is not Stops.NOTHING:
            self._until = 0.0
            self._waiting.clear()
