"""The words of messages by version, and cards that staff send to their own phone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"

FATES = ("ACCEPTED", "REJECTED", "NOT_SENT", "UNCONFIGURED", "UNKNOWN")
ONLY_ADDED = """
CREATE FUNCTION wording_is_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'wordings are only ever added'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER wording_only_added BEFORE UPDATE OR DELETE ON wording
    FOR EACH ROW EXECUTE FUNCTION wording_is_only_added();
"""


def upgrade() -> None:
    op.create_table(
        "wording",
        sa.Column("version", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("event", "reader", "template")),
        sa.Column("words", postgresql.JSONB(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_wording")),
        sa.CheckConstraint("(event IS NULL) = (reader IS NULL)", name=op.f("ck_wording_whose")),
        sa.CheckConstraint(
            "event IS NOT NULL OR template IS NOT NULL", name=op.f("ck_wording_of_what")
        ),
    )
    op.create_index("ix_wording_of_row", "wording", ["event", "reader", "since"])
    op.execute(ONLY_ADDED)
    op.add_column("message", sa.Column("wording", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_message_wording"), "message", "wording", ["wording"], ["version"]
    )
    op.create_table(
        "rehearsal",
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "fate",
            sa.Enum(*FATES, name="fate", native_enum=False, create_constraint=True, length=30),
            nullable=True,
        ),
        sa.Column("errcode", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsal")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rehearsal_public_id")),
        sa.UniqueConstraint("staff_id", "key", name=op.f("uq_rehearsal_staff_id_key")),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (fate IS NULL)", name=op.f("ck_rehearsal_settled")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_rehearsal_staff_id")),
        sa.ForeignKeyConstraint(
            ["wording"], ["wording.version"], name=op.f("fk_rehearsal_wording")
        ),
    )
    op.create_index(
        "ix_rehearsal_provider_id",
        "rehearsal",
        ["provider_id"],
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("rehearsal")
    op.drop_constraint("fk_message_wording", "message")
    op.drop_column("message", "wording")
    op.drop_table("wording")
    op.execute("DROP FUNCTION wording_is_only_added()")
