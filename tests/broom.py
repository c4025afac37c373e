"""How does a database become again what the seed left, some hundred times a minute?

TRUNCATE gives every table and every index a new file, which costs seventy thousandths of a second
for twenty tables, whether or not anything is in them. Deleting costs one: most tables are empty.
"""

from collections.abc import Sequence
from typing import Any

from psycopg import Cursor
from psycopg.sql import SQL, Composed, Identifier, Literal
from sqlalchemy import Engine

# What `TRUNCATE ... CASCADE` would take along: whatever refers to a table, and to that, ...
ALONG = """
WITH RECURSIVE swept(id) AS (
  SELECT name::regclass::oid FROM unnest(%s::text[]) AS given(name)
  UNION
  SELECT conrelid FROM pg_constraint JOIN swept ON confrelid = swept.id WHERE contype = 'f'
)
SELECT pg_class.relname, sequence.oid::regclass::text
FROM swept JOIN pg_class ON pg_class.oid = swept.id
LEFT JOIN pg_depend ON refobjid = swept.id AND classid = 'pg_class'::regclass
LEFT JOIN pg_class AS sequence ON sequence.oid = objid AND sequence.relkind = 'S'
ORDER BY 1
"""
PAST_TRIGGERS = "SET LOCAL session_replication_role = replica"
DELETE, FIRST = "DELETE FROM {}", "SELECT setval('{}', 1, false)"
# Accounts are the seed's; a sign-in, a block or a link to a person is a test's.
CHANGED = "staff WHERE totp_step <> 0 OR disabled_at IS NOT NULL OR person_id IS NOT NULL"
STAFF = "UPDATE staff SET totp_step = 0, disabled_at = NULL, person_id = NULL"


class Broom:
    """Empties the given tables, what refers to them, and `person`; numbers start again at one."""

    def __init__(self, engine: Engine, tables: Sequence[str]):
        self._engine = engine
        with engine.connect() as connection, _cursor(connection) as cursor:
            found = cursor.execute(ALONG, [[each.strip() for each in tables]]).fetchall()
        self.tables = sorted({name for name, _ in found})
        sequences = sorted({sequence for _, sequence in found if sequence})
        # Whoever still writes or reads is waited for, as TRUNCATE would.
        self._lock = SQL("LOCK TABLE {}").format(SQL(", ").join(map(Identifier, self.tables)))
        # Not locked or numbered again: staff refer to people.
        emptied = [*self.tables, "person"]
        self._dirty = SQL("SELECT array_remove(ARRAY[{}], NULL)").format(
            SQL(", ").join(
                [
                    *(_if("EXISTS (SELECT FROM {})", each, DELETE) for each in emptied),
                    *(_if("(SELECT is_called FROM {})", each, FIRST) for each in sequences),
                    _if(f"EXISTS (SELECT FROM {CHANGED})", "staff", STAFF),
                ]
            )
        )

    def __call__(self) -> None:
        """Sweep, past the triggers that let nobody delete."""
        with self._engine.begin() as connection, _cursor(connection) as cursor:
            cursor.execute(self._lock)
            (dirty,) = cursor.execute(self._dirty, prepare=True).fetchone() or ([],)
            if dirty:
                cursor.execute(SQL("; ").join(map(SQL, [PAST_TRIGGERS, *dirty])))


def _if(condition: str, table: str, command: str) -> Composed:
    """A command to be given when a condition holds, else nothing."""
    return SQL("CASE WHEN " + condition + " THEN {} END").format(
        *[Identifier(table)] * condition.count("{}"), Literal(command.format(table))
    )


def _cursor(connection: Any) -> Cursor[Any]:
    """The driver's own cursor: what is built once is not compiled again each time."""
    cursor: Cursor[Any] = connection.connection.driver_connection.cursor()
    return cursor
