"""What a person has been told, and what she has read."""

from datetime import UTC, datetime

import pytest
import time_machine

from backend.db import new_id
from backend.errors import NotFound
from notifications import inbox
from notifications.models import Status
from tests.notifications.posts import plant
from tests.records import change, look, one, person, staff

FIRST = datetime(2026, 11, 24, 3, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 4, tzinfo=UTC)


def listed(by, after: int | None = None, limit: int = 100) -> list[int]:
    return [each["id"] for each in inbox.listed(by, after=after, limit=limit)]


def keys() -> list[int]:
    return [each["id"] for each in look("SELECT id FROM message ORDER BY id")]


def test_her_messages_come_newest_first_each_with_its_push(in_app):
    plant(3)

    found = inbox.listed(person(), after=None, limit=100)

    assert keys()[::-1] == [each["id"] for each in found]
    for each in found:
        assert [("wechat", Status.PENDING)] == [
            (push["channel"], push["status"]) for push in each["deliveries"]
        ]


def test_a_message_without_a_push_is_a_message(in_app):
    plant()
    change("DELETE FROM delivery")

    assert [[]] == [each["deliveries"] for each in inbox.listed(person(), after=None, limit=1)]


def test_nobody_reads_anothers_messages(in_app):
    plant(2, "one")
    plant(1, "two")

    assert keys()[:2][::-1] == listed(person("one"))
    assert keys()[2:] == listed(person("two"))
    assert [] == listed(person("three"))


@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6])
def test_pages_of_any_size_give_each_message_once(in_app, limit):
    plant(5)
    her, found, after = person(), [], None

    while page := listed(her, after, limit):
        found += page
        after = page[-1]

    assert keys()[::-1] == found


def test_a_message_that_comes_in_between_pages_moves_nobody(in_app):
    plant(4)
    her, before = person(), keys()
    first = listed(her, limit=2)
    plant(1)

    assert before[::-1] == first + listed(her, first[-1])


def test_unread_counts_hers_until_she_reads_them(in_app):
    plant(2, "one")
    plant(1, "two")
    her = person("one")
    assert 2 == inbox.unread(her)

    (message, *_) = inbox.listed(her, after=None, limit=1)
    inbox.mark_read(message["public_id"], by=her)

    assert 1 == inbox.unread(her)
    assert 1 == inbox.unread(person("two"))
    assert 0 == inbox.unread(person("three"))


def test_reading_is_noted_once(in_app):
    plant()
    her = person()
    public_id = one("SELECT public_id FROM message")

    with time_machine.travel(FIRST, tick=False):
        assert FIRST == inbox.mark_read(public_id, by=her)["read_at"]
    with time_machine.travel(LATER, tick=False):
        read = inbox.mark_read(public_id, by=her)

    assert FIRST == read["read_at"]
    assert ["wechat"] == [push["channel"] for push in read["deliveries"]]


def test_a_foreign_and_a_missing_message_look_alike(in_app):
    plant(1, "one")
    foreign = one("SELECT public_id FROM message")

    for by in (person("two"), staff()):
        for public_id in (foreign, new_id()):
            with pytest.raises(NotFound):
                inbox.mark_read(public_id, by=by)

    assert one("SELECT read_at FROM message") is None


def test_staff_whose_number_is_hers_read_nothing_of_hers(in_app):
    """Keys of people and of staff are counted apart, so that they may coincide."""
    plant()
    him = staff()
    change("ALTER TABLE message DISABLE TRIGGER ALL; ALTER TABLE delivery DISABLE TRIGGER ALL")
    try:
        change("UPDATE message SET person_id = :his", his=him.id)

        with pytest.raises(NotFound):
            inbox.mark_read(one("SELECT public_id FROM message"), by=him)
    finally:
        change("ALTER TABLE message ENABLE TRIGGER ALL; ALTER TABLE delivery ENABLE TRIGGER ALL")
