"""Who uses a server, and does it live? Two locks tell, so that one start serves all.

Locks vanish with the processes that hold them, however these end:

* `users` is shared by everyone who uses the server. A keeper that gets it for itself alone knows
  that nobody is left, and stops.
* `running` belongs to the keeper and is inherited by the server. Whoever gets it knows that
  neither lives, and may start both.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from backend.embedded import keeper
from backend.embedded.place import Place

_PATIENCE_SECONDS = 60
_PAUSE_SECONDS = 0.02
# A server whose keeper has just died goes on answering until it looks at its signals.
_DYING_SECONDS = 0.2


class StartFailed(RuntimeError):
    """The server did not come up; the message ends with its last words."""


class Use:
    """A hold on a server, which runs until the last hold is released or its process has ended.

    A forked child shares the hold of its parent until it ends or releases its own copy.
    """

    def __init__(self, place: Place) -> None:
        """Take a hold, waiting for a keeper that is about to leave."""
        self._place = place
        # A plain descriptor: unlike a file object it stays open when nobody refers to it.
        self._fd: int | None = _open(place.beside("users"))
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not keeper.try_lock(self._fd, fcntl.LOCK_SH):
            if time.monotonic() > deadline:
                self.let_go()
                raise StartFailed(f"the last server in {place.data} does not stop")
            time.sleep(_PAUSE_SECONDS)

    def let_go(self) -> None:
        """End the hold, at once."""
        fd, self._fd = self._fd, None
        if fd is not None:
            # Closed, not unlocked: unlocking would end the hold of our forked children too.
            os.close(fd)

    def wait_for_end(self) -> None:
        """Wait until the server is gone, unless somebody else holds it."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while _is_ending(self._place) and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)


@dataclass(frozen=True)
class Server:
    """A running server that we use, until we close it or end."""

    url: str
    use: Use

    def close(self) -> None:
        """Use it no longer; when this was the last use, wait until the server is gone."""
        self.use.let_go()
        self.use.wait_for_end()

    def __enter__(self) -> Self:
        """Use it for the length of a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()


def _is_ending(place: Place) -> bool:
    users, running = _open(place.beside("users")), _open(place.beside("running"))
    try:
        # Not to be had alone, yet to be shared: others use it.
        used = not keeper.try_lock(users, fcntl.LOCK_EX) and keeper.try_lock(users, fcntl.LOCK_SH)
        return not used and not keeper.try_lock(running, fcntl.LOCK_SH)
    finally:
        os.close(users)
        os.close(running)


def _open(lock: Path) -> int:
    # For reading only, which is enough for a lock, so that one made by root serves others too.
    return os.open(lock, os.O_RDONLY | os.O_CREAT, 0o644)


def join(place: Place, launch: Callable[[int], None], answers: Callable[[], bool]) -> Use:
    """Return a hold on the server once it answers; launch it if it does not run.

    Raise StartFailed when it gives up or takes too long.
    """
    use = Use(place)
    try:
        _wait_until_up(place, launch, answers)
    except BaseException:
        use.let_go()
        use.wait_for_end()
        raise
    return use


def _wait_until_up(
    place: Place, launch: Callable[[int], None], answers: Callable[[], bool]
) -> None:
    launched = steady = False
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        running = _open(place.beside("running"))
        try:
            if keeper.try_lock(running, fcntl.LOCK_EX):
                if launched:
                    raise StartFailed(f"no server in {place.data}:\n{place.last_words()}")
                place.begin_log()
                launch(running)
                launched = True
            elif answers():
                if launched or steady:
                    return
                steady = True
        finally:
            # Only our copy: the keeper, if there is one now, has the lock.
            os.close(running)
        if steady:
            time.sleep(_DYING_SECONDS)
        time.sleep(_PAUSE_SECONDS)
    raise StartFailed(f"the server in {place.data} does not answer:\n{place.last_words()}")


def run_once(place: Place, lock: int, command: list[str]) -> None:
    """Run a program as the owner of the data and wait for its end."""
    _start(place, lock, "run", os.getpid(), command)


def keep(
    place: Place, lock: int, command: list[str], *, stop: signal.Signals, death: signal.Signals
) -> None:
    """Start a keeper for the server and hand it the lock.

    The server gets `stop` when nobody uses it any more, `death` when its keeper is killed.
    """
    paths = [str(place.beside("users")), str(place.beside("run"))]
    _start(place, lock, "keep", lock, [*paths, stop.name, death.name, *command])


def _start(place: Place, lock: int, verb: str, number: int, rest: list[str]) -> None:
    owner = [str(number) for number in place.owner()]
    log = place.open_log()
    try:
        subprocess.run(
            [sys.executable, "-I", "-S", keeper.__file__, verb, *owner, str(number), *rest],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock,),
            # The keeper lives apart: no current folder to block, no Ctrl-C of our terminal.
            cwd="/",
            start_new_session=True,
            check=True,
            timeout=_PATIENCE_SECONDS,
        )
    except subprocess.SubprocessError as error:
        raise StartFailed(f"no server in {place.data}:\n{place.last_words()}") from error
    finally:
        os.close(log)
