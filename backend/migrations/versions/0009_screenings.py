"""Screenings without a name, under a random token for seven days."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "screening",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claimed_by"], ["person.id"], name=op.f("fk_screening_claimed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
        sa.UniqueConstraint("public_id", name=op.f("uq_screening_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_screening_token_hash")),
    )
    op.create_index(op.f("ix_screening_expires_at"), "screening", ["expires_at"], unique=False)
    op.create_index(op.f("ix_screening_claimed_by"), "screening", ["claimed_by"], unique=False)


def downgrade() -> None:
    op.drop_table("screening")
