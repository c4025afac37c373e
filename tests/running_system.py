"""How does the whole system run under test? As on a server: real processes, each of them mortal.

Every process gets its environment explicitly, nothing of ours. A process that dies is started
again, as a container would be, unless it was told to stay down.
"""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

from backend.config import inherited

ROOT = Path(__file__).parents[1]
PYTHON = sys.executable
COMMANDS = (PYTHON, "-m", "miniprogram_api.commands")
GUNICORN = (PYTHON, "-m", "gunicorn", "-c", "docker/gunicorn.conf.py")
PATIENCE_S = 60.0
BASE = "/api/v1"


class Answer(NamedTuple):
    """What came back over HTTP, and how long it took."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.content) if self.content else None

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")


class Client:
    """Speaks HTTP to the API as one account, on a new connection each time."""

    def __init__(self, port: int, token: str | None = None, *, timeout: float = 30.0):
        self.port, self.token, self.timeout = port, token, timeout

    def signed_in(self, token: str) -> "Client":
        return Client(self.port, token, timeout=self.timeout)

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def post(self, path: str, content: Any = None, **headers: str) -> Answer:
        return self.send("POST", path, {} if content is None else content, **headers)

    def put(self, path: str, content: Any, **headers: str) -> Answer:
        return self.send("PUT", path, content, **headers)

    def send(self, method: str, path: str, content: Any = None, **headers: str) -> Answer:
        """Send one request; raise OSError or HTTPException when no whole answer comes."""
        sent = {"Idempotency-Key": headers.get("key", uuid4().hex)}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if "etag" in headers:
            sent["If-Match"] = headers["etag"]
        body = None
        if content is not None:
            body, sent["Content-Type"] = json.dumps(content).encode(), "application/json"
        whole = path if path.startswith(("/healthz", "/readyz", BASE)) else BASE + path
        started = time.monotonic()
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, self.timeout)) as line:
            line.request(method, whole, body, sent)
            with line.getresponse() as answer:
                content = answer.read()
                took = time.monotonic() - started
                return Answer(answer.status, dict(answer.headers), content, took)

    def insist(
        self, method: str, path: str, content: Any = None, *, within: float = 60.0, **headers: str
    ) -> Answer:
        """Repeat one and the same request, key included, until it is answered for good.

        No answer, a 503 and a busy key all mean: again. That is what the contract asks of clients.
        """
        headers.setdefault("key", uuid4().hex)
        until, heard = time.monotonic() + within, Counter[str]()
        while True:
            try:
                answer = self.send(method, path, content, **headers)
                busy = answer.status_code == 409 and b"/key-busy" in answer.content
                if answer.status_code != 503 and not busy:
                    return answer
                heard["busy" if busy else "503"] += 1
            except (OSError, http.client.HTTPException) as error:
                heard[repr(error)] += 1
            assert time.monotonic() < until, f"no answer to {method} {path}: {dict(heard)}"
            time.sleep(0.1)


class Process:
    """One process with a log of its own, started again whenever it dies unasked."""

    def __init__(self, name: str, command: tuple[str, ...], environ: Mapping[str, str], logs: Path):
        self.name, self.command = name, command
        self.environ, self.log = dict(environ), logs / f"{name}.log"
        self.starts = 0
        self._wanted = threading.Event()
        self._changing = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._families: set[int] = set()
        self._keeper: threading.Thread | None = None

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    def start(self) -> "Process":
        """Start, and keep it up from now on."""
        with self._changing:
            # Not before: whoever keeps it up would start another one beside it.
            self._wanted.set()
            self._start_once()
        if self._keeper is None:
            self._keeper = threading.Thread(target=self._keep_up, daemon=True)
            self._keeper.start()
        return self

    def children(self) -> list[int]:
        """Return the processes it has started, such as gunicorn's workers."""
        return children_of(self.pid)

    def kill(self, *, stay_down: bool = False) -> None:
        """End it with SIGKILL."""
        if stay_down:
            self._wanted.clear()
        with self._changing, contextlib.suppress(ProcessLookupError):
            assert self._child is not None
            self._child.send_signal(signal.SIGKILL)
            self._child.wait()

    def stop(self, *, within: float = 45.0) -> int:
        """Ask it to end with SIGTERM and return its exit status."""
        self._wanted.clear()
        with self._changing:
            assert self._child is not None
            self._child.terminate()
            return self._child.wait(within)

    def close(self) -> None:
        """End it and whatever it has left behind, by their ids."""
        self._wanted.clear()
        with self._changing:
            for pid in [pid for pid in all_pids() if session_of(pid) in self._families]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if self._child is not None:
                self._child.wait()

    def last_words(self) -> str:
        """Return the end of its log."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def _start_once(self) -> None:
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self.command,
                env=self.environ,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._families.add(self._child.pid)
        self.starts += 1

    def _keep_up(self) -> None:
        while True:
            time.sleep(0.1)
            with self._changing:
                if self._wanted.is_set() and self._child and self._child.poll() is not None:
                    self._start_once()


class RunningSystem:
    """API, worker and simulator over given servers; each can be started, killed and stopped."""

    def __init__(
        self,
        folder: Path,
        *,
        database_url: str,
        redis_url: str,
        web_workers: int = 2,
        **environ: str,
    ):
        folder.mkdir(parents=True, exist_ok=True)
        self.port, self.wechat_port = free_port(), free_port()
        self.journal = folder / "arrivals.jsonl"
        self.environ = {
            "PATH": inherited()["PATH"],
            "LANG": "C.UTF-8",
            "APP_ENV": "development",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "DATA_DIR": str(folder / "data"),
            "UPLOAD_DIR": str(folder / "uploads"),
            "WECHAT_API_BASE": f"http://127.0.0.1:{self.wechat_port}",
            "WECHAT_SEND_RATE": "10000",
            "PORT": str(self.port),
            "WEB_WORKERS": str(web_workers),
        } | environ
        loopback = ("-b", f"127.0.0.1:{self.port}")
        self.api = Process("api", (*GUNICORN, *loopback), self.environ, folder)
        self.simulator = Process(
            "simulator",
            (PYTHON, "-m", "tests.faults.written_simulator")
            + ("--port", str(self.wechat_port), "--journal", str(self.journal)),
            self.environ,
            folder,
        )
        self.workers = [self._worker(folder, 1)]
        self._folder = folder
        self._arrivals: list[dict[str, Any]] = []
        self._read = 0

    def _worker(self, folder: Path, number: int) -> Process:
        return Process(f"worker-{number}", (*COMMANDS, "worker"), self.environ, folder)

    def add_worker(self) -> Process:
        """Start one worker more."""
        self.workers.append(self._worker(self._folder, len(self.workers) + 1))
        return self.workers[-1].start()

    def run(self, script: str) -> subprocess.Popen[bytes]:
        """Start a script with the environment of the other processes."""
        return subprocess.Popen(
            (PYTHON, "-c", script),
            env=self.environ,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    @property
    def worker(self) -> Process:
        return self.workers[0]

    @property
    def anybody(self) -> Client:
        return Client(self.port)

    @property
    def wechat(self) -> Client:
        """Return the way to the simulator's control API."""
        return Client(self.wechat_port)

    def start(self) -> "RunningSystem":
        """Start everything and wait until it serves."""
        for process in (self.simulator, self.api, *self.workers):
            process.start()
        self.wait_until_ready()
        return self

    def serve(self) -> "RunningSystem":
        """Start the API alone and wait until it serves."""
        self.api.start()
        wait_until(lambda: answers(self.port, "/readyz"), what=self.api.last_words)
        return self

    def wait_until_ready(self) -> None:
        wait_until(lambda: answers(self.port, "/readyz"), what=self.api.last_words)
        wait_until(
            lambda: answers(self.wechat_port, "/_simulator/hold"), what=self.simulator.last_words
        )

    def wish(self, method: str, name: str, **wish: Any) -> Any:
        """Tell the simulator what to do."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.wechat_port, 10)) as line:
            query = f"?{urlencode(wish)}" if method == "GET" and wish else ""
            body = json.dumps(wish).encode() if method != "GET" else None
            line.request(method, f"/_simulator/{name}{query}", body)
            with line.getresponse() as answer:
                assert answer.status == 200, answer.read()
                return json.loads(answer.read())

    def arrivals(self) -> list[dict[str, Any]]:
        """Return every message that ever arrived, whatever happened to the simulator since."""
        if self.journal.exists():
            with self.journal.open("rb") as journal:
                journal.seek(self._read)
                for line in journal:
                    if not line.endswith(b"\n"):
                        break  # It is still being written.
                    self._read += len(line)
                    entry = json.loads(line)
                    if entry["endpoint"] == "send":
                        self._arrivals.append(entry)
        return self._arrivals

    def close(self) -> None:
        """End every process, by its id."""
        for process in (*self.workers, self.api, self.simulator):
            process.close()

    def __enter__(self) -> "RunningSystem":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int, path: str) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        with closing(http.client.HTTPConnection("127.0.0.1", port, 5)) as line:
            line.request("GET", path)
            with line.getresponse() as answer:
                return answer.status == 200
    return False


def wait_until(
    happened: Callable[[], object],
    within: float = PATIENCE_S,
    *,
    what: Callable[[], object] = lambda: "it",
) -> float:
    """Wait, and return how long it took; fail with what there is to say."""
    started = time.monotonic()
    while not happened():
        assert time.monotonic() < started + within, f"not within {within} s: {what()}"
        time.sleep(0.02)
    return time.monotonic() - started


def all_pids() -> Iterator[int]:
    for process in Path("/proc").glob("[0-9]*"):
        yield int(process.name)


def session_of(pid: int) -> int | None:
    """Return the id of the session a process belongs to; None when it is gone."""
    with contextlib.suppress(OSError):
        return os.getsid(pid)
    return None


def children_of(pid: int) -> list[int]:
    """Return the living children of a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with contextlib.suppress(OSError):
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def family_of(pid: int) -> list[int]:
    """Return a process and everything below it."""
    return [pid, *(each for child in children_of(pid) for each in family_of(child))]


def parent_of(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("PPid:"):
            return int(line.split()[1])
    raise ProcessLookupError(pid)


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be buried does not."""
    with contextlib.suppress(OSError):
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(errors="replace")
    return False


def naming(folder: Path) -> list[int]:
    """Return the processes that name a folder in their command or work in it."""
    found = []
    for pid in all_pids():
        with contextlib.suppress(OSError):
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            working = os.fsencode(os.readlink(f"/proc/{pid}/cwd"))
            if os.fsencode(folder) in command + b"\0" + working:
                found.append(pid)
    return found
