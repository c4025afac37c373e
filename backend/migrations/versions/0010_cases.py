"""Corrections, who is at work on a case, and the clocks of both sides."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

BEFORE = ("DRAFT", "SUBMITTED", "APPROVED", "REJECTED", "WITHDRAWN")
STATUSES = (
    "DRAFT",
    "SUBMITTED",
    "UNDER_REVIEW",
    "CORRECTION_REQUESTED",
    "APPROVED",
    "REJECTED",
    "WITHDRAWN",
    "LAPSED",
)
STEPS_BEFORE = (
    ("DRAFT", "SUBMITTED"),
    ("DRAFT", "WITHDRAWN"),
    ("SUBMITTED", "WITHDRAWN"),
    ("SUBMITTED", "APPROVED"),
    ("SUBMITTED", "REJECTED"),
)
# The steps of `backend.applications.workflow` once more, where no program can get round them; a
# test compares the two.
STEPS = (
    ("DRAFT", "SUBMITTED"),
    ("DRAFT", "WITHDRAWN"),
    ("DRAFT", "LAPSED"),
    ("SUBMITTED", "UNDER_REVIEW"),
    ("SUBMITTED", "CORRECTION_REQUESTED"),
    ("SUBMITTED", "APPROVED"),
    ("SUBMITTED", "REJECTED"),
    ("SUBMITTED", "WITHDRAWN"),
    ("UNDER_REVIEW", "SUBMITTED"),
    ("UNDER_REVIEW", "CORRECTION_REQUESTED"),
    ("UNDER_REVIEW", "APPROVED"),
    ("UNDER_REVIEW", "REJECTED"),
    ("UNDER_REVIEW", "WITHDRAWN"),
    ("CORRECTION_REQUESTED", "UNDER_REVIEW"),
    ("CORRECTION_REQUESTED", "WITHDRAWN"),
    ("CORRECTION_REQUESTED", "LAPSED"),
    ("APPROVED", "WITHDRAWN"),
    ("APPROVED", "SUBMITTED"),
    ("REJECTED", "SUBMITTED"),
)
OPEN_BEFORE = "status IN ('DRAFT', 'SUBMITTED')"
OPEN = "status IN ('DRAFT', 'SUBMITTED', 'UNDER_REVIEW', 'CORRECTION_REQUESTED', 'APPROVED')"
UNDECIDED = (
    "(status IN ('DRAFT', 'SUBMITTED', 'UNDER_REVIEW', 'CORRECTION_REQUESTED'))"
    " <= (decided_at IS NULL)"
)


def upgrade() -> None:
    op.add_column("application", sa.Column("jurisdiction_code", sa.Text(), nullable=True))
    op.execute(
        "UPDATE application SET jurisdiction_code ="
        " (SELECT jurisdiction_code FROM park WHERE park.id = application.park_id)"
    )
    op.alter_column("application", "jurisdiction_code", nullable=False)
    op.create_foreign_key(
        op.f("fk_application_jurisdiction_code"),
        "application",
        "division",
        ["jurisdiction_code"],
        ["code"],
    )
    op.add_column("application", sa.Column("verdict", postgresql.JSONB(), nullable=True))
    op.add_column("application", sa.Column("handler_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_application_handler_id"), "application", "staff", ["handler_id"], ["id"]
    )
    for name in ("received_on", "legal_due_on"):
        op.add_column("application", sa.Column(name, sa.Date(), nullable=True))
    op.add_column("application", sa.Column("office_days", sa.BigInteger(), nullable=True))
    op.add_column("application", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE application SET changed_at = held_since,"
        " received_on = (submitted_at AT TIME ZONE 'Asia/Shanghai')::date"
    )
    op.alter_column("application", "changed_at", nullable=False)
    op.drop_constraint("ck_application_decided", "application")
    op.create_check_constraint(
        op.f("ck_application_decided"),
        "application",
        "(status IN ('APPROVED', 'REJECTED')) <= (decided_at IS NOT NULL)",
    )
    op.create_check_constraint(op.f("ck_application_undecided"), "application", UNDECIDED)
    op.create_check_constraint(
        op.f("ck_application_handled"),
        "application",
        "(status = 'UNDER_REVIEW') <= (handler_id IS NOT NULL)",
    )
    _allow(STATUSES, STEPS, OPEN)
    op.create_index(
        "ix_application_county", "application", ["jurisdiction_code", "status", "due_on", "id"]
    )
    op.create_index(
        "ix_application_due",
        "application",
        ["due_on"],
        postgresql_where=sa.text("due_on IS NOT NULL"),
    )
    op.create_table(
        "correction",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("items", postgresql.JSONB(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("jsonb_array_length(items) > 0", name=op.f("ck_correction_items")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_correction_application_id")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_correction_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint(
            "application_id", "round", name=op.f("uq_correction_application_id_round")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_correction_public_id")),
    )
    op.create_index(
        "uq_correction_one_open",
        "correction",
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "recusal",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_recusal_application_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_recusal_staff_id")),
        sa.PrimaryKeyConstraint("application_id", "staff_id", name=op.f("pk_recusal")),
    )


def downgrade() -> None:
    op.drop_table("recusal")
    op.drop_table("correction")
    op.drop_index("ix_application_due", "application")
    op.drop_index("ix_application_county", "application")
    for name in ("handled", "undecided", "decided"):
        op.drop_constraint(f"ck_application_{name}", "application")
    op.create_check_constraint(
        op.f("ck_application_decided"),
        "application",
        "(status IN ('APPROVED', 'REJECTED')) = (decided_at IS NOT NULL)",
    )
    _allow(BEFORE, STEPS_BEFORE, OPEN_BEFORE)
    for name in (
        "jurisdiction_code",
        "verdict",
        "handler_id",
        "received_on",
        "legal_due_on",
        "office_days",
        "changed_at",
    ):
        op.drop_column("application", name)


def _allow(statuses: tuple[str, ...], steps: tuple[tuple[str, str], ...], open_: str) -> None:
    """Let an application stand at these, take these steps, and be open only once a kind."""
    op.drop_constraint("ck_application_status", "application")
    listed = ", ".join(f"'{status}'" for status in statuses)
    op.create_check_constraint(
        op.f("ck_application_status"), "application", f"status IN ({listed})"
    )
    op.drop_index("uq_application_one_open", "application")
    op.create_index(
        "uq_application_one_open",
        "application",
        ["applicant_id", "kind"],
        unique=True,
        postgresql_where=sa.text(open_),
    )
    legal = ", ".join(f"('{before}', '{after}')" for before, after in steps)
    op.execute(
        f"""
        CREATE OR REPLACE FUNCTION application_takes_a_legal_step() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({legal}) THEN
                RAISE EXCEPTION 'no step from % to %', OLD.status, NEW.status
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'application_legal_step';
            END IF;
            RETURN NEW;
        END $$;
        """
    )
