"""Queues in the order in which they are read: by the day on which a case is due."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

DUE = sa.text("COALESCE(due_on, '9999-12-31'::date)")
QUEUES = {"ix_application_queue": "park_id", "ix_application_county": "jurisdiction_code"}


def upgrade() -> None:
    for name, office in QUEUES.items():
        op.drop_index(name, "application")
        op.create_index(name, "application", [office, DUE, "id"])


def downgrade() -> None:
    for name, office in QUEUES.items():
        op.drop_index(name, "application")
        op.create_index(name, "application", [office, "status", "due_on", "id"])
