"""Numbers and readings that two people answer for, and the decisions made by them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

# A change begins as a proposal, is settled once by somebody else, and is never touched again: not
# its content at any time, not the rest after that. Two accounts of one person are one person.
SETTLED_ONCE = """
CREATE FUNCTION change_is_settled_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    settling CONSTANT text[] := ARRAY['status', 'version', 'confirmed_by', 'confirmed_at',
                                      'dropped_by', 'dropped_at', 'dropped_why'];
BEGIN
    IF TG_OP = 'INSERT' AND NEW.status = 'PROPOSED' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.status = 'PROPOSED' AND NEW.status <> 'PROPOSED'
       AND to_jsonb(NEW) - settling = to_jsonb(OLD) - settling
       AND NOT EXISTS (
            SELECT FROM staff AS first JOIN staff AS second USING (person_id)
            WHERE NEW.status = 'CONFIRMED'
              AND first.id = NEW.proposed_by AND second.id = NEW.confirmed_by)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a change is proposed, then settled once by a second person'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
ON_CHANGES = """
CREATE TRIGGER {table}_settled_once BEFORE INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION change_is_settled_once();
"""
ONLY_ADDED = """
CREATE FUNCTION row_is_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
ON_ADDED = """
CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION row_is_only_added();
"""
CHANGES = ("parameter_row", "ruling_row")
ADDED = ("policy_version", "decision_record", "override")


def upgrade() -> None:
    op.create_table(
        "parameter_row",
        *columns_of_change(),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("review_by", sa.Date(), nullable=True),
        *rules_of_change("parameter_row"),
        sa.CheckConstraint("value >= 0", name=op.f("ck_parameter_row_value")),
        sa.CheckConstraint(
            "valid_to IS NOT NULL OR review_by IS NOT NULL", name=op.f("ck_parameter_row_open_end")
        ),
    )
    op.create_table(
        "ruling_row",
        *columns_of_change(),
        sa.Column("in_use", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        *rules_of_change("ruling_row"),
        sa.CheckConstraint("scope = 'league'", name=op.f("ck_ruling_row_league")),
        sa.CheckConstraint(
            "kind IN ('decided', 'provisional', 'open')", name=op.f("ck_ruling_row_kind")
        ),
        sa.CheckConstraint("(kind = 'open') = (in_use = '')", name=op.f("ck_ruling_row_in_use")),
        sa.CheckConstraint(
            "kind <> 'decided' OR (decided_by <> '' AND decided_on IS NOT NULL)",
            name=op.f("ck_ruling_row_decided"),
        ),
    )
    op.create_table(
        "policy_version",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sheets", postgresql.JSONB(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_policy_version")),
    )
    op.create_table(
        "decision_record",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("application_id", sa.BigInteger(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("policy_hash", sa.Text(), nullable=False),
        sa.Column("tree_hash", sa.Text(), nullable=False),
        sa.Column("record", postgresql.JSONB(), nullable=False),
        sa.Column("officer", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "rule IS NOT DISTINCT FROM record ->> 'rule'", name=op.f("ck_decision_record_rule")
        ),
        sa.CheckConstraint(
            "policy_hash IS NOT DISTINCT FROM record ->> 'policy'",
            name=op.f("ck_decision_record_policy"),
        ),
        sa.CheckConstraint(
            "tree_hash IS NOT DISTINCT FROM record ->> 'tree_hash'",
            name=op.f("ck_decision_record_tree"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_decision_record_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_decision_record_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_hash"], ["policy_version.hash"], name=op.f("fk_decision_record_policy_hash")
        ),
        sa.ForeignKeyConstraint(["officer"], ["staff.id"], name=op.f("fk_decision_record_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_record")),
        sa.UniqueConstraint("public_id", name=op.f("uq_decision_record_public_id")),
    )
    for column in ("person_id", "application_id"):
        name = op.f(f"ix_decision_record_{column}")
        op.create_index(name, "decision_record", [column], unique=False)
    op.create_table(
        "override",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("overridden_by", sa.BigInteger(), nullable=False),
        sa.Column("overridden_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_override_reasoned")),
        sa.CheckConstraint("number > 0", name=op.f("ck_override_number")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision_record.id"], name=op.f("fk_override_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["overridden_by"], ["staff.id"], name=op.f("fk_override_overridden_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
        sa.UniqueConstraint("public_id", name=op.f("uq_override_public_id")),
        sa.UniqueConstraint("decision_id", "number", name=op.f("uq_override_decision_id_number")),
    )
    op.execute(SETTLED_ONCE)
    op.execute(ONLY_ADDED)
    for table in CHANGES:
        op.execute(ON_CHANGES.format(table=table))
    for table in ADDED:
        op.execute(ON_ADDED.format(table=table))


def columns_of_change() -> list[sa.Column]:
    return [
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PROPOSED",
                "CONFIRMED",
                "DROPPED",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_by", sa.BigInteger(), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_why", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
    ]


def rules_of_change(table: str) -> list[sa.Constraint]:
    checks = {
        "period": "valid_to >= valid_from",
        "reasoned": "btrim(reason) <> '' AND btrim(source) <> ''",
        "second_person": "confirmed_by <> proposed_by",
        "confirmed": "(status = 'CONFIRMED') = (confirmed_at IS NOT NULL)"
        " AND (confirmed_at IS NULL) = (confirmed_by IS NULL)",
        "dropped": "(status = 'DROPPED') = (dropped_at IS NOT NULL)"
        " AND (dropped_at IS NULL) = (dropped_by IS NULL)"
        " AND (dropped_at IS NULL) = (dropped_why IS NULL)",
    }
    return [
        *(sa.CheckConstraint(what, name=op.f(f"ck_{table}_{n}")) for n, what in checks.items()),
        *(
            sa.ForeignKeyConstraint([column], ["staff.id"], name=op.f(f"fk_{table}_{column}"))
            for column in ("proposed_by", "confirmed_by", "dropped_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
        postgresql.ExcludeConstraint(
            (sa.column("name"), "="),
            (sa.column("scope"), "="),
            (sa.text("daterange(valid_from, valid_to, '[]')"), "&&"),
            where=sa.text("status = 'PROPOSED'"),
            using="gist",
            name=f"ex_{table}_one_proposal",
        ),
    ]


def downgrade() -> None:
    for table in ("override", "decision_record", "policy_version", "ruling_row", "parameter_row"):
        op.drop_table(table)
    op.execute("DROP FUNCTION change_is_settled_once()")
    op.execute("DROP FUNCTION row_is_only_added()")
