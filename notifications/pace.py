"""How many pushes may leave in a second, of all workers and both lanes together?

One row says when the next push may leave (a leaky bucket, GCRA). It lies beside the ledger, in
PostgreSQL, so that no failure of Redis lets anything through or holds anything up. Each claim
reserves its turns; a notice to many reserves less far ahead than a decision, which so always finds
room.
"""

from sqlalchemy import text

from backend.db import row
from notifications.models import Lane

# In SQL: reserve as many turns as something has rows, inside the action that has locked the pace.
TAKEN = """UPDATE send_pace SET free_at = greatest(free_at, clock_timestamp())
        + (SELECT count(*) FROM {rows}) * interval '1 s' / :rate"""
# How far ahead turns may be reserved, in seconds.
AHEAD_S = {Lane.DECISION: 1.0, Lane.BROADCAST: 0.5}


def room(lane: Lane, rate: int) -> tuple[int, float]:
    """Lock the pace; return how many turns a lane may reserve, and the seconds until the first.

    Runs inside the action that claims; whoever comes next waits for its end.
    """
    found = row(
        text(
            """
            SELECT greatest(0, extract(epoch FROM free_at - clock_timestamp()))::float AS wait_s
            FROM send_pace FOR UPDATE
            """
        )
    )
    assert found is not None
    ahead = AHEAD_S[lane] - found["wait_s"]
    return (int(ahead * rate) + 1 if ahead >= 0 else 0), found["wait_s"]
