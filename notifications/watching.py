"""Which periodic job has stopped, and who says so?

Everybody who looks: the API when it is asked whether it is ready, and each worker, of the others. A
job that has stopped is cried out once, by each process that notices, and not at every look.
"""

import logging
import time
from collections.abc import Sequence
from threading import Lock
from typing import Any

from backend import heartbeats
from notifications.sweepers import SWEEPERS

log = logging.getLogger(__name__)
Standing = Sequence[dict[str, Any]]


def standing() -> list[dict[str, Any]]:
    """Return every periodic job with its last success; one that nobody has begun is stale."""
    beats = heartbeats.by_job()
    found = []
    for job, sweeper in SWEEPERS.items():
        beat, rests_s = beats.get(job), int(sweeper.rests.total_seconds())
        found.append(
            {
                "job": job,
                "does": sweeper.does,
                "rests_s": rests_s,
                "beaten_at": beat and beat["beaten_at"],
                "took_ms": beat and beat["took_ms"],
                "stale": beat is None or beat["age_s"] > rests_s,
            }
        )
    return found


def stale(found: Standing) -> list[str]:
    """Return the names of the jobs that have stopped."""
    return [each["job"] for each in found if each["stale"]]


class Watch:
    """What one process has noticed; it cries once for each stop.

    A job has its time again from when the process began: after all of us were away nothing has
    stopped yet.
    """

    def __init__(self, began: float | None = None):
        """Begin now, or at that moment of the monotonic clock."""
        self._began = time.monotonic() if began is None else began
        self._cried: set[str] = set()
        self._one_at_a_time = Lock()

    def look(self, found: Standing) -> None:
        """Cry out what has stopped since the last look, and say what goes on again."""
        up_s = time.monotonic() - self._began
        stopped = {each["job"]: each for each in found if each["stale"] and up_s > each["rests_s"]}
        with self._one_at_a_time:
            news, over = stopped.keys() - self._cried, self._cried - set(stale(found))
            self._cried = (self._cried | news) - over
        for job in sorted(news):
            last = stopped[job]["beaten_at"]
            log.error("the periodic job %s has stopped; its last success: %s", job, last)
        for job in sorted(over):
            log.warning("the periodic job %s goes on again", job)
