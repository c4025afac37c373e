"""The tables of the job engine, as its release 3.10 brings them."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0005"
down_revision = "0004"

# Everything the engine creates bears its name.
DROP = """
DO $$
DECLARE each record;
BEGIN
    DROP TABLE IF EXISTS procrastinate_events, procrastinate_periodic_defers,
        procrastinate_jobs, procrastinate_workers CASCADE;
    FOR each IN SELECT oid::regprocedure AS name FROM pg_proc WHERE proname LIKE 'procrastinate_%'
    LOOP
        EXECUTE 'DROP FUNCTION ' || each.name || ' CASCADE';
    END LOOP;
    FOR each IN SELECT typname AS name FROM pg_type
        WHERE typname LIKE 'procrastinate_%' AND typtype IN ('e', 'c') AND typrelid = 0
    LOOP
        EXECUTE 'DROP TYPE ' || quote_ident(each.name) || ' CASCADE';
    END LOOP;
    FOR each IN SELECT typname AS name FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid
        WHERE typname LIKE 'procrastinate_%' AND c.relkind = 'c'
    LOOP
        EXECUTE 'DROP TYPE ' || quote_ident(each.name) || ' CASCADE';
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))


def downgrade() -> None:
    op.execute(DROP)
