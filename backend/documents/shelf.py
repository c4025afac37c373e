"""Where do the bytes lie? In one folder that only we can enter, each file named by a UUID.

A file appears whole or not at all: it is written under another name, brought to the disk and
renamed. What is written is sealed already.
"""

import errno
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from backend.documents.scanner import Scans
from backend.errors import DiskFull

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
UNFINISHED = ".part"


class Shelf:
    """The folder of the files, and who looks for viruses in what is put there, if anybody."""

    def __init__(self, folder: Path, scanner: Scans | None = None):
        """Use a folder, which is made when it is first needed."""
        self._folder, self.scanner = folder, scanner

    def put(self, name: UUID, content: bytes) -> None:
        """Write a new file to the disk; raise DiskFull, leaving nothing, when it does not fit."""
        part = self._path(name).with_suffix(UNFINISHED)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(opened, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.rename(self._path(name))
            self._remember()
        except OSError as error:
            part.unlink(missing_ok=True)
            if error.errno in FULL:
                raise DiskFull from None
            raise

    def take(self, name: UUID) -> bytes:
        """Return the content of a file; raise FileNotFoundError."""
        return self._path(name).read_bytes()

    def has(self, name: UUID) -> bool:
        """Tell whether a file is there."""
        return self._path(name).exists()

    def remove(self, name: UUID) -> None:
        """Remove a file, if it is there."""
        self._path(name).unlink(missing_ok=True)

    def older_than(self, moment: datetime) -> Iterator[Path]:
        """Yield whatever has lain in the folder since before a moment, unfinished files too."""
        if not self._folder.exists():
            return
        for path in sorted(self._folder.iterdir()):
            try:
                changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            except FileNotFoundError:
                continue  # Somebody else was quicker.
            if changed < moment:
                yield path

    def _path(self, name: UUID) -> Path:
        return self._folder / str(name)

    def _remember(self) -> None:
        """Bring the folder itself to the disk, so that the new name outlives a power cut."""
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
