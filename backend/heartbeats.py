"""Which periodic job has last come to a good end, and when?

One row for each job, by the clock of the database, so that whoever looks sees a job that has
stopped, whichever machine it ran on. It is written after the work: what raised has no success. A
job that is new has its time from when the first worker knew of it.
"""

from collections.abc import Collection, Mapping
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
    " extract(epoch FROM clock_timestamp() - coalesce(beaten_at, awaited_at))::float AS age_s"
    " FROM heartbeat"
)
_AWAIT = text(
    "INSERT INTO heartbeat (job) SELECT unnest(CAST(:jobs AS text[])) ON CONFLICT DO NOTHING"
)


class Heartbeat(Model):
    """The last success of a periodic job, if it has had any, and how long that took."""

    __tablename__ = "heartbeat"

    job: Mapped[str] = mapped_column(primary_key=True)
    awaited_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    beaten_at: Mapped[datetime | None]
    took_ms: Mapped[int | None]


@action
def beat(job: str, took_s: float) -> None:
    """Write down that a job has just come to a good end."""
    session.execute(_BEAT_OF, {"job": job, "took_ms": round(took_s * 1000)})


@action
def expect(jobs: Collection[str]) -> None:
    """Write down that these jobs are awaited from now on, of those that were not before."""
    session.execute(_AWAIT, {"jobs": sorted(jobs)})


def by_job() -> Mapping[str, Row]:
    """Return the last success of every job, and how long we have waited for the next.

    One that is awaited and has had none has no moment; one that no worker knows of is not there.
    """
    return {each["job"]: each for each in rows(_ALL)}
