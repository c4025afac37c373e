"""One action, one transaction; faults of the server by their name."""

import logging
from contextlib import nullcontext
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from backend import db
from backend.db import (
    ActionsDoNotNest,
    action,
    after_commit,
    alone,
    around_the_action,
    beside_the_action,
    changed,
    one_connection,
    row,
    rows,
    session,
)
from backend.errors import DatabaseDown, NotFound
from tests.records import at_once, change, one

PERSON = text("INSERT INTO person (public_id, name, created_at) VALUES (:id, :name, now())")
COUNT = text("SELECT count(*) AS count FROM person")


def add(name: str = "其其格") -> None:
    session.execute(PERSON, {"id": db.new_id(), "name": name})


def people() -> int:
    return row(COUNT)["count"]


def process() -> int:
    """The server process that answers."""
    return row(text("SELECT pg_backend_pid() AS pid"))["pid"]


class Lost(Exception):
    """Something of the program's own."""


class TestActions:
    def test_a_return_commits(self, in_app):
        @action
        def begin(name: str, *, twice: bool) -> str:
            add(name)
            if twice:
                add(name)
            return name.upper()

        assert "ABC" == begin("abc", twice=True)

        assert 2 == people()

    @pytest.mark.parametrize("error", [NotFound, Lost, KeyboardInterrupt])
    def test_any_exception_rolls_everything_back(self, in_app, error):
        @action
        def begin() -> None:
            add()
            raise error

        with pytest.raises(error):
            begin()

        assert 0 == people()

    def test_actions_do_not_nest(self, in_app):
        @action
        def inner() -> None:
            add()

        @action
        def outer() -> None:
            add()
            inner()

        with pytest.raises(ActionsDoNotNest, match="inner"):
            outer()

        assert 0 == people()

    def test_actions_may_follow_each_other_whatever_became_of_the_first(self, in_app):
        @action
        def fail() -> None:
            raise Lost

        with pytest.raises(Lost):
            fail()
        action(add)()

        assert 1 == people()

    def test_a_read_inside_sees_what_the_action_wrote_and_nobody_outside_does(self, in_app):
        seen = []

        @action
        def begin() -> None:
            add()
            seen.append(people())
            seen.extend(at_once(1, lambda _: people()))

        begin()

        assert [1, 0] == seen

    def test_a_read_outside_gives_its_connection_back(self, in_app):
        people()

        assert 0 == db.db.engine.pool.checkedout()

    def test_all_reads_of_one_request_share_a_connection_and_give_it_back(self, in_app):
        with one_connection():
            ours = {process() for _ in range(3)}
            lent = db.db.engine.pool.checkedout()

        assert (1, 1) == (len(ours), lent)
        assert 0 == db.db.engine.pool.checkedout()

    def test_whoever_does_not_read_borrows_nothing(self, in_app):
        with one_connection():
            assert 0 == db.db.engine.pool.checkedout()

    def test_a_read_that_fails_does_not_spoil_the_next_on_the_same_connection(self, in_app):
        with one_connection():
            with pytest.raises(DBAPIError):
                rows(text("SELECT 1 / 0"))
            assert 0 == people()

    def test_an_action_meanwhile_has_a_connection_of_its_own(self, in_app):
        with one_connection():
            assert 0 == people()
            action(add)()
            assert 1 == people()

        assert 0 == db.db.engine.pool.checkedout()

    def test_a_server_that_went_away_between_two_reads_is_down_and_back_for_the_next_request(
        self, in_app
    ):
        with one_connection(), pytest.raises(DatabaseDown):
            one("SELECT pg_terminate_backend(:pid)", pid=process())
            people()

        assert 0 == people()

    def test_a_connection_that_broke_is_replaced_for_the_next_read_of_the_same_request(
        self, in_app
    ):
        with one_connection():
            with pytest.raises(DatabaseDown):
                one("SELECT pg_terminate_backend(:pid)", pid=process())
                people()
            assert 0 == people()

        assert 0 == db.db.engine.pool.checkedout()

    def test_an_action_gives_its_connection_back(self, in_app):
        action(add)()

        assert 0 == db.db.engine.pool.checkedout()

    def test_changed_counts_what_was_touched(self, in_app):
        @action
        def rename() -> int:
            for _ in range(3):
                add("old")
            return changed(text("UPDATE person SET name = :new"), new="new")

        assert 3 == rename()


