"""Guarantee loans, the institutions to which they are referred, and accounts of theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

ROLES_BEFORE = ("ENTREPRENEUR", "PARK_MANAGER", "BUREAU_STAFF", "BUREAU_ADMIN", "AUDITOR")
ROLES = (*ROLES_BEFORE, "PARTNER")
KINDS = ("BANK", "GUARANTOR")
REASONS = (
    "CONDITIONS_NOT_MET",
    "PAPERS_INCOMPLETE",
    "GUARANTEE_NOT_SETTLED",
    "NOT_OPERATING",
    "APPLICANT_DECLINED",
    "NOT_STATED",
)
# The steps of `backend.loans.workflow` once more, where no program can get round them.
STEPS = {
    "QUALIFIED": ("PUBLISHED", "WITHDRAWN", "CANCELLED"),
    "PUBLISHED": ("REFERRED", "WITHDRAWN", "CANCELLED"),
    "REFERRED": ("DUE_DILIGENCE", "GUARANTEED", "REFUSED", "WITHDRAWN", "CANCELLED"),
    "DUE_DILIGENCE": ("GUARANTEED", "REFUSED", "WITHDRAWN", "CANCELLED"),
    "GUARANTEED": ("BANK_APPROVED", "REFUSED", "WITHDRAWN", "CANCELLED"),
    "BANK_APPROVED": ("DISBURSED", "REFUSED", "WITHDRAWN", "CANCELLED"),
    "DISBURSED": ("INTEREST_SUBSIDISED", "OVERDUE", "REPAID"),
    "INTEREST_SUBSIDISED": ("OVERDUE", "REPAID"),
    "OVERDUE": ("DISBURSED", "REPAID"),
    "REPAID": (),
    "REFUSED": (),
    "WITHDRAWN": (),
    "CANCELLED": (),
}
PENDING = ("QUALIFIED", "PUBLISHED", "REFERRED", "DUE_DILIGENCE", "GUARANTEED", "BANK_APPROVED")
PAID = ("DISBURSED", "INTEREST_SUBSIDISED", "OVERDUE")


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _in(statuses: tuple[str, ...]) -> str:
    return f"status IN ({_listed(statuses)})"


CHECKS = {
    "referred": "(bank_id IS NULL) = (guarantor_id IS NULL)",
    "referred_before": "status IN ('QUALIFIED', 'PUBLISHED', 'WITHDRAWN', 'CANCELLED')"
    " OR bank_id IS NOT NULL",
    "amount": f"(status IN ('REPAID') OR {_in(PAID)}) = (amount IS NOT NULL)",
    "amount_positive": "amount > 0",
    "disbursed_on": "(amount IS NULL) = (disbursed_on IS NULL)",
    "why_refused": "(status = 'REFUSED') = (why_refused IS NOT NULL)",
    "refused_by": "(why_refused IS NULL) = (refused_by IS NULL)",
    "due_on": f"({_in(PENDING[1:])}) = (due_on IS NOT NULL)",
}


def upgrade() -> None:
    _roles(ROLES)
    op.create_table(
        "institution",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", _words("institutionkind", KINDS), nullable=False),
        sa.Column("jurisdiction_code", sa.Text(), nullable=True),
        _moment("created_at"),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_code"],
            ["division.code"],
            name=op.f("fk_institution_jurisdiction_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution")),
        sa.UniqueConstraint("name", "kind", name=op.f("uq_institution_name_kind")),
        sa.UniqueConstraint("public_id", name=op.f("uq_institution_public_id")),
    )
    op.create_table(
        "partner",
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("institution_id", sa.BigInteger(), nullable=False),
        _refers("partner", "staff_id", "staff"),
        _refers("partner", "institution_id", "institution"),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_partner")),
    )
    op.create_index(op.f("ix_partner_institution_id"), "partner", ["institution_id"])
    op.create_table(
        "loan",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("credit_code", sa.Text(), nullable=True),
        sa.Column("status", _words("status", tuple(STEPS)), nullable=False),
        sa.Column("bank_id", sa.BigInteger(), nullable=True),
        sa.Column("guarantor_id", sa.BigInteger(), nullable=True),
        _moment("held_since"),
        sa.Column("state_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("disbursed_on", sa.Date(), nullable=True),
        sa.Column("refused_by", _words("institutionkind", KINDS), nullable=True),
        sa.Column("why_refused", _words("whyrefused", REASONS), nullable=True),
        _moment("created_at"),
        _moment("changed_at"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_loan_{name}")) for name, rule in CHECKS.items()),
        _refers("loan", "application_id", "application"),
        _refers("loan", "person_id", "person"),
        _refers("loan", "bank_id", "institution"),
        _refers("loan", "guarantor_id", "institution"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan")),
        sa.UniqueConstraint("public_id", name=op.f("uq_loan_public_id")),
    )
    for column in ("application_id", "person_id", "bank_id", "guarantor_id"):
        op.create_index(op.f(f"ix_loan_{column}"), "loan", [column])
    op.create_index(
        "ix_loan_due_on", "loan", ["due_on"], postgresql_where=sa.text("due_on IS NOT NULL")
    )
    running = sa.text(_in((*PENDING, *PAID)))
    for name, column in (("person", "person_id"), ("venture", "credit_code")):
        op.create_index(
            f"uq_loan_one_{name}", "loan", [column], unique=True, postgresql_where=running
        )
    pairs = ", ".join(f"('{before}', '{after}')" for before in STEPS for after in STEPS[before])
    op.execute(
        f"""
        CREATE FUNCTION loan_takes_a_legal_step() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({pairs}) THEN
                RAISE EXCEPTION 'no step from % to %', OLD.status, NEW.status
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'loan_legal_step';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER loan_legal_step BEFORE UPDATE ON loan
            FOR EACH ROW EXECUTE FUNCTION loan_takes_a_legal_step();
        """
    )


def downgrade() -> None:
    op.drop_table("loan")
    op.execute("DROP FUNCTION loan_takes_a_legal_step()")
    op.drop_table("partner")
    op.drop_table("institution")
    # An account of a partner is kept, disabled, as that of somebody who runs no park.
    op.execute(
        "UPDATE staff SET role = 'PARK_MANAGER', disabled_at = coalesce(disabled_at, now()),"
        " credential_version = credential_version + 1 WHERE role = 'PARTNER'"
    )
    _roles(ROLES_BEFORE)


def _roles(roles: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_staff_role"), "staff", type_="check")
    op.create_check_constraint(op.f("ck_staff_role"), "staff", f"role IN ({_listed(roles)})")


def _words(name: str, members: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=30)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))
