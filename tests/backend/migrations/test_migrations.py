"""One head; up, down and up again; the same tables as the models; the rules in the database."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CursorResult, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import IntegrityError

from backend.applications.workflow import OPEN, STEPS, Status
from backend.config import inherited
from backend.connections import PATIENCE_S
from backend.db import Model, db, new_id
from backend.readiness import MIGRATIONS
from tests import records
from tests.notifications.posts import plant
from tests.records import change, look, one, person

ROOT = Path(__file__).parents[3]
SCRIPTS = ScriptDirectory(str(MIGRATIONS))
# From the newest to the oldest.
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()]
# Tables that are no models: the job engine's, one row of plain SQL, and Alembic's own.
FOREIGN = ("procrastinate_", "wechat_token", "alembic_version", "pg_stat_statements")


def version() -> str:
    return one("SELECT version_num FROM alembic_version")


def shape() -> list[dict]:
    """Every column, constraint, index, trigger and function of ours, in words."""
    return look(
        """
        SELECT table_name || '.' || column_name || ' ' || data_type || is_nullable
               || coalesce(column_default, '') AS what
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
        UNION SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        UNION SELECT proname || md5(prosrc) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
        ORDER BY what
        """
    )


class TestTheChain:
    def test_there_is_one_head_and_one_beginning(self):
        assert 1 == len(SCRIPTS.get_heads())
        assert 1 == len(SCRIPTS.get_bases())

    def test_every_revision_is_numbered_in_its_order_and_named(self):
        found = [Path(SCRIPTS.get_revision(each).path).stem for each in reversed(REVISIONS)]

        assert [f"{n:04d}" for n in range(1, len(found) + 1)] == [name[:4] for name in found]
        assert all(name[4] == "_" and name[5:].isidentifier() for name in found)

    @pytest.mark.parametrize("revision", REVISIONS)
    def test_no_migration_imports_our_models(self, revision):
        """They change; a migration says for ever what it said once."""
        source = Path(SCRIPTS.get_revision(revision).path).read_text("utf-8")

        for package in ("backend", "notifications", "miniprogram_api", "eligibility"):
            assert f"from {package}" not in source
            assert f"import {package}" not in source

    def test_models_and_migrations_agree(self, in_own_app):
        def ours(thing, name, kind, reflected, compared) -> bool:
            return kind != "table" or not (name or "").startswith(FOREIGN)

        with db.engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"include_object": ours, "compare_type": True}
            )
            assert [] == compare_metadata(context, Model.metadata)

    def test_each_revision_can_be_taken_back_and_brought_again(self, in_own_app):
        """On a database that the seed has filled (DP-02)."""
        whole = shape()

        for revision, below in zip(REVISIONS, [*REVISIONS[1:], None], strict=True):
            assert revision == version()
            flask_migrate.downgrade(directory=str(MIGRATIONS), revision="-1")
            flask_migrate.upgrade(directory=str(MIGRATIONS), revision=revision)
            assert revision == version()
            flask_migrate.downgrade(directory=str(MIGRATIONS), revision="-1")
            assert (below is None) or below == version()
        left = [
            row["tablename"]
            for row in look("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        assert ["alembic_version"] == left
        flask_migrate.upgrade(directory=str(MIGRATIONS))

        assert whole == shape()

    def test_migrating_twice_changes_nothing(self, in_own_app):
        whole = shape()

        flask_migrate.upgrade(directory=str(MIGRATIONS))

        assert whole == shape()

    def test_taking_back_what_stands_above_them_leaves_the_parks_as_they_were(self, in_own_app):
        before = look("SELECT * FROM park ORDER BY id")
        above_parks = len(REVISIONS) - 2

        flask_migrate.downgrade(directory=str(MIGRATIONS), revision=f"-{above_parks}")
        flask_migrate.upgrade(directory=str(MIGRATIONS))

        assert before == look("SELECT * FROM park ORDER BY id")

    def test_two_migrators_at_once_do_the_work_once(self, servers):
        """As `make migrate` on two machines that start together (DP-05)."""
        name = f"migrated_{new_id().hex[:12]}"
        url = make_url(servers.database_url).set(database=name)
        environ = {
            **inherited(),
            "APP_ENV": "test",
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "REDIS_URL": servers.redis_url,
        }
        command = [sys.executable, "-m", "miniprogram_api.commands", "migrate"]
        said = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}

        with administering(servers.database_url) as administer:
            administer(f"CREATE DATABASE {name}")
            try:
                crowd = [subprocess.Popen(command, env=environ, cwd=ROOT, **said) for _ in range(2)]
                words = [each.communicate(timeout=120)[0] for each in crowd]
                with administering(url) as ask:
                    found = ask("SELECT version_num FROM alembic_version").scalar_one()
            finally:
                administer(f"DROP DATABASE {name} WITH (FORCE)")

        assert [0, 0] == [each.returncode for each in crowd], words
        assert REVISIONS[0] == found


@contextmanager
def administering(url: str | URL) -> Iterator[Callable[[str], CursorResult]]:
    """A connection outside of any transaction."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield lambda command: connection.execute(text(command))
    engine.dispose()


