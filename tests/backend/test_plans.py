"""What does the planner see of a statement, and how often does it plan it?"""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import pytest
from sqlalchemy import BigInteger, bindparam, select, text
from sqlalchemy.dialects import postgresql

from backend import clock
from backend.applications import queue
from backend.applications.kinds import OF_PARKS, Kind
from backend.applications.models import Application
from backend.db import one_connection, reading, row, rows
from backend.plans import built_once, constants_written_out, unseen
from tests.races.crowd import submitted
from tests.records import change, staff

ASKED = bindparam("park", type_=BigInteger)


def written(statement) -> str:
    return " ".join(str(statement.compile(dialect=postgresql.dialect())).split())


@pytest.mark.parametrize(("keep", "built"), [(built_once(8), 1), (lru_cache(8), 2)])
def test_two_who_ask_first_at_once_get_the_same_statement(keep, built):
    """The second row is the planted bug: what is kept without a lock is built by both."""

    @keep
    def statement(number: int):
        time.sleep(0.05)
        return select(Application.id).limit(number)

    with ThreadPoolExecutor(2) as both:
        made = list(both.map(statement, [7, 7]))

    assert built == len({id(each) for each in made})


def test_a_constant_stands_in_the_text_and_what_is_asked_does_not():
    statement = select(Application.id).where(
        Application.kind == Kind.TENANCY,
        Application.note != "it's 5%",
        Application.park_id == ASKED,
    )

    said = written(constants_written_out(statement))

    assert "application.kind = 'TENANCY'" in said
    assert "application.note != 'it''s 5%%'" in said
    assert "application.park_id = %(park)s" in said


def test_all_of_several_constants_stand_there():
    statement = select(Application.id).where(Application.kind.in_([*OF_PARKS, Kind.GUARANTEE_LOAN]))

    said = written(constants_written_out(statement))

    assert "application.kind IN ('TENANCY', 'GUARANTEE_LOAN')" in said


def test_an_unseen_value_is_a_statement_of_its_own():
    said = written(select(Application.id).where(Application.park_id == unseen(ASKED)))

    assert "application.park_id = (SELECT %(park)s" in said


@pytest.mark.parametrize("reach", queue.Reach)
def test_a_page_is_planned_five_times_and_then_never_again(in_app, reach):
    """Psycopg prepares what it has sent five times, PostgreSQL then looks at five more plans."""
    page = queue.page(queue.Shape(reach, 21, status=True, goes_on=True))
    values = {"status": "SUBMITTED", "last_due": clock.today(), "last_id": 7}
    values |= queue.values(staff()) | {"county": "152201"}

    with one_connection():
        for _ in range(20):
            rows(page, **values)
        plan = planned()

    assert (5, 10) == (plan["custom_plans"], plan["generic_plans"])


def test_with_its_values_seen_it_is_planned_each_time(in_own_app):
    """The planted bug: a plan for this one park costs less than one for any number of them."""
    submitted(in_own_app, 500)
    change("ANALYZE application")
    page = queue.page(queue.Shape(queue.Reach.OF_HIS_PARKS, 21))
    seen = re.sub(r"\(SELECT (%\(\w+\)s::\S+) AS \w+\)", r"\1", written(page))
    values = queue.values(staff()) | {"today": clock.today()}

    with one_connection(), reading() as connection:
        for _ in range(20):
            connection.exec_driver_sql(seen, values)
        plan = planned()

    assert (15, 0) == (plan["custom_plans"], plan["generic_plans"])


def planned():
    """How often the page that this connection prepared last was planned, and was not."""
    return row(
        text(
            "SELECT custom_plans, generic_plans FROM pg_prepared_statements"
            " WHERE statement LIKE '%AS page %' ORDER BY prepare_time DESC LIMIT 1"
        )
    )
