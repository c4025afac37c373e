"""Documents: their content once, what they stand for, and who opened them."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def _term(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=30)


def upgrade() -> None:
    op.create_table(
        "stored_file",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column(
            "status",
            _term("filestatus", "UPLOADING", "QUARANTINED", "CLEAN", "REFUSED"),
            nullable=False,
        ),
        sa.Column("type", _term("filetype", "PDF", "JPEG", "PNG"), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("pages", sa.BigInteger(), nullable=False),
        sa.Column("wrapped_key", sa.Text(), nullable=True),
        sa.Column("scanned", sa.Boolean(), nullable=False),
        sa.Column(
            "unfit",
            _term(
                "unfit",
                "EMPTY",
                "WRONG_TYPE",
                "BROKEN",
                "TRAILING",
                "TOO_LARGE",
                "ANIMATED",
                "ENCRYPTED",
                "TOO_MANY_PAGES",
                "NO_PAGES",
                "JAVASCRIPT",
                "LAUNCH",
                "EMBEDDED",
                "TOO_COMPLEX",
                "INFECTED",
            ),
            nullable=True,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_stored_file_size")),
        sa.CheckConstraint(
            "(status = 'REFUSED') = (unfit IS NOT NULL)",
            name=op.f("ck_stored_file_refused_for_a_reason"),
        ),
        sa.CheckConstraint(
            "(status IN ('QUARANTINED', 'CLEAN')) = (wrapped_key IS NOT NULL)",
            name=op.f("ck_stored_file_has_its_key"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_stored_file_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_stored_file_public_id")),
    )
    op.create_index(
        "uq_stored_file_content",
        "stored_file",
        ["person_id", "digest"],
        unique=True,
        postgresql_where=sa.text("status IN ('QUARANTINED', 'CLEAN')"),
    )
    op.create_index(
        "ix_stored_file_unsettled",
        "stored_file",
        ["status"],
        postgresql_where=sa.text("status <> 'CLEAN'"),
    )
    op.create_table(
        "document",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            _term(
                "documentkind",
                "ID_CARD",
                "LICENCE",
                "DIPLOMA",
                "VETERAN_CERTIFICATE",
                "DISABILITY_CERTIFICATE",
                "SOCIAL_INSURANCE",
                "PLAN",
                "CONTRACT",
                "PERMIT",
                "OTHER",
            ),
            nullable=False,
        ),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_document_person_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_document_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("public_id", name=op.f("uq_document_public_id")),
    )
    op.create_index(op.f("ix_document_person_id"), "document", ["person_id"])
    op.create_index(op.f("ix_document_file_id"), "document", ["file_id"])
    op.create_table(
        "paper",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_paper_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_paper_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint(
            "application_id",
            "paper",
            "document_id",
            name=op.f("uq_paper_application_id_paper_document_id"),
        ),
    )
    op.create_index(op.f("ix_paper_document_id"), "paper", ["document_id"])
    op.create_table(
        "document_opening",
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            _term("purpose", "REVIEW", "VERIFICATION", "ON_SITE", "SUPERVISION", "ARCHIVE"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_opening_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_document_opening_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_document_opening_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_opening")),
        sa.UniqueConstraint("public_id", name=op.f("uq_document_opening_public_id")),
        sa.UniqueConstraint("ticket_hash", name=op.f("uq_document_opening_ticket_hash")),
    )
    op.create_index(op.f("ix_document_opening_document_id"), "document_opening", ["document_id"])
    op.create_index(
        op.f("ix_document_opening_application_id"), "document_opening", ["application_id"]
    )


def downgrade() -> None:
    for table in ("document_opening", "paper", "document", "stored_file"):
        op.drop_table(table)
