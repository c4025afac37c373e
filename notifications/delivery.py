"""How do pushes leave, so that nothing is lost and nothing is sent twice?

A run claims, and keeps a few pushes under way at once: their intents are committed together, each
is sent by a thread of its own, and their results are written down together; no transaction is held
meanwhile. Decisions on somebody's case and notices to many are lanes of their own.
"""

import logging
import os
import secrets
import socket
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import Protocol

from backend.accounts.queries import openids_of
from backend.db import Row
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
# So long after a first answer we wait for others, to write them down together.
GATHER_S = 0.02


class Pushes(Protocol):
    """What we need of WeChat."""

    def send(self, openid: str, template_id: str, page: str, data: Mapping[str, str]) -> Outcome:
        """Send one subscription message and say in one word what became of it."""


def send_all_due(
    wechat: Pushes, templates: Mapping[str, str], *, rate: int, lane: Lane = Lane.DECISION
) -> int:
    """Claim and send until nothing is due or RUN_S are over; return how many were tried.

    `rate` is the number of sends a second of all workers together. An answer that says further
    pushes would fare the same ends the run: what is still claimed is given back for the next one.
    """
    with ThreadPoolExecutor(UNDER_WAY[lane]) as senders:
        return _Run(wechat, templates, senders, rate, lane).go()


class _Run:
    def __init__(
        self,
        wechat: Pushes,
        templates: Mapping[str, str],
        senders: ThreadPoolExecutor,
        rate: int,
        lane: Lane,
    ):
        self._wechat, self._templates, self._senders = wechat, templates, senders
        self._rate, self._lane = rate, lane
        self._me = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._waiting: deque[tuple[float, Row]] = deque()
        self._under_way: dict[Future[Outcome | None], Row] = {}
        self._broken: list[BaseException] = []
        self._until = time.monotonic() + RUN_S
        self._tried = 0

    def go(self) -> int:
        try:
            while self._supply() or self._under_way:
                self._launch()
                if self._under_way:
                    self._collect()
                else:
                    time.sleep(self._next_in_s())
        finally:
            ledger.give_back(self._me)
        for error in self._broken:
            raise error
        return self._tried

    def _is_over(self) -> bool:
        return bool(self._broken) or time.monotonic() >= self._until

    def _supply(self) -> bool:
        """Claim when nothing waits; tell whether there is something, or soon will be."""
        if self._is_over():
            return False
        if not self._waiting:
            claimed, now = ledger.claim(self._me, self._lane, rate=self._rate), time.monotonic()
            self._waiting.extend((now + push["leaves_in_s"], push) for push in claimed)
        return bool(self._waiting) or ledger.is_due(self._lane)

    def _next_in_s(self) -> float:
        """Return after how many seconds there may be something to launch."""
        if not self._waiting:
            return RATE_PAUSE_S
        return max(0.0, self._waiting[0][0] - time.monotonic())

    def _free(self) -> int:
        return 0 if self._is_over() else UNDER_WAY[self._lane] - len(self._under_way)

    def _launch(self) -> None:
        """Hand to the senders what is next, as far as its turn has come and one of them is free."""
        free = self._free()
        next_: list[Row] = []
        while self._waiting and len(next_) < free and not self._next_in_s():
            next_.append(self._waiting.popleft()[1])
        ready = self._addressed(next_) if next_ else {}
        began = time.monotonic()
        for going in sorted(ledger.intend(ready, self._me)) if ready else ():
            call = self._senders.submit(copy_context().run, self._send, ready[going], began)
            self._under_way[call] = ready[going]

    def _addressed(self, pushes: list[Row]) -> dict[int, Row]:
        """Add openid and template by their numbers; end the pushes that lack one of them."""
        openids = openids_of({push["person_id"] for push in pushes})
        found: dict[int, Row] = {
            push["id"]: {
                **push,
                "openid": openids.get(push["person_id"]),
                "template_id": self._templates.get(push["template"]),
            }
            for push in pushes
        }
        for lacking, why in (("openid", "no openid"), ("template_id", "no template")):
            if ids := [id_ for id_, push in found.items() if push[lacking] is None]:
                ledger.skip(ids, self._me, why)
                found = {id_: push for id_, push in found.items() if id_ not in ids}
        return found

    def _send(self, push: Row, began: float) -> Outcome | None:
        """Send in a thread; None when we were held up for so long that it may not leave."""
        if time.monotonic() - began > GUARD_S:
            return None
        return self._wechat.send(push["openid"], push["template_id"], push["page"], push["content"])

    def _collect(self) -> None:
        """Wait for answers and write them down; what broke off stays in doubt and ends the run."""
        patience = self._next_in_s() if self._free() else None
        if not wait(self._under_way, timeout=patience, return_when=FIRST_COMPLETED).done:
            return
        wait(self._under_way, timeout=GATHER_S)
        ended = {call: self._under_way.pop(call) for call in [*self._under_way] if call.done()}
        self._broken += [error for call in ended if (error := call.exception())]
        said = [(push, call.result()) for call, push in ended.items() if not call.exception()]
        held_up = [push["id"] for push, outcome in said if outcome is None]
        if held_up:
            ledger.release(held_up, self._me)
        self._settle([(push, outcome) for push, outcome in said if outcome is not None])

    def _settle(self, said: list[tuple[Row, Outcome]]) -> None:
        if said:
            ledger.settle(said)
        self._tried += len(said)
        for _, outcome in said:
            if outcome.alarm:
                log.error("WeChat needs a person: %s %s", outcome.errcode, outcome.detail)
            if outcome.stops is not Stops.NOTHING:
                self._until = 0.0
                self._waiting.clear()
