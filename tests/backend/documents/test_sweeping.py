"""What is left behind goes after an hour, what waits is scanned, and nothing else is touched?"""

import logging
import os
import time

import pytest

from backend.db import new_id
from backend.documents.actions import Sent, remove, upload
from backend.documents.kinds import DocumentKind, FileStatus
from backend.documents.sweeping import scan_waiting, sweep
from tests.backend.documents.hostile import EICAR, a_pdf
from tests.records import change, look, one, person

TWO_HOURS = 2 * 3600


@pytest.fixture
def her(in_app):
    return person()


def sent(content: bytes = b"") -> Sent:
    return Sent("a.pdf", content or a_pdf(), DocumentKind.OTHER)


def coming(her, name, *, hours: float) -> None:
    """A row of an upload that stopped so many hours ago."""
    change(
        "INSERT INTO stored_file (public_id, person_id, digest, status, type, size_bytes, pages,"
        " scanned, created_at) VALUES (:name, :her, 'x', 'UPLOADING', 'PDF', 1, 1, false,"
        " now() - make_interval(secs => :s))",
        name=name,
        her=her.id,
        s=hours * 3600,
    )


def aged(shelf, name, hours: float) -> None:
    then = time.time() - hours * 3600
    os.utime(shelf._folder / str(name), (then, then))


@pytest.mark.parametrize(("hours", "left"), [(0.99, 1), (1.01, 0)])
def test_a_row_without_a_file_goes_after_an_hour(her, shelf, hours, left):
    coming(her, new_id(), hours=hours)

    sweep(shelf)

    assert left == one("SELECT count(*) FROM stored_file")


@pytest.mark.parametrize(("hours", "left"), [(0.99, 1), (1.01, 0)])
@pytest.mark.parametrize("unfinished", [False, True])
def test_a_file_without_a_row_goes_after_an_hour(her, shelf, hours, left, unfinished):
    name = new_id()
    shelf.put(name, b"x")
    if unfinished:
        os.rename(shelf._folder / str(name), shelf._folder / f"{name}.part")
    aged(shelf, f"{name}.part" if unfinished else name, hours)

    sweep(shelf)

    assert left == len(os.listdir(shelf._folder))


def test_a_file_whose_row_still_waits_is_left_alone(her, shelf):
    name = new_id()
    shelf.put(name, b"x")
    aged(shelf, name, 2)
    coming(her, name, hours=0.5)

    assert 0 == sweep(shelf)


def test_what_is_hers_stays_however_old_it_is(her, shelf):
    upload(sent(), by=her, shelf=shelf)
    (name,) = os.listdir(shelf._folder)
    aged(shelf, name, 9999)
    change("UPDATE stored_file SET created_at = '2020-01-01'")

    assert 0 == sweep(shelf)
    assert [name] == os.listdir(shelf._folder)


def test_a_file_that_is_lost_is_said_and_its_row_is_kept(her, shelf, caplog):
    upload(sent(), by=her, shelf=shelf)
    (name,) = os.listdir(shelf._folder)
    os.unlink(shelf._folder / name)

    with caplog.at_level(logging.ERROR):
        sweep(shelf)

    assert f"file {name} is missing" in caplog.text
    assert 1 == one("SELECT count(*) FROM stored_file")


class TestScanning:
    def test_what_waited_is_clean_once_the_scanner_is_back(self, her, watched, scanner):
        scanner.is_down = True
        upload(sent(), by=her, shelf=watched)
        assert 0 == scan_waiting(watched)
        assert "QUARANTINED" == one("SELECT status FROM stored_file")

        scanner.is_down = False

        assert 1 == scan_waiting(watched)
        assert ("CLEAN", True) == tuple(look("SELECT status, scanned FROM stored_file")[0].values())
        assert 0 == scan_waiting(watched)

    def test_what_is_found_later_is_refused_its_bytes_go_and_it_is_told(
        self, her, watched, scanner
    ):
        scanner.is_down = True
        infected = a_pdf().replace(b"%PDF-1.3\n", b"%PDF-1.3\n%" + EICAR + b"\n")
        made = upload(sent(infected), by=her, shelf=watched)
        assert FileStatus.QUARANTINED is made["status"]
        scanner.is_down = False

        assert 1 == scan_waiting(watched)

        assert [] == os.listdir(watched._folder)
        assert "REFUSED" == one("SELECT status FROM stored_file")
        assert 1 == one("SELECT count(*) FROM event WHERE name = 'document.refused'")
        remove(made["id"], by=her, shelf=watched)
        assert 0 == one("SELECT count(*) FROM stored_file")

    def test_where_there_is_no_scanner_any_more_nothing_waits_for_it(self, her, watched, shelf):
        watched.scanner.is_down = True
        upload(sent(), by=her, shelf=watched)

        assert 1 == scan_waiting(shelf)
        assert ("CLEAN", False) == tuple(
            look("SELECT status, scanned FROM stored_file")[0].values()
        )

    def test_up36_what_is_removed_while_it_is_scanned_stays_removed(self, her, watched, scanner):
        scanner.is_down = True
        made = upload(sent(), by=her, shelf=watched)

        class Slow:
            def is_clean(self, content):
                remove(made["id"], by=her, shelf=watched)
                return True

        watched.scanner = Slow()

        assert 0 == scan_waiting(watched)
        assert (0, []) == (one("SELECT count(*) FROM stored_file"), os.listdir(watched._folder))
