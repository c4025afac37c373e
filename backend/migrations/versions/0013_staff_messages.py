"""Messages to staff, and who was reminded of which case for which day."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("message", sa.Column("staff_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_message_staff_id"), "message", "staff", ["staff_id"], ["id"])
    op.alter_column("message", "person_id", nullable=True)
    op.create_check_constraint(
        op.f("ck_message_one_reader"), "message", "(person_id IS NULL) <> (staff_id IS NULL)"
    )
    op.create_unique_constraint(
        op.f("uq_message_event_id_staff_id"), "message", ["event_id", "staff_id"]
    )
    op.create_index("ix_message_staff_inbox", "message", ["staff_id", "id"])
    op.create_index(
        "ix_message_staff_unread",
        "message",
        ["staff_id"],
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "reminder",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("for_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_reminder_application_id")
        ),
        sa.PrimaryKeyConstraint("application_id", "kind", "for_on", name=op.f("pk_reminder")),
    )


def downgrade() -> None:
    op.drop_table("reminder")
    op.execute("DELETE FROM message WHERE staff_id IS NOT NULL")
    op.drop_index("ix_message_staff_unread", "message")
    op.drop_index("ix_message_staff_inbox", "message")
    op.drop_constraint("uq_message_event_id_staff_id", "message")
    op.drop_constraint("ck_message_one_reader", "message")
    op.alter_column("message", "person_id", nullable=False)
    op.drop_column("message", "staff_id")
