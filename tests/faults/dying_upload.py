"""A process that takes a file in and is killed at a chosen moment of it."""

import os
import signal
import sys
from uuid import UUID

from backend import config
from backend.access import Audience, Principal, Role
from backend.db import new_id
from backend.documents import actions
from backend.documents.actions import Sent
from backend.documents.examination import Examined
from backend.documents.kinds import DocumentKind, FileType
from backend.documents.shelf import Shelf
from miniprogram_api.app import create_app

MOMENTS = ("before the file", "half the file", "after the file")


class Deadly(Shelf):
    """A folder at which one dies."""

    moment = ""

    def put(self, name: UUID, content: bytes) -> None:
        if self.moment == "half the file":
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self._folder / f"{name}.part").write_bytes(content[: len(content) // 2])
        if self.moment == "after the file":
            super().put(name, content)
        os.kill(os.getpid(), signal.SIGKILL)


def main(person: int) -> None:
    """Die once at every moment, each time in a process of its own."""
    for moment in MOMENTS:
        child = os.fork()
        if not child:
            die(person, moment)
        _, status = os.waitpid(child, 0)
        print(moment, os.WTERMSIG(status), flush=True)


def die(person: int, moment: str) -> None:
    settings = config.read()
    shelf = Deadly(settings.upload_dir)
    shelf.moment = moment
    by = Principal(Audience.CITIZEN, person, new_id(), new_id(), Role.ENTREPRENEUR)
    with create_app(settings).app_context():
        actions.upload(
            Sent("a.pdf", moment.encode(), DocumentKind.OTHER),
            by=by,
            shelf=shelf,
            examine=lambda content: Examined(FileType.PDF, 1, content),
        )


if __name__ == "__main__":
    main(int(sys.argv[1]))
