"""Does one command bring everything up, and does everything go with it, however it ends?"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.config import inherited
from tests.running_system import (
    COMMANDS,
    ROOT,
    Client,
    answers,
    family_of,
    free_port,
    is_alive,
    naming,
    wait_until,
)


class Installation:
    """`make run`, less the make: started in a folder of its own, on a port of its own."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        self.log = folder / "run.log"
        self.environ = {
            "PATH": inherited()["PATH"],
            "LANG": "C.UTF-8",
            "APP_ENV": "development",
            "PORT": str(self.port),
            "DATA_DIR": str(folder / "data"),
            "UPLOAD_DIR": str(folder / "uploads"),
        }
        self._seen: set[int] = set()

    def start(self) -> float:
        """Start and wait for the welcome; return the seconds it took."""
        started = time.monotonic()
        with self.log.open("wb") as log:
            self.supervisor = subprocess.Popen(
                (*COMMANDS, "run"), env=self.environ, cwd=ROOT, stdout=log, stderr=log
            )
        wait_until(
            lambda: "is running at" in self.log.read_text(errors="replace"),
            within=90,
            what=lambda: self.log.read_text(errors="replace")[-2000:],
        )
        return time.monotonic() - started

    def processes(self) -> set[int]:
        """Return everything it has started that still lives, keepers and servers included."""
        self._seen |= {*family_of(self.supervisor.pid), *naming(self.folder)}
        for pid in list(self._seen):
            self._seen |= set(family_of(pid))
        return {pid for pid in self._seen if is_alive(pid)}

    def demo(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            (*COMMANDS, "demo"),
            env=self.environ,
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def demo_is_green(self) -> float:
        started, telling = time.monotonic(), self.demo()
        told, _ = telling.communicate(timeout=150)
        assert telling.returncode == 0, told
        assert "✓" in told
        return time.monotonic() - started

    def close(self) -> None:
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.supervisor.wait()


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("installation"))
    made.start()
    yield made
    made.close()


@pytest.fixture
def running(installation: Installation) -> Installation:
    if installation.supervisor.poll() is not None:
        installation.start()
    return installation


def named(pid: int) -> str:
    """Return the command of a process, as far as it is still there."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    return f"{pid}, gone by now"


def ended(running: Installation, how: signal.Signals, *, within: float) -> float:
    """End the supervisor; return the seconds until nothing of it is left."""
    running.processes()
    os.kill(running.supervisor.pid, how)
    started = time.monotonic()
    running.supervisor.wait(within)
    wait_until(
        lambda: not running.processes(),
        within=max(0.1, started + within - time.monotonic()),
        what=lambda: [named(pid) for pid in running.processes()],
    )
    assert not naming(running.folder)
    assert not answers(running.port, "/healthz")
    return time.monotonic() - started


def test_one_command_serves_20_parks_and_a_demo_that_was_killed_is_green_again(running, figures):
    parks = Client(running.port).get("/parks?limit=100")
    assert (200, 20) == (parks.status_code, len(parks.json["items"]))
    broken_off = running.demo()
    assert broken_off.stdout.readline()
    broken_off.kill()
    broken_off.communicate()

    figures(demo_after_a_kill_s=running.demo_is_green())


@pytest.mark.reliability
def test_a_demo_killed_at_five_random_points_still_ends_green(running, figures):
    whole, chance = running.demo_is_green(), random.Random(5)
    for _ in range(5):
        broken_off = running.demo()
        time.sleep(chance.uniform(0.3, min(whole, 4)))
        broken_off.kill()
        broken_off.communicate()

    figures(demo_s=whole, demo_after_five_kills_s=running.demo_is_green())


@pytest.mark.reliability
def test_a_demo_killed_five_times_while_it_waits_for_a_code_still_ends_green(running, figures):
    running.demo_is_green()
    for _ in range(5):
        broken_off = running.demo()
        assert any("signs in with a WeChat code" in line for line in broken_off.stdout)
        for line in broken_off.stdout:
            if "used already" in line or "second factor" in line:
                break
        broken_off.kill()
        broken_off.communicate()

    figures(demo_after_five_kills_in_wait_s=running.demo_is_green())


def test_ctrl_c_leaves_no_process(running, figures):
    figures(sigint_to_nothing_s=ended(running, signal.SIGINT, within=30))
    assert 0 == running.supervisor.returncode


@pytest.mark.reliability
def test_kill_9_of_the_supervisor_leaves_no_process_within_seconds(running, figures):
    figures(sigkill_to_nothing_s=ended(running, signal.SIGKILL, within=8))


@pytest.mark.reliability
@pytest.mark.parametrize("after_s", [0.5, 1.5, 2.5, 4.0])
def test_kill_9_in_the_middle_of_a_start_leaves_no_process_and_starts_again(
    tmp_path, after_s, figures
):
    made = Installation(tmp_path)
    with made.log.open("wb") as log:
        made.supervisor = subprocess.Popen(
            (*COMMANDS, "run"), env=made.environ, cwd=ROOT, stdout=log, stderr=log
        )
    time.sleep(after_s)
    try:
        figures(sigkill_to_nothing_s=ended(made, signal.SIGKILL, within=20))
        made.start()
        assert 20 == len(Client(made.port).get("/parks?limit=100").json["items"])
        ended(made, signal.SIGTERM, within=30)
    finally:
        made.close()


def test_a_process_that_stays_behind_is_noticed(tmp_path):
    left = Installation(tmp_path)
    script = (
        "import subprocess, time\n"
        f"subprocess.Popen(['/bin/sleep', '60'], cwd={str(tmp_path)!r})\n"
        "time.sleep(60)"
    )
    left.supervisor = subprocess.Popen((sys.executable, "-c", script))
    wait_until(lambda: len(left.processes()) == 2)

    with pytest.raises(AssertionError, match="sleep"):
        ended(left, signal.SIGKILL, within=0.5)
    left.close()
