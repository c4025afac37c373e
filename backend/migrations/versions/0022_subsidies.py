"""Subsidies: what is claimed, granted by two people, paid and got back; claims on the board."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"

KINDS = ("STARTUP", "INCUBATION", "JOB_CREATION")
OUTCOMES = ("ACCEPTED", "REFUSED")
GROUNDS = ("FALSE_MATERIAL", "NOT_ENTITLED", "PAID_TWICE", "OVERPAID", "OTHER")
# The steps of `backend.subsidies.workflow` once more, where no program can get round them.
MONEY = {
    "PUBLISHED": ("GRANTED", "REFUSED"),
    "GRANTED": ("PAYABLE", "PUBLISHED"),
    "PAYABLE": ("PAID",),
    "PAID": ("RECOVERED",),
}
OF_A_CASE = {
    "QUALIFIED": ("PUBLISHED", "WITHDRAWN", "CANCELLED"),
    "PUBLISHED": ("WITHDRAWN", "CANCELLED"),
    "GRANTED": ("WITHDRAWN", "CANCELLED"),
    "PAYABLE": ("WITHDRAWN", "CANCELLED"),
}
OF_A_CLAIM = {
    "DRAFT": ("SUBMITTED", "WITHDRAWN"),
    "SUBMITTED": ("WITHDRAWN", "RETURNED", "QUALIFIED", "REFUSED"),
    "RETURNED": ("SUBMITTED", "WITHDRAWN"),
    "QUALIFIED": ("WITHDRAWN", "PUBLICISED"),
    "PUBLICISED": ("OBJECTION_HOLD", "PUBLISHED"),
    "OBJECTION_HOLD": ("PUBLICISED", "SUBMITTED"),
}
STATUSES = (
    "DRAFT",
    "SUBMITTED",
    "RETURNED",
    "QUALIFIED",
    "PUBLICISED",
    "OBJECTION_HOLD",
    "PUBLISHED",
    "GRANTED",
    "PAYABLE",
    "PAID",
    "RECOVERED",
    "REFUSED",
    "WITHDRAWN",
    "CANCELLED",
)
WITHIN = ("SUBMITTED", "RETURNED", "QUALIFIED", "PUBLISHED", "GRANTED", "PAYABLE")


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _in(*statuses: str) -> str:
    return f"status IN ({_listed(statuses)})"


HAD = "kind = 'STARTUP' AND " + _in(
    "QUALIFIED", "PUBLISHED", "GRANTED", "PAYABLE", "PAID", "RECOVERED"
)
CHECKS = {
    "of_a_case": "(kind = 'STARTUP') = (application_id IS NOT NULL)",
    "of_a_person": "(kind = 'STARTUP') = (person_id IS NOT NULL)",
    "of_a_park": "(kind = 'STARTUP') = (park_id IS NULL)",
    "numbered": "(kind = 'STARTUP') = (number IS NULL)",
    "of_a_firm": "(kind = 'JOB_CREATION') = (tenancy_id IS NOT NULL)",
    "amount_positive": "amount > 0",
    "rests_on": "(amount IS NULL) = (basis IS NULL) AND (amount IS NULL) = (proposed_by IS NULL)",
    "amount": f"({_in('GRANTED', 'PAYABLE', 'PAID', 'RECOVERED')}) <= (amount IS NOT NULL)",
    "approved": f"({_in('PAYABLE', 'PAID', 'RECOVERED')}) <= (approved_by IS NOT NULL)",
    "two_people": "approved_by <> proposed_by",
    "due_on": f"({_in(*WITHIN)}) = (due_on IS NOT NULL)",
    "reasons": "(status = 'REFUSED') <= (jsonb_array_length(reasons) > 0)",
}
OF_A_LINE = {
    "household": "counts <= (credit_code IS NOT NULL)",
    "job": "(kind = 'JOB_CREATION' AND counts) <= (worker_hash IS NOT NULL)",
    "worker": "(worker_number IS NULL) = (worker_hash IS NULL)",
    "reasons": "coalesce(outcome = 'REFUSED', false) <= (jsonb_array_length(reasons) > 0)",
    "amount_positive": "amount > 0",
    "amount": "(amount IS NOT NULL) <= coalesce(outcome = 'ACCEPTED', false)",
}
ONCE = {
    "household": (["credit_code"], "kind = 'INCUBATION' AND counts"),
    "tenancy": (["tenancy_id"], "kind = 'INCUBATION' AND counts"),
    "job": (["credit_code", "worker_hash"], "kind = 'JOB_CREATION' AND counts"),
}


def upgrade() -> None:
    op.execute("CREATE SEQUENCE claim_number AS bigint")
    _subsidy()
    _line()
    _return()
    _money()
    _steps()
    op.alter_column("publicity", "application_id", nullable=True)
    op.add_column("publicity", sa.Column("subsidy_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_publicity_subsidy_id"), "publicity", "subsidy", ["subsidy_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_publicity_of_one"), "publicity", "(application_id IS NULL) <> (subsidy_id IS NULL)"
    )
    _partial("uq_publicity_one_of_a_claim", "publicity", ["subsidy_id"], "ended_at IS NULL")


def downgrade() -> None:
    of_claims = "(SELECT id FROM publicity WHERE subsidy_id IS NOT NULL)"
    op.execute(f"DELETE FROM objection WHERE publicity_id IN {of_claims}")
    op.execute("DELETE FROM publicity WHERE subsidy_id IS NOT NULL")
    op.drop_index("uq_publicity_one_of_a_claim", "publicity")
    op.drop_constraint("ck_publicity_of_one", "publicity")
    op.drop_column("publicity", "subsidy_id")
    op.alter_column("publicity", "application_id", nullable=False)
    for table in ("reminder", "recovery", "payment", "return", "line"):
        op.drop_table(f"subsidy_{table}")
    op.drop_table("subsidy")
    op.execute("DROP FUNCTION subsidy_takes_a_legal_step()")
    op.execute("DROP SEQUENCE claim_number")


def _subsidy() -> None:
    op.create_table(
        "subsidy",
        sa.Column("kind", _words("subsidykind", KINDS), nullable=False),
        sa.Column("status", _words("status", STATUSES), nullable=False),
        _text("number", nullable=True),
        *(
            _number(name, nullable=True)
            for name in ("application_id", "person_id", "park_id", "tenancy_id")
        ),
        _text("venture", nullable=True),
        _text("credit_code", nullable=True),
        _text("jurisdiction_code"),
        _moment("submitted_at", nullable=True),
        _day("received_on", nullable=True),
        _moment("held_since"),
        _day("due_on", nullable=True),
        _number("reviewed_by", nullable=True),
        _number("amount", nullable=True),
        sa.Column("basis", postgresql.JSONB(), nullable=True),
        _number("proposed_by", nullable=True),
        _number("approved_by", nullable=True),
        _day("approved_on", nullable=True),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        _text("note"),
        _moment("created_at"),
        _moment("changed_at"),
        _number("version"),
        *_numbered("subsidy"),
        *_checks("subsidy", CHECKS),
        *(
            _refers("subsidy", f"{table}_id", table)
            for table in ("application", "person", "park", "tenancy")
        ),
        *(
            _refers("subsidy", f"{what}_by", "staff")
            for what in ("reviewed", "proposed", "approved")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_code"], ["division.code"], name=op.f("fk_subsidy_jurisdiction_code")
        ),
        sa.UniqueConstraint("number", name=op.f("uq_subsidy_number")),
    )
    for name in ("application_id", "person_id", "park_id", "tenancy_id", "jurisdiction_code"):
        op.create_index(op.f(f"ix_subsidy_{name}"), "subsidy", [name])
    _partial("ix_subsidy_due_on", "subsidy", ["due_on"], "due_on IS NOT NULL", unique=False)
    _partial("uq_subsidy_one_person", "subsidy", ["person_id"], HAD)
    _partial("uq_subsidy_one_venture", "subsidy", ["credit_code"], HAD)


def _line() -> None:
    op.create_table(
        "subsidy_line",
        _number("subsidy_id"),
        sa.Column("kind", _words("subsidykind", KINDS), nullable=False),
        _number("place"),
        _number("tenancy_id", nullable=True),
        _text("name", nullable=True),
        _text("credit_code", nullable=True),
        _day("registered_on", nullable=True),
        _day("moved_out_on", nullable=True),
        *(_text(f"worker_{what}", nullable=True) for what in ("name", "number", "hash")),
        _day("hired_on", nullable=True),
        _text("evidence"),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("outcome", _words("outcome", OUTCOMES), nullable=True),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        _text("note"),
        _number("amount", nullable=True),
        *_numbered("subsidy_line"),
        *_checks("subsidy_line", OF_A_LINE),
        _refers("subsidy_line", "subsidy_id", "subsidy"),
        _refers("subsidy_line", "tenancy_id", "tenancy"),
        sa.UniqueConstraint("subsidy_id", "place", name=op.f("uq_subsidy_line_subsidy_id_place")),
    )
    for name, (columns, where) in ONCE.items():
        _partial(f"uq_subsidy_line_{name}", "subsidy_line", columns, where)


def _return() -> None:
    op.create_table(
        "subsidy_return",
        _number("subsidy_id"),
        _number("round"),
        sa.Column("items", postgresql.JSONB(), nullable=False),
        _number("asked_by"),
        _moment("asked_at"),
        _moment("ended_at", nullable=True),
        *_checks("subsidy_return", {"items": "jsonb_array_length(items) > 0"}),
        _refers("subsidy_return", "subsidy_id", "subsidy"),
        _refers("subsidy_return", "asked_by", "staff"),
        sa.PrimaryKeyConstraint("subsidy_id", "round", name=op.f("pk_subsidy_return")),
    )
    _partial("uq_subsidy_return_one_open", "subsidy_return", ["subsidy_id"], "ended_at IS NULL")


def _money() -> None:
    op.create_table(
        "subsidy_payment",
        _number("subsidy_id"),
        _number("amount"),
        _day("paid_on"),
        _text("voucher"),
        _number("recorded_by"),
        _moment("recorded_at"),
        *_checks("subsidy_payment", {"amount": "amount > 0"}),
        _refers("subsidy_payment", "subsidy_id", "subsidy"),
        _refers("subsidy_payment", "recorded_by", "staff"),
        sa.PrimaryKeyConstraint("subsidy_id", name=op.f("pk_subsidy_payment")),
    )
    op.create_table(
        "subsidy_recovery",
        _number("subsidy_id"),
        _number("amount"),
        _day("recovered_on"),
        sa.Column("ground", _words("ground", GROUNDS), nullable=False),
        _text("why"),
        _number("recorded_by"),
        _moment("recorded_at"),
        *_checks("subsidy_recovery", {"amount": "amount > 0"}),
        sa.ForeignKeyConstraint(
            ["subsidy_id"],
            ["subsidy_payment.subsidy_id"],
            name=op.f("fk_subsidy_recovery_subsidy_id"),
        ),
        _refers("subsidy_recovery", "recorded_by", "staff"),
        sa.PrimaryKeyConstraint("subsidy_id", name=op.f("pk_subsidy_recovery")),
    )
    op.create_table(
        "subsidy_reminder",
        _number("subsidy_id"),
        _text("event"),
        _day("for_on"),
        _moment("at"),
        _refers("subsidy_reminder", "subsidy_id", "subsidy"),
        sa.PrimaryKeyConstraint("subsidy_id", "event", "for_on", name=op.f("pk_subsidy_reminder")),
    )


def _steps() -> None:
    pairs = ", ".join(
        f"({of_a_case}, '{before}', '{after}')"
        for of_a_case, way in (("true", OF_A_CASE), ("false", OF_A_CLAIM))
        for steps in (way, MONEY)
        for before in steps
        for after in steps[before]
    )
    op.execute(
        f"""
        CREATE FUNCTION subsidy_takes_a_legal_step() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.status <> OLD.status
               AND (NEW.kind = 'STARTUP', OLD.status, NEW.status) NOT IN ({pairs}) THEN
                RAISE EXCEPTION 'no step from % to %', OLD.status, NEW.status
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'subsidy_legal_step';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER subsidy_legal_step BEFORE UPDATE ON subsidy
            FOR EACH ROW EXECUTE FUNCTION subsidy_takes_a_legal_step();
        """
    )


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = True) -> None:
    op.create_index(name, table, columns, unique=unique, postgresql_where=sa.text(where))


def _numbered(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        _number("id"),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
    )


def _checks(table: str, rules: dict[str, str]) -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}")) for name, rule in rules.items()
    ]


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


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))
