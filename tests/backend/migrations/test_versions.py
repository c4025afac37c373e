"""Do the migrations build what the models say, forwards and backwards, also three at once?"""

import itertools
import subprocess
import sys
from subprocess import PIPE

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from backend.applications.workflow import STEPS, Status
from backend.config import inherited
from backend.db import Model, db, session
from backend.readiness import MIGRATIONS
from miniprogram_api.app import create_app
from tests.conftest import settings_for
from tests.factories import World

PUBLIC_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
REDIS = "redis://127.0.0.1:9/0"  # Nobody listens: a migration needs no cache.
DECIDED = (Status.APPROVED, Status.PUBLICISED, Status.OBJECTION_HOLD, Status.REJECTED)
FOREIGN = ("procrastinate_", "wechat_token")


@pytest.fixture
def own_app(database_url: str, servers) -> Flask:
    return create_app(settings_for(database_url, servers))


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname='public'")
        )
        names = set(found)
    engine.dispose()
    return names


def test_there_is_one_head():
    assert 1 == len(ScriptDirectory(str(MIGRATIONS)).get_heads())


def test_models_and_migrations_agree(own_app: Flask):
    def ours(name, kind, parents) -> bool:
        return kind != "table" or not (name or "").startswith(FOREIGN)

    with own_app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": ours, "compare_type": True}
        )
        assert [] == compare_metadata(context, Model.metadata)
    with own_app.app_context():
        db.engine.dispose()


def test_down_and_up_again_gives_the_same_tables(own_app: Flask, database_url: str):
    before = tables(database_url)

    with own_app.app_context():
        flask_migrate.downgrade(directory=str(MIGRATIONS), revision="base")
        between = tables(database_url)
        flask_migrate.upgrade(directory=str(MIGRATIONS))
        db.engine.dispose()

    assert {"alembic_version"} == between
    assert before == tables(database_url)


@pytest.mark.reliability
def test_three_migrators_at_once_do_the_work_once_after_a_way_back(
    own_app: Flask, database_url: str
):
    before = tables(database_url)
    with own_app.app_context():
        flask_migrate.downgrade(directory=str(MIGRATIONS), revision="base")
        db.engine.dispose()
    command = [sys.executable, "-m", "miniprogram_api.commands", "migrate"]
    environ = {**inherited(), "APP_ENV": "test", "DATABASE_URL": database_url, "REDIS_URL": REDIS}

    migrators = [subprocess.Popen(command, env=environ, stderr=PIPE) for _ in range(3)]
    said = [each.communicate(timeout=60)[1] for each in migrators]

    assert [0, 0, 0] == [each.returncode for each in migrators], said
    assert before == tables(database_url)


def test_only_the_steps_of_the_workflow_are_possible_even_by_sql(world: World):
    legal = {(step.status, step.to) for step in STEPS if step.status is not step.to}
    world.submitted()

    possible = set()
    with world.app.app_context():
        for before, after in itertools.permutations(Status, 2):
            if _moves(before, after):
                possible.add((before, after))

    assert legal == possible


def _moves(before: Status, after: Status) -> bool:
    """Put the only application into one status behind the trigger's back, then try the step."""
    decided = "now()" if after in DECIDED else "NULL"
    set_out = "now()" if before in DECIDED else "NULL"
    try:
        session.execute(text("ALTER TABLE application DISABLE TRIGGER application_legal_step"))
        session.execute(
            text(
                f"UPDATE application SET status = :s, submitted_at = NULL, decided_at = {set_out},"
                " handler_id = (SELECT min(id) FROM staff)"
            ),
            {"s": before.name},
        )
        session.execute(text("ALTER TABLE application ENABLE TRIGGER application_legal_step"))
        session.execute(
            text(f"UPDATE application SET status = :s, decided_at = {decided}"), {"s": after.name}
        )
    except IntegrityError as refused:
        assert "no step from" in str(refused)
        return False
    finally:
        session.rollback()
    return True
