"""Cases that are taken in with a gap, drafts that are restored, and days of documents."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"

STEPS_BEFORE = (
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
    ("APPROVED", "PUBLICISED"),
    ("PUBLICISED", "APPROVED"),
    ("PUBLICISED", "WITHDRAWN"),
    ("PUBLICISED", "OBJECTION_HOLD"),
    ("OBJECTION_HOLD", "PUBLICISED"),
    ("OBJECTION_HOLD", "SUBMITTED"),
    ("OBJECTION_HOLD", "WITHDRAWN"),
    ("APPROVED", "COMPLETED"),
    ("APPROVED", "LAPSED"),
    ("APPROVED", "UNDER_REVIEW"),
    ("REJECTED", "UNDER_REVIEW"),
)
# A promise that is not kept ends a case that is not decided; a lapsed draft may be restored.
STEPS = (
    *STEPS_BEFORE,
    ("SUBMITTED", "LAPSED"),
    ("UNDER_REVIEW", "LAPSED"),
    ("LAPSED", "DRAFT"),
)
GAP_STATUSES = ("OFFERED", "PROMISED", "FILLED", "CLOSED", "DECLINED", "LAPSED", "ENDED")
# The steps of `backend.applications.promises` once more, where no program can get round them; a
# test compares the two.
GAP_STEPS = (
    ("OFFERED", "PROMISED"),
    ("OFFERED", "DECLINED"),
    ("OFFERED", "ENDED"),
    ("PROMISED", "FILLED"),
    ("PROMISED", "LAPSED"),
    ("PROMISED", "ENDED"),
    ("FILLED", "CLOSED"),
    ("FILLED", "PROMISED"),
    ("FILLED", "ENDED"),
)
# What takes effect only once nothing promised is missing: by table, the column that names the
# application, and the statuses.
WAITING = (
    ("application", "id", ("PUBLICISED", "COMPLETED")),
    ("internship", "application_id", ("IN_PROGRESS",)),
)


def upgrade() -> None:
    _allow(STEPS)
    _gap()
    _days()
    for table, key, statuses in WAITING:
        _let_wait(table, key, statuses)


def downgrade() -> None:
    for table, _, _ in WAITING:
        op.execute(f"DROP TRIGGER {table}_waits_for_gap ON {table}")
        op.execute(f"DROP FUNCTION {table}_waits_for_gap()")
    for name in ("issued_on", "dated_by"):
        op.drop_column("document", name)
    op.drop_table("gap")
    op.execute("DROP FUNCTION gap_takes_a_legal_step()")
    _allow(STEPS_BEFORE)


def _days() -> None:
    op.add_column("document", sa.Column("issued_on", sa.Date(), nullable=True))
    op.add_column("document", sa.Column("dated_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_document_dated_by"), "document", "staff", ["dated_by"], ["id"])


def _gap() -> None:
    status = sa.Enum(
        *GAP_STATUSES, name="gapstatus", native_enum=False, create_constraint=True, length=30
    )
    moments = ("promised_at", "filled_at", "ended_at")
    op.create_table(
        "gap",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("status", status, nullable=False),
        sa.Column("items", postgresql.JSONB(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("workdays", sa.BigInteger(), nullable=False),
        sa.Column("offered_by", sa.BigInteger(), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in moments),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("jsonb_array_length(items) > 0", name=op.f("ck_gap_items")),
        sa.CheckConstraint("workdays BETWEEN 1 AND 15", name=op.f("ck_gap_workdays")),
        sa.CheckConstraint(
            "(status IN ('PROMISED', 'FILLED', 'CLOSED', 'LAPSED'))"
            " <= (promised_at IS NOT NULL AND due_on IS NOT NULL)",
            name=op.f("ck_gap_promised"),
        ),
        sa.CheckConstraint(
            "(status = 'CLOSED') = (confirmed_by IS NOT NULL)", name=op.f("ck_gap_confirmed")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_gap_application_id")
        ),
        sa.ForeignKeyConstraint(["offered_by"], ["staff.id"], name=op.f("fk_gap_offered_by")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["staff.id"], name=op.f("fk_gap_confirmed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap")),
        sa.UniqueConstraint("public_id", name=op.f("uq_gap_public_id")),
    )
    op.create_index(op.f("ix_gap_application_id"), "gap", ["application_id"])
    op.create_index(
        "ix_gap_due_on", "gap", ["due_on"], postgresql_where=sa.text("status = 'PROMISED'")
    )
    op.create_index(
        "uq_gap_one_live",
        "gap",
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('OFFERED', 'PROMISED', 'FILLED')"),
    )
    legal = ", ".join(f"('{before}', '{after}')" for before, after in GAP_STEPS)
    op.execute(
        f"""
        CREATE FUNCTION gap_takes_a_legal_step() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({legal}) THEN
                RAISE EXCEPTION 'no step from % to %', OLD.status, NEW.status
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'gap_legal_step';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER gap_legal_step BEFORE UPDATE OF status ON gap
            FOR EACH ROW EXECUTE FUNCTION gap_takes_a_legal_step();
        """
    )


def _let_wait(table: str, key: str, statuses: tuple[str, ...]) -> None:
    """Let nothing that was granted take effect while something promised is missing."""
    effective = ", ".join(f"'{status}'" for status in statuses)
    op.execute(
        f"""
        CREATE FUNCTION {table}_waits_for_gap() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.status <> OLD.status AND NEW.status IN ({effective}) AND EXISTS (
                SELECT FROM gap
                WHERE gap.application_id = NEW.{key} AND gap.status IN ('PROMISED', 'FILLED')
            ) THEN
                RAISE EXCEPTION 'something promised is missing'
                    USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_waits_for_gap';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER {table}_waits_for_gap BEFORE UPDATE OF status ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_waits_for_gap();
        """
    )


def _allow(steps: tuple[tuple[str, str], ...]) -> None:
    """Say which steps an application may take."""
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
