"""How does a document come, stand for a paper, and go?"""

import os

import pytest

from backend import vault
from backend.documents import queries
from backend.documents.actions import Sent, attach, remove, upload
from backend.documents.kinds import DocumentKind, FileStatus, Unfit
from backend.documents.openings import content_of, copy_for
from backend.documents.shelf import Shelf
from backend.errors import DiskFull, InUse, Invalid, NoRoom, NotAllowed, NotFound, WrongStatus
from backend.vault import Unreadable, Vault
from tests.backend.documents.hostile import EICAR, a_pdf
from tests.factories import World
from tests.records import change, look, one, person, staff

KIND = DocumentKind.ID_CARD


@pytest.fixture
def her(in_app):
    person("somebody else")
    return person()


def sent(content: bytes = b"", name: str = "身份证.pdf") -> Sent:
    return Sent(name, content or a_pdf(), KIND)


def files(shelf: Shelf) -> list[str]:
    return sorted(os.listdir(shelf._folder)) if shelf._folder.exists() else []


def rows_of(table: str) -> int:
    return int(one(f"SELECT count(*) FROM {table}"))


class TestComing:
    def test_what_she_sends_is_what_she_gets_back(self, her, shelf):
        whole = a_pdf(2)

        made = upload(sent(whole), by=her, shelf=shelf)

        copy = copy_for(her, made["id"], ticket=None, shelf=shelf)
        assert ("身份证.pdf", whole) == (copy.name, copy.content)
        assert (FileStatus.CLEAN, 2, True) == (made["status"], made["pages"], made["unscanned"])

    def test_neither_content_nor_name_stands_anywhere_in_the_clear(self, her, shelf):
        whole = a_pdf()

        upload(sent(whole), by=her, shelf=shelf)

        (name,) = files(shelf)
        assert whole[20:60] not in shelf.take(name)  # type: ignore[arg-type]
        (kept,) = look("SELECT d.name, f.digest FROM document d JOIN stored_file f ON true")
        assert kept["name"].startswith("v1.") and "身份证" not in str(kept)

    def test_what_is_no_paper_leaves_neither_row_nor_file(self, her, shelf):
        with pytest.raises(Invalid, match="只接受"):
            upload(sent(b"MZ"), by=her, shelf=shelf)

        assert ([], 0, 0) == (files(shelf), rows_of("stored_file"), rows_of("document"))

    def test_up34_the_same_content_is_stored_once_and_spoken_of_twice(self, her, shelf):
        whole = a_pdf()

        one_, two = (upload(sent(whole, n), by=her, shelf=shelf) for n in ("一.pdf", "二.pdf"))

        assert one_["id"] != two["id"]
        assert (1, 1, 2) == (len(files(shelf)), rows_of("stored_file"), rows_of("document"))
        remove(one_["id"], by=her, shelf=shelf)
        assert whole == copy_for(her, two["id"], ticket=None, shelf=shelf).content
        remove(two["id"], by=her, shelf=shelf)
        assert ([], 0) == (files(shelf), rows_of("stored_file"))

    def test_the_same_content_of_two_people_is_two_contents(self, her, shelf):
        whole = a_pdf()
        for each in (her, person("another")):
            upload(sent(whole), by=each, shelf=shelf)

        assert 2 == len(files(shelf))
        assert 2 == one("SELECT count(DISTINCT digest) FROM stored_file")

    def test_os09_a_full_disk_leaves_no_row(self, her, tmp_path):
        class Full(Shelf):
            def put(self, name, content):
                raise DiskFull

        with pytest.raises(DiskFull):
            upload(sent(), by=her, shelf=Full(tmp_path))

        assert 0 == rows_of("stored_file")


class TestTheQuota:
    def test_up37_fifty_and_no_more(self, her, shelf):
        upload(sent(), by=her, shelf=shelf)
        change(
            "INSERT INTO document (public_id, person_id, file_id, name, kind, created_at)"
            " SELECT gen_random_uuid(), person_id, file_id, name, kind, created_at"
            " FROM document, generate_series(1, 48)"
        )
        upload(sent(), by=her, shelf=shelf)

        with pytest.raises(NoRoom) as refused:
            upload(sent(), by=her, shelf=shelf)

        assert (50, 50) == (refused.value.more["files"], refused.value.more["files_at_most"])
        assert 2 == len(files(shelf))
        upload(sent(), by=person("another"), shelf=shelf)

    def test_up37_100_mebibytes_and_not_one_byte_more(self, her, shelf):
        whole = a_pdf()
        upload(sent(whole), by=her, shelf=shelf)
        next_ = a_pdf()
        size = 100 * 2**20 - len(next_)

        change("UPDATE stored_file SET size_bytes = :size", size=size + 1)
        with pytest.raises(NoRoom):
            upload(sent(next_), by=her, shelf=shelf)
        # What is there already takes no more room.
        upload(sent(whole), by=her, shelf=shelf)
        change("UPDATE stored_file SET size_bytes = :size", size=size)
        upload(sent(next_), by=her, shelf=shelf)

        assert 100 * 2**20 == queries.held(her.id)["bytes"]


