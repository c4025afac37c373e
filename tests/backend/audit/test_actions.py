"""How something that happened is written down, and that it stays written."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy.exc import IntegrityError

from backend.audit import actions
from backend.db import action, after_commit
from tests.records import change, look, one, person, staff

record = action(lambda *args, **more: actions.record(*args, **more).id)


@pytest.fixture
def listeners():
    """Lists of our own in place of those of the messages."""
    kept = list(actions.deferred), list(actions.told)
    actions.deferred[:], actions.told[:] = [], []
    yield actions.deferred, actions.told
    actions.deferred[:], actions.told[:] = kept


class TestRecording:
    @time_machine.travel("2026-11-24T03:04:05Z", tick=False)
    def test_an_event_says_what_happened_to_what_by_whom_and_when(self, in_app, listeners):
        her = person()

        key = record("application.created", "application", 7, her, kind="tenancy", version=1)

        (event,) = look("SELECT * FROM event WHERE id = :key", key=key)
        assert {
            "name": "application.created",
            "subject_kind": "application",
            "subject_id": 7,
            "actor_kind": "person",
            "actor_id": her.id,
            "session_id": her.session_id,
            "at": datetime(2026, 11, 24, 3, 4, 5, tzinfo=UTC),
            "particulars": {"kind": "tenancy", "version": 1},
            "announced_at": None,
        }.items() <= event.items()

    def test_what_staff_do_is_staffs(self, in_app, listeners):
        him = staff()

        record("application.approved", "application", 7, him)

        assert [("staff", him.id)] == [
            tuple(each.values()) for each in look("SELECT actor_kind, actor_id FROM event")
        ]

    def test_what_the_system_does_is_nobodys(self, in_app, listeners):
        record("session.opened", "person", 7, None)

        assert [(None, None, None)] == [
            tuple(each.values())
            for each in look("SELECT actor_kind, actor_id, session_id FROM event")
        ]

    def test_a_change_that_is_rolled_back_has_not_happened(self, in_app, listeners):
        @action
        def fail() -> None:
            actions.record("application.created", "application", 7, None)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fail()

        assert 0 == one("SELECT count(*) FROM event")


class TestListening:
    def test_deferred_hears_inside_the_transaction_and_told_after_it(self, in_app, listeners):
        deferred, told = listeners
        heard = []
        deferred.append(lambda key: heard.append(("inside", key)))
        told.append(lambda key: heard.append(("after", key)))

        @action
        def happen() -> int:
            key = actions.record("application.created", "application", 7, None).id
            after_commit(lambda: heard.append("committed"))
            return key

        key = happen()

        assert [("inside", key), ("after", key), "committed"] == heard

    def test_every_listener_hears_of_its_own_event(self, in_app, listeners):
        _, told = listeners
        first, second = [], []
        told.extend([first.append, second.append])

        @action
        def happen_twice() -> list[int]:
            return [actions.record("x", "application", n, None).id for n in (1, 2)]

        keys = happen_twice()

        assert (keys, keys) == (first, second)

    def test_a_deferred_listener_that_fails_takes_the_change_with_it(self, in_app, listeners):
        deferred, _ = listeners

        def fail(key: int) -> None:
            raise ArithmeticError

        deferred.append(fail)

        with pytest.raises(ArithmeticError):
            record("x", "application", 7, None)

        assert 0 == one("SELECT count(*) FROM event")

    def test_a_told_listener_that_fails_harms_nobody(self, in_app, listeners):
        _, told = listeners

        def fail(key: int) -> None:
            raise ArithmeticError

        told.append(fail)

        record("x", "application", 7, None)

        assert 1 == one("SELECT count(*) FROM event")


class TestStanding:
    """What is written is never changed: the database itself refuses."""

    @pytest.fixture
    def event(self, in_app, listeners) -> int:
        return record("application.approved", "application", 7, person(), kind="tenancy")

    @pytest.mark.parametrize(
        "what",
        [
            "name = 'application.rejected'",
            "subject_kind = 'person'",
            "subject_id = 8",
            "actor_kind = NULL",
            "actor_id = 0",
            "session_id = NULL",
            "request_id = 'x'",
            "at = at - interval '1 s'",
            "particulars = '{}'",
            "public_id = gen_random_uuid()",
            "name = 'x', announced_at = now()",
        ],
    )
    def test_no_event_can_be_changed(self, event, what):
        with pytest.raises(IntegrityError, match="events are only ever added"):
            change(f"UPDATE event SET {what} WHERE id = :event", event=event)

    def test_no_event_can_be_deleted(self, event):
        with pytest.raises(IntegrityError, match="events are only ever added"):
            change("DELETE FROM event WHERE id = :event", event=event)

    def test_only_whether_everybody_was_told_may_be_noted(self, event):
        change("UPDATE event SET announced_at = now() WHERE id = :event", event=event)

        assert one("SELECT announced_at FROM event WHERE id = :event", event=event) is not None
