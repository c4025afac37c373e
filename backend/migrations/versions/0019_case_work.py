"""Notes and opinions on cases, decisions in bulk and their undoing, events that are held back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"

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
    ("APPROVED", "PUBLICISED"),
    ("PUBLICISED", "APPROVED"),
    ("PUBLICISED", "WITHDRAWN"),
    ("PUBLICISED", "OBJECTION_HOLD"),
    ("OBJECTION_HOLD", "PUBLICISED"),
    ("OBJECTION_HOLD", "SUBMITTED"),
    ("OBJECTION_HOLD", "WITHDRAWN"),
    ("APPROVED", "COMPLETED"),
    ("APPROVED", "LAPSED"),
)
UNDONE = (("APPROVED", "UNDER_REVIEW"), ("REJECTED", "UNDER_REVIEW"))
OF_NOTES = """
CREATE FUNCTION note_is_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'notes are only ever added' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER note_only_added BEFORE UPDATE OR DELETE ON note
    FOR EACH ROW EXECUTE FUNCTION note_is_only_added();
"""


def upgrade() -> None:
    _allow((*STEPS, *UNDONE))
    _note()
    _opinion()
    _batch()
    for name in ("not_before", "taken_back_at"):
        op.add_column("event", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    _events_change(("announced_at", "taken_back_at"))
    _unannounced("announced_at IS NULL AND taken_back_at IS NULL")


def downgrade() -> None:
    _events_change(("announced_at",))
    _unannounced("announced_at IS NULL")
    for name in ("not_before", "taken_back_at"):
        op.drop_column("event", name)
    for table in ("batch_row", "batch", "opinion", "note"):
        op.drop_table(table)
    op.execute("DROP FUNCTION note_is_only_added()")
    _allow(STEPS)


def _note() -> None:
    op.create_table(
        "note",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_note_application_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_note_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("public_id", name=op.f("uq_note_public_id")),
    )
    op.create_index(op.f("ix_note_application_id"), "note", ["application_id"])
    op.execute(OF_NOTES)


def _opinion() -> None:
    op.create_table(
        "opinion",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("park_id", sa.BigInteger(), nullable=True),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_by", sa.BigInteger(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("in_favour", sa.Boolean(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(park_id IS NULL) <> (division_code IS NULL)", name=op.f("ck_opinion_one_office")
        ),
        sa.CheckConstraint(
            "(given_at IS NULL) = (words IS NULL) AND (given_at IS NULL) = (given_by IS NULL)",
            name=op.f("ck_opinion_given"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_opinion_application_id")
        ),
        sa.ForeignKeyConstraint(["park_id"], ["park.id"], name=op.f("fk_opinion_park_id")),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("fk_opinion_division_code")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_opinion_asked_by")),
        sa.ForeignKeyConstraint(["given_by"], ["staff.id"], name=op.f("fk_opinion_given_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion")),
        sa.UniqueConstraint("public_id", name=op.f("uq_opinion_public_id")),
    )
    waiting = sa.text("given_at IS NULL")
    op.create_index(op.f("ix_opinion_application_id"), "opinion", ["application_id"])
    op.create_index("ix_opinion_due_on", "opinion", ["due_on"], postgresql_where=waiting)
    op.create_index(
        "uq_opinion_one_open",
        "opinion",
        ["application_id", sa.text("coalesce(park_id::text, division_code)")],
        unique=True,
        postgresql_where=waiting,
    )


def _batch() -> None:
    decisions = sa.Enum(
        "APPROVE",
        "REJECT",
        name="decision",
        native_enum=False,
        create_constraint=True,
        length=30,
    )
    op.create_table(
        "batch",
        sa.Column("decision", decisions, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_batch_undone")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_batch_staff_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["staff.id"], name=op.f("fk_batch_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("public_id", name=op.f("uq_batch_public_id")),
    )
    outcomes = sa.Enum(
        "DECIDED",
        "REFUSED",
        "UNDONE",
        "LEFT",
        name="outcome",
        native_enum=False,
        create_constraint=True,
        length=30,
    )
    op.create_table(
        "batch_row",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("application", sa.Uuid(), nullable=False),
        sa.Column("outcome", outcomes, nullable=False),
        sa.Column("problem", postgresql.JSONB(), nullable=True),
        sa.Column("was", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint(
            "(outcome = 'REFUSED') = (problem IS NOT NULL)", name=op.f("ck_batch_row_problem")
        ),
        sa.CheckConstraint("(outcome = 'REFUSED') = (was IS NULL)", name=op.f("ck_batch_row_was")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_row_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "place", name=op.f("pk_batch_row")),
    )


def _unannounced(which: str) -> None:
    op.drop_index("ix_event_unannounced", "event")
    op.create_index("ix_event_unannounced", "event", ["id"], postgresql_where=sa.text(which))


def _events_change(columns: tuple[str, ...]) -> None:
    """Say which columns of an event may still change: whether it was told, or taken back."""
    new, old = (" - ".join([f"to_jsonb({row})", *map(repr, columns)]) for row in ("NEW", "OLD"))
    op.execute(
        f"""
        CREATE OR REPLACE FUNCTION event_is_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND {new} = {old} THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'events are only ever added'
                USING ERRCODE = 'integrity_constraint_violation';
        END $$;
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