LEGAL = {
    ("DRAFT", "SUBMITTED"),
    ("DRAFT", "WITHDRAWN"),
    ("DRAFT", "LAPSED"),
    ("SUBMITTED", "UNDER_REVIEW"),
    ("SUBMITTED", "CORRECTION_REQUESTED"),
    ("SUBMITTED", "APPROVED"),
    ("SUBMITTED", "REJECTED"),
    ("SUBMITTED", "WITHDRAWN"),
    ("UNDER_REVIEW", "SUBMITTED"),
    ("UNDER_REVIEW", "CORRECTION_REQUESTED"),
    ("UNDER_REVIEW", "APPROVED"),
    ("UNDER_REVIEW", "REJECTED"),
    ("UNDER_REVIEW", "WITHDRAWN"),
    ("CORRECTION_REQUESTED", "UNDER_REVIEW"),
    ("CORRECTION_REQUESTED", "WITHDRAWN"),
    ("CORRECTION_REQUESTED", "LAPSED"),
    ("APPROVED", "COMPLETED"),
    ("APPROVED", "LAPSED"),
    ("APPROVED", "WITHDRAWN"),
    ("APPROVED", "SUBMITTED"),
    ("REJECTED", "SUBMITTED"),
    ("APPROVED", "UNDER_REVIEW"),
    ("REJECTED", "UNDER_REVIEW"),
    ("APPROVED", "PUBLICISED"),
    ("PUBLICISED", "APPROVED"),
    ("PUBLICISED", "WITHDRAWN"),
    ("PUBLICISED", "OBJECTION_HOLD"),
    ("OBJECTION_HOLD", "PUBLICISED"),
    ("OBJECTION_HOLD", "SUBMITTED"),
    ("OBJECTION_HOLD", "WITHDRAWN"),
    ("SUBMITTED", "LAPSED"),
    ("UNDER_REVIEW", "LAPSED"),
    ("LAPSED", "DRAFT"),
}
DECIDED = ("APPROVED", "PUBLICISED", "OBJECTION_HOLD", "REJECTED")
UNDECIDED = ("DRAFT", "SUBMITTED", "UNDER_REVIEW", "CORRECTION_REQUESTED")


def application(status: str, **more) -> str:
    """An application in some status, written past the program."""
    values = {
        "id": new_id(),
        "status": status,
        "her": more.get("her") or person(f"of {new_id()}").id,
        "park": records.park()["id"],
        "submitted": None if status == "DRAFT" else "2026-11-23",
        "decided": "2026-11-24" if status in DECIDED else None,
        "clerk": records.staff().id,
    } | more
    change(
        "INSERT INTO application (public_id, number, kind, status, applicant_id, park_id,"
        " jurisdiction_code, handler_id, sections, held_since, created_at, changed_at,"
        " submitted_at, decided_at, reasons, note, version) VALUES (:id,"
        " CAST(:id AS text), 'TENANCY', :status, :her, :park, '152201', :clerk, '{}', now(), now(),"
        " now(), CAST(:submitted AS timestamptz), CAST(:decided AS timestamptz), '[]', '', 1)",
        **values,
    )
    return str(values["id"])


def move(key: str, after: str) -> None:
    """Bring an application to another status, past the program."""
    change(
        "UPDATE application SET status = :after,"
        " submitted_at = CASE WHEN :draft THEN NULL ELSE now() END,"
        " decided_at = CASE WHEN :decided THEN now() END WHERE public_id = :key",
        after=after,
        draft=after == "DRAFT",
        decided=after in DECIDED,
        key=key,
    )


class TestTheLifeOfAnApplication:
    def test_the_legal_moves_are_those_of_the_workflow(self):
        assert LEGAL == {
            (step.status.name, step.to.name) for step in STEPS if step.status is not step.to
        }

    @pytest.mark.parametrize("before", [each.name for each in Status])
    def test_no_program_takes_a_step_that_the_workflow_does_not_have(
        self, in_app, subtests, before
    ):
        key = application(before, her=person("first").id)
        for after in [each.name for each in Status]:
            is_legal = before == after or (before, after) in LEGAL
            with subtests.test(after):
                if is_legal:
                    move(key, after)
                else:
                    with pytest.raises(IntegrityError, match="no step from"):
                        move(key, after)
                expected = after if is_legal else before
                assert expected == one(
                    "SELECT status FROM application WHERE public_id = :key", key=key
                )
            if is_legal:
                key = application(before, her=person(after).id)

    def test_there_is_no_other_status(self, in_app):
        with pytest.raises(IntegrityError, match="ck_application_status"):
            application("ARCHIVED")

    @pytest.mark.parametrize("first", list(Status), ids=lambda each: each.name)
    def test_one_person_has_one_open_application(self, in_app, subtests, first):
        for second in Status:
            her = person(second.name).id
            application(first.name, her=her)

            with subtests.test(second.name):
                if first in OPEN and second in OPEN:
                    with pytest.raises(IntegrityError, match="uq_application_one_open"):
                        application(second.name, her=her)
                else:
                    application(second.name, her=her)

    def test_a_draft_was_never_submitted(self, in_app):
        with pytest.raises(IntegrityError, match="ck_application_draft_unsubmitted"):
            application("DRAFT", submitted="2026-11-23")

    @pytest.mark.parametrize("status", sorted(DECIDED))
    def test_what_is_decided_has_a_moment(self, in_app, status):
        with pytest.raises(IntegrityError, match="ck_application_decided"):
            application(status, decided=None)

    @pytest.mark.parametrize("status", UNDECIDED)
    def test_what_is_not_decided_has_none(self, in_app, status):
        with pytest.raises(IntegrityError, match="ck_application_undecided"):
            application(status, decided="2026-11-24")

    def test_a_case_under_review_is_somebodys(self, in_app):
        with pytest.raises(IntegrityError, match="ck_application_handled"):
            application("UNDER_REVIEW", clerk=None)

    def test_a_case_number_is_given_once(self, in_app):
        application("WITHDRAWN")
        application("WITHDRAWN")

        with pytest.raises(IntegrityError, match="uq_application_number"):
            change("UPDATE application SET number = 'RZ-2026-000001'")


