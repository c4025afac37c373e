"""How long do we wait for PostgreSQL, and who keeps the time?

The server ends what takes too long; when the server itself is stopped, the connection does.
"""

from functools import partial
from typing import Any, TypeVar

import orjson
import psycopg
from psycopg.abc import PQGen
from psycopg.adapt import AdaptersMap
from psycopg.types.json import set_json_loads
from sqlalchemy import make_url

R = TypeVar("R")

TIMEOUTS = {
    "statement_timeout": "3s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
    "timezone": "UTC",
}
# What a column holds is read by these; SQLAlchemy's own are lost on connections that we make.
_READERS = AdaptersMap(psycopg.adapters)
set_json_loads(orjson.loads, _READERS)
# A little more than any statement may take: the server has the first word.
PATIENCE_S = 3.4
CONNECT_S = 2


class Connection(psycopg.Connection[Any]):
    """A connection that gives up, and closes itself, when the server says nothing for too long."""

    patience_s: float | None = PATIENCE_S

    def wait(self, gen: PQGen[R], interval: float = 0.1, timeout: float | None = None) -> R:
        """Wait for the server; raise OperationalError after `patience_s` seconds of silence."""
        try:
            return super().wait(gen, interval, timeout or self.patience_s)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self.pgconn.finish()  # Nobody knows what it would answer to, later.
            raise


def engine_options(database_url: str, **settings: str) -> dict[str, Any]:
    """Return the pool and time-out settings of one web or worker process."""
    options = " ".join(f"-c {name}={value}" for name, value in {**TIMEOUTS, **settings}.items())
    address = make_url(database_url).set(drivername="postgresql")
    return {
        "hide_parameters": True,
        "pool_size": 8,
        "max_overflow": 0,
        "pool_timeout": 5,
        "pool_recycle": 300,
        "pool_pre_ping": True,
        "creator": partial(
            Connection.connect,
            address.render_as_string(hide_password=False),
            context=_READERS,
            options=options,
            connect_timeout=CONNECT_S,
            tcp_user_timeout=5000,
            keepalives_idle=30,
        ),
    }
