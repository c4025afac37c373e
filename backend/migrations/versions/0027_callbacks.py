"""What WeChat tells us, and the ways to find the push that a receipt is of."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

BEFORE = ("GRANTED", "SPENT", "GONE")
WHY = (*BEFORE, "TOLD", "WITHDRAWN")


def upgrade() -> None:
    op.create_table(
        "callback",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback")),
        sa.UniqueConstraint("digest", name=op.f("uq_callback_digest")),
    )
    op.create_index(
        "ix_callback_due",
        "callback",
        ["next_try_at"],
        postgresql_where=sa.text("processed_at IS NULL"),
    )
    op.create_index("ix_callback_processed_at", "callback", ["processed_at"])
    op.create_index(
        "ix_delivery_provider_id",
        "delivery",
        ["provider_id"],
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )
    op.create_index(
        "ix_delivery_unnumbered",
        "delivery",
        ["person_id", "template", "intent_at"],
        postgresql_where=sa.text("provider_id IS NULL AND intent_at IS NOT NULL"),
    )
    _may_be(WHY)


def downgrade() -> None:
    op.execute("DELETE FROM credit_entry WHERE why IN ('TOLD', 'WITHDRAWN')")
    _may_be(BEFORE)
    op.drop_index("ix_delivery_unnumbered", "delivery")
    op.drop_index("ix_delivery_provider_id", "delivery")
    op.drop_table("callback")


def _may_be(reasons: tuple[str, ...]) -> None:
    """Say for which reasons a number of pushes may change."""
    named = ", ".join(f"'{each}'" for each in reasons)
    op.drop_constraint(op.f("ck_credit_entry_why"), "credit_entry", type_="check")
    op.create_check_constraint(op.f("ck_credit_entry_why"), "credit_entry", f"why IN ({named})")
