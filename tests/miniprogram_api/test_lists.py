"""Does a list ask the database more often when it is longer? One row, ten rows, a hundred."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from sqlalchemy import event

from backend.db import db
from tests.factories import Caller, World
from tests.miniprogram_api.ready import READY
from tests.records import change, one

MANY = (1, 10, 100)
# Copies of the newest row of a table, with an identity of their own.
COPIED = """
INSERT INTO {table}
SELECT (jsonb_populate_record(
    NULL::{table},
    to_jsonb(one) || jsonb_build_object('id', {first} + n, 'public_id', gen_random_uuid(){more})
)).*
FROM (SELECT * FROM {table} ORDER BY id DESC LIMIT 1) AS one, generate_series(1, {times}) AS n
"""


class List(NamedTuple):
    """A list, whose rows are copied: table by table, each with what must differ."""

    operation: str
    copied: tuple[tuple[str, str], ...]
    by: Callable[[World], Caller] | None = None
    address: str | None = None


# Sealed answers are bound to their row, so that copies have none.
APPLICATION = (
    "application",
    "'number', 'T-' || {application} + n, 'status', 'WITHDRAWN', 'sections', '{{}}'::jsonb",
)
EVENTS = ("event", "")
LISTS = {
    "her own applications": List("getApplication", (APPLICATION,), World.citizen, "/applications"),
    "the queue of a park": List("rejectApplication", (APPLICATION,), None, "/applications"),
    "her inbox": List(
        "markRead", (EVENTS, ("message", "'event_id', {event} + n")), None, "/messages"
    ),
    "the timeline of a case": List("getTimeline", (EVENTS,)),
    "tenancies of a park": List(
        "amendAgreement",
        (
            APPLICATION,
            (
                "tenancy",
                "'application_id', {application} + n, 'status', 'CANCELLED', 'expires_at', NULL",
            ),
        ),
        None,
        "/tenancies",
    ),
}


@pytest.fixture
def statements(app) -> Iterator[list[str]]:
    """Every SQL statement that was sent while the test ran."""
    seen: list[str] = []

    def note(connection, cursor, statement, *rest):
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("name", sorted(LISTS))
def test_a_hundred_rows_cost_as_many_queries_as_one(world, app, statements, name):
    listed = LISTS[name]
    ready = READY[listed.operation](world)
    by = listed.by(world) if listed.by else ready.by
    address = f"{listed.address}?limit=100" if listed.address else ready.path
    counted, rows, there = {}, {}, 1
    for many in MANY:
        with app.app_context():
            copied(listed.copied, many - there)
        there = many
        by.get(address)
        statements.clear()
        answer = by.get(address)
        assert 200 == answer.status_code, answer.text
        counted[many], rows[many] = len(statements), len(answer.json["items"])

    assert rows[100] >= 99 + rows[1], rows
    assert 1 == len(set(counted.values())), counted


def copied(tables: tuple[tuple[str, str], ...], times: int) -> None:
    """Copy the newest row of each table so many times."""
    firsts: dict[str, int] = {}
    for table, more in tables if times > 0 else ():
        firsts[table] = one(f"SELECT max(id) FROM {table}")
        fields = more.format(**firsts)
        change(
            COPIED.format(
                table=table, first=firsts[table], times=times, more=f", {fields}" if fields else ""
            )
        )
