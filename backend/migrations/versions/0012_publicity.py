"""Decisions that are published, and objections to them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

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
MORE_STATUSES = ("PUBLICISED", "OBJECTION_HOLD")
MORE_STEPS = (
    ("APPROVED", "PUBLICISED"),
    ("PUBLICISED", "APPROVED"),
    ("PUBLICISED", "WITHDRAWN"),
    ("PUBLICISED", "OBJECTION_HOLD"),
    ("OBJECTION_HOLD", "PUBLICISED"),
    ("OBJECTION_HOLD", "SUBMITTED"),
    ("OBJECTION_HOLD", "WITHDRAWN"),
)
OPEN = ("DRAFT", "SUBMITTED", "UNDER_REVIEW", "CORRECTION_REQUESTED", "APPROVED")
DECIDED = ("APPROVED", "REJECTED")


def upgrade() -> None:
    _allow(
        (*STATUSES, *MORE_STATUSES),
        (*STEPS, *MORE_STEPS),
        (*OPEN, *MORE_STATUSES),
        ("APPROVED", "PUBLICISED", "OBJECTION_HOLD", "REJECTED"),
    )
    op.create_table(
        "publicity",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("workdays", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("workdays >= 3", name=op.f("ck_publicity_workdays")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_publicity_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity")),
        sa.UniqueConstraint("public_id", name=op.f("uq_publicity_public_id")),
    )
    running = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_publicity_one_running",
        "publicity",
        ["application_id"],
        unique=True,
        postgresql_where=running,
    )
    op.create_index("ix_publicity_ends_on", "publicity", ["ends_on"], postgresql_where=running)
    op.create_table(
        "objection",
        sa.Column("publicity_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (upheld IS NULL) AND (answered_at IS NULL) = (answer IS NULL)",
            name=op.f("ck_objection_answered"),
        ),
        sa.ForeignKeyConstraint(
            ["publicity_id"], ["publicity.id"], name=op.f("fk_objection_publicity_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_objection_person_id")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["staff.id"], name=op.f("fk_objection_answered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint(
            "publicity_id", "person_id", name=op.f("uq_objection_publicity_id_person_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_objection_public_id")),
    )


def downgrade() -> None:
    op.drop_table("objection")
    op.drop_table("publicity")
    _allow(STATUSES, STEPS, OPEN, DECIDED)


def _allow(
    statuses: tuple[str, ...],
    steps: tuple[tuple[str, str], ...],
    open_: tuple[str, ...],
    decided: tuple[str, ...],
) -> None:
    """Say at which statuses an application may stand, and which of them are open or decided."""
    for name, rule in (
        ("status", f"status IN ({_listed(statuses)})"),
        ("decided", f"(status IN ({_listed(decided)})) <= (decided_at IS NOT NULL)"),
    ):
        op.drop_constraint(f"ck_application_{name}", "application")
        op.create_check_constraint(op.f(f"ck_application_{name}"), "application", rule)
    op.drop_index("uq_application_one_open", "application")
    op.create_index(
        "uq_application_one_open",
        "application",
        ["applicant_id", "kind"],
        unique=True,
        postgresql_where=sa.text(f"status IN ({_listed(open_)})"),
    )
    legal = ", ".join(f"({_listed(pair)})" for pair in steps)
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


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)
