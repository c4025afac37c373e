"""Hosts and posts, internships with their agreements, months and payments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"

STATUSES = (
    "AGREEMENT_PENDING",
    "IN_PROGRESS",
    "COMPLETED",
    "TERMINATED",
    "WINDOW_OPEN",
    "VENTURE_CONFIRMED",
    "STIPEND_REVIEW",
    "STIPEND_APPROVED",
    "PAID",
    "RECOVERED",
    "WINDOW_EXPIRED",
    "CANCELLED",
)
# The steps of `backend.internships.workflow` once more, where no program can get round them.
STEPS = (
    ("AGREEMENT_PENDING", "IN_PROGRESS"),
    ("AGREEMENT_PENDING", "CANCELLED"),
    ("IN_PROGRESS", "COMPLETED"),
    ("IN_PROGRESS", "TERMINATED"),
    ("IN_PROGRESS", "CANCELLED"),
    ("COMPLETED", "WINDOW_OPEN"),
    ("TERMINATED", "WINDOW_OPEN"),
    ("WINDOW_OPEN", "VENTURE_CONFIRMED"),
    ("WINDOW_OPEN", "WINDOW_EXPIRED"),
    ("WINDOW_OPEN", "CANCELLED"),
    ("VENTURE_CONFIRMED", "STIPEND_REVIEW"),
    ("VENTURE_CONFIRMED", "WINDOW_OPEN"),
    ("VENTURE_CONFIRMED", "CANCELLED"),
    ("STIPEND_REVIEW", "STIPEND_APPROVED"),
    ("STIPEND_REVIEW", "VENTURE_CONFIRMED"),
    ("STIPEND_REVIEW", "CANCELLED"),
    ("STIPEND_APPROVED", "PAID"),
    ("STIPEND_APPROVED", "CANCELLED"),
    ("PAID", "RECOVERED"),
)
KINDS = ("INNOVATION_BASE", "INCUBATION_BASE", "CROWD_MARKET")
PARTIES = ("INTERN", "HOST", "BUREAU")
LIVE = (
    "status IN ('AGREEMENT_PENDING', 'IN_PROGRESS', 'WINDOW_OPEN', 'VENTURE_CONFIRMED',"
    " 'STIPEND_REVIEW', 'STIPEND_APPROVED')"
)
TIMED = "status IN ('AGREEMENT_PENDING', 'WINDOW_OPEN')"
TABLES = (
    "internship_payment",
    "internship_answer",
    "internship_month",
    "internship_signature",
    "internship_agreement",
    "internship",
    "post_choice",
    "post",
    "host_invitation",
    "host",
)


def upgrade() -> None:
    _table(
        "host",
        sa.Column("kind", _words("hostkind", KINDS), nullable=False),
        _text("name"),
        _text("credit_code"),
        _text("jurisdiction_code"),
        _number("contact_id", nullable=True),
        _number("created_by"),
        _moment("created_at"),
        *_numbered("host"),
        sa.UniqueConstraint("credit_code", name=op.f("uq_host_credit_code")),
        _refers("host", "jurisdiction_code", "division", "code"),
        _refers("host", "contact_id", "person"),
        _refers("host", "created_by", "staff"),
        indexes=("contact_id", "jurisdiction_code"),
    )
    _table(
        "host_invitation",
        _number("id"),
        _number("host_id"),
        _text("sha256"),
        _number("made_by"),
        _moment("made_at"),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        _number("used_by", nullable=True),
        _check("host_invitation", "used", "(used_at IS NULL) = (used_by IS NULL)"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_invitation")),
        sa.UniqueConstraint("sha256", name=op.f("uq_host_invitation_sha256")),
        _refers("host_invitation", "host_id", "host"),
        _refers("host_invitation", "made_by", "staff"),
        _refers("host_invitation", "used_by", "person"),
    )
    _partial("uq_host_invitation_one_open", "host_invitation", ["host_id"], "used_at IS NULL")
    _table(
        "post",
        _number("host_id"),
        _text("title"),
        _text("duties"),
        _text("jurisdiction_code"),
        _day("starts_on"),
        _number("months"),
        _number("places"),
        _number("filled"),
        _moment("created_at"),
        _moment("closed_at", nullable=True),
        _number("version"),
        *_numbered("post"),
        # What no race gets past: no more people than places, at any moment.
        _check("post", "places", "filled BETWEEN 0 AND places"),
        _check("post", "months", "months BETWEEN 1 AND 24"),
        _refers("post", "host_id", "host"),
        _refers("post", "jurisdiction_code", "division", "code"),
        indexes=("host_id",),
    )
    _partial("ix_post_open", "post", ["jurisdiction_code", "id"], "closed_at IS NULL", unique=False)
    _table(
        "post_choice",
        _number("application_id"),
        _number("post_id"),
        _moment("chosen_at"),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_post_choice")),
        _refers("post_choice", "application_id", "application"),
        _refers("post_choice", "post_id", "post"),
        indexes=("post_id",),
    )
    _table(
        "internship",
        _number("application_id"),
        _number("post_id"),
        sa.Column("status", _words("status", STATUSES), nullable=False),
        _day("starts_on"),
        _number("months"),
        _day("until_on"),
        _day("expires_on", nullable=True),
        _day("ended_on", nullable=True),
        _text("ended_why", nullable=True),
        _day("window_ends_on", nullable=True),
        _text("credit_code", nullable=True),
        _day("registered_on", nullable=True),
        _text("returned_why"),
        _number("proposed_by", nullable=True),
        sa.Column("stipend", JSONB(none_as_null=True), nullable=True),
        _moment("created_at"),
        _moment("changed_at"),
        _number("version"),
        *_numbered("internship"),
        _check("internship", "period", "starts_on < until_on"),
        _check("internship", "expires_on", f"({TIMED}) = (expires_on IS NOT NULL)"),
        _check("internship", "ended", "(ended_on IS NULL) = (ended_why IS NULL)"),
        _check("internship", "licence", "(credit_code IS NULL) = (registered_on IS NULL)"),
        _refers("internship", "application_id", "application"),
        _refers("internship", "post_id", "post"),
        _refers("internship", "proposed_by", "staff"),
        indexes=("application_id", "post_id"),
    )
    _partial("uq_internship_one_live", "internship", ["application_id"], LIVE)
    _partial("ix_internship_expires_on", "internship", ["expires_on"], TIMED, unique=False)
    _table(
        "internship_agreement",
        _number("internship_id"),
        _text("edition"),
        _text("special_terms"),
        _text("text"),
        _text("sha256"),
        _moment("drawn_up_at"),
        sa.PrimaryKeyConstraint("internship_id", name=op.f("pk_internship_agreement")),
        _refers("internship_agreement", "internship_id", "internship"),
    )
    _table(
        "internship_signature",
        _number("internship_id"),
        sa.Column("party", _words("party", PARTIES), nullable=False),
        _text("sha256"),
        _number("person_id", nullable=True),
        _number("staff_id", nullable=True),
        _moment("at"),
        _check(
            "internship_signature", "one_signatory", "(person_id IS NULL) <> (staff_id IS NULL)"
        ),
        sa.PrimaryKeyConstraint("internship_id", "party", name=op.f("pk_internship_signature")),
        _refers("internship_signature", "internship_id", "internship"),
        _refers("internship_signature", "person_id", "person"),
        _refers("internship_signature", "staff_id", "staff"),
    )
    _table(
        "internship_month",
        _number("internship_id"),
        _text("name"),
        _day("first_on"),
        _day("last_on"),
        sa.Column("counts", sa.Boolean(), nullable=True),
        _number("settled_by", nullable=True),
        _text("why", nullable=True),
        _check("internship_month", "settled", "(settled_by IS NULL) = (why IS NULL)"),
        sa.PrimaryKeyConstraint("internship_id", "name", name=op.f("pk_internship_month")),
        _refers("internship_month", "internship_id", "internship"),
        _refers("internship_month", "settled_by", "staff"),
    )
    _partial(
        "ix_internship_month_open", "internship_month", ["last_on"], "counts IS NULL", unique=False
    )
    _table(
        "internship_answer",
        _number("internship_id"),
        _text("month"),
        sa.Column("party", _words("party", PARTIES), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        _number("days", nullable=True),
        _text("words"),
        _moment("at"),
        _check("internship_answer", "words", "present OR words <> ''"),
        sa.PrimaryKeyConstraint(
            "internship_id", "month", "party", name=op.f("pk_internship_answer")
        ),
        sa.ForeignKeyConstraint(
            ["internship_id", "month"],
            ["internship_month.internship_id", "internship_month.name"],
            name=op.f("fk_internship_answer_internship_id"),
            ondelete="CASCADE",
        ),
    )
    _table(
        "internship_payment",
        _number("internship_id"),
        _number("amount"),
        _day("paid_on"),
        _text("reference"),
        _number("recorded_by"),
        _moment("recorded_at"),
        _moment("recovered_at", nullable=True),
        _text("recovered_why", nullable=True),
        _number("recovered_by", nullable=True),
        _check("internship_payment", "amount", "amount > 0"),
        _check(
            "internship_payment", "recovered", "(recovered_at IS NULL) = (recovered_why IS NULL)"
        ),
        sa.PrimaryKeyConstraint("internship_id", name=op.f("pk_internship_payment")),
        _refers("internship_payment", "internship_id", "internship"),
        _refers("internship_payment", "recorded_by", "staff"),
        _refers("internship_payment", "recovered_by", "staff"),
    )
    pairs = ", ".join(f"('{before}', '{after}')" for before, after in STEPS)
    op.execute(
        f"""
        CREATE FUNCTION internship_takes_a_legal_step() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({pairs}) THEN
                RAISE EXCEPTION 'no step from % to %', OLD.status, NEW.status
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'internship_legal_step';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER internship_legal_step BEFORE UPDATE ON internship
            FOR EACH ROW EXECUTE FUNCTION internship_takes_a_legal_step();
        """
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION internship_takes_a_legal_step()")


def _table(name: str, *parts: sa.schema.SchemaItem, indexes: tuple[str, ...] = ()) -> None:
    op.create_table(name, *parts)
    for column in indexes:
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column])


def _numbered(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        _number("id"),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
    )


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _day(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(name: str, members: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=30)


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _refers(table: str, column: str, to: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.{key}"], name=op.f(f"fk_{table}_{column}"))


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = True) -> None:
    op.create_index(name, table, columns, unique=unique, postgresql_where=sa.text(where))
