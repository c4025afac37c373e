"""Four kinds of application; what the bureau decides has a county and no park."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

KINDS = ("TENANCY", "GUARANTEE_LOAN", "STARTUP_SUBSIDY", "INTERNSHIP")
CHECK = "ck_application_kind"


def upgrade() -> None:
    _kinds(KINDS)
    op.alter_column("application", "park_id", existing_type=sa.BigInteger(), nullable=True)
    op.create_check_constraint(
        op.f("ck_application_office"),
        "application",
        "(kind IN ('TENANCY')) = (park_id IS NOT NULL)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_application_office"), "application", type_="check")
    op.alter_column("application", "park_id", existing_type=sa.BigInteger(), nullable=False)
    _kinds(KINDS[:1])


def _kinds(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f(CHECK), "application", type_="check")
    named = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f(CHECK), "application", f"kind IN ({named})")
