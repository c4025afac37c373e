"""Who people are and where to reach them: sealed documents and phones, and what two share."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "civil_identity",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "document", _term("documenttype", "RESIDENT_CARD", "RESIDENCE_PERMIT"), nullable=False
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("source", _term("identitysource", "DECLARED", "STAFF"), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("relied_on_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_civil_identity_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_civil_identity")),
        sa.UniqueConstraint("person_id", name=op.f("uq_civil_identity_person_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_civil_identity_public_id")),
    )
    op.create_table(
        "civil_number",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["civil_identity.id"], name=op.f("fk_civil_number_identity_id")
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_civil_number")),
    )
    op.create_index(op.f("ix_civil_number_identity_id"), "civil_number", ["identity_id"])
    op.create_table(
        "phone",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_phone_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone")),
        sa.UniqueConstraint("public_id", name=op.f("uq_phone_public_id")),
    )
    op.create_index(op.f("ix_phone_person_id"), "phone", ["person_id"])
    current = sa.text("replaced_at IS NULL")
    op.create_index(
        "uq_phone_current", "phone", ["person_id"], unique=True, postgresql_where=current
    )
    op.create_index("ix_phone_hash_current", "phone", ["hash"], postgresql_where=current)
    op.create_table(
        "duplicate",
        sa.Column("kind", _term("duplicatekind", "IDENTITY", "PHONE"), nullable=False),
        sa.Column("claimant_id", sa.BigInteger(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("claimant_id <> holder_id", name=op.f("ck_duplicate_two_accounts")),
        sa.ForeignKeyConstraint(
            ["claimant_id"], ["person.id"], name=op.f("fk_duplicate_claimant_id")
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"], name=op.f("fk_duplicate_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate")),
        sa.UniqueConstraint("public_id", name=op.f("uq_duplicate_public_id")),
        sa.UniqueConstraint(
            "kind",
            "claimant_id",
            "holder_id",
            name=op.f("uq_duplicate_kind_claimant_id_holder_id"),
        ),
    )
    op.create_index(op.f("ix_duplicate_holder_id"), "duplicate", ["holder_id"])


def downgrade() -> None:
    op.drop_table("duplicate")
    op.drop_table("phone")
    op.drop_table("civil_number")
    op.drop_table("civil_identity")


def _term(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=30)
