"""Can this process serve? PostgreSQL decides, Redis is only reported."""

import socket
from contextlib import closing
from dataclasses import replace

import pytest

from backend import readiness
from backend.cache import Cache
from backend.db import db
from miniprogram_api.app import create_app
from tests.records import change


@pytest.fixture
def closed_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def cache(in_app) -> Cache:
    return in_app.extensions["cache"]


def test_with_the_schema_of_this_code_it_is_ready(cache):
    assert {
        "ready": True,
        "database": True,
        "schema_version": readiness.expected_schema(),
        "redis": True,
    } == readiness.check(cache)


def test_the_expected_schema_is_the_newest_migration():
    versions = sorted(path.stem for path in (readiness.MIGRATIONS / "versions").glob("0*.py"))

    assert versions[-1].split("_")[0] == readiness.expected_schema()


@pytest.mark.parametrize("version", ["0001", "9999", ""])
def test_another_schema_is_not_ready_and_is_named(cache, version):
    """Old code on a new schema, or new code on an old one (PG-15, DP-08)."""
    kept = readiness.expected_schema()
    change("UPDATE alembic_version SET version_num = :other", other=version)
    try:
        found = readiness.check(cache)
    finally:
        change("UPDATE alembic_version SET version_num = :kept", kept=kept)

    assert (False, True, version) == (found["ready"], found["database"], found["schema_version"])


def test_without_redis_it_is_ready_all_the_same(in_app, closed_port):
    found = readiness.check(Cache(f"redis://127.0.0.1:{closed_port}/0"))

    assert (True, False) == (found["ready"], found["redis"])


def test_without_postgresql_it_is_not_ready_and_says_so(settings, closed_port):
    away = f"postgresql+psycopg://nobody@127.0.0.1:{closed_port}/nothing"
    app = create_app(replace(settings, database_url=away))

    with app.app_context():
        found = readiness.check(app.extensions["cache"])
        db.engine.dispose()

    assert (False, False, None) == (found["ready"], found["database"], found["schema_version"])
