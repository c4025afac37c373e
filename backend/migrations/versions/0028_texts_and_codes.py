"""What was made of texts that people typed, and codes that lead people here."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

PLACES = (
    *("APPLICATION", "OBJECTION", "EVICTION", "RENEWAL"),
    *("LEAVING", "HEADCOUNT", "ATTENDANCE", "EARLY_END", "POST"),
)
VERDICTS = ("PASS", "REVIEW", "RISKY", "UNCHECKED")
SOURCES = ("WECHAT", "WORD_LIST")
SETTLED = ("HARMLESS", "REWRITE")
CODE_KINDS = ("PARK", "POSTER")
ERRANDS = ("PICTURE", "LINK")


def upgrade() -> None:
    _texts()
    _code()
    _of_a_code()


def downgrade() -> None:
    for table in ("code_openings", "code_errand", "code_picture", "code", "text_check"):
        op.drop_table(table)


def _texts() -> None:
    op.create_table(
        "text_check",
        sa.Column("application_id", sa.BigInteger(), nullable=True),
        sa.Column("subsidy_id", sa.BigInteger(), nullable=True),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("place", _term("place", PLACES), nullable=False),
        sa.Column("pointer", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", _term("verdict", VERDICTS), nullable=False),
        sa.Column("source", _term("source", SOURCES), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("trace_id", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled", _term("settled", SETTLED), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(application_id, subsidy_id, post_id) = 1",
            name=op.f("ck_text_check_of_one"),
        ),
        sa.CheckConstraint(
            "(settled IS NULL) = (settled_at IS NULL) AND (settled IS NULL) = (settled_by IS NULL)",
            name=op.f("ck_text_check_by_whom"),
        ),
        sa.CheckConstraint(
            "settled IS NULL OR verdict <> 'PASS'", name=op.f("ck_text_check_passed")
        ),
        sa.CheckConstraint(
            "settled IS DISTINCT FROM 'REWRITE' OR why <> ''", name=op.f("ck_text_check_why")
        ),
        _refers("text_check", "application_id", "application"),
        _refers("text_check", "subsidy_id", "subsidy"),
        _refers("text_check", "post_id", "post"),
        _refers("text_check", "person_id", "person"),
        _refers("text_check", "settled_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_check")),
        sa.UniqueConstraint("public_id", name=op.f("uq_text_check_public_id")),
    )
    for column in ("application_id", "subsidy_id", "post_id"):
        op.create_index(f"ix_text_check_{column}", "text_check", [column])
    op.create_index(
        "uq_text_check_one_present",
        "text_check",
        ["subject", "place", "pointer", "person_id"],
        unique=True,
        postgresql_where=sa.text("replaced_at IS NULL"),
    )


def _code() -> None:
    op.create_table(
        "code",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("kind", _term("codekind", CODE_KINDS), nullable=False),
        sa.Column("park_id", sa.BigInteger(), nullable=True),
        sa.Column("jurisdiction_code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_by", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("link_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("token ~ '^[0-9A-Za-z]{12}$'", name=op.f("ck_code_token")),
        sa.CheckConstraint("kind <> 'PARK' OR park_id IS NOT NULL", name=op.f("ck_code_park")),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_code_revoked")
        ),
        sa.CheckConstraint("(link IS NULL) = (link_expires_at IS NULL)", name=op.f("ck_code_link")),
        _refers("code", "park_id", "park"),
        sa.ForeignKeyConstraint(
            ["jurisdiction_code"], ["division.code"], name=op.f("fk_code_jurisdiction_code")
        ),
        _refers("code", "created_by", "staff"),
        _refers("code", "revoked_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_code_public_id")),
        sa.UniqueConstraint("token", name=op.f("uq_code_token")),
    )
    for column in ("park_id", "jurisdiction_code"):
        op.create_index(f"ix_code_{column}", "code", [column])


def _of_a_code() -> None:
    op.create_table(
        "code_picture",
        sa.Column("code_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        _refers("code_picture", "code_id", "code"),
        sa.PrimaryKeyConstraint("code_id", name=op.f("pk_code_picture")),
    )
    op.create_table(
        "code_errand",
        sa.Column("code_id", sa.BigInteger(), nullable=False),
        sa.Column("errand", _term("errand", ERRANDS), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        _refers("code_errand", "code_id", "code"),
        sa.PrimaryKeyConstraint("code_id", "errand", name=op.f("pk_code_errand")),
    )
    op.create_table(
        "code_openings",
        sa.Column("code_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("opens > 0", name=op.f("ck_code_openings_opens")),
        _refers("code_openings", "code_id", "code"),
        sa.PrimaryKeyConstraint("code_id", "day", name=op.f("pk_code_openings")),
    )


def _term(name: str, names: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*names, name=name, native_enum=False, length=30, create_constraint=True)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))
