"""Two lanes for pushes under one pace, one of a person at a time; how much she has not read."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

LANES = ("DECISION", "BROADCAST")
UNREAD = """
CREATE FUNCTION message_unread() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO unread AS kept (person_id, staff_id, messages)
        SELECT person_id, staff_id, count(*) FROM added WHERE read_at IS NULL
        GROUP BY person_id, staff_id ORDER BY person_id, staff_id
        ON CONFLICT (person_id, staff_id)
        DO UPDATE SET messages = kept.messages + excluded.messages;
    ELSIF TG_OP = 'UPDATE' THEN
        UPDATE unread SET messages = messages + change.by FROM (
            SELECT person_id, staff_id, sum(one) AS by FROM (
                SELECT person_id, staff_id, 1 AS one FROM added WHERE read_at IS NULL
                UNION ALL
                SELECT person_id, staff_id, -1 FROM gone WHERE read_at IS NULL) each
            GROUP BY person_id, staff_id) change
        WHERE change.by <> 0 AND (unread.person_id, unread.staff_id)
            IS NOT DISTINCT FROM (change.person_id, change.staff_id);
    ELSE
        UPDATE unread SET messages = messages - change.by FROM (
            SELECT person_id, staff_id, count(*) AS by FROM gone WHERE read_at IS NULL
            GROUP BY person_id, staff_id) change
        WHERE (unread.person_id, unread.staff_id)
            IS NOT DISTINCT FROM (change.person_id, change.staff_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER message_unread_added AFTER INSERT ON message
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION message_unread();
CREATE TRIGGER message_unread_changed AFTER UPDATE ON message
    REFERENCING NEW TABLE AS added OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION message_unread();
CREATE TRIGGER message_unread_gone AFTER DELETE ON message
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION message_unread();
INSERT INTO unread (person_id, staff_id, messages)
    SELECT person_id, staff_id, count(*) FROM message WHERE read_at IS NULL GROUP BY 1, 2;
"""
WAITING = "status IN ('PENDING', 'RETRY_WAIT')"


def upgrade() -> None:
    op.create_table(
        "send_pace",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_send_pace_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_send_pace")),
    )
    op.execute("INSERT INTO send_pace VALUES (1, now())")
    _add_to_delivery()
    op.create_table(
        "unread",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("messages", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (staff_id IS NULL)", name=op.f("ck_unread_one_reader")
        ),
        sa.CheckConstraint("messages >= 0", name=op.f("ck_unread_not_below_nothing")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_unread_person_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_unread_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unread")),
        sa.UniqueConstraint(
            "person_id",
            "staff_id",
            name=op.f("uq_unread_person_id_staff_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.execute(UNREAD)
    op.drop_index("ix_message_unread", "message")
    op.drop_index("ix_message_staff_unread", "message")


def downgrade() -> None:
    unread = {"postgresql_where": sa.text("read_at IS NULL")}
    op.create_index("ix_message_unread", "message", ["person_id"], **unread)
    op.create_index("ix_message_staff_unread", "message", ["staff_id"], **unread)
    for trigger in ("added", "changed", "gone"):
        op.execute(f"DROP TRIGGER message_unread_{trigger} ON message")
    op.execute("DROP FUNCTION message_unread")
    op.drop_table("unread")
    for name in ("in_doubt", "under_way", "waiting_person", "due"):
        prefix = "uq" if name == "under_way" else "ix"
        op.drop_index(f"{prefix}_delivery_{name}", "delivery")
    due = {"postgresql_where": sa.text(WAITING)}
    op.drop_index("ix_delivery_sent_to", "delivery")
    op.create_index("ix_delivery_due", "delivery", ["next_try_at"], **due)
    op.create_index("ix_delivery_intent_at", "delivery", ["intent_at"])
    op.drop_column("delivery", "resent_at")
    op.drop_column("delivery", "lane")
    op.drop_table("send_pace")


def _add_to_delivery() -> None:
    lane = sa.Enum(*LANES, name="lane", native_enum=False, length=30, create_constraint=True)
    op.add_column("delivery", sa.Column("lane", lane, nullable=False, server_default="DECISION"))
    op.alter_column("delivery", "lane", server_default=None)
    op.add_column("delivery", sa.Column("resent_at", sa.DateTime(timezone=True), nullable=True))
    # Two of one person that were under way at once are taken back to where they may wait.
    op.execute(
        "UPDATE delivery SET status = 'PENDING', lease_until = NULL WHERE status = 'CLAIMED'"
    )
    op.execute(
        "UPDATE delivery SET status = 'UNKNOWN', lease_until = NULL, settled_at = now(),"
        " detail = 'under way when the ledger changed' WHERE status = 'SENDING'"
    )
    op.drop_index("ix_delivery_intent_at", "delivery")
    op.create_index("ix_delivery_sent_to", "delivery", ["person_id", "intent_at"])
    op.drop_index("ix_delivery_due", "delivery")
    for name, columns, where, unique in (
        ("ix_delivery_due", ["lane", "next_try_at", "id"], WAITING, False),
        ("ix_delivery_waiting_person", ["person_id"], WAITING, False),
        ("uq_delivery_under_way", ["person_id"], "status IN ('CLAIMED', 'SENDING')", True),
        ("ix_delivery_in_doubt", ["settled_at"], "status = 'UNKNOWN' AND resent_at IS NULL", False),
    ):
        op.create_index(name, "delivery", columns, unique=unique, postgresql_where=sa.text(where))
