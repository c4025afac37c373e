"""Notices, whom they are for, and of which topics somebody does not want to hear."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"

STATUSES = (
    *("DRAFT", "AWAITING_APPROVAL", "SCHEDULED", "SENDING", "PAUSED"),
    *("SENT", "CANCELLED", "REFUSED"),
)
KINDS = ("TENANCY", "GUARANTEE_LOAN", "STARTUP_SUBSIDY", "INTERNSHIP")
TOPICS = ("POLICY", "SUBSIDY", "LOAN", "SPACE", "INTERNSHIP", "ACTIVITY")
APPROVED = "'SCHEDULED', 'SENDING', 'PAUSED', 'SENT'"
CHECKS = {
    "second_person": "approved_by <> proposed_by",
    "approved": f"status NOT IN ({APPROVED}) OR approved_by IS NOT NULL",
    "approved_at": "(approved_by IS NULL) = (approved_at IS NULL)",
    "frozen": "(people IS NULL) = (submitted_at IS NULL)",
    "figures": "(people IS NULL) = (figures IS NULL)",
    "published": "(event_id IS NULL) = (published_at IS NULL)",
    "started": "status NOT IN ('SENDING', 'PAUSED', 'SENT') OR published_at IS NOT NULL",
    "topics": "cardinality(topics) BETWEEN 1 AND 3 AND topics <@ ARRAY["
    + ", ".join(f"'{each}'" for each in TOPICS)
    + "]",
    "in_force": "in_force_until >= in_force_from",
}
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
OPEN = "'PENDING', 'CLAIMED', 'SENDING', 'RETRY_WAIT'"


def upgrade() -> None:
    _notice()
    op.create_table(
        "notice_reader",
        _number("notice_id"),
        _number("person_id"),
        _text("county", nullable=True),
        sa.Column("groups", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("opted_out", sa.Boolean(), nullable=False),
        _refers("notice_reader", "notice_id", "notice"),
        _refers("notice_reader", "person_id", "person"),
        sa.PrimaryKeyConstraint("notice_id", "person_id", name=op.f("pk_notice_reader")),
    )
    op.create_table(
        "muted",
        _number("person_id"),
        _text("topic"),
        _moment("at"),
        _refers("muted", "person_id", "person"),
        sa.PrimaryKeyConstraint("person_id", "topic", name=op.f("pk_muted")),
    )
    op.add_column("delivery", _number("notice_id", nullable=True))
    op.create_foreign_key(
        op.f("fk_delivery_notice_id"), "delivery", "notice", ["notice_id"], ["id"]
    )
    _partial("ix_delivery_of_notice", "delivery", ["notice_id", "id"], "notice_id IS NOT NULL")
    _partial(
        "ix_delivery_of_notice_open",
        "delivery",
        ["notice_id"],
        f"notice_id IS NOT NULL AND status IN ({OPEN})",
    )
    _steps()


def downgrade() -> None:
    op.drop_index("ix_delivery_of_notice_open", "delivery")
    op.drop_index("ix_delivery_of_notice", "delivery")
    op.drop_constraint("fk_delivery_notice_id", "delivery")
    op.drop_column("delivery", "notice_id")
    op.drop_table("muted")
    op.drop_table("notice_reader")
    op.drop_table("notice")
    op.execute("DROP FUNCTION notice_takes_a_legal_step()")


def _notice() -> None:
    op.create_table(
        "notice",
        *(_text(name) for name in ("scope", "title", "summary", "body", "clause")),
        sa.Column("attachments", postgresql.JSONB(), nullable=False),
        sa.Column("topics", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("in_force_until", sa.Date(), nullable=True),
        sa.Column("acts_on", _words("kind", KINDS), nullable=True),
        sa.Column("audience", postgresql.JSONB(), nullable=False),
        sa.Column("status", _words("status", STATUSES), nullable=False),
        _number("proposed_by"),
        _moment("created_at"),
        _moment("submitted_at", nullable=True),
        _number("people", nullable=True),
        sa.Column("figures", postgresql.JSONB(), nullable=True),
        _number("approved_by", nullable=True),
        _moment("approved_at", nullable=True),
        _moment("send_at", nullable=True),
        _number("event_id", nullable=True),
        _moment("published_at", nullable=True),
        _number("expanded_to"),
        _moment("expanded_at", nullable=True),
        _number("canary_to", nullable=True),
        _moment("released_at", nullable=True),
        _moment("resumed_at", nullable=True),
        _text("why"),
        _moment("changed_at"),
        _number("version"),
        _number("id"),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("public_id", name=op.f("uq_notice_public_id")),
        sa.UniqueConstraint("event_id", name=op.f("uq_notice_event_id")),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_notice_{name}"))
            for name, rule in CHECKS.items()
        ),
        _refers("notice", "proposed_by", "staff"),
        _refers("notice", "approved_by", "staff"),
        _refers("notice", "event_id", "event"),
    )
    op.create_index("ix_notice_scope", "notice", ["scope", "id"])
    _partial("ix_notice_under_way", "notice", ["id"], "status IN ('SCHEDULED', 'SENDING')")


def _steps() -> None:
    pairs = ", ".join(f"('{before}', '{after}')" for before in STEPS for after in STEPS[before])
    said, counted = (
        f"({', '.join(f'NEW.{each}' for each in names)}) IS DISTINCT FROM"
        f" ({', '.join(f'OLD.{each}' for each in names)})"
        for names in (SAID, COUNTED)
    )
    op.execute(
        f"""
        CREATE FUNCTION notice_takes_a_legal_step() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({pairs}) THEN
                RAISE EXCEPTION 'no step from % to %', OLD.status, NEW.status
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_legal_step';
            END IF;
            IF OLD.status <> 'DRAFT' AND ({said} OR {counted}) THEN
                RAISE EXCEPTION 'a notice stays as it was submitted'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_stays';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER notice_legal_step BEFORE UPDATE ON notice
            FOR EACH ROW EXECUTE FUNCTION notice_takes_a_legal_step();
        """
    )


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(where))


def _words(name: str, members: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=30)


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))
