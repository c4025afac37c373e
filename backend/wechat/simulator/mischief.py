"""Which of the next calls go wrong, and how? Those of the plan, first come, first served."""

import threading
from dataclasses import dataclass
from typing import Any

ENDPOINTS = ("login", "token", "send", "phone", "text", "code", "link")
# True: WeChat carries the call out and only the answer suffers, which is the dangerous case.
KINDS = {
    "errcode": False,
    "status": False,
    "html": False,
    "empty": False,
    "redirect": False,
    "slow": True,
    "hang": True,
    "half": True,
    "close": True,
    "reset": True,
    "drip": True,
}
STATUSES = (400, 403, 404, 413, 429, 500, 502, 503, 504)


@dataclass(slots=True)
class Misbehaviour:
    """One row of the plan.

    `times` None means until cleared; `seconds` is the delay of `slow` and the pause between the
    bytes of `drip`, `location` where `redirect` leads; `openid` confines the row to what is about
    one person; `carried_out` says whether the call takes effect although its answer is spoilt.
    """

    endpoint: str
    kind: str
    times: int | None = None
    seconds: float = 1.0
    errcode: int = -1
    status: int = 500
    location: str = ""
    openid: str | None = None
    carried_out: bool = False

    @property
    def name(self) -> str:
        """Name the row as the journal shows it."""
        number = {"errcode": self.errcode, "status": self.status}.get(self.kind)
        return self.kind if number is None else f"{self.kind} {number}"


def planned(endpoint: str, kind: str | int, **more: Any) -> Misbehaviour:
    """Read a wish: a kind of KINDS, `busy`, an HTTP status such as 500, or any error code."""
    if endpoint != "*" and endpoint not in ENDPOINTS:
        raise ValueError(f"endpoint must be * or one of {', '.join(ENDPOINTS)}")
    word, numbers = _kind(str(kind))
    row = Misbehaviour(endpoint, word, carried_out=KINDS[word])
    for name, value in (numbers | more).items():
        if name in ("endpoint", "kind", "name") or not hasattr(row, name):
            raise ValueError(f"unknown wish: {name}")
        setattr(row, name, value)
    return row


def _kind(word: str) -> tuple[str, dict[str, int]]:
    if word == "busy":
        return "errcode", {"errcode": -1}
    if word in KINDS:
        return word, {}
    try:
        number = int(word)
    except ValueError:
        raise ValueError(f"unknown kind: {word}") from None
    return (
        ("status", {"status": number}) if number in STATUSES else ("errcode", {"errcode": number})
    )


class Mischief:
    """The plan, and the gate at which answers are held."""

    def __init__(self) -> None:
        """Start well behaved."""
        self._changed = threading.Condition()
        self._plan: list[Misbehaviour] = []
        self._round = 0
        self._to_hold = 0
        self._held = 0

    def add(self, row: Misbehaviour) -> None:
        """Put a row at the end of the plan."""
        with self._changed:
            self._plan.append(row)

    def clear(self) -> None:
        """Behave from now on; calls that hang are cut off."""
        with self._changed:
            self._plan.clear()
            self._round += 1
            self._changed.notify_all()

    def rows(self) -> list[Misbehaviour]:
        """Return what is still planned."""
        with self._changed:
            return list(self._plan)

    def next_for(self, endpoint: str, openid: str | None) -> Misbehaviour | None:
        """Return the row that this call falls under, counting it."""
        with self._changed:
            for row in self._plan:
                if row.endpoint in ("*", endpoint) and row.openid in (None, openid):
                    if row.times is not None:
                        row.times -= 1
                        if row.times <= 0:
                            self._plan.remove(row)
                    return row
            return None

    def hold(self, times: int = 1) -> None:
        """Hold the answers of the next `times` messages until `release`."""
        with self._changed:
            self._to_hold = times

    def release(self) -> None:
        """Let the held answers go and hold no more."""
        with self._changed:
            self._to_hold = 0
            self._round += 1
            self._changed.notify_all()

    @property
    def held(self) -> int:
        """Return how many answers are being held."""
        with self._changed:
            return self._held

    def wait_at_gate(self) -> None:
        """Wait, if this message is one to hold."""
        with self._changed:
            if self._to_hold <= 0:
                return
            self._to_hold -= 1
            self._held += 1
            arrived = self._round
            self._changed.wait_for(lambda: self._round != arrived)
            self._held -= 1

    def wait_for_clearing(self) -> None:
        """Wait until somebody clears the plan or releases the answers."""
        with self._changed:
            arrived = self._round
            self._changed.wait_for(lambda: self._round != arrived)
