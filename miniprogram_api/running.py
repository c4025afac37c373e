"""How do all processes run together on one machine, and end together?

For development and for trying it out; a server runs the same processes from `docker/`.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

from backend.config import Settings, inherited
from backend.variables import DEVELOPMENT
from miniprogram_api import demo

PYTHON = sys.executable
COMMAND = (PYTHON, "-m", "miniprogram_api.commands")
READY_WITHIN_S, STOP_WITHIN_S = 60, 20
# A child that dies is started again, but not for ever.
RESTARTS, WITHIN_S = 20, 60
PR_SET_PDEATHSIG = 1


class Child:
    """One process that is started again when it dies."""

    def __init__(self, name: str, command: tuple[str, ...], environ: Mapping[str, str]):
        """Start it."""
        self.name, self._command, self._environ = name, command, environ
        self._starts: list[float] = []
        self.start()

    def start(self) -> None:
        """Start the process; it gets SIGTERM when this one dies."""
        self._starts = [at for at in self._starts if at > time.monotonic() - WITHIN_S]
        if len(self._starts) >= RESTARTS:
            sys.exit(f"{self.name} does not stay up")
        self._starts.append(time.monotonic())
        self.process = subprocess.Popen(
            self._command, env=self._environ, preexec_fn=_die_with_parent, start_new_session=True
        )

    def look_after(self) -> None:
        """Start it again if it has died."""
        if (code := self.process.poll()) is not None:
            print(f"· {self.name} ended with {code}; starting it again", flush=True)
            time.sleep(0.5)
            self.start()

    def stop(self) -> None:
        """Ask it to end."""
        if self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        """Wait for its end; force it when it takes too long."""
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def run(settings: Settings) -> None:
    """Migrate, seed, and keep simulator, API and worker running until Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    environ = _environ(settings)
    children: list[Child] = []
    try:
        for step in (("migrate",), ("seed", "--demo")):
            subprocess.run((*COMMAND, *step), env=environ, check=True)
        if environ["WECHAT_API_BASE"].startswith("http://127.0.0.1:"):
            children.append(Child("simulator", _simulator(environ, settings), environ))
        children.append(Child("api", _gunicorn(settings), environ))
        children.append(Child("worker", (*COMMAND, "worker"), environ))
        address = f"http://127.0.0.1:{settings.port}"
        _wait_until(lambda: _answers(f"{address}/readyz"))
        print(demo.welcome(address, environ["WECHAT_API_BASE"]), flush=True)
        while True:
            time.sleep(0.3)
            for child in children:
                child.look_after()
    except KeyboardInterrupt:
        print("\nstopping …", flush=True)
    finally:
        _stop(children)


def _stop(children: list[Child]) -> None:
    until = time.monotonic() + STOP_WITHIN_S
    for child in children:
        child.stop()
    for child in children:
        child.wait(until)


def _environ(settings: Settings) -> dict[str, str]:
    """Return what the children are told: this environment and the servers that were found."""
    environ = {
        **inherited(),
        "APP_ENV": settings.app_env,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "WECHAT_API_BASE": settings.wechat_api_base,
        "WEB_WORKERS": "1",
    }
    if settings.wechat_api_base == DEVELOPMENT["WECHAT_API_BASE"]:
        environ["WECHAT_API_BASE"] = f"http://127.0.0.1:{_free_port()}"
    return environ


def _simulator(environ: Mapping[str, str], settings: Settings) -> tuple[str, ...]:
    """Start the stand-in, which tells the API what became of each push."""
    port = environ["WECHAT_API_BASE"].rsplit(":", 1)[1]
    callback = f"http://127.0.0.1:{settings.port}/wechat/callback"
    return (PYTHON, "-m", "backend.wechat.simulator", "--port", port, "--callback", callback)


def _gunicorn(settings: Settings) -> tuple[str, ...]:
    bind = f"0.0.0.0:{settings.port}"
    return (PYTHON, "-m", "gunicorn", "-c", "docker/gunicorn.conf.py", "-b", bind, "wsgi:app")


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=2) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


def _wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + READY_WITHIN_S
    while not holds():
        if time.monotonic() > until:
            sys.exit("the API did not become ready")
        time.sleep(0.1)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() == 1:
            os.kill(os.getpid(), signal.SIGTERM)
