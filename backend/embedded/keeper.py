"""What keeps a server running exactly as long as it is used? Its keeper, a process of its own.

The launcher runs this file by its path and with the standard library alone. So it starts within a
few hundredths of a second, from any current folder, and needs neither PYTHONPATH nor site-packages.
"""

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

SHELTER_PREFIX = "xingan-sockets-"

_LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1
_PR_SET_SECUREBITS = 28
_PR_SET_CHILD_SUBREAPER = 36
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAPABILITIES_V3 = 0x20080522
# CAP_DAC_READ_SEARCH would do as well and grants less, but containers do not have it by default.
_CAP_DAC_OVERRIDE = 1

_libc = ctypes.CDLL(None, use_errno=True)


def try_lock(fd: int, kind: int) -> bool:
    """Take a lock of this kind, unless somebody else's stands against it."""
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def clear_sockets(sockets: Path) -> None:
    """Remove a server's socket folder, and the shelter it stands for if it is a link."""
    if not sockets.is_symlink():
        shutil.rmtree(sockets, ignore_errors=True)
        return
    shelter = Path(os.readlink(sockets))
    if shelter.name.startswith(SHELTER_PREFIX):
        shutil.rmtree(shelter, ignore_errors=True)
    sockets.unlink()


def step_down(uid: int, gid: int) -> None:
    """Stop being root for good, yet keep the way through folders that are closed to others.

    PostgreSQL refuses to be root, but programs and data may lie below a folder only root may enter.
    """
    if os.geteuid() != 0:
        return
    # With this bit access(2) honours the capability as well; PostgreSQL asks it about itself.
    prepared = _LINUX and _prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if not prepared:
        return
    if _limit_capabilities(1 << _CAP_DAC_OVERRIDE):
        _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE)
    elif not _limit_capabilities(0):
        raise PermissionError("cannot give up the capabilities of root")


def die_with(parent: int, how: int) -> None:
    """Have the kernel send us this signal when the parent ends; comes after any step down.

    Only Linux can do that. A change of credentials would forget it.
    """
    if _LINUX:
        _prctl(_PR_SET_PDEATHSIG, how)
    if os.getppid() != parent:
        os._exit(1)


def _prctl(*arguments: int) -> bool:
    padded = (*arguments, 0, 0, 0, 0)[:5]
    return bool(_libc.prctl(*(ctypes.c_ulong(argument) for argument in padded)) == 0)


def _limit_capabilities(mask: int) -> bool:
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_V3, 0)
    effective_permitted_inheritable = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    return bool(_libc.capset(header, effective_permitted_inheritable) == 0)


def run(uid: int, gid: int, parent: int, command: list[str]) -> NoReturn:
    """Become a program that runs as the owner of the data and does not outlive its parent."""
    step_down(uid, gid)
    die_with(parent, signal.SIGTERM)
    os.execv(command[0], command)


def launch(
    uid: int, gid: int, lock: int, death: signal.Signals, command: list[str]
) -> subprocess.Popen[bytes]:
    """Start the server as our child, as the owner of the data."""
    keeper = os.getpid()

    def become_server() -> None:
        step_down(uid, gid)
        die_with(keeper, death)

    # We have one thread, so code between fork and exec is safe. The server inherits the lock:
    # while any of its processes lives, nobody takes the folder for unused.
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, preexec_fn=become_server, pass_fds=(lock,)
    )


def keep(users: int, start: Callable[[], subprocess.Popen[bytes]], stop: signal.Signals) -> None:
    """Run the server, again when it dies, until the users' lock is free: nobody is left.

    Give up when it dies ten times within a minute.
    """
    if _LINUX:
        # The children of a server that dies become ours.
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    server: subprocess.Popen[bytes] | None = None
    starts: deque[float] = deque(maxlen=10)
    try:
        while not try_lock(users, fcntl.LOCK_EX):
            if server is None or server.poll() is not None:
                if len(starts) == starts.maxlen and time.monotonic() - starts[0] < 60:
                    sys.exit("keeper: the server keeps dying, so we give up")
                starts.append(time.monotonic())
                _end_orphans()
                server = start()
            time.sleep(0.1)
    finally:
        if server is not None:
            _stop(server, stop)


def _end_orphans() -> None:
    """End what a dead server has left behind.

    A backend deep in a query would go on for long, and hold the memory the next server waits for.
    """
    keeper = os.getpid()
    try:
        orphans = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
    except OSError:
        return
    for orphan in map(int, orphans):
        os.kill(orphan, signal.SIGKILL)
        os.waitpid(orphan, 0)


def _stop(server: subprocess.Popen[bytes], how: signal.Signals) -> None:
    server.send_signal(how)
    try:
        server.wait(timeout=30)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
        _end_orphans()


def main(arguments: list[str]) -> None:
    """Do what the launcher asks: run a program once, or keep a server."""
    # A thread may have started us with signals blocked, and the server would inherit that.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    verb, uid, gid, number, *rest = arguments
    if verb == "run":
        run(int(uid), int(gid), int(number), rest)
    users, sockets, stop, death, *command = rest
    # Whoever started us may live long and never wait for us; init does.
    if os.fork():
        os._exit(0)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    start = partial(launch, int(uid), int(gid), int(number), signal.Signals[death], command)
    try:
        keep(os.open(users, os.O_RDONLY), start, signal.Signals[stop])
    finally:
        clear_sockets(Path(sockets))


if __name__ == "__main__":
    main(sys.argv[1:])
