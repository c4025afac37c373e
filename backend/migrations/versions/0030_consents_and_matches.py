"""To what people consent, how they stand to the policies, and what they were told of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"

PURPOSES = ("POLICY_MATCHING", "POLICY_LOSSES")
WHAT = ("ELIGIBLE", "POSSIBLE", "CLOSING", "LOST")
CAUSES = ("FIRST", "TIME", "FACTS", "RULES")


def upgrade() -> None:
    _consent()
    _standing()
    _matches()


def downgrade() -> None:
    for table in ("policy_match_item", "policy_match", "standing", "consent"):
        op.drop_table(table)
    op.execute("DROP FUNCTION consent_is_only_ended()")


def _consent() -> None:
    op.create_table(
        "consent",
        _number("person_id"),
        sa.Column("purpose", _words("purpose", PURPOSES), nullable=False),
        _text("version"),
        _moment("granted_at"),
        _moment("withdrawn_at", nullable=True),
        _number("id"),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("withdrawn_at >= granted_at", name=op.f("ck_consent_in_order")),
        _refers("consent", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("public_id", name=op.f("uq_consent_public_id")),
    )
    op.create_index(
        "uq_consent_in_force",
        "consent",
        ["person_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index("ix_consent_person", "consent", ["person_id", "id"])
    op.execute(
        """
        CREATE FUNCTION consent_is_only_ended() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.withdrawn_at IS NOT NULL OR
               (NEW.person_id, NEW.purpose, NEW.version, NEW.granted_at) IS DISTINCT FROM
               (OLD.person_id, OLD.purpose, OLD.version, OLD.granted_at) THEN
                RAISE EXCEPTION 'a consent stays as it was given, and ends once'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'consent_stays';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER consent_stays BEFORE UPDATE ON consent
            FOR EACH ROW EXECUTE FUNCTION consent_is_only_ended();
        """
    )


def _standing() -> None:
    op.create_table(
        "standing",
        _number("person_id"),
        sa.Column("met", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("unmet", postgresql.ARRAY(sa.Text()), nullable=False),
        _day("judged_on"),
        _moment("judged_at", nullable=True),
        _number("profile_version", nullable=True),
        _text("basis", nullable=True),
        _day("told_on"),
        _refers("standing", "person_id", "person"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_standing")),
    )
    op.create_index("ix_standing_judged_on", "standing", ["judged_on"])


def _matches() -> None:
    op.create_table(
        "policy_match",
        _number("person_id"),
        _text("policy"),
        sa.Column("as_of", sa.Date(), nullable=False),
        _moment("found_at"),
        _number("id"),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        _refers("policy_match", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_match")),
        sa.UniqueConstraint("public_id", name=op.f("uq_policy_match_public_id")),
    )
    op.create_index("ix_policy_match_person", "policy_match", ["person_id", "id"])
    op.create_table(
        "policy_match_item",
        _number("id"),
        _number("match_id"),
        _number("person_id"),
        _text("benefit"),
        sa.Column("what", _words("what", WHAT), nullable=False),
        sa.Column("cause", _words("cause", CAUSES), nullable=False),
        _text("why"),
        _day("on"),
        _day("closes_on"),
        _number("ahead", nullable=True),
        sa.Column("answer", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "ahead IS NULL OR closes_on IS NOT NULL", name=op.f("ck_policy_match_item_closes")
        ),
        _refers("policy_match_item", "match_id", "policy_match"),
        _refers("policy_match_item", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_match_item")),
        sa.UniqueConstraint(
            "match_id", "benefit", "what", name=op.f("uq_policy_match_item_match_id_benefit_what")
        ),
    )
    op.create_index(
        "uq_policy_match_item_closing",
        "policy_match_item",
        ["person_id", "benefit", "closes_on", "ahead"],
        unique=True,
        postgresql_where=sa.text("ahead IS NOT NULL"),
    )


def _words(name: str, members: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=30)


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _day(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=True)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))
