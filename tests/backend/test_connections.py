"""Does a connection give up on a server that says nothing, and never on one that works?"""

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from backend import connections


@pytest.fixture
def engine(database_url):
    engine = create_engine(database_url, **connections.engine_options(database_url))
    yield engine
    engine.dispose()


def impatient(connection, seconds=0.2):
    connection.connection.driver_connection.patience_s = seconds
    return connection


def test_a_silent_server_is_given_up_and_the_pool_goes_on_without_that_connection(engine):
    with engine.connect() as connection:
        first = connection.connection.driver_connection
        with pytest.raises(OperationalError, match="timeout"):
            impatient(connection).execute(text("SELECT pg_sleep(1)"))
        assert first.closed and connection.invalidated

    with engine.connect() as connection:
        assert 1 == connection.scalar(text("SELECT 1"))
        assert first is not connection.connection.driver_connection


def test_a_connection_without_patience_would_wait_for_the_whole_statement(engine):
    with engine.connect() as connection:
        assert "" == str(impatient(connection, None).scalar(text("SELECT pg_sleep(0.4)")))


def test_a_refusal_of_the_server_does_not_cost_the_connection(engine):
    with engine.connect() as connection:
        with pytest.raises(OperationalError) as refused:
            connection.execute(text("SET statement_timeout = '50ms'; SELECT pg_sleep(1)"))
        assert isinstance(refused.value.orig, psycopg.errors.QueryCanceled)
        connection.rollback()
        assert 1 == connection.scalar(text("SELECT 1"))


def test_the_server_has_the_first_word():
    statement = float(connections.TIMEOUTS["statement_timeout"].removesuffix("s"))

    assert statement < connections.PATIENCE_S
    assert connections.PATIENCE_S + connections.CONNECT_S <= 6


def test_the_pool_is_small_and_never_waits_for_long(database_url):
    options = connections.engine_options(database_url)

    assert (8, 0, 5) == (options["pool_size"], options["max_overflow"], options["pool_timeout"])
    assert options["hide_parameters"] and options["pool_pre_ping"]


def test_every_connection_brings_its_limits_and_its_time_zone(engine):
    with engine.connect() as connection:
        for name, value in connections.TIMEOUTS.items():
            assert value == connection.scalar(text(f"SHOW {name}"))
