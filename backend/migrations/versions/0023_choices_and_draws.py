"""Parks named in order, the word of the other parks, and draws of the order of a waiting list."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"

LEFT_BEFORE = ("PLACED", "LEFT", "CLOSED")
LEFT = (*LEFT_BEFORE, "NOT_ADMITTED")
UNIT_KINDS = ("OFFICE", "DESK", "PRODUCTION", "RESEARCH", "STALL")
STATUSES = ("ANNOUNCED", "FROZEN", "REVEALED", "CANCELLED")
OPEN = "status IN ('ANNOUNCED', 'FROZEN')"
# The steps of `backend.draws.workflow` once more, where no program can get round them; and what a
# draw has bound itself to stays as it was published.
OF_DRAWS = """
CREATE FUNCTION draw_keeps_its_word() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN
        (('ANNOUNCED', 'CANCELLED'), ('ANNOUNCED', 'FROZEN'), ('FROZEN', 'REVEALED'))
    THEN
        RAISE EXCEPTION 'no step from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'draw_legal_step';
    END IF;
    IF (NEW.public_id, NEW.park_id, NEW.unit_kind, NEW.places, NEW.commitment, NEW.sealed,
        NEW.announced_by, NEW.announced_at, NEW.freezes_at, NEW.draws_at)
        IS DISTINCT FROM
        (OLD.public_id, OLD.park_id, OLD.unit_kind, OLD.places, OLD.commitment, OLD.sealed,
        OLD.announced_by, OLD.announced_at, OLD.freezes_at, OLD.draws_at)
        OR (OLD.list_sha256, OLD.frozen_at) IS DISTINCT FROM (NEW.list_sha256, NEW.frozen_at)
            AND OLD.status <> 'ANNOUNCED'
        OR (OLD.secret, OLD.revealed_at) IS DISTINCT FROM (NEW.secret, NEW.revealed_at)
            AND OLD.status <> 'FROZEN'
    THEN
        RAISE EXCEPTION 'a draw keeps what it has published'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER draw_keeps_its_word BEFORE UPDATE ON draw
    FOR EACH ROW EXECUTE FUNCTION draw_keeps_its_word();

CREATE FUNCTION ticket_is_drawn_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stands text := (SELECT status FROM draw WHERE id = COALESCE(NEW.draw_id, OLD.draw_id));
BEGIN
    IF TG_OP = 'INSERT' AND stands = 'ANNOUNCED' AND NEW.place IS NULL
        OR TG_OP = 'UPDATE' AND stands = 'FROZEN' AND OLD.place IS NULL
            AND to_jsonb(NEW) - 'place' = to_jsonb(OLD) - 'place'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the list of a draw is closed'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ticket_is_drawn_once BEFORE INSERT OR UPDATE OR DELETE ON ticket
    FOR EACH ROW EXECUTE FUNCTION ticket_is_drawn_once();