class TestTryingAgain:
    def failing(self, times: int, error: type[Exception]):
        """An action whose statement fails so many times before it goes through."""
        tries = []

        @action
        def begin() -> int:
            tries.append(1)
            add()
            if len(tries) <= times:
                code = error.sqlstate
                session.execute(text(f"DO $$BEGIN RAISE USING ERRCODE = '{code}'; END$$"))
            return len(tries)

        return begin

    LOST_RACES = [psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure]

    @pytest.mark.parametrize("error", LOST_RACES)
    @pytest.mark.parametrize("times", [1, 2])
    def test_a_lost_race_is_run_again_unseen(self, in_app, error, times):
        assert times + 1 == self.failing(times, error)()

        assert 1 == people()

    @pytest.mark.parametrize("error", LOST_RACES)
    def test_after_three_tries_it_is_the_servers_fault(self, in_app, error):
        with pytest.raises(DatabaseDown):
            self.failing(3, error)()

        assert 0 == people()

    @pytest.mark.parametrize(
        "error",
        [
            psycopg.errors.QueryCanceled,
            psycopg.errors.LockNotAvailable,
            psycopg.errors.ReadOnlySqlTransaction,
            psycopg.errors.TooManyConnections,
            psycopg.errors.AdminShutdown,
            psycopg.errors.DiskFull,
        ],
    )
    def test_a_server_that_is_away_full_or_hung_has_a_name(self, in_app, error):
        with pytest.raises(DatabaseDown):
            self.failing(1, error)()

        assert 0 == people()

    @pytest.mark.parametrize(
        ("error", "expected"),
        [
            (psycopg.errors.UniqueViolation, IntegrityError),
            (psycopg.errors.UndefinedColumn, ProgrammingError),
        ],
    )
    def test_our_own_mistakes_keep_theirs(self, in_app, error, expected):
        with pytest.raises(expected):
            self.failing(1, error)()

    def test_the_drivers_words_are_not_repeated(self, in_app, caplog):
        with caplog.at_level(logging.DEBUG), pytest.raises(DatabaseDown) as fault:
            rows(text("SELECT pg_sleep(5) /* 13800138000 */"))

        assert fault.value.__cause__ is None
        assert "13800138000" not in caplog.text + str(fault.value)

    def test_a_statement_of_more_than_three_seconds_is_given_up(self, in_app):
        assert "3s" == one("SHOW statement_timeout")
        assert "2s" == one("SHOW lock_timeout")
        assert "10s" == one("SHOW idle_in_transaction_session_timeout")
        assert "UTC" == one("SHOW timezone")


class TestAlone:
    ADD = text(
        "INSERT INTO person (public_id, name, created_at) VALUES (:id, :name, now()) RETURNING name"
    )

    def test_a_change_of_one_statement_is_committed_and_gives_its_rows(self, in_app):
        assert [{"name": "其其格"}] == alone(self.ADD, id=db.new_id(), name="其其格")

        assert 1 == one("SELECT count(*) FROM person")

    def test_it_is_no_part_of_an_action(self, in_app):
        @action
        def inside() -> None:
            alone(self.ADD, id=db.new_id(), name="其其格")

        with pytest.raises(ActionsDoNotNest):
            inside()

        assert 0 == people()

    @pytest.mark.parametrize(("losses", "added"), [(2, 1), (3, 0)])
    def test_a_lost_race_is_run_again_twice(self, in_app, losses, added):
        """A sequence counts the tries; no rollback takes that back."""
        change("CREATE SEQUENCE tries")
        change(
            "CREATE FUNCTION lose(before int) RETURNS text LANGUAGE plpgsql AS $$BEGIN"
            " IF nextval('tries') <= before THEN RAISE USING ERRCODE = '40P01'; END IF;"
            " RETURN 'won'; END$$"
        )
        losing = text(
            "INSERT INTO person (public_id, name, created_at) VALUES (:id, lose(:losses), now())"
            " RETURNING name"
        )
        try:
            with nullcontext() if added else pytest.raises(DatabaseDown):
                alone(losing, id=db.new_id(), losses=losses)
        finally:
            change("DROP FUNCTION lose; DROP SEQUENCE tries")

        assert added == people()


