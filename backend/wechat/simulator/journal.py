"""What has arrived? Every call in order, also those whose answer was lost; secrets are masked."""

import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

MASKED = ("secret", "access_token")
LONGEST = 500_000


@dataclass(slots=True)
class Entry:
    """One call: what came, what WeChat did about it, and what the caller could learn of that.

    `errcode` is what was answered, None where no code was or could be; `carried_out` says that
    the call took effect; `answered` turns True when the whole answer has been written.
    """

    number: int
    at: float
    endpoint: str
    method: str
    path: str
    query: dict[str, str]
    body: Any
    openid: str | None
    template_id: str | None
    errcode: int | None
    carried_out: bool
    misbehaviour: str | None
    answered: bool = False


class Journal:
    """The calls, newest last."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=LONGEST)
        self._count = 0

    def note(
        self,
        endpoint: str,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Any,
        **rest: Any,
    ) -> Entry:
        """Write down a call at the moment of its arrival."""
        asked = body if isinstance(body, dict) else {}
        with self._lock:
            self._count += 1
            entry = Entry(
                number=self._count,
                at=time.time(),
                endpoint=endpoint,
                method=method,
                path=path,
                query=_masked(query),
                body=_masked(body) if isinstance(body, dict) else body,
                openid=asked.get("touser"),
                template_id=asked.get("template_id"),
                **rest,
            )
            self._entries.append(entry)
        return entry

    def entries(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return the calls whose fields have the wanted values; `after` is a number to begin at."""
        after = int(wanted.pop("after", 0))
        with self._lock:
            rows = [asdict(entry) for entry in self._entries if entry.number > after]
        return [row for row in rows if all(_same(row.get(k), v) for k, v in wanted.items())]

    def arrivals(self) -> dict[str, dict[str, int]]:
        """Count for each openid the messages that arrived and those that were carried out."""
        arrived: Counter[str] = Counter()
        done: Counter[str] = Counter()
        with self._lock:
            for entry in self._entries:
                if entry.endpoint == "send" and entry.openid is not None:
                    arrived[entry.openid] += 1
                    done[entry.openid] += entry.carried_out
        return {who: {"arrived": n, "carried_out": done[who]} for who, n in arrived.items()}

    def clear(self) -> None:
        """Forget everything but the numbering."""
        with self._lock:
            self._entries.clear()


def _masked(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: "***" if name in MASKED else value for name, value in fields.items()}


def _same(found: Any, wanted: Any) -> bool:
    # Wishes that came in a query string are text.
    return bool(found == wanted) or str(found).lower() == str(wanted).lower()