class TestTheOtherRules:
    def test_a_session_has_one_holder(self, in_app):
        person()
        him = records.staff()

        for what in ("staff_id = :him", "person_id = NULL"):
            with pytest.raises(IntegrityError, match="ck_session_one_holder"):
                change(f"UPDATE session SET {what}", **({"him": him.id} if ":him" in what else {}))

    def test_a_message_has_one_reader_who_is_told_of_an_event_once(self, in_app):
        plant(2)
        him = records.staff()

        for what in ("staff_id = :him", "person_id = NULL"):
            with pytest.raises(IntegrityError, match="ck_message_one_reader"):
                change(f"UPDATE message SET {what}", **({"him": him.id} if ":him" in what else {}))
        change("UPDATE message SET person_id = NULL, staff_id = :him", him=him.id)
        with pytest.raises(IntegrityError, match="uq_message_event_id_staff_id"):
            change("UPDATE message SET event_id = (SELECT max(id) FROM event)")

    def test_nobody_is_reminded_twice_of_the_same_day_of_a_case(self, in_app):
        application("SUBMITTED")
        said = (
            "INSERT INTO reminder SELECT id, 'overdue', DATE '2026-12-01', now() FROM application"
        )
        change(said)

        with pytest.raises(IntegrityError, match="pk_reminder"):
            change(said)

    def test_taking_back_the_messages_of_staff_leaves_those_of_people(self, in_own_app):
        plant(2)
        him = records.staff()
        change("DELETE FROM delivery")
        change(
            "UPDATE message SET person_id = NULL, staff_id = :him"
            " WHERE id = (SELECT max(id) FROM message)",
            him=him.id,
        )

        flask_migrate.downgrade(directory=str(MIGRATIONS), revision="0010")
        left = look("SELECT person_id FROM message")
        flask_migrate.upgrade(directory=str(MIGRATIONS))

        assert [{"person_id": person().id}] == left

    def test_one_openid_is_one_person(self, in_app):
        person("one")
        person("two")

        with pytest.raises(IntegrityError, match="uq_identity_provider_subject"):
            change("UPDATE identity SET subject = 'the same'")

    @pytest.mark.parametrize(
        ("what", "rule"),
        [
            ("longitude = NULL", "ck_park_whole_location"),
            ("latitude = NULL", "ck_park_whole_location"),
            ("longitude = 180.01", "ck_park_longitude"),
            ("latitude = -90.01", "ck_park_latitude"),
            ("floor_area_m2 = 0", "ck_park_floor_area"),
            ("jurisdiction_code = '152299'", "fk_park_jurisdiction_code"),
            ("name = '兴安盟全产业链双创孵化基地'", "uq_park_name"),
        ],
    )
    def test_a_park_stands_on_this_planet_and_in_this_league(self, in_app, what, rule):
        with pytest.raises(IntegrityError, match=rule):
            change(f"UPDATE park SET {what} WHERE key = 'P05'")

    def test_one_item_of_a_list_is_one_park(self, in_app):
        with pytest.raises(IntegrityError, match="uq_park_tier_list_number_item_number_listed_on"):
            change("UPDATE park_tier SET item_number = 1")

    def test_every_key_is_a_bigint_and_every_moment_has_a_zone(self, in_app):
        # PG-17: no sequence may end at 2^31. The job engine brings its own tables.
        found = look(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name NOT LIKE 'procrastinate%'"
            " AND data_type IN ('integer', 'smallint', 'timestamp without time zone')"
        )

        assert [] == found


def test_a_migration_leaves_no_connection_without_time_limits_behind(own_app):
    """Whoever migrates and then serves would wait for ever for a server that hangs."""
    with own_app.app_context():
        flask_migrate.upgrade(directory=str(MIGRATIONS))
        with db.engine.connect() as connection:
            limit = connection.exec_driver_sql("SHOW statement_timeout").scalar()
            patience = connection.connection.driver_connection.patience_s
        db.engine.dispose()

    assert ("3s", PATIENCE_S) == (limit, patience)
