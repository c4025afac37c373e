"""Does anything come in that there is no room for, or go that a case rests on?"""

import os
import threading
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from backend.documents import actions
from backend.documents.actions import Sent
from backend.documents.examination import Examined
from backend.documents.kinds import DocumentKind, FileType
from backend.errors import InUse, Invalid, NoRoom, NotFound, Refusal, WrongStatus
from tests.factories import Upload, World, a_pdf
from tests.races.at_once import all_at_once, tally, timed_at_once
from tests.races.crowd import ask, count
from tests.records import person

# The same rows, read through a function: FOR UPDATE finds nothing to lock.
WITHOUT_ROW_LOCK = """
ALTER TABLE person RENAME TO person_locked;
CREATE FUNCTION all_persons() RETURNS SETOF person_locked LANGUAGE plpgsql AS
    'BEGIN RETURN QUERY SELECT * FROM person_locked; END';
CREATE VIEW person AS SELECT * FROM all_persons();
"""
SLOW_TO_COME = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END';
CREATE TRIGGER dawdle BEFORE INSERT ON stored_file FOR EACH ROW EXECUTE FUNCTION dawdle();
"""


def as_it_is(content: bytes) -> Examined:
    """An examiner that finds everything sound, so that fifty files take no fifty processes."""
    return Examined(FileType.PDF, 1, content)


def uploads(app: Flask, contents: list[bytes]) -> Counter[str]:
    """Let one person send all of these at once; count what became of them."""
    with app.app_context():
        her = person()

    def send(content: bytes) -> str:
        with app.app_context():
            sent = Sent("a.pdf", content, DocumentKind.OTHER)
            try:
                actions.upload(sent, by=her, shelf=app.extensions["shelf"], examine=as_it_is)
                return "taken"
            except NoRoom:
                return "no room"

    calls = [lambda content=content: send(content) for content in contents]
    return Counter(each.result for each in timed_at_once(calls, threads=8))


def files(app: Flask) -> list[str]:
    folder = app.extensions["shelf"]._folder
    return os.listdir(folder) if folder.exists() else []


def fifty_at_once(app: Flask) -> None:
    """Fill all places but five, and let fifty come for them."""
    uploads(app, [b"the first"])
    ask(
        app,
        "INSERT INTO document (public_id, person_id, file_id, name, kind, created_at)"
        " SELECT gen_random_uuid(), person_id, file_id, name, kind, created_at"
        " FROM document, generate_series(1, 44)",
    )

    seen = uploads(app, [b"%d" % number for number in range(50)])

    kept = count(app, "document")
    assert kept == 50, f"{kept} documents where 50 may be"
    assert {"taken": 5, "no room": 45} == seen
    assert 6 == count(app, "stored_file") == len(files(app))


def test_of_50_uploads_at_once_as_many_are_taken_as_there_is_room_for(own_world):
    fifty_at_once(own_world.app)


def test_a_quota_that_is_looked_at_without_a_lock_is_noticed(own_world):
    uploads(own_world.app, [b"so that she is there"])
    ask(own_world.app, "DELETE FROM document; DELETE FROM stored_file")
    ask(own_world.app, WITHOUT_ROW_LOCK + SLOW_TO_COME)

    with pytest.raises(AssertionError, match="5[1-9] documents where 50 may be"):
        fifty_at_once(own_world.app)


def test_the_same_content_sent_eight_times_at_once_is_stored_once(own_world):
    seen = uploads(own_world.app, [b"the same"] * 8)

    assert {"taken": 8} == seen
    assert (8, 1) == (count(own_world.app, "document"), count(own_world.app, "stored_file"))
    assert 1 == len(files(own_world.app))


def test_the_same_key_pressed_at_once_makes_one_document(own_world):
    her, key, upload = own_world.citizen(), uuid4().hex, Upload({"file": a_pdf(), "kind": "plan"})

    answers = all_at_once([lambda: her.post("/documents", upload, key=key)] * 4)

    assert {"201", "409 key-busy"} >= tally(answers).keys()
    done = [answer for answer in answers if answer.status_code == 201]
    assert 1 == len({answer.data for answer in done})
    assert 1 == len(done) - len([a for a in done if a.headers.get("Idempotent-Replayed")])
    assert 1 == count(own_world.app, "document") == count(own_world.app, "stored_file")
    assert 1 == len(files(own_world.app))


def test_a_repeated_upload_gets_its_answer_even_when_nothing_more_fits(own_world):
    her, key, upload = own_world.citizen(), uuid4().hex, Upload({"file": a_pdf(), "kind": "plan"})
    first = her.post("/documents", upload, key=key)
    ask(own_world.app, "UPDATE stored_file SET size_bytes = 200 * 1024 * 1024, digest = 'x'")

    again = her.post("/documents", upload, key=key)

    assert (201, first.data) == (again.status_code, again.data)
    assert "409 no-room" in tally([her.post("/documents", upload)])


def test_one_ticket_used_at_once_gives_one_copy(own_world):
    case, document = own_world.filed()
    him = own_world.staff()
    wish = {"application_id": case["id"], "purpose": "review"}
    url = him.post(f"/documents/{document['id']}/openings", wish).json["url"]

    answers = all_at_once([lambda: him.get(url)] * 4)

    assert {"200": 1, "404 not-found": 3} == tally(answers)


def removed_attached_and_submitted(world: World, number: int) -> str:
    """Let one draft be submitted while its document is removed and attached elsewhere in it."""
    app, her = world.app, world.citizen(f"applicant{number}")
    with app.app_context():
        hers = person(f"applicant{number}")
        sent = Sent("a.pdf", b"%d" % number, DocumentKind.OTHER)
        shelf = app.extensions["shelf"]
        id_ = actions.upload(sent, by=hers, shelf=shelf, examine=as_it_is)["id"]
    draft, etag = world.draft(her)
    path, case = f"/applications/{draft['id']}", UUID(draft["id"])
    assert 200 == her.put(f"{path}/papers/group", {"documents": [str(id_)]}).status_code
    gate = threading.Barrier(3)

    def here(call: Any) -> Any:
        def run() -> Any:
            gate.wait(30)
            with app.app_context():
                try:
                    return call()
                except (InUse, Invalid, NotFound, WrongStatus) as refusal:
                    return refusal

        return run

    removed, attached, submitted = all_at_once(
        [
            here(lambda: actions.remove(id_, by=hers, shelf=shelf)),
            here(lambda: actions.attach(case, "permit", documents=[id_], by=hers)),
            here(lambda: her.post(f"{path}/submit", {}, etag=etag)),
        ]
    )
    assert 200 == submitted.status_code
    document = "document WHERE public_id = :id"
    papers = count(app, f"paper WHERE document_id = (SELECT id FROM {document})", id=id_)
    if isinstance(removed, Refusal):
        assert isinstance(removed, InUse)
        assert papers in (1, 2) and 1 == count(app, "document WHERE public_id = :id", id=id_)
        return "kept"
    assert 0 == papers == count(app, "document WHERE public_id = :id", id=id_)
    order = [
        row.name
        for row in ask(
            app,
            "SELECT name FROM event WHERE name IN ('document.removed', 'application.submitted')"
            " ORDER BY id DESC LIMIT 2",
        )
    ]
    # What was submitted with it keeps it: so it was gone before.
    assert ["application.submitted", "document.removed"] == order, f"taken from a case: {order}"
    assert attached is not None
    return "removed"


def test_a_document_is_never_taken_from_under_a_submitted_case(own_world, figures):
    seen = Counter(removed_attached_and_submitted(own_world, number) for number in range(12))

    figures(**seen)
    assert 12 == seen.total()
    assert [] == [
        name
        for name in files(own_world.app)
        if not count(own_world.app, "stored_file WHERE public_id = :name", name=name)
    ]
