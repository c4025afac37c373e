"""Tenancies, their agreements, waiting lists, and an application that ends with a place."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

ASKING_BEFORE = (
    "DRAFT",
    "SUBMITTED",
    "UNDER_REVIEW",
    "CORRECTION_REQUESTED",
    "APPROVED",
    "REJECTED",
    "WITHDRAWN",
    "LAPSED",
    "PUBLICISED",
    "OBJECTION_HOLD",
)
ASKING = (*ASKING_BEFORE, "COMPLETED")
ASKING_STEPS_BEFORE = (
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
)
ASKING_STEPS = (*ASKING_STEPS_BEFORE, ("APPROVED", "COMPLETED"), ("APPROVED", "LAPSED"))
HOLDINGS_BEFORE = ("TENANCY", "OUT_OF_SERVICE")
HOLDINGS = (*HOLDINGS_BEFORE, "OFFER")
STATUSES = (
    "OFFERED",
    "AGREEMENT_PENDING",
    "ACTIVE",
    "LEFT_ON_TIME",
    "DECLINED",
    "OFFER_LAPSED",
    "CANCELLED",
)
# The steps of `backend.tenancies.workflow` once more, where no program can get round them.
STEPS = (
    ("OFFERED", "AGREEMENT_PENDING"),
    ("OFFERED", "DECLINED"),
    ("OFFERED", "OFFER_LAPSED"),
    ("OFFERED", "CANCELLED"),
    ("AGREEMENT_PENDING", "ACTIVE"),
    ("AGREEMENT_PENDING", "OFFER_LAPSED"),
    ("AGREEMENT_PENDING", "CANCELLED"),
    ("ACTIVE", "LEFT_ON_TIME"),
)
KINDS = ("OFFICE", "DESK", "PRODUCTION", "RESEARCH", "STALL")
LIVE = "status IN ('OFFERED', 'AGREEMENT_PENDING', 'ACTIVE')"
HOUSED = "status IN ('AGREEMENT_PENDING', 'ACTIVE')"
TIMED = "status IN ('OFFERED', 'AGREEMENT_PENDING')"
ON_A_LIST = "left_at IS NULL"


def upgrade() -> None:
    _applications(ASKING, ASKING_STEPS)
    _holdings(HOLDINGS, "(kind IN ('TENANCY', 'OFFER')) = (application_id IS NOT NULL)")
    op.create_table(
        "waiting_entry",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("park_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_kind", _words("unitkind", KINDS), nullable=False),
        sa.Column("choice", sa.BigInteger(), nullable=False),
        _moment("joined_at", nullable=False),
        _moment("resumed_at"),
        _moment("paused_at"),
        sa.Column("silent", sa.BigInteger(), nullable=False),
        _moment("left_at"),
        sa.Column("why_left", _words("left", ("PLACED", "LEFT", "CLOSED")), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("choice BETWEEN 1 AND 3", name=op.f("ck_waiting_entry_choice")),
        sa.CheckConstraint(
            "(left_at IS NULL) = (why_left IS NULL)", name=op.f("ck_waiting_entry_why_left")
        ),
        _refers("waiting_entry", "application_id", "application"),
        _refers("waiting_entry", "park_id", "park"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_entry")),
        sa.UniqueConstraint("public_id", name=op.f("uq_waiting_entry_public_id")),
    )
    _partial("uq_waiting_entry_park", "waiting_entry", ["application_id", "park_id"], ON_A_LIST)
    _partial("uq_waiting_entry_choice", "waiting_entry", ["application_id", "choice"], ON_A_LIST)
    _partial(
        "ix_waiting_entry_list",
        "waiting_entry",
        ["park_id", "unit_kind", "joined_at"],
        ON_A_LIST,
        unique=False,
    )
    op.create_table(
        "tenancy",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("credit_code", sa.Text(), nullable=True),
        sa.Column("park_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("status", _words("status", STATUSES), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        _moment("expires_at"),
        _moment("created_at", nullable=False),
        _moment("changed_at", nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("starts_on < until_on", name=op.f("ck_tenancy_period")),
        sa.CheckConstraint(
            f"({TIMED}) = (expires_at IS NOT NULL)", name=op.f("ck_tenancy_expires_at")
        ),
        _refers("tenancy", "application_id", "application"),
        _refers("tenancy", "person_id", "person"),
        _refers("tenancy", "park_id", "park"),
        _refers("tenancy", "unit_id", "unit"),
        _refers("tenancy", "entry_id", "waiting_entry"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenancy")),
        sa.UniqueConstraint("public_id", name=op.f("uq_tenancy_public_id")),
    )
    for column in ("application_id", "person_id", "entry_id"):
        op.create_index(op.f(f"ix_tenancy_{column}"), "tenancy", [column])
    op.create_index("ix_tenancy_park", "tenancy", ["park_id", "status", "id"])
    _partial("ix_tenancy_expires_at", "tenancy", ["expires_at"], TIMED, unique=False)
    _partial("uq_tenancy_one_live", "tenancy", ["application_id"], LIVE)
    _partial("uq_tenancy_one_person", "tenancy", ["person_id"], HOUSED)
    _partial("uq_tenancy_one_venture", "tenancy", ["credit_code"], HOUSED)
    op.create_table(
        "agreement",
        sa.Column("tenancy_id", sa.BigInteger(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("special_terms", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        _moment("drawn_up_at", nullable=False),
        _moment("applicant_signed_at"),
        _moment("park_signed_at"),
        sa.Column("park_signed_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(park_signed_at IS NULL) = (park_signed_by IS NULL)",
            name=op.f("ck_agreement_park_signed"),
        ),
        _refers("agreement", "tenancy_id", "tenancy"),
        _refers("agreement", "park_signed_by", "staff"),
        sa.PrimaryKeyConstraint("tenancy_id", name=op.f("pk_agreement")),
    )
    op.execute(
        f"""
        CREATE FUNCTION tenancy_takes_a_legal_step() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({_pairs(STEPS)}) THEN
                RAISE EXCEPTION 'no step from % to %', OLD.status, NEW.status
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'tenancy_legal_step';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER tenancy_legal_step BEFORE UPDATE ON tenancy
            FOR EACH ROW EXECUTE FUNCTION tenancy_takes_a_legal_step();
        """
    )


def downgrade() -> None:
    op.drop_table("agreement")
    op.drop_table("tenancy")
    op.execute("DROP FUNCTION tenancy_takes_a_legal_step()")
    op.drop_table("waiting_entry")
    op.execute("DELETE FROM holding WHERE kind = 'OFFER'")
    _holdings(HOLDINGS_BEFORE, "(kind = 'TENANCY') = (application_id IS NOT NULL)")
    op.execute("ALTER TABLE application DISABLE TRIGGER application_legal_step")
    op.execute("UPDATE application SET status = 'APPROVED' WHERE status = 'COMPLETED'")
    op.execute("ALTER TABLE application ENABLE TRIGGER application_legal_step")
    _applications(ASKING_BEFORE, ASKING_STEPS_BEFORE)


def _applications(statuses: tuple[str, ...], steps: tuple[tuple[str, str], ...]) -> None:
    """Let an application stand at these and take these steps."""
    op.drop_constraint("ck_application_status", "application")
    op.create_check_constraint(
        op.f("ck_application_status"), "application", f"status IN ({_listed(statuses)})"
    )
    op.execute(
        f"""
        CREATE OR REPLACE FUNCTION application_takes_a_legal_step() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({_pairs(steps)}) THEN
                RAISE EXCEPTION 'no step from % to %', OLD.status, NEW.status
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'application_legal_step';
            END IF;
            RETURN NEW;
        END $$;
        """
    )


def _holdings(kinds: tuple[str, ...], rule: str) -> None:
    """Let a unit be held for these reasons."""
    for name, condition in (("holdingkind", f"kind IN ({_listed(kinds)})"), ("kind", rule)):
        op.drop_constraint(f"ck_holding_{name}", "holding")
        op.create_check_constraint(op.f(f"ck_holding_{name}"), "holding", condition)


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = True) -> None:
    op.create_index(name, table, columns, unique=unique, postgresql_where=sa.text(where))


def _words(name: str, members: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=30)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _pairs(steps: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"('{before}', '{after}')" for before, after in steps)