class TestAfterCommit:
    def test_what_was_asked_for_is_called_after_the_commit_in_its_order(self, in_app):
        told = []

        @action
        def begin() -> None:
            add()
            after_commit(lambda: told.append(("first", people())))
            after_commit(lambda: told.append(("second", people())))
            told.append("inside")

        begin()

        assert ["inside", ("first", 1), ("second", 1)] == told

    def test_after_a_rollback_nothing_is_called(self, in_app):
        told = []

        @action
        def begin() -> None:
            after_commit(lambda: told.append("told"))
            raise Lost

        with pytest.raises(Lost):
            begin()
        action(add)()

        assert [] == told

    def test_a_call_that_fails_is_logged_and_harms_nobody(self, in_app, caplog):
        told = []

        def fail() -> None:
            raise Lost("the listener broke")

        @action
        def begin() -> str:
            add()
            after_commit(fail)
            after_commit(lambda: told.append("told"))
            return "done"

        assert "done" == begin()

        assert (1, ["told"]) == (people(), told)
        assert "the listener broke" in caplog.text

    def test_it_may_itself_be_an_action(self, in_app):
        @action
        def begin() -> None:
            after_commit(action(add))

        begin()

        assert 1 == people()

    def test_outside_of_an_action_it_is_an_error(self, in_app):
        with pytest.raises(RuntimeError):
            after_commit(lambda: None)

    def test_what_a_lost_try_asked_for_is_forgotten(self, in_app):
        told, tries = [], []

        @action
        def begin() -> None:
            tries.append(1)
            after_commit(lambda: told.append(len(tries)))
            if len(tries) == 1:
                session.execute(text("DO $$BEGIN RAISE USING ERRCODE = '40P01'; END$$"))

        begin()

        assert [2] == told


class TestStandingAround:
    def test_a_wrapper_stands_inside_the_transaction_and_gives_the_answer(self, in_app):
        def around(call):
            add("the wrapper's")
            return f"<{call()}>"

        with around_the_action(around):
            assert "<done>" == action(lambda: (add(), "done")[1])()

        assert 2 == people()

    def test_a_wrapper_that_refuses_rolls_back(self, in_app):
        def around(call):
            call()
            raise NotFound

        with around_the_action(around), pytest.raises(NotFound):
            action(add)()

        assert 0 == people()

    def test_it_stands_around_one_action_only(self, in_app):
        stood = []

        def around(call):
            stood.append(1)
            return call()

        with around_the_action(around):
            action(add)()
            action(add)()
        action(add)()

        assert [1] == stood
        assert 3 == people()

    def test_an_action_beside_it_leaves_it_for_the_next(self, in_app):
        stood = []

        def around(call):
            stood.append("around")
            return call()

        with around_the_action(around):
            with beside_the_action():
                action(lambda: stood.append("beside"))()
            action(lambda: stood.append("within"))()

        assert ["beside", "around", "within"] == stood

    def test_one_that_was_not_needed_is_gone_afterwards(self, in_app):
        with around_the_action(lambda call: "never"):
            pass

        assert "done" == action(lambda: "done")()


class TestNames:
    def test_ids_are_of_version_7_and_sort_by_the_time_of_their_making(self):
        made = [db.new_id() for _ in range(1000)]

        assert all(isinstance(each, UUID) and each.version == 7 for each in made)
        assert made == sorted(made)
        assert 1000 == len(set(made))

    def test_the_name_of_a_broken_constraint_is_known(self, in_app):
        with pytest.raises(IntegrityError) as broken:
            action(lambda: session.execute(text("INSERT INTO person DEFAULT VALUES")))()
        assert db.constraint_of(broken.value) is None

        add_twice = text("INSERT INTO division VALUES ('152201', 'x', 'x', 'x', true)")
        with pytest.raises(IntegrityError) as broken:
            action(lambda: session.execute(add_twice))()
        assert "pk_division" == db.constraint_of(broken.value)

    def test_a_row_that_is_not_there_is_none(self, in_app):
        assert row(text("SELECT 1 AS one WHERE false")) is None
        assert {"one": 1} == dict(row(text("SELECT 1 AS one UNION SELECT 2 ORDER BY 1")))

    def test_values_are_bound_by_name(self, in_app):
        assert [{"sum": 5}] == [dict(r) for r in rows(text("SELECT :a + :b AS sum"), a=2, b=3)]
