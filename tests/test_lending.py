"""Is a database that is lent again the one that the seed left, whatever its last borrower did?"""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

SEEDED = "SELECT count(*) FROM park"
MADE = "SELECT oid FROM pg_database WHERE datname = current_database()"


@pytest.fixture
def ask(lender) -> Iterator[Callable[[str], object]]:
    """Ask the lent database something in a transaction of its own; None where nothing comes."""

    def answer(statement: str) -> object:
        engine = create_engine(lender.url)
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            found = result.scalar() if result.returns_rows else None
        engine.dispose()
        return found

    yield answer


def lent_again(lender) -> None:
    lender.take_back()
    lender.lend()


@pytest.fixture
def lent(lender) -> Iterator[object]:
    lender.lend()
    yield lender
    lender.take_back()


ROWS = (
    "UPDATE park SET name = '改名'|| id",
    "DELETE FROM park_manager",
    "INSERT INTO person (public_id, created_at) VALUES (gen_random_uuid(), now())",
    "UPDATE staff SET disabled_at = now(), credential_version = 9",
)


def test_after_rows_were_changed_the_same_one_is_lent_swept_and_mended(lent, ask):
    made, names = ask(MADE), ask("SELECT string_agg(name, ',' ORDER BY id) FROM park")
    managers, staff = (
        ask("SELECT count(*) FROM park_manager"),
        ask("SELECT max(t::text) FROM staff t"),
    )
    for statement in ROWS:
        ask(statement)

    lent_again(lent)

    assert made == ask(MADE)
    assert names == ask("SELECT string_agg(name, ',' ORDER BY id) FROM park")
    assert managers == ask("SELECT count(*) FROM park_manager")
    assert staff == ask("SELECT max(t::text) FROM staff t")
    assert 0 == ask("SELECT count(*) FROM person")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE holding DROP CONSTRAINT ex_holding_unit",
        "ALTER TABLE application DISABLE TRIGGER application_legal_step",
        "DROP INDEX uq_application_one_open",
        "CREATE FUNCTION planted() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TABLE planted (id int)",
        "ALTER TABLE person ADD planted int",
        "TRUNCATE event CASCADE",
        "UPDATE division SET short_name = '改名' WHERE code = '152201'",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
    ids=lambda each: each[:40],
)
def test_after_anything_else_was_changed_another_one_is_lent(lent, ask, statement):
    made = ask(MADE)
    ask(statement)

    lent_again(lent)

    assert made != ask(MADE)
    assert 20 == ask(SEEDED)


def test_whoever_is_still_there_is_sent_away(lent):
    engine = create_engine(lent.url)
    with engine.connect() as still_there:
        still_there.execute(text("SELECT * FROM application FOR UPDATE"))

        lent_again(lent)

        with pytest.raises(OperationalError):
            still_there.execute(text(SEEDED))
        still_there.invalidate()
    engine.dispose()
