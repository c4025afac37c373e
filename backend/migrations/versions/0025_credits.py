"""How many pushes each person has granted, and what became of them."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

WHY = ("GRANTED", "SPENT", "GONE")


def upgrade() -> None:
    op.create_table(
        "credit",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("remaining >= 0", name=op.f("ck_credit_not_below_nothing")),
        _refers("credit", "person_id", "person"),
        sa.PrimaryKeyConstraint("person_id", "template", name=op.f("pk_credit")),
    )
    op.create_table(
        "credit_entry",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column(
            "why",
            sa.Enum(*WHY, name="why", native_enum=False, length=30, create_constraint=True),
            nullable=False,
        ),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=True),
        sa.Column("claim_epoch", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _refers("credit_entry", "person_id", "person"),
        _refers("credit_entry", "delivery_id", "delivery"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_entry")),
    )
    op.create_index("ix_credit_entry_person", "credit_entry", ["person_id", "id"])
    op.create_index(
        "uq_credit_entry_try",
        "credit_entry",
        ["delivery_id", "claim_epoch"],
        unique=True,
        postgresql_where=sa.text("delivery_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("credit_entry")
    op.drop_table("credit")


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))
