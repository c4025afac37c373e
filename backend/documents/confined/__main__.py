"""The process that reads a stranger's file: one task, one answer, then it ends.

`python -m backend.documents.confined TASK [TEXT]` reads the file from standard input. It writes
one line of JSON, `{"type": …, "pages": …}` or `{"unfit": …}`, and after it the bytes that are to
be kept. A process that is killed by its limits has written nothing.
"""

import json
import sys
from typing import Any

from backend.documents.confined import limits
from backend.documents.confined.refused import Refused

TASKS = ("examine-pdf", "examine-image", "mark-pdf", "mark-image")


def main(task: str, text: str = "") -> None:
    """Do one of the tasks; what it needs is loaded before the doors are shut."""
    verb, kind = task.split("-")
    limits.confine(limits.MEMORY[kind])
    if kind == "pdf":
        from backend.documents.confined import pdfs as reader
    else:
        from backend.documents.confined import images as reader  # type: ignore[no-redef]
    if verb == "mark":
        from backend.documents.confined import watermark

        stamp = watermark.tile(text)
    reader.rehearse()
    limits.shut()
    content = sys.stdin.buffer.read()
    try:
        if verb == "mark":
            said, kept = reader.marked(content, stamp)
        else:
            said, kept = reader.examined(content)
    except Refused as refused:
        said, kept = {"unfit": str(refused)}, b""
    except (MemoryError, RecursionError):
        said, kept = {"unfit": "too_complex"}, b""
    _answer(said, kept)


def _answer(said: dict[str, Any], kept: bytes) -> None:
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n")
    sys.stdout.buffer.write(kept)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
