"""Where are a server's data, locks, log and sockets, and whose? Beside each other, in its place."""

import os
import pwd
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from backend.embedded import keeper

# macOS allows 103 bytes for the path of a socket, Linux 107.
_LONGEST_SOCKET_PATH = 103
_LONGEST_SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(frozen=True)
class Place:
    """One server's part of the data folder: its data, and beside it what we need to run it."""

    data: Path

    @classmethod
    def of(cls, data_dir: Path, name: str) -> "Place":
        """Return the place of a server in the data folder, which is made if missing."""
        data_dir.mkdir(parents=True, exist_ok=True)
        # Resolved, because the current folder of a keeper and its server is another.
        return cls(data_dir.resolve() / name)

    def beside(self, suffix: str) -> Path:
        """Return the file that stands beside the data under this suffix."""
        return self.data.with_name(f"{self.data.name}.{suffix}")

    @property
    def sockets(self) -> Path:
        """Return the folder of the sockets, be it here or in a shelter."""
        return self.beside("run").resolve()

    def owner(self) -> tuple[int, int]:
        """Return the user and group that own the data and run the server.

        That is we, unless we are root: then whoever owns the data already, or the folder they
        shall be in (so that one `sudo` does not take a clone from its owner), else nobody.
        """
        if os.geteuid() != 0:
            return os.geteuid(), os.getegid()
        found = (self.data if self.data.exists() else self.data.parent).stat()
        # Without a name a user cannot run initdb.
        if found.st_uid != 0 and (self.data.exists() or _has_name(found.st_uid)):
            return found.st_uid, found.st_gid
        nobody = pwd.getpwnam("nobody")
        return nobody.pw_uid, nobody.pw_gid

    def make_folder(self, folder: Path) -> Path:
        """Make an empty folder that only the owner of the data may enter."""
        # Asked first, because a new folder for the data would answer that it is root's.
        owner = self.owner()
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
        os.chown(folder, *owner)
        return folder

    def make_sockets(self) -> Path:
        """Make an empty folder for the sockets; a shelter if sockets cannot be here."""
        run = self.beside("run")
        # Whoever was killed with kill -9 may have left one.
        keeper.clear_sockets(run)
        if _suits_sockets(run):
            return self.make_folder(run)
        shelter = _make_shelter()
        os.chown(shelter, *self.owner())
        run.symlink_to(shelter)
        return shelter

    def begin_log(self) -> None:
        """Put the last log aside, so that it cannot grow for ever."""
        log = self.beside("log")
        if log.exists():
            log.replace(self.beside("log.old"))

    def open_log(self) -> int:
        """Open the log for writing."""
        log = os.open(self.beside("log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.fchown(log, *self.owner())
        return log

    def last_words(self) -> str:
        """Return the end of the log."""
        log = self.beside("log")
        return log.read_text(errors="replace")[-2000:] if log.exists() else ""


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _suits_sockets(folder: Path) -> bool:
    path = os.fsencode(folder / _LONGEST_SOCKET_NAME)
    # PostgreSQL and libpq read a comma as the end of one folder and the start of another, and the
    # lock file beside the socket has one line for the path.
    return len(path) <= _LONGEST_SOCKET_PATH and not set(path) & set(b',"\r\n')


def _make_shelter() -> Path:
    for folder in (tempfile.gettempdir(), "/tmp"):
        shelter = Path(tempfile.mkdtemp(prefix=keeper.SHELTER_PREFIX, dir=folder))
        if _suits_sockets(shelter):
            return shelter
        shelter.rmdir()
    raise NotADirectoryError("no temporary folder has a path that is short enough for a socket")
