"""How do we run PostgreSQL? Made with initdb once, reached by its socket alone, set by us."""

import signal
from functools import partial
from pathlib import Path
from urllib.parse import quote

import psycopg

from backend.embedded import programs, sharing
from backend.embedded.place import Place

_DATABASE = "xingan"
_USER = "postgres"
# Said everywhere, because a PGPORT in the environment would count otherwise.
_PORT = "5432"

_SETTINGS = (
    "listen_addresses=",
    f"port={_PORT}",
    "max_connections=200",
    "timezone=UTC",
    "log_timezone=UTC",
    # The log shall not hold what people entered: no statements, no rows in the details.
    "log_error_verbosity=terse",
    "log_min_error_statement=panic",
    "log_checkpoints=off",
)
_NOT_DURABLE = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    # Over a handful of rows a second process is dearer than all the work.
    "max_parallel_workers_per_gather=0",
)


def start(data_dir: Path, *, durable: bool, binaries: Path | None) -> sharing.Server:
    """Start PostgreSQL in the data folder, or join the one that runs there."""
    place = Place.of(data_dir, "postgres")
    launch = partial(_launch, place, durable, binaries or programs.postgres_binaries())
    use = sharing.join(place, launch, partial(_offers_database, place))
    host = quote(str(place.sockets), safe="")
    url = f"postgresql+psycopg://{_USER}@/{_DATABASE}?host={host}&port={_PORT}"
    return sharing.Server(url, use)


def _launch(place: Place, durable: bool, binaries: Path, lock: int) -> None:
    major = programs.postgres_major(binaries)
    made_by = place.data / "PG_VERSION"
    if not made_by.exists():
        _make_cluster(place, durable, binaries, major, lock)
    elif int(made_by.read_text()) != major:
        raise sharing.StartFailed(
            f"{place.data} was made by PostgreSQL {made_by.read_text().strip()}, "
            f"but the programs in {binaries} are version {major}"
        )
    settings = [
        *_SETTINGS,
        *(() if durable else _NOT_DURABLE),
        f'unix_socket_directories="{place.make_sockets()}"',
    ]
    command = [str(binaries / "postgres"), "-D", str(place.data)]
    for setting in settings:
        command += ["-c", setting]
    sharing.keep(
        place, lock, _past_stale_pid(place, command), stop=signal.SIGINT, death=signal.SIGQUIT
    )


def _make_cluster(place: Place, durable: bool, binaries: Path, major: int, lock: int) -> None:
    command = [str(binaries / "initdb"), f"--username={_USER}", "--auth=trust", "--encoding=UTF8"]
    command += ["--no-instructions"]
    # Chinese sorts by code point under every version, so that all machines agree. The locale is
    # always named: initdb refuses one of the environment that the machine does not have.
    if major >= 17:
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    else:
        command += ["--locale=C.UTF-8"]
    if not durable:
        command += ["--no-sync"]
    # Renamed when finished, so that a start that is killed half-way leaves nothing in the way.
    unfinished = place.make_folder(place.beside("unfinished"))
    sharing.run_once(place, lock, [*command, "-D", str(unfinished)])
    unfinished.rename(place.data)


def _past_stale_pid(place: Place, command: list[str]) -> list[str]:
    """Return the command such that a process id left by a killed server does not stop it.

    In a container ids repeat, so that the one in the file may be a neighbour's by now. We hold the
    lock, so it is not the server's. PostgreSQL passes over the id of its grandparent, but still
    makes sure that nobody is attached to the old shared memory; removing the file would not.
    """
    pid_file = place.data / "postmaster.pid"
    if not pid_file.exists():
        return command
    stale = pid_file.read_text(errors="replace").partition("\n")[0]
    return ["/usr/bin/env", f"PG_GRANDPARENT_PID={stale}", *command]


def _offers_database(place: Place) -> bool:
    """Say whether the server answers, and make the database if it is missing."""
    try:
        connection = psycopg.connect(
            host=str(place.sockets),
            port=_PORT,
            user=_USER,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )
    except psycopg.OperationalError:
        return False
    with connection:
        known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [_DATABASE])
        if known.rowcount == 0:
            _create_database(connection)
    return True


def _create_database(connection: psycopg.Connection) -> None:
    try:
        connection.execute(f"CREATE DATABASE {_DATABASE}")
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        # Someone who starts at the same time was quicker.
        pass
