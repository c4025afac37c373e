"""How does Alembic reach our database? One migrator at a time, and never long behind a lock."""

from alembic import context
from sqlalchemy import text

from backend.db import Model, db

MIGRATING = 8_021_976  # the advisory lock that lets one migrator in at a time
# Tables that are no models: the job engine brings its own, the token is one row of plain SQL.
FOREIGN = ("procrastinate_", "wechat_token")


def include_name(name: str | None, kind: str, parents: object) -> bool:
    """Leave the job engine's tables out of the comparison of models and database."""
    return kind != "table" or not (name or "").startswith(FOREIGN)


def run() -> None:
    """Migrate inside one session that holds the migrators' lock."""
    with db.engine.connect() as connection:
        connection.connection.driver_connection.patience_s = None  # A migration takes its time.
        connection.execute(text("SET lock_timeout = '1s'; SET statement_timeout = 0"))
        connection.execute(text("SET idle_in_transaction_session_timeout = 0"))
        connection.commit()
        with connection.begin():
            connection.execute(
                text(f"SET LOCAL lock_timeout = 0; SELECT pg_advisory_lock({MIGRATING})")
            )
        try:
            context.configure(
                connection=connection,
                target_metadata=Model.metadata,
                include_name=include_name,
                transaction_per_migration=True,
                compare_type=True,
            )
            with context.begin_transaction():
                context.run_migrations()
        finally:
            connection.rollback()
            connection.execute(text(f"SELECT pg_advisory_unlock({MIGRATING})"))
            connection.commit()
            # Nobody after us is to have a connection without time limits.
            connection.invalidate()


run()
