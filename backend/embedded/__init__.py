"""What runs when no URL names a database or a cache? Our own PostgreSQL and Valkey.

We start the programs of two wheels ourselves, each as the child of a keeper that ends it when its
last user has ended:

    user ──▶ keeper ──▶ server
      │         └ waits for the lock `users` to be free
      └ holds the lock `users`

Everything lives in the data folder, and nothing outside it is touched, save a folder for sockets in
the temporary folder when the path of the data folder is too long for a socket.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from backend.embedded import postgres, valkey
from backend.embedded.programs import ProgramsMissing, postgres_binaries
from backend.embedded.sharing import Server, StartFailed

__all__ = [
    "ProgramsMissing",
    "Server",
    "Servers",
    "StartFailed",
    "postgres_binaries",
    "start",
    "start_postgres",
    "start_valkey",
]


@dataclass(frozen=True)
class Servers:
    """PostgreSQL and Valkey, running until their last user closes them or ends."""

    postgres: Server
    valkey: Server

    @property
    def database_url(self) -> str:
        """Return the URL of the database for SQLAlchemy."""
        return self.postgres.url

    @property
    def redis_url(self) -> str:
        """Return the URL of Valkey for redis-py."""
        return self.valkey.url

    def close(self) -> None:
        """Use them no longer; when this was the last use, wait until they are gone."""
        uses = self.postgres.use, self.valkey.use
        for use in uses:
            use.let_go()
        for use in uses:
            use.wait_for_end()

    def __enter__(self) -> Self:
        """Use them for the length of a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close them."""
        self.close()


def start(data_dir: Path, *, durable: bool = True) -> Servers:
    """Start both servers in the data folder, or join those that run there.

    Raise ProgramsMissing or StartFailed. Without `durable` they are quicker, but may lose the last
    commits when they are killed and everything when the machine fails: for tests. Whoever joins
    takes the servers as they run.
    """
    database = start_postgres(data_dir, durable=durable)
    try:
        return Servers(database, start_valkey(data_dir, durable=durable))
    except BaseException:
        database.close()
        raise


def start_postgres(data_dir: Path, *, durable: bool = True, binaries: Path | None = None) -> Server:
    """Start PostgreSQL alone, from the folder of programs that is given or found."""
    return postgres.start(data_dir, durable=durable, binaries=binaries)


def start_valkey(data_dir: Path, *, durable: bool = True, binary: Path | None = None) -> Server:
    """Start Valkey alone, from the program that is given or found."""
    return valkey.start(data_dir, durable=durable, binary=binary)
