"""Who of the staff gets a copy, marked with what, how often and for how long?"""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
import time_machine

from backend import vault
from backend.db import new_id
from backend.documents import pages, queries
from backend.documents.kinds import FileType, Purpose
from backend.documents.openings import copy_for, open_for
from backend.errors import ExaminerBusy, NotFound, WrongStatus
from tests.records import change, look, one, person, staff

WHY = Purpose.REVIEW


@pytest.fixture
def filed(in_app, world):
    """A case, its document, and the shelf of the app."""
    case, document = world.filed()
    return UUID(case["id"]), UUID(document["id"]), in_app.extensions["shelf"]


def opened(filed, by, purpose=WHY):
    case, document, _ = filed
    return open_for(document, application=case, purpose=purpose, by=by)


def copy(filed, by, ticket):
    _, document, shelf = filed
    return copy_for(by, document, ticket=ticket, shelf=shelf)


@pytest.mark.parametrize("who", ["demo-manager", "demo-bureau"])
def test_up38_who_works_on_the_case_gets_a_copy_and_is_written_down(filed, who):
    him = staff(who)

    got = copy(filed, him, opened(filed, him)["ticket"])

    assert FileType.PDF is got.type
    (told,) = queries.openings(one("SELECT id FROM document"))
    assert (WHY, one("SELECT name FROM staff WHERE id = :id", id=him.id)) == (
        told["purpose"],
        told["by_name"],
    )
    assert told["used_at"] is not None
    (event,) = look("SELECT * FROM event WHERE name = 'document.opened'")
    assert ("staff", him.id, him.session_id) == (
        event["actor_kind"],
        event["actor_id"],
        event["session_id"],
    )
    assert {"purpose": "review", "application": str(filed[0])} == event["particulars"]


def test_what_staff_get_is_never_what_she_sent(filed, world):
    her, him = person(), staff()
    mine = copy(filed, her, None).content

    theirs = copy(filed, him, opened(filed, him)["ticket"]).content

    assert mine not in theirs and theirs != mine


def test_a_ticket_is_good_once(filed):
    him = staff()
    ticket = opened(filed, him)["ticket"]
    copy(filed, him, ticket)

    with pytest.raises(NotFound):
        copy(filed, him, ticket)


def test_a_ticket_with_which_no_copy_could_be_made_is_still_good(filed):
    case, document, shelf = filed
    him = staff()
    ticket = opened(filed, him)["ticket"]
    found = queries.find(document)
    assert found is not None
    kept = shelf.take(found["file_public_id"])
    wrapped, broken = vault.keys().seal_file(
        pages.file_place(found["file_public_id"]), b"%PDF-1.7\n%%EOF"
    )
    change("UPDATE stored_file SET wrapped_key = :key", key=wrapped)
    path = shelf._folder / str(found["file_public_id"])
    path.write_bytes(broken)

    with pytest.raises(ExaminerBusy):
        copy(filed, him, ticket)

    change("UPDATE stored_file SET wrapped_key = :key", key=found["wrapped_key"])
    path.write_bytes(kept)
    assert copy(filed, him, ticket)


@pytest.mark.parametrize(("seconds", "good"), [(299, True), (300, False)])
def test_a_ticket_is_good_for_five_minutes(filed, seconds, good):
    with time_machine.travel("2026-11-24T08:00:00Z", tick=False) as clock:
        him = staff()
        ticket = opened(filed, him)["ticket"]
        clock.shift(seconds)
        if good:
            assert copy(filed, him, ticket)
        else:
            with pytest.raises(NotFound):
                copy(filed, him, ticket)


def test_a_ticket_is_of_no_use_to_anybody_else(filed):
    him = staff()
    ticket = opened(filed, him)["ticket"]

    elsewhere = replace(him, session_id=uuid4())
    for somebody in (elsewhere, staff("demo-bureau"), replace(staff("demo-bureau"), id=him.id)):
        with pytest.raises(NotFound):
            copy(filed, somebody, ticket)
    for guess in (None, "", ticket[:-1], ticket + "a"):
        with pytest.raises(NotFound):
            copy(filed, him, guess)
    assert copy(filed, him, ticket)


def test_a_ticket_ends_with_the_park(filed):
    him = staff()
    ticket = opened(filed, him)["ticket"]

    with pytest.raises(NotFound):
        copy(filed, replace(him, parks=frozenset()), ticket)


@pytest.mark.parametrize("who", ["demo-manager-p01"])
def test_up38_nobody_opens_what_is_not_his_case(filed, who):
    with pytest.raises(NotFound):
        opened(filed, staff(who))


def test_a_case_opens_only_its_own_documents(filed, world):
    case, document, _ = filed
    other, theirs = world.filed(world.citizen("another"))

    for application, id_ in (
        (case, UUID(theirs["id"])),
        (UUID(other["id"]), document),
        (case, new_id()),
    ):
        with pytest.raises(NotFound):
            open_for(id_, application=application, purpose=WHY, by=staff())


@pytest.mark.parametrize("status", ["QUARANTINED", "REFUSED"])
def test_nobody_but_its_owner_opens_what_is_not_clean(filed, status):
    change(
        "UPDATE stored_file SET status = CAST(:s AS text),"
        " unfit = CASE WHEN CAST(:s AS text) = 'REFUSED' THEN 'INFECTED' END,"
        " wrapped_key = CASE WHEN CAST(:s AS text) = 'REFUSED' THEN NULL ELSE wrapped_key END",
        s=status,
    )

    with pytest.raises(WrongStatus, match="尚未通过"):
        opened(filed, staff())

    if status == "QUARANTINED":
        assert copy(filed, person(), None)
    else:
        with pytest.raises(NotFound):
            copy(filed, person(), None)


def test_a_document_of_a_draft_is_nobodys_business(in_app, world):
    her = world.citizen()
    document = world.document(her)
    draft, _ = world.draft(her)
    her.put(f"/applications/{draft['id']}/papers/id", {"documents": [document["id"]]})

    for him in (staff(), staff("demo-bureau")):
        with pytest.raises(NotFound):
            open_for(UUID(document["id"]), application=UUID(draft["id"]), purpose=WHY, by=him)
