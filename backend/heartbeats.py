"""Which periodic job has last come to a good end, and when?

One row for each job, by the clock of the database, so that whoever looks sees a job that has
stopped, whichever machine it ran on. It is written after the work: what raised has no success.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, Row, action, rows, session

_BEAT = (
    "INSERT INTO heartbeat (job, beaten_at, took_ms) VALUES ({}, clock_timestamp(), {})"
    " ON CONFLICT (job) DO UPDATE"
    " SET beaten_at = excluded.beaten_at, took_ms = excluded.took_ms"
)
# The same for who has the driver alone.
BY_DRIVER = _BEAT.format("%(job)s", "%(took_ms)s")
_BEAT_OF = text(_BEAT.format(":job", ":took_ms"))
_ALL = text(
    "SELECT job, beaten_at, took_ms,"
    " extract(epoch FROM clock_timestamp() - beaten_at)::float AS age_s FROM heartbeat"
)


class Heartbeat(Model):
    """The last success of a periodic job, and how long it took."""

    __tablename__ = "heartbeat"

    job: Mapped[str] = mapped_column(primary_key=True)
    beaten_at: Mapped[datetime]
    took_ms: Mapped[int]


@action
def beat(job: str, took_s: float) -> None:
    """Write down that a job has just come to a good end."""
    session.execute(_BEAT_OF, {"job": job, "took_ms": round(took_s * 1000)})


def by_job() -> Mapping[str, Row]:
    """Return the last success of every job that has ever had one, and how long ago that was."""
    return {each["job"]: each for each in rows(_ALL)}
