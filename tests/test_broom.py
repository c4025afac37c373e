"""Is a database after a test what it was before?"""

import psycopg
import pytest
from sqlalchemy import text

from backend.db import db
from tests.records import SEEDED, change, look, one

TABLES = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
# What the migrations write down, and who works here: no test may add to either.
LEFT_ALONE = {"alembic_version", "division", "procrastinate_workers", "send_pace"}


def counted(tables) -> dict[str, int]:
    return {name: one(f'SELECT count(*) FROM "{name}"') for name in tables}


def test_every_table_is_swept_or_the_seeds(in_app, sweep):
    there = {each["name"] for each in look(TABLES)}

    assert there == {*sweep.tables, "person", *SEEDED, *LEFT_ALONE}


def test_whatever_was_written_goes_and_the_seed_stays(in_app, world, sweep):
    world.approved()
    change("UPDATE staff SET totp_step = 7, disabled_at = now() WHERE username = 'demo-manager'")
    seed = counted({*SEEDED, *LEFT_ALONE})
    written = {name for name, rows in counted([*sweep.tables, "person"]).items() if rows}
    db.session.remove()

    sweep()

    assert {"application", "event", "holding", "person", "procrastinate_jobs"} <= written
    assert dict.fromkeys([*sweep.tables, "person"], 0) == counted([*sweep.tables, "person"])
    assert seed == counted({*SEEDED, *LEFT_ALONE})
    assert 0 == one("SELECT count(*) FROM staff WHERE totp_step <> 0 OR disabled_at IS NOT NULL")


def test_numbers_start_again_at_one(in_app, world, sweep):
    for _ in range(2):
        world.citizen()
        assert 1 == one("SELECT min(id) FROM identity")
        db.session.remove()
        sweep()


def test_whoever_still_holds_a_table_is_noticed(in_app, sweep):
    """A request that forgot to end its transaction would be, as with TRUNCATE."""
    with db.engine.connect() as forgotten:
        forgotten.execute(text("SELECT count(*) FROM application"))
        with pytest.raises(psycopg.errors.LockNotAvailable):
            sweep()
