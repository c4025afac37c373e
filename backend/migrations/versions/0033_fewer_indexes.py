"""Three indexes of the ledger that others stand in for: each push wrote into them again and again.

Of two that hold the same rows the planner may also take the wrong one, and read all that waits; so
that of the copies of staff holds no others any more.
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
OF_STAFF, COPY = "uq_message_event_id_staff_id", ["event_id", "staff_id"]


def upgrade() -> None:
    op.drop_constraint(OF_STAFF, "message")
    of_staff = sa.text("staff_id IS NOT NULL")
    op.create_index(OF_STAFF, "message", COPY, unique=True, postgresql_where=of_staff)
    for name, _, _ in DROPPED:
        op.drop_index(name, "delivery")


def downgrade() -> None:
    op.drop_index(OF_STAFF, "message")
    op.create_unique_constraint(OF_STAFF, "message", COPY)
    for name, columns, some in DROPPED:
        op.create_index(name, "delivery", columns, postgresql_where=sa.text(some))
