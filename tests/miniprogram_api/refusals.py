"""Was a request refused in one piece: the whole problem document, and no record changed?"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from backend.config import Settings
from backend.db import Model, db, row
from miniprogram_api.app import create_app

# A try at signing in counts even when it is refused.
COUNTED_ANYWAY = {"attempt"}
# When a session was last seen is noted once a minute, whatever it asked for.
NOTED_ANYWAY = "seen_at"
REQUIRED = {"type", "title", "status", "detail", "instance"}
CHINESE = re.compile("[\u4e00-\u9fff]")
GIVEN_AWAY = re.compile(r"Traceback|psycopg|sqlalchemy|werkzeug|marshmallow|\.py\b|SELECT |INSERT ")


def refused(answer: TestResponse, status: int, kind: str | None = None) -> dict[str, Any]:
    """Check that the answer is a whole problem document of this status; return the document."""
    assert status == answer.status_code, f"{answer.status_code}: {answer.text[:500]}"
    assert "application/problem+json" == answer.mimetype
    problem: dict[str, Any] = answer.json
    assert REQUIRED <= set(problem), problem
    assert status == problem["status"]
    assert f"urn:uuid:{answer.headers['X-Request-ID']}" == problem["instance"]
    assert not GIVEN_AWAY.search(answer.text), answer.text
    for words in (problem["title"], problem["detail"]):
        assert CHINESE.search(words), problem
    for fault in problem.get("errors", ()):
        assert {"pointer", "detail"} == set(fault), problem
        assert CHINESE.search(fault["detail"]), problem
    if kind is not None:
        assert problem["type"].endswith(f"/api/v1/problems/{kind}"), problem
    return problem


def pointers(problem: dict[str, Any]) -> list[str]:
    """Where the faults of a problem document are, in order."""
    return sorted(fault["pointer"] for fault in problem.get("errors", ()))


def records(app: Flask) -> dict[str, tuple[int, str]]:
    """For every table, how many rows it has and a fingerprint of all of them."""
    tables = [*Model.metadata.tables, "procrastinate_jobs"]
    statement = " UNION ALL ".join(
        f"SELECT '{name}' AS name, count(*) AS rows,"
        " md5(coalesce(string_agg(r, ',' ORDER BY r), '')) AS contents"
        f" FROM (SELECT (to_jsonb(t) - '{NOTED_ANYWAY}')::text AS r FROM \"{name}\" t) AS each_row"
        for name in tables
        if name not in COUNTED_ANYWAY
    )
    with app.app_context():
        found = row(text(f"SELECT json_agg(each_table) AS tables FROM ({statement}) AS each_table"))
    assert found is not None
    return {each["name"]: (each["rows"], each["contents"]) for each in found["tables"]}


def writes_so_far(app: Flask) -> int:
    """A number that grows with every transaction of the server that writes anything.

    As long as it stays the same, so do all records; when it grows, `records` tells.
    """
    with app.app_context():
        found = row(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next"))
    assert found is not None
    return int(found["next"])


@contextmanager
def nothing_changes(app: Flask) -> Iterator[None]:
    """Check that what is done inside leaves every row of every table as it was."""
    before = records(app)
    yield
    after = records(app)
    changed = {name for name in before if before[name] != after[name]}
    assert not changed, f"refused, and yet changed: {sorted(changed)}"


@contextmanager
def one_more_app(settings: Settings, **changes: Any) -> Iterator[Flask]:
    """Another process's app over the same records, with some settings of its own."""
    app = create_app(replace(settings, **changes))
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()