"""


def upgrade() -> None:
    _leaves(LEFT)
    op.add_column("waiting_entry", sa.Column("drawn", sa.BigInteger(), nullable=True))
    _park_choice()
    _admission()
    op.create_table(
        "stopped_list",
        sa.Column("park_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_kind", _words("unitkind", UNIT_KINDS), nullable=False),
        _moment("since", nullable=False),
        _refers("stopped_list", "park_id", "park"),
        sa.PrimaryKeyConstraint("park_id", "unit_kind", name=op.f("pk_stopped_list")),
    )
    _draw()
    _ticket()
    op.execute(OF_DRAWS)


def downgrade() -> None:
    for table in ("ticket", "draw", "stopped_list", "admission", "park_choice"):
        op.drop_table(table)
    op.execute("DROP FUNCTION ticket_is_drawn_once(); DROP FUNCTION draw_keeps_its_word()")
    op.drop_column("waiting_entry", "drawn")
    op.execute("UPDATE waiting_entry SET why_left = 'CLOSED' WHERE why_left = 'NOT_ADMITTED'")
    _leaves(LEFT_BEFORE)


def _park_choice() -> None:
    op.create_table(
        "park_choice",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("choice", sa.BigInteger(), nullable=False),
        sa.Column("park_id", sa.BigInteger(), nullable=False),
        _moment("came_at"),
        sa.Column("from_park_id", sa.BigInteger(), nullable=True),
        sa.Column("passed_by", sa.BigInteger(), nullable=True),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("choice BETWEEN 2 AND 3", name=op.f("ck_park_choice_choice")),
        sa.CheckConstraint(
            "(came_at IS NULL) = (from_park_id IS NULL) AND (came_at IS NULL) = (passed_by IS NULL)"
            " AND (came_at IS NULL) = (jsonb_array_length(reasons) = 0)",
            name=op.f("ck_park_choice_came"),
        ),
        _refers("park_choice", "application_id", "application"),
        _refers("park_choice", "park_id", "park"),
        _refers("park_choice", "from_park_id", "park"),
        _refers("park_choice", "passed_by", "staff"),
        sa.PrimaryKeyConstraint("application_id", "choice", name=op.f("pk_park_choice")),
        sa.UniqueConstraint(
            "application_id", "park_id", name=op.f("uq_park_choice_application_id_park_id")
        ),
    )


def _admission() -> None:
    op.create_table(
        "admission",
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        _moment("asked_at", nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        _moment("reminded_at"),
        _moment("answered_at"),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("admitted", sa.Boolean(), nullable=True),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (admitted IS NULL)"
            " AND (answered_at IS NULL) = (answered_by IS NULL)",
            name=op.f("ck_admission_answered"),
        ),
        sa.CheckConstraint(
            "(admitted IS NOT DISTINCT FROM false) = (jsonb_array_length(reasons) > 0)",
            name=op.f("ck_admission_reasons"),
        ),
        _refers("admission", "entry_id", "waiting_entry"),
        _refers("admission", "answered_by", "staff"),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_admission")),
    )


def _draw() -> None:
    op.create_table(
        "draw",
        sa.Column("park_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_kind", _words("unitkind", UNIT_KINDS), nullable=False),
        sa.Column("places", sa.BigInteger(), nullable=False),
        sa.Column("status", _words("status", STATUSES), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("announced_by", sa.BigInteger(), nullable=False),
        _moment("announced_at", nullable=False),
        _moment("freezes_at", nullable=False),
        _moment("draws_at", nullable=False),
        _moment("frozen_at"),
        sa.Column("list_sha256", sa.Text(), nullable=True),
        _moment("revealed_at"),
        sa.Column("secret", sa.Text(), nullable=True),
        _moment("cancelled_at"),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("places > 0", name=op.f("ck_draw_places")),
        sa.CheckConstraint(
            "announced_at < freezes_at AND freezes_at < draws_at", name=op.f("ck_draw_days")
        ),
        sa.CheckConstraint(
            "(status IN ('FROZEN', 'REVEALED')) = (list_sha256 IS NOT NULL)"
            " AND (list_sha256 IS NULL) = (frozen_at IS NULL)",
            name=op.f("ck_draw_frozen"),
        ),
        sa.CheckConstraint(
            "(status = 'REVEALED') = (secret IS NOT NULL)"
            " AND (secret IS NULL) = (revealed_at IS NULL)",
            name=op.f("ck_draw_revealed"),
        ),
        sa.CheckConstraint(
            "(status = 'CANCELLED') = (why IS NOT NULL) AND (why IS NULL) = (cancelled_at IS NULL)",
            name=op.f("ck_draw_cancelled"),
        ),
        _refers("draw", "park_id", "park"),
        _refers("draw", "announced_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
        sa.UniqueConstraint("public_id", name=op.f("uq_draw_public_id")),
    )
    op.create_index(
        "uq_draw_one_open",
        "draw",
        ["park_id", "unit_kind"],
        unique=True,
        postgresql_where=sa.text(OPEN),
    )


def _ticket() -> None:
    op.create_table(
        "ticket",
        sa.Column("draw_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("class_rank", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("place > 0", name=op.f("ck_ticket_place")),
        _refers("ticket", "draw_id", "draw"),
        _refers("ticket", "entry_id", "waiting_entry"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ticket_public_id")),
        sa.UniqueConstraint("draw_id", "code", name="uq_ticket_code"),
        sa.UniqueConstraint("draw_id", "entry_id", name="uq_ticket_entry"),
        sa.UniqueConstraint("draw_id", "place", name="uq_ticket_place"),
    )
    op.create_index(op.f("ix_ticket_entry_id"), "ticket", ["entry_id"])


def _leaves(words: tuple[str, ...]) -> None:
    """Let a place on a list be given up for these reasons."""
    op.drop_constraint("ck_waiting_entry_left", "waiting_entry")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(
        op.f("ck_waiting_entry_left"), "waiting_entry", f"why_left IN ({listed})"
    )


def _words(name: str, members: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=30)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))
