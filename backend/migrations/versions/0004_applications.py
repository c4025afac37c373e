"""Applications, and the keys of repeated requests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

# The steps of `backend.applications.workflow` once more, where no program can get round them; a
# test compares the two.
ONLY_LEGAL_STEPS = """
CREATE FUNCTION application_takes_a_legal_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
        ('DRAFT', 'SUBMITTED'),
        ('DRAFT', 'WITHDRAWN'),
        ('SUBMITTED', 'WITHDRAWN'),
        ('SUBMITTED', 'APPROVED'),
        ('SUBMITTED', 'REJECTED')
    ) THEN
        RAISE EXCEPTION 'no step from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'application_legal_step';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER application_legal_step BEFORE UPDATE OF status ON application
    FOR EACH ROW EXECUTE FUNCTION application_takes_a_legal_step();
"""


def upgrade() -> None:
    op.execute("CREATE SEQUENCE application_number")
    op.create_table(
        "application",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("TENANCY", name="kind", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "DRAFT",
                "SUBMITTED",
                "APPROVED",
                "REJECTED",
                "WITHDRAWN",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("applicant_id", sa.BigInteger(), nullable=False),
        sa.Column("park_id", sa.BigInteger(), nullable=False),
        sa.Column("sections", postgresql.JSONB(), nullable=False),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(status = 'DRAFT') <= (submitted_at IS NULL)",
            name=op.f("ck_application_draft_unsubmitted"),
        ),
        sa.CheckConstraint(
            "(status IN ('APPROVED', 'REJECTED')) = (decided_at IS NOT NULL)",
            name=op.f("ck_application_decided"),
        ),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["person.id"], name=op.f("fk_application_applicant_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff.id"], name=op.f("fk_application_decided_by")
        ),
        sa.ForeignKeyConstraint(["park_id"], ["park.id"], name=op.f("fk_application_park_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("number", name=op.f("uq_application_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_application_public_id")),
    )
    op.create_index(
        op.f("ix_application_applicant_id"), "application", ["applicant_id"], unique=False
    )
    op.create_index(
        "ix_application_queue", "application", ["park_id", "status", "due_on", "id"], unique=False
    )
    op.create_index(
        "uq_application_one_open",
        "application",
        ["applicant_id", "kind"],
        unique=True,
        postgresql_where=sa.text("status IN ('DRAFT', 'SUBMITTED')"),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(
        op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"], unique=False
    )
    op.execute(ONLY_LEGAL_STEPS)


def downgrade() -> None:
    op.drop_table("idempotency_key")
    op.drop_table("application")
    op.execute("DROP FUNCTION application_takes_a_legal_step()")
    op.execute("DROP SEQUENCE application_number")
