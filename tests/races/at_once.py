"""How do many do something at the same moment? In threads that one gate holds back."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
GATE_S = 60


class Timed(NamedTuple):
    """What one racer got, and after how many seconds."""

    result: Any
    seconds: float


def all_at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Let all calls go together and return what each gave, in their order."""
    return [timed.result for timed in timed_at_once(calls)]


def timed_at_once(calls: Sequence[Callable[[], Any]], *, threads: int = 200) -> list[Timed]:
    """Let all calls go together; return results and times, or raise what the first one raised.

    With fewer threads than calls, each thread makes one call after the other.
    """
    threads = min(threads, len(calls))
    gate = threading.Barrier(threads)
    results: list[Timed | None] = [None] * len(calls)
    errors: list[BaseException] = []

    def run(mine: Sequence[int]) -> None:
        try:
            gate.wait(GATE_S)
            for place in mine:
                started = time.monotonic()
                results[place] = Timed(calls[place](), time.monotonic() - started)
        except BaseException as error:
            errors.append(error)

    shares = [range(first, len(calls), threads) for first in range(threads)]
    running = [threading.Thread(target=run, args=(share,), daemon=True) for share in shares]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if errors:
        raise errors[0]
    return [result for result in results if result is not None]


def tally(answers: Sequence[Any]) -> Counter[str]:
    """Count answers by status and kind of problem, like `409 unit-taken`."""
    return Counter(kind_of(answer) for answer in answers)


def kind_of(answer: Any) -> str:
    """Name an answer by its status and, for a problem, the last part of its type."""
    problem = answer.json.get("type") if isinstance(answer.json, dict) else None
    if answer.status_code >= 400 and problem:
        return f"{answer.status_code} {problem.rsplit('/', 1)[-1]}"
    return str(answer.status_code)


def p95(seconds: Sequence[float]) -> float:
    """Return the time within which nineteen of twenty were done."""
    return sorted(seconds)[int(len(seconds) * 0.95) - 1]
