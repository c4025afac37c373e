"""Urgent notices, digests of a week, pushes that keep quiet, and the pulse of periodic jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

STEPS = {
    "DRAFT": ("AWAITING_APPROVAL", "CANCELLED"),
    "AWAITING_APPROVAL": ("SCHEDULED", "REFUSED", "CANCELLED"),
    "SCHEDULED": ("SENDING", "CANCELLED"),
    "SENDING": ("PAUSED", "SENT", "CANCELLED"),
    "PAUSED": ("SENDING", "CANCELLED"),
}
# What stays as the second person saw it.
SAID = (
    *("scope", "title", "summary", "body", "clause", "attachments", "topics"),
    *("in_force_from", "in_force_until", "acts_on", "audience", "proposed_by"),
)
COUNTED = ("people", "figures", "submitted_at")


def upgrade() -> None:
    op.add_column(
        "notice", sa.Column("urgent_why", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.alter_column("notice", "urgent_why", server_default=None)
    op.add_column("notice", _moment("alarm_at", nullable=True))
    op.add_column("notice", _moment("alarmed_at", nullable=True))
    _stays((*SAID, "urgent_why"))
    op.add_column(
        "delivery",
        sa.Column("polite", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.execute(
        "UPDATE delivery SET polite = true WHERE notice_id IS NOT NULL"
        " AND status IN ('PENDING', 'CLAIMED', 'RETRY_WAIT')"
    )
    op.create_table(
        "weekly",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        _moment("at"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_weekly_person_id")),
        sa.PrimaryKeyConstraint("person_id", "topic", name=op.f("pk_weekly")),
    )
    op.create_table(
        "digest",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("week_on", sa.Date(), nullable=False),
        _moment("since"),
        _moment("until"),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("told_to", sa.BigInteger(), nullable=False),
        _moment("ended_at", nullable=True),
        sa.CheckConstraint("extract(isodow FROM week_on) = 1", name=op.f("ck_digest_monday")),
        sa.CheckConstraint("since < until", name=op.f("ck_digest_span")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_digest_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("week_on", name=op.f("uq_digest_week_on")),
        sa.UniqueConstraint("event_id", name=op.f("uq_digest_event_id")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("job", sa.Text(), nullable=False),
        _moment("beaten_at"),
        sa.Column("took_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_heartbeat")),
    )


def downgrade() -> None:
    for table in ("heartbeat", "digest", "weekly"):
        op.drop_table(table)
    op.drop_column("delivery", "polite")
    _stays(SAID)
    for column in ("alarmed_at", "alarm_at", "urgent_why"):
        op.drop_column("notice", column)


def _stays(said: tuple[str, ...]) -> None:
    """Have the trigger hold these words from the submission on."""
    pairs = ", ".join(f"('{before}', '{after}')" for before in STEPS for after in STEPS[before])
    of_said, counted = (
        f"({', '.join(f'NEW.{each}' for each in names)}) IS DISTINCT FROM"
        f" ({', '.join(f'OLD.{each}' for each in names)})"
        for names in (said, COUNTED)
    )
    op.execute(
        f"""
        CREATE OR REPLACE FUNCTION notice_takes_a_legal_step() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({pairs}) THEN
                RAISE EXCEPTION 'no step from % to %', OLD.status, NEW.status
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_legal_step';
            END IF;
            IF OLD.status <> 'DRAFT' AND ({of_said} OR {counted}) THEN
                RAISE EXCEPTION 'a notice stays as it was submitted'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_stays';
            END IF;
            RETURN NEW;
        END $$;
        """
    )


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
