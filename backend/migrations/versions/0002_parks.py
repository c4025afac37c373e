"""Divisions, parks, tiers, managers, units and who holds a unit when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "division",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("english_name", sa.Text(), nullable=False),
        sa.Column("is_county", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_division")),
    )
    op.create_table(
        "park",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("pinyin", sa.Text(), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("jurisdiction_code", sa.Text(), nullable=False),
        sa.Column("jurisdiction_source", sa.Text(), nullable=False),
        sa.Column("located_county_code", sa.Text(), nullable=True),
        sa.Column("types", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("floor_area_m2", sa.BigInteger(), nullable=True),
        sa.Column("operator", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(longitude IS NULL) = (latitude IS NULL)", name=op.f("ck_park_whole_location")
        ),
        sa.CheckConstraint("floor_area_m2 > 0", name=op.f("ck_park_floor_area")),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_park_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_park_longitude")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_code"], ["division.code"], name=op.f("fk_park_jurisdiction_code")
        ),
        sa.ForeignKeyConstraint(
            ["located_county_code"], ["division.code"], name=op.f("fk_park_located_county_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_park")),
        sa.UniqueConstraint("key", name=op.f("uq_park_key")),
        sa.UniqueConstraint("name", name=op.f("uq_park_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_park_public_id")),
    )
    op.create_index(op.f("ix_park_jurisdiction_code"), "park", ["jurisdiction_code"], unique=False)
    op.create_table(
        "park_tier",
        sa.Column("park_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "tier",
            sa.Enum(
                "LEAGUE_STANDARD",
                "LEAGUE_DEMONSTRATION",
                "REGIONAL_DEMONSTRATION",
                "NATIONAL_DEMONSTRATION",
                name="tier",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("list_number", sa.BigInteger(), nullable=False),
        sa.Column("item_number", sa.BigInteger(), nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["park_id"], ["park.id"], name=op.f("fk_park_tier_park_id")),
        sa.PrimaryKeyConstraint("park_id", "tier", name=op.f("pk_park_tier")),
        sa.UniqueConstraint(
            "list_number",
            "item_number",
            "listed_on",
            name=op.f("uq_park_tier_list_number_item_number_listed_on"),
        ),
    )
    op.create_table(
        "park_manager",
        sa.Column("park_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["park_id"], ["park.id"], name=op.f("fk_park_manager_park_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_park_manager_staff_id")),
        sa.PrimaryKeyConstraint("park_id", "staff_id", "since_on", name=op.f("pk_park_manager")),
    )
    op.create_index(op.f("ix_park_manager_staff_id"), "park_manager", ["staff_id"], unique=False)
    op.create_table(
        "unit",
        sa.Column("park_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "OFFICE",
                "DESK",
                "PRODUCTION",
                "RESEARCH",
                "STALL",
                name="unitkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("floor_area_m2", sa.BigInteger(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("floor_area_m2 > 0", name=op.f("ck_unit_floor_area")),
        sa.ForeignKeyConstraint(["park_id"], ["park.id"], name=op.f("fk_unit_park_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("park_id", "code", name=op.f("uq_unit_park_id_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_unit_public_id")),
    )
    op.create_index(op.f("ix_unit_park_id"), "unit", ["park_id"], unique=False)
    op.create_table(
        "holding",
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "TENANCY",
                "OUT_OF_SERVICE",
                name="holdingkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("during", postgresql.DATERANGE(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("unit_id"), "="),
            (sa.column("during"), "&&"),
            using="gist",
            name="ex_holding_unit",
        ),
        sa.CheckConstraint(
            "(kind = 'TENANCY') = (application_id IS NOT NULL)", name=op.f("ck_holding_kind")
        ),
        sa.CheckConstraint(
            "NOT isempty(during) AND NOT lower_inf(during)", name=op.f("ck_holding_during")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_holding_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holding")),
        sa.UniqueConstraint("application_id", name=op.f("uq_holding_application_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_holding_public_id")),
    )


def downgrade() -> None:
    op.drop_table("holding")
    op.drop_table("unit")
    op.drop_table("park_manager")
    op.drop_table("park_tier")
    op.drop_table("park")
    op.drop_table("division")
    op.execute("DROP EXTENSION btree_gist")
