"""Does a file appear whole or not at all, and can nobody else read it?"""

import os
import stat
from datetime import UTC, datetime, timedelta

import pytest

from backend.db import new_id
from backend.documents.shelf import Shelf
from backend.errors import DiskFull

NOW = datetime.now(UTC)  # noqa: TID251 - the disk's own clock


def test_what_is_put_is_what_is_taken(shelf):
    name = new_id()
    shelf.put(name, b"sealed")

    assert b"sealed" == shelf.take(name)
    assert shelf.has(name)


def test_nobody_else_can_enter_the_folder_or_read_a_file(shelf, tmp_path):
    name = new_id()
    shelf.put(name, b"sealed")

    folder = tmp_path / "shelf"
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    assert 0o600 == stat.S_IMODE((folder / str(name)).stat().st_mode)
    assert [str(name)] == os.listdir(folder)


def test_a_file_is_never_written_over(shelf, tmp_path):
    name = new_id()
    shelf.put(name, b"sealed")
    (tmp_path / "shelf" / f"{name}.part").write_bytes(b"somebody's")

    with pytest.raises(FileExistsError):
        shelf.put(name, b"other")
    assert b"sealed" == shelf.take(name)


def test_os09_a_full_disk_leaves_nothing(tmp_path):
    import resource
    import signal

    shelf, name = Shelf(tmp_path / "shelf"), new_id()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(DiskFull):
            shelf.put(name, b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)

    assert [] == os.listdir(tmp_path / "shelf")
    shelf.put(name, b"x" * 5000)


def test_removing_twice_is_removing(shelf):
    name = new_id()
    shelf.put(name, b"sealed")
    shelf.remove(name)
    shelf.remove(name)

    assert not shelf.has(name)
    with pytest.raises(FileNotFoundError):
        shelf.take(name)


def test_only_what_has_lain_there_long_enough_is_old(shelf, tmp_path):
    assert [] == list(shelf.older_than(NOW))  # Nothing was ever put, there is no folder.
    old, young = new_id(), new_id()
    for name in (old, young):
        shelf.put(name, b"sealed")
    path, then = tmp_path / "shelf" / str(old), (NOW - timedelta(hours=2)).timestamp()
    os.utime(path, (then, then))

    assert [path] == list(shelf.older_than(NOW - timedelta(hours=1)))
