"""What is said about people and their businesses, and what counts of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

ONLY_ADDED = """
CREATE FUNCTION fact_record_is_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'statements about facts are only ever added'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER fact_record_only_added BEFORE UPDATE OR DELETE ON fact_record
    FOR EACH ROW EXECUTE FUNCTION fact_record_is_only_added();
"""

# In the order of the facts; null is not known.
COLUMNS = (
    ("person_birth_date", sa.Date()),
    ("gender_female", sa.Boolean()),
    ("is_hei_graduate", sa.Boolean()),
    ("graduation_date", sa.Date()),
    ("left_school_date", sa.Date()),
    ("is_current_student", sa.Boolean()),
    ("student_at_start", sa.Boolean()),
    ("registered_unemployed", sa.Boolean()),
    ("registered_unemployed_on", sa.Date()),
    ("registered_unemployed_at_start", sa.Boolean()),
    ("unemployed_since_graduation", sa.Boolean()),
    ("unemployed_since_graduation_on", sa.Date()),
    ("unemployed_at_start", sa.Boolean()),
    ("employment_difficulty", sa.Boolean()),
    ("employment_difficulty_on", sa.Date()),
    ("employment_difficulty_at_start", sa.Boolean()),
    ("is_veteran", sa.Boolean()),
    ("returning_migrant_entrepreneur", sa.Boolean()),
    ("returning_farmer_herder", sa.Boolean()),
    ("farmer_herder", sa.Boolean()),
    ("other_category_approved", sa.Boolean()),
    ("is_first_startup", sa.Boolean()),
    ("is_young_student_or_grad", sa.Boolean()),
    ("joined_internship_incubation", sa.Boolean()),
    ("internship_start", sa.Date()),
    ("internship_end", sa.Date()),
    ("internship_months", sa.BigInteger()),
    ("startup_success_date", sa.Date()),
    ("honour_level", sa.BigInteger()),
    ("bank_credit_good", sa.Boolean()),
    ("bank_credit_good_on", sa.Date()),
    ("applicant_is_individual", sa.Boolean()),
    ("loan_amount", sa.BigInteger()),
    ("loans_outstanding", sa.BigInteger()),
    ("loans_outstanding_on", sa.Date()),
    ("startup_subsidy_received", sa.Boolean()),
    ("county_code", sa.Text()),
    ("in_park", sa.Boolean()),
    ("in_park_on", sa.Date()),
    ("park_entry_date", sa.Date()),
    ("is_incubating", sa.Boolean()),
    ("reg_date", sa.Date()),
    ("registered_with_authority", sa.Boolean()),
    ("normal_operation", sa.Boolean()),
    ("normal_operation_on", sa.Date()),
    ("is_small_micro", sa.Boolean()),
    ("other_workers_employed_least", sa.BigInteger()),
    ("other_workers_employed_most", sa.BigInteger()),
    ("other_workers_employed_on", sa.Date()),
    ("other_workers_uninsured_least", sa.BigInteger()),
    ("other_workers_uninsured_most", sa.BigInteger()),
    ("other_workers_uninsured_on", sa.Date()),
    ("other_workers_family_least", sa.BigInteger()),
    ("other_workers_family_most", sa.BigInteger()),
    ("other_workers_family_on", sa.Date()),
    ("current_staff_least", sa.BigInteger()),
    ("current_staff_most", sa.BigInteger()),
    ("current_staff_on", sa.Date()),
    ("new_qualified_hires_least", sa.BigInteger()),
    ("new_qualified_hires_most", sa.BigInteger()),
    ("new_qualified_hires_on", sa.Date()),
    ("new_employees_least", sa.BigInteger()),
    ("new_employees_most", sa.BigInteger()),
    ("new_employees_on", sa.Date()),
    ("job_quality_good", sa.Boolean()),
    ("retention_high", sa.Boolean()),
    ("industry_code", sa.Text()),
)
COUNTS = (
    "other_workers_employed",
    "other_workers_uninsured",
    "other_workers_family",
    "current_staff",
    "new_qualified_hires",
    "new_employees",
)
CHECKS = (
    ("person_birth_date", "person_birth_date BETWEEN '1900-01-01' AND '2199-12-31'"),
    ("graduation_date", "graduation_date BETWEEN '1900-01-01' AND '2199-12-31'"),
    ("left_school_date", "left_school_date BETWEEN '1900-01-01' AND '2199-12-31'"),
    (
        "registered_unemployed_on",
        "(registered_unemployed IS NULL) = (registered_unemployed_on IS NULL)",
    ),
    (
        "unemployed_since_graduation_on",
        "(unemployed_since_graduation IS NULL) = (unemployed_since_graduation_on IS NULL)",
    ),
    (
        "employment_difficulty_on",
        "(employment_difficulty IS NULL) = (employment_difficulty_on IS NULL)",
    ),
    ("internship_start", "internship_start BETWEEN '1900-01-01' AND '2199-12-31'"),
    ("internship_end", "internship_end BETWEEN '1900-01-01' AND '2199-12-31'"),
    ("internship_months", "internship_months BETWEEN 0 AND 1000000000000"),
    ("startup_success_date", "startup_success_date BETWEEN '1900-01-01' AND '2199-12-31'"),
    ("honour_level", "honour_level BETWEEN 0 AND 4"),
    ("bank_credit_good_on", "(bank_credit_good IS NULL) = (bank_credit_good_on IS NULL)"),
    ("loan_amount", "loan_amount BETWEEN 0 AND 1000000000000"),
    ("loans_outstanding", "loans_outstanding BETWEEN 0 AND 1000000000000"),
    ("loans_outstanding_on", "(loans_outstanding IS NULL) = (loans_outstanding_on IS NULL)"),
    ("in_park_on", "(in_park IS NULL) = (in_park_on IS NULL)"),
    ("park_entry_date", "park_entry_date BETWEEN '1900-01-01' AND '2199-12-31'"),
    ("reg_date", "reg_date BETWEEN '1900-01-01' AND '2199-12-31'"),
    ("normal_operation_on", "(normal_operation IS NULL) = (normal_operation_on IS NULL)"),
)


def count_checks(name: str) -> dict[str, str]:
    """Return the checks of a count, known between bounds; without a least there is no most."""
    least, most = f"{name}_least", f"{name}_most"
    return {
        least: f"{least} BETWEEN 0 AND 1000000000000",
        most: f"{most} BETWEEN 0 AND 1000000000000",
        f"{name}_bounds": f"coalesce({least} <= {most}, {most} IS NULL)",
        f"{name}_on": f"({least} IS NULL) = ({name}_on IS NULL)",
    }


def upgrade() -> None:
    checks = [*CHECKS, *(each for name in COUNTS for each in count_checks(name).items())]
    op.create_table(
        "fact_record",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "SELF",
                "PARK",
                "BANK",
                "DOCUMENT",
                "STAFF",
                "REG",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_fact_record_person_id")
        ),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name=op.f("fk_fact_record_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_record")),
    )
    op.create_index(
        "ix_fact_record_person", "fact_record", ["person_id", "name", "id"], unique=False
    )
    op.create_table(
        "profile",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, kind, nullable=True) for name, kind in COLUMNS),
        sa.Column("conflicts", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("disputed", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_profile_{name}")) for name, rule in checks),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_profile_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_profile")),
    )
    op.execute(ONLY_ADDED)


def downgrade() -> None:
    op.drop_table("profile")
    op.drop_table("fact_record")
    op.execute("DROP FUNCTION fact_record_is_only_added()")
