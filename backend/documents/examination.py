"""Is a file what it must be, and what of it is kept? A process with strict limits finds out.

Parsers of PDFs and pictures are where hostile files strike. They run in a process of their own
that has no secret, no file and no line to anywhere, five seconds of computing and little memory;
it reads the bytes from a pipe and may only answer.
"""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, NamedTuple

from backend.documents.kinds import MAGIC, FileType, Unfit
from backend.errors import ExaminerBusy, Invalid

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-s", "-E", "-m", "backend.documents.confined")
# Not what a login shell has, and nothing of ours: no key, no address, no password.
ENVIRON = {"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
# Computing is bounded in the process itself; this is for one that only waits.
PATIENCE_S = 20.0
# So many at once in one process of the API, whatever its threads.
SLOTS, WAIT_FOR_SLOT_S = 2, 10.0
_slots = threading.BoundedSemaphore(SLOTS)


class Examined(NamedTuple):
    """What was found, and the bytes to keep."""

    type: FileType
    pages: int
    content: bytes


def examine(content: bytes, *, wait_s: float = WAIT_FOR_SLOT_S) -> Examined:
    """Look at a file; raise Invalid with the reason in words, ExaminerBusy when none is free."""
    return _done("examine", content, wait_s=wait_s)


def mark(content: bytes, text: str) -> Examined:
    """Return a copy that bears the text all over; raise like `examine`."""
    return _done("mark", content, text)


def kind_of(content: bytes) -> FileType | None:
    """Tell the type by the first bytes; names and declared types are only words."""
    return next((kind for magic, kind in MAGIC.items() if content.startswith(magic)), None)


def unfit(reason: Unfit) -> Invalid:
    """Return the refusal of a file."""
    return Invalid(
        reason.value,
        reason=reason.name.lower(),
        errors=[{"pointer": "#/file", "detail": reason.value}],
    )


def _done(verb: str, content: bytes, *text: str, wait_s: float = WAIT_FOR_SLOT_S) -> Examined:
    if not content:
        raise unfit(Unfit.EMPTY)
    kind = kind_of(content)
    if kind is None:
        raise unfit(Unfit.WRONG_TYPE)
    task = f"{verb}-pdf" if kind is FileType.PDF else f"{verb}-image"
    if not _slots.acquire(timeout=wait_s):
        raise ExaminerBusy
    try:
        said, kept = _asked((*COMMAND, task, *text), content)
    finally:
        _slots.release()
    if "unfit" in said:
        raise unfit(Unfit[said["unfit"].upper()])
    return Examined(FileType(said["type"]), said["pages"], kept)


def _asked(
    command: tuple[str, ...], content: bytes, patience_s: float = PATIENCE_S
) -> tuple[dict[str, Any], bytes]:
    """Let the process work; one that its limits ended has found the file too complex."""
    try:
        done = subprocess.run(
            command,
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=ENVIRON,
            cwd=ROOT,
            timeout=patience_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ExaminerBusy from None
    except OSError:
        raise ExaminerBusy from None
    if done.returncode != 0:
        return {"unfit": Unfit.TOO_COMPLEX.name}, b""
    line, _, kept = done.stdout.partition(b"\n")
    return json.loads(line), kept
