"""How does each test get a database of its own without a new one having to be made each time?

The same one is lent again and again: what was written is swept, what the seed brought is mended.
Only when its borrower has changed more than rows does the next one get a new copy.
"""

from collections.abc import Callable

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from tests.broom import Broom
from tests.records import mend

# Whatever makes, changes or drops a table, rule, trigger, function or setting leaves its mark in
# one of these. Counts and estimates are overwritten in place and leave none.
CATALOGUES = (
    "pg_attrdef",
    "pg_attribute",
    "pg_class",
    "pg_constraint",
    "pg_index",
    "pg_namespace",
    "pg_proc",
    "pg_rewrite",
    "pg_trigger",
    "pg_type",
)
# Rows that no broom touches.
STANDING = ("alembic_version", "division")
MARKS = "SELECT {} FROM pg_db_role_setting WHERE setdatabase = " + (
    "(SELECT oid FROM pg_database WHERE datname = current_database())"
)
END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class Lender:
    """Keeps one database, which `copy` makes from the template and `drop` removes."""

    def __init__(
        self,
        url: str,
        swept: list[str],
        *,
        copy: Callable[[], None],
        drop: Callable[[], None],
    ):
        self.url, self._swept = url, swept
        self._copy, self._drop = copy, drop
        self._engine = create_engine(url, poolclass=NullPool)
        self._sweep: Broom | None = None
        self._marks = ""

    def lend(self) -> str:
        """Return the URL of a database that holds the seed and nothing else."""
        if self._sweep is None:
            self._copy()
            self._sweep = Broom(self._engine, self._swept)
            self._marks = marks(self._engine)
        return self.url

    def take_back(self) -> None:
        """End whoever still uses it, and make it as it was, or give it up."""
        assert self._sweep is not None
        with self._engine.begin() as connection:
            connection.execute(text(END_OTHERS))
        if marks(self._engine) != self._marks:
            self._sweep = None
            self._drop()
            return
        self._sweep()
        with self._engine.begin() as connection:
            mend(connection)

    def close(self) -> None:
        """Drop what is still there."""
        if self._sweep is not None:
            self._drop()


def marks(engine: Engine) -> str:
    """What stays the same for as long as nothing but rows is changed."""
    seen = [
        f"(SELECT count(*) || ' ' || coalesce(sum(xmin::text::bigint), 0) FROM {name})"
        for name in CATALOGUES
    ]
    seen += [
        f"(SELECT md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM {name} t)"
        for name in STANDING
    ]
    asked = " || ' ' || ".join(["count(*)", *seen])
    with engine.connect() as connection:
        return str(connection.execute(text(MARKS.format(asked))).scalar_one())
