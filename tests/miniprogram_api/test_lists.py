"""Does a list ask the database more often when it is longer? One row, ten rows, a hundred."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from backend.db import db
from miniprogram_api.operations import OPERATIONS
from tests.miniprogram_api.lists import LISTS, SHORT, grow

MANY = (1, 10, 100)
# What an answer calls its rows.
NAMES = ("items", "rows")


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
def test_a_hundred_rows_cost_as_many_queries_as_one(world, in_mended_app, statements, name):
    listed, counted, rows, there = LISTS[name], {}, {}, 1
    by, address = listed.begin(world)
    for many in MANY:
        grow(listed.copied, many - there)
        there = many
        by.get(address)
        statements.clear()
        answer = by.get(address)
        assert 200 == answer.status_code, answer.text
        counted[many], rows[many] = len(statements), len(rows_of(answer.json))

    # Some begin with what the seed brought; a page ends at a hundred.
    most, first = 100 if "limit=100" in address else 1000, rows[1]
    assert {1: first, 10: first + 9, 100: min(first + 99, most)} == rows
    assert 1 == len(set(counted.values())), counted


def rows_of(told):
    return told[next(name for name in NAMES if name in told)]


def test_every_list_is_counted_or_kept_short(app):
    lists = {
        id
        for id, each in OPERATIONS.items()
        if each.method == "GET" and each.gives and not each.gives.fields.keys().isdisjoint(NAMES)
    }

    counted = {each.operation for each in LISTS.values()}
    assert lists == counted | set(SHORT)
    assert not counted & set(SHORT)
