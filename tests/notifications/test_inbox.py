"""What a person has been told, and what she has read."""

import threading
from datetime import UTC, datetime

import pytest
import time_machine

from backend.db import new_id
from backend.errors import NotFound
from notifications import inbox
from notifications.models import Status
from tests.notifications.posts import plant
from tests.records import at_once, change, look, one, person, staff

FIRST = datetime(2026, 11, 24, 3, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 4, tzinfo=UTC)


def listed(by, after: int | None = None, limit: int = 100) -> list[int]:
    return [each["id"] for each in inbox.listed(by, after=after, limit=limit)]


def keys() -> list[int]:
    return [each["id"] for each in look("SELECT id FROM message ORDER BY id")]


def test_her_messages_come_newest_first_each_with_its_push(in_app):
    plant(3, "qiqige")

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
    plant(5, "qiqige")
    her, found, after = person(), [], None

    while page := listed(her, after, limit):
        found += page
        after = page[-1]

    assert keys()[::-1] == found


def test_a_message_that_comes_in_between_pages_moves_nobody(in_app):
    plant(4, "qiqige")
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


def counted() -> int:
    """What the triggers have counted of everybody's messages, against the messages themselves."""
    (found,) = look(
        "SELECT (SELECT coalesce(sum(messages), 0) FROM unread)::int AS kept,"
        " (SELECT count(*) FROM message WHERE read_at IS NULL)::int AS there"
    )
    assert found["kept"] == found["there"]
    return found["kept"]


def test_the_count_follows_whatever_happens_to_messages(in_app):
    plant(3, "one")
    plant(2, "two")
    assert 5 == counted()

    # Many read at once, one of them read anew, one unread again, one gone.
    change("UPDATE message SET read_at = created_at WHERE id <> (SELECT min(id) FROM message)")
    assert 1 == counted()
    change("UPDATE message SET read_at = created_at + interval '1 s' WHERE read_at IS NOT NULL")
    assert 1 == counted()
    change("UPDATE message SET read_at = NULL")
    assert 5 == counted()
    change("DELETE FROM delivery; DELETE FROM message WHERE id = (SELECT min(id) FROM message)")
    assert 4 == counted()
    assert 2 == inbox.unread(person("one"))


def test_the_unread_of_people_and_of_staff_are_counted_apart(in_app):
    plant(2, "qiqige")
    her, him = person(), staff()
    change(
        "INSERT INTO message (public_id, event_id, event, staff_id, title, body, link, created_at)"
        " SELECT gen_random_uuid(), event_id, event, :his, title, body, link, created_at"
        " FROM message LIMIT 1",
        his=him.id,
    )

    assert (2, 1) == (inbox.unread(her), inbox.unread(him))
    assert 3 == counted()


def test_readers_and_writers_at_once_lose_no_count(in_app):
    plant(24, "qiqige")
    her = person()
    ids = [each["public_id"] for each in inbox.listed(her, after=None, limit=100)]

    at_once(4, lambda n: [inbox.mark_read(each, by=her) for each in ids[n * 5 : n * 5 + 8]])

    # The hands overlap by three each: 0–7, 5–12, 10–17 and 15–22 are 23 of the 24.
    assert 1 == inbox.unread(her) == counted()


def test_a_count_that_is_read_and_written_back_is_noticed(in_app):
    """The planted bug: two who add one to what both have read."""
    plant(1)
    her = person()
    both = threading.Barrier(2)

    def add(_: int) -> None:
        seen = inbox.unread(her)
        both.wait(10)
        change("UPDATE unread SET messages = :seen", seen=seen + 1)

    at_once(2, add)

    with pytest.raises(AssertionError):
        # Two were added to the one.
        assert 3 == inbox.unread(her)


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