class TestTheScanner:
    def test_what_it_passes_is_clean_and_no_longer_unscanned(self, her, watched, scanner):
        made = upload(sent(), by=her, shelf=watched)

        assert (FileStatus.CLEAN, False, 1) == (made["status"], made["unscanned"], scanner.asked)

    def test_up26_what_it_finds_is_refused_and_nothing_is_left(self, her, watched):
        infected = a_pdf().replace(b"%PDF-1.3\n", b"%PDF-1.3\n%" + EICAR + b"\n")
        assert EICAR in infected

        with pytest.raises(Invalid) as refused:
            upload(sent(infected), by=her, shelf=watched)

        assert Unfit.INFECTED.value == refused.value.detail
        assert ([], 0) == (files(watched), rows_of("stored_file"))

    def test_up40_while_it_is_down_the_file_waits_and_its_owner_sees_it(
        self, her, watched, scanner
    ):
        scanner.is_down, whole = True, a_pdf()

        made = upload(sent(whole), by=her, shelf=watched)

        assert (FileStatus.QUARANTINED, True) == (made["status"], made["unscanned"])
        assert whole == copy_for(her, made["id"], ticket=None, shelf=watched).content


class TestKeys:
    def test_a_file_of_an_old_key_still_opens_when_a_new_one_seals(self, her, shelf):
        made = upload(sent(whole := a_pdf()), by=her, shelf=shelf)
        before = vault.keys()
        ring = {"new": os.urandom(32), "dev1": b"development-only-data-key-000000"}
        try:
            vault.use(Vault(ring, "new", {"dev1": b"development-only-index-key-00000"}))
            later = upload(sent(), by=her, shelf=shelf)
            assert whole == copy_for(her, made["id"], ticket=None, shelf=shelf).content
            assert copy_for(her, later["id"], ticket=None, shelf=shelf)
        finally:
            vault.use(before)

        with pytest.raises(Unreadable):
            copy_for(her, later["id"], ticket=None, shelf=shelf)

    def test_a_file_does_not_open_in_the_place_of_another(self, her, shelf):
        one_, two = (upload(sent(), by=her, shelf=shelf) for _ in range(2))
        first, second = (queries.find(each["id"]) for each in (one_, two))
        assert first is not None and second is not None
        content = shelf.take(second["file_public_id"])
        (shelf._folder / str(first["file_public_id"])).write_bytes(content)

        with pytest.raises(Unreadable):
            content_of(first, shelf)


@pytest.fixture
def draft(world: World, her):
    return world.draft(world.citizen(), papers=False)[0]["id"]


class TestStandingForAPaper:
    def test_what_is_attached_stands_there_in_its_order_until_something_else_does(
        self, her, draft, shelf
    ):
        ids = [upload(sent(), by=her, shelf=shelf)["id"] for _ in range(3)]

        for chosen in (ids, ids[::-1], ids[:1], []):
            told = attach(draft, "plan", documents=chosen, by=her)
            (plan,) = [each for each in told["items"] if each["paper"] == "plan"]
            assert chosen == [each["id"] for each in plan["documents"]]

    def test_saying_it_twice_is_told_once(self, her, draft, shelf):
        id_ = upload(sent(), by=her, shelf=shelf)["id"]
        for _ in range(2):
            attach(draft, "id", documents=[id_], by=her)

        assert 1 == one("SELECT count(*) FROM event WHERE name = 'document.attached'")

    def test_every_document_that_will_not_do_is_named_at_once(self, her, draft, shelf):
        mine = upload(sent(), by=her, shelf=shelf)["id"]
        refused_ = upload(sent(), by=her, shelf=shelf)["id"]
        change(
            "UPDATE stored_file SET status = 'REFUSED', unfit = 'INFECTED', wrapped_key = NULL"
            " WHERE id = (SELECT file_id FROM document WHERE public_id = :id)",
            id=refused_,
        )
        other = upload(sent(), by=person("another"), shelf=shelf)["id"]

        with pytest.raises(Invalid) as refused:
            attach(draft, "id", documents=[mine, other, refused_, mine], by=her)

        assert ["#/documents/1", "#/documents/2", "#/documents/3"] == [
            fault["pointer"] for fault in refused.value.more["errors"]
        ]

    def test_nobody_else_attaches_anything(self, her, draft, world):
        with pytest.raises(NotFound):
            attach(draft, "id", documents=[], by=person("another"))
        case, _ = world.filed(world.citizen("third"))
        with pytest.raises(NotAllowed):
            attach(case["id"], "id", documents=[], by=staff())

    def test_there_is_no_other_paper_than_those_asked_for(self, her, draft):
        with pytest.raises(NotFound):
            attach(draft, "passport", documents=[], by=her)

    def test_what_was_submitted_stays_as_it_was(self, her, world, shelf):
        case, document = world.filed(world.citizen())

        with pytest.raises(WrongStatus):
            attach(case["id"], "id", documents=[], by=her)
        with pytest.raises(InUse) as refused:
            remove(document["id"], by=her, shelf=shelf)

        assert [case["number"]] == refused.value.more["cases"]
        assert case["number"] in refused.value.detail


class TestGoing:
    def test_a_draft_loses_what_is_removed(self, her, draft, shelf):
        id_ = upload(sent(), by=her, shelf=shelf)["id"]
        attach(draft, "id", documents=[id_], by=her)

        remove(id_, by=her, shelf=shelf)

        assert ([], 0, 0) == (files(shelf), rows_of("document"), rows_of("paper"))

    def test_nobody_elses_document_goes(self, her, shelf):
        id_ = upload(sent(), by=her, shelf=shelf)["id"]

        for somebody in (person("another"), staff()):
            with pytest.raises(NotFound):
                remove(id_, by=somebody, shelf=shelf)
        assert 1 == len(files(shelf))
