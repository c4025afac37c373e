"""Three indexes of the ledger that others stand in for: each push wrote into them again and again.

Of two that hold the same rows the planner may also take the wrong one, and read all that waits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

# Name, columns, and of which rows.
DROPPED = (
    ("ix_delivery_waiting_person", ["person_id"], "status IN ('PENDING', 'RETRY_WAIT')"),
    ("ix_delivery_leased", ["lease_until"], "status IN ('CLAIMED', 'SENDING')"),
    (
        "ix_delivery_unnumbered",
        ["person_id", "template", "intent_at"],
        "provider_id IS NULL AND intent_at IS NOT NULL",
    ),
)


def upgrade() -> None:
    for name, _, _ in DROPPED:
        op.drop_index(name, "delivery")


def downgrade() -> None:
    for name, columns, some in DROPPED:
        op.create_index(name, "delivery", columns, postgresql_where=sa.text(some))
