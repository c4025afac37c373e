"""Since when a periodic job is awaited: one that has only just been brought in is not late."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.add_column(
        "heartbeat",
        sa.Column(
            "awaited_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
    )
    for name in ("beaten_at", "took_ms"):
        op.alter_column("heartbeat", name, nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM heartbeat WHERE beaten_at IS NULL")
    for name in ("beaten_at", "took_ms"):
        op.alter_column("heartbeat", name, nullable=False)
    op.drop_column("heartbeat", "awaited_at")
