"""The life of a tenancy: arrival, relief, head counts, renewal, idleness, eviction, its end."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

BEFORE = (
    "OFFERED",
    "AGREEMENT_PENDING",
    "ACTIVE",
    "LEFT_ON_TIME",
    "DECLINED",
    "OFFER_LAPSED",
    "CANCELLED",
)
STATUSES = (*BEFORE, "RENEWING", "SUSPENDED", "GRADUATED", "LEFT_EARLY", "EVICTED")
STEPS_BEFORE = (
    ("OFFERED", "AGREEMENT_PENDING"),
    ("OFFERED", "DECLINED"),
    ("OFFERED", "OFFER_LAPSED"),
    ("OFFERED", "CANCELLED"),
    ("AGREEMENT_PENDING", "ACTIVE"),
    ("AGREEMENT_PENDING", "OFFER_LAPSED"),
    ("AGREEMENT_PENDING", "CANCELLED"),
    ("ACTIVE", "LEFT_ON_TIME"),
)
# The steps of `backend.tenancies.workflow` once more, where no program can get round them.
STEPS = (
    *STEPS_BEFORE,
    ("ACTIVE", "OFFER_LAPSED"),
    ("ACTIVE", "RENEWING"),
    ("RENEWING", "ACTIVE"),
    ("ACTIVE", "SUSPENDED"),
    ("SUSPENDED", "ACTIVE"),
    ("RENEWING", "LEFT_ON_TIME"),
    ("SUSPENDED", "LEFT_ON_TIME"),
    ("ACTIVE", "LEFT_EARLY"),
    ("RENEWING", "LEFT_EARLY"),
    ("SUSPENDED", "LEFT_EARLY"),
    ("ACTIVE", "EVICTED"),
    ("RENEWING", "EVICTED"),
    ("SUSPENDED", "EVICTED"),
    ("ACTIVE", "GRADUATED"),
    ("RENEWING", "GRADUATED"),
    ("SUSPENDED", "GRADUATED"),
    ("LEFT_ON_TIME", "GRADUATED"),
    ("LEFT_EARLY", "GRADUATED"),
)
STAYING = "status IN ('ACTIVE', 'RENEWING', 'SUSPENDED')"
OVER = "status IN ('LEFT_ON_TIME', 'LEFT_EARLY', 'EVICTED', 'GRADUATED')"
HOUSED = "status IN ('AGREEMENT_PENDING', 'ACTIVE', 'RENEWING', 'SUSPENDED')"
LIVE = "status IN ('OFFERED', 'AGREEMENT_PENDING', 'ACTIVE', 'RENEWING', 'SUSPENDED')"
HOUSED_BEFORE = "status IN ('AGREEMENT_PENDING', 'ACTIVE')"
LIVE_BEFORE = "status IN ('OFFERED', 'AGREEMENT_PENDING', 'ACTIVE')"
ENDINGS = (
    "TERM_OVER",
    "NO_SHOW",
    "MOVING",
    "CLOSING",
    "PERSONAL",
    "OTHER",
    "EVICTED",
    "GRADUATED",
)
FEES = ("RENT", "WATER", "ELECTRICITY", "PROPERTY_FEE")
REFUSALS = ("UNIT_NEEDED", "DUTIES_BROKEN", "IDLE", "PROJECT_OVER", "OTHER")
PAUSES = ("ILLNESS", "PARENTAL", "SEASON", "REPAIR", "OTHER")
EVICTIONS = (
    "IDLE_OR_CLOSED",
    "SUBLET",
    "FAILED_REVIEW",
    "ILLEGAL_ACTIVITY",
    "FALSE_MATERIAL",
    "TERM_ENDED",
    "REGISTERED_ADDRESS_ONLY",
)
DUTIES = ("UNIT", "METERS", "ARREARS", "GOODS", "ADDRESS")
CHECKS = {
    "over": f"NOT ({OVER}) OR ended_on IS NOT NULL",
    "staying": f"NOT ({STAYING}) OR ended_on IS NULL",
    "ended": "(ended_on IS NULL) = (ended_why IS NULL)",
    "handed_over": "handed_over_on IS NULL OR ended_on IS NOT NULL",
}
DAYS = ("arrive_by", "arrived_on", "ended_on", "handed_over_on")
TABLES = (
    "head",
    "headcount",
    "check_out",
    "graduation",
    "proceeding",
    "suspension",
    "renewal",
    "relief",
)


def upgrade() -> None:
    _lives(STATUSES, STEPS, live=LIVE, housed=HOUSED)
    for name in DAYS:
        op.add_column("tenancy", sa.Column(name, sa.Date(), nullable=True))
    op.add_column("tenancy", _text("postponed_why", nullable=True))
    op.add_column("tenancy", sa.Column("ended_why", sa.String(30), nullable=True))
    op.create_check_constraint(
        op.f("ck_tenancy_ending"), "tenancy", f"ended_why IN ({_listed(ENDINGS)})"
    )
    # Nobody was asked to confirm an arrival before: whoever's term has begun counts as arrived.
    op.execute(
        "UPDATE tenancy SET arrived_on = starts_on"
        " WHERE status = 'LEFT_ON_TIME' OR (status = 'ACTIVE' AND starts_on <= CURRENT_DATE)"
    )
    op.execute(
        "UPDATE tenancy SET arrive_by = starts_on + 14 WHERE status = 'ACTIVE'"
        " AND arrived_on IS NULL"
    )
    op.execute(
        "UPDATE tenancy SET ended_on = until_on - 1, ended_why = 'TERM_OVER'"
        " WHERE status = 'LEFT_ON_TIME'"
    )
    for name, rule in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_tenancy_{name}"), "tenancy", rule)
    _partial(
        "ix_tenancy_arrive_by",
        "tenancy",
        ["arrive_by"],
        "status = 'ACTIVE' AND arrived_on IS NULL",
        unique=False,
    )
    _partial("ix_tenancy_until_on", "tenancy", ["until_on"], STAYING, unique=False)
    _within_a_stay()
    _at_its_end()
    _heads()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    for name in ("ix_tenancy_until_on", "ix_tenancy_arrive_by"):
        op.drop_index(name, "tenancy")
    for name in (*CHECKS, "ending"):
        op.drop_constraint(f"ck_tenancy_{name}", "tenancy")
    for name in (*DAYS, "postponed_why", "ended_why"):
        op.drop_column("tenancy", name)
    op.execute("ALTER TABLE tenancy DISABLE TRIGGER tenancy_legal_step")
    op.execute("UPDATE tenancy SET status = 'ACTIVE' WHERE status IN ('RENEWING', 'SUSPENDED')")
    op.execute(
        "UPDATE tenancy SET status = 'LEFT_ON_TIME'"
        " WHERE status IN ('GRADUATED', 'LEFT_EARLY', 'EVICTED')"
    )
    op.execute("ALTER TABLE tenancy ENABLE TRIGGER tenancy_legal_step")
    _lives(BEFORE, STEPS_BEFORE, live=LIVE_BEFORE, housed=HOUSED_BEFORE)


def _lives(
    statuses: tuple[str, ...], steps: tuple[tuple[str, str], ...], *, live: str, housed: str
) -> None:
    """Let a tenancy stand at these, take these steps, and be one of its kind while it does."""
    op.drop_constraint("ck_tenancy_status", "tenancy")
    op.create_check_constraint(
        op.f("ck_tenancy_status"), "tenancy", f"status IN ({_listed(statuses)})"
    )
    for name, column, where in (
        ("uq_tenancy_one_live", "application_id", live),
        ("uq_tenancy_one_person", "person_id", housed),
        ("uq_tenancy_one_venture", "credit_code", housed),
    ):
        op.drop_index(name, "tenancy")
        _partial(name, "tenancy", [column], where)
    pairs = ", ".join(f"('{before}', '{after}')" for before, after in steps)
    op.execute(
        f"""
        CREATE OR REPLACE FUNCTION tenancy_takes_a_legal_step() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({pairs}) THEN
                RAISE EXCEPTION 'no step from % to %', OLD.status, NEW.status
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'tenancy_legal_step';
            END IF;
            RETURN NEW;
        END $$;
        """
    )


def _within_a_stay() -> None:
    _table(
        "relief",
        _number("tenancy_id"),
        sa.Column("fee", _words("fee", FEES), nullable=False),
        _day("starts_on"),
        _day("until_on"),
        _number("percent"),
        _check("relief", "percent", "percent BETWEEN 1 AND 100"),
        _check("relief", "period", "starts_on < until_on"),
        sa.PrimaryKeyConstraint("tenancy_id", "fee", "starts_on", name=op.f("pk_relief")),
        _refers("relief", "tenancy_id", "tenancy"),
    )
    _table(
        "renewal",
        *_of_a_tenancy("renewal"),
        _number("months"),
        _text("why"),
        _day("term_until"),
        _moment("asked_at"),
        _day("due_on"),
        _moment("closed_at", nullable=True),
        _number("closed_by", nullable=True),
        _day("granted_until", nullable=True),
        sa.Column("refused_for", _words("refusal", REFUSALS), nullable=True),
        _text("words"),
        _check("renewal", "months", "months BETWEEN 1 AND 12"),
        _check("renewal", "one_answer", "granted_until IS NULL OR refused_for IS NULL"),
        _check("renewal", "longer", "term_until < granted_until"),
        _refers("renewal", "closed_by", "staff"),
        indexes=("tenancy_id",),
    )
    _partial("ix_renewal_due_on", "renewal", ["due_on"], "closed_at IS NULL", unique=False)
    _partial("uq_renewal_one_open", "renewal", ["tenancy_id"], "closed_at IS NULL")
    _table(
        "suspension",
        *_of_a_tenancy("suspension"),
        sa.Column("ground", _words("pause", PAUSES), nullable=False),
        _text("words"),
        _day("starts_on"),
        _day("until_on"),
        _day("ended_on", nullable=True),
        _number("set_by"),
        _check("suspension", "period", "starts_on < until_on"),
        _check("suspension", "ended", "ended_on BETWEEN starts_on AND until_on"),
        _refers("suspension", "set_by", "staff"),
        indexes=("tenancy_id",),
    )
    _partial("uq_suspension_one_open", "suspension", ["tenancy_id"], "ended_on IS NULL")
    _table(
        "proceeding",
        *_of_a_tenancy("proceeding"),
        sa.Column("ground", _words("eviction", EVICTIONS), nullable=False),
        _text("words"),
        _number("announced_by"),
        _moment("announced_at"),
        _day("hear_until"),
        _text("answer", nullable=True),
        _moment("answered_at", nullable=True),
        _text("hearing", nullable=True),
        sa.Column("attended", sa.Boolean(), nullable=True),
        _moment("heard_at", nullable=True),
        _number("heard_by", nullable=True),
        _moment("closed_at", nullable=True),
        _number("closed_by", nullable=True),
        sa.Column("evicted", sa.Boolean(), nullable=True),
        _text("why", nullable=True),
        _check("proceeding", "answered", "(answer IS NULL) = (answered_at IS NULL)"),
        _check(
            "proceeding",
            "heard",
            "(hearing IS NULL) = (heard_at IS NULL) AND (hearing IS NULL) = (attended IS NULL)",
        ),
        _check("proceeding", "closed", "(closed_at IS NULL) = (evicted IS NULL)"),
        _check("proceeding", "nobody_unheard", "NOT evicted OR heard_at IS NOT NULL"),
        _check("proceeding", "two_people", "NOT evicted OR closed_by <> announced_by"),
        *(
            _refers("proceeding", name, "staff")
            for name in ("announced_by", "heard_by", "closed_by")
        ),
        indexes=("tenancy_id",),
    )
    _partial("uq_proceeding_one_open", "proceeding", ["tenancy_id"], "closed_at IS NULL")


def _at_its_end() -> None:
    _table(
        "graduation",
        _number("tenancy_id"),
        _number("park_id"),
        _text("credit_code"),
        _day("registered_on"),
        _day("moved_out_on"),
        _text("moved_to"),
        sa.Column("was", _words("status", STATUSES), nullable=False),
        _number("recorded_by"),
        _day("recorded_on"),
        _check("graduation", "registered", "registered_on <= recorded_on"),
        sa.PrimaryKeyConstraint("tenancy_id", name=op.f("pk_graduation")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_graduation_credit_code")),
        _refers("graduation", "tenancy_id", "tenancy"),
        _refers("graduation", "park_id", "park"),
        _refers("graduation", "recorded_by", "staff"),
        indexes=("park_id",),
    )
    _table(
        "check_out",
        _number("tenancy_id"),
        sa.Column("duty", _words("duty", DUTIES), nullable=False),
        sa.Column("outcome", _words("outcome", ("DONE", "NOT_NEEDED")), nullable=True),
        _text("words"),
        _number("by", nullable=True),
        _moment("at", nullable=True),
        _check(
            "check_out",
            "settled",
            "(outcome IS NULL) = (at IS NULL) AND (outcome IS NULL) = (by IS NULL)",
        ),
        sa.PrimaryKeyConstraint("tenancy_id", "duty", name=op.f("pk_check_out")),
        _refers("check_out", "tenancy_id", "tenancy"),
        _refers("check_out", "by", "staff"),
    )
    _partial("ix_check_out_open", "check_out", ["tenancy_id"], "outcome IS NULL", unique=False)


def _heads() -> None:
    _table(
        "headcount",
        _number("tenancy_id"),
        _number("park_id"),
        _day("month"),
        sa.Column("declared", sa.Boolean(), nullable=False),
        _moment("told_at"),
        _text("why"),
        _moment("confirmed_at", nullable=True),
        _number("confirmed_by", nullable=True),
        _moment("replaced_at", nullable=True),
        *_numbered("headcount"),
        _check("headcount", "month", "EXTRACT(day FROM month) = 1"),
        _check("headcount", "confirmed", "(confirmed_at IS NULL) = (confirmed_by IS NULL)"),
        _refers("headcount", "tenancy_id", "tenancy"),
        _refers("headcount", "park_id", "park"),
        _refers("headcount", "confirmed_by", "staff"),
        indexes=("tenancy_id",),
    )
    op.create_index("ix_headcount_park", "headcount", ["park_id", "month"])
    for name, state in (("pending", "IS NULL"), ("current", "IS NOT NULL")):
        _partial(
            f"uq_headcount_one_{name}",
            "headcount",
            ["tenancy_id", "month"],
            f"confirmed_at {state} AND replaced_at IS NULL",
        )
    _table(
        "head",
        _number("headcount_id"),
        _number("park_id"),
        _day("month"),
        _text("who"),
        _text("name"),
        sa.Column("counted", sa.Boolean(), nullable=False),
        *_numbered("head"),
        _refers("head", "headcount_id", "headcount"),
        _refers("head", "park_id", "park"),
    )
    op.create_index("uq_head_in_one_count", "head", ["headcount_id", "who"], unique=True)
    op.create_index("ix_head_again", "head", ["park_id", "month", "who"])
    # What no race gets past: a person counts once in a park and a month.
    _partial("uq_head_once_a_month", "head", ["park_id", "month", "who"], "counted")


def _table(name: str, *parts: sa.schema.SchemaItem, indexes: tuple[str, ...] = ()) -> None:
    op.create_table(name, *parts)
    for column in indexes:
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column])


def _of_a_tenancy(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        _number("id"),
        _number("tenancy_id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        _refers(table, "tenancy_id", "tenancy"),
    )


def _numbered(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        _number("id"),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
    )


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = True) -> None:
    op.create_index(name, table, columns, unique=unique, postgresql_where=sa.text(where))


def _words(name: str, members: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=30)


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _day(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
