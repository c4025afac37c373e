"""Would the tests beside this one notice? Each guard is taken away, and the wrong gets through."""

import json
import time
from uuid import UUID

import pytest

from backend.access import Role
from backend.policies import queries
from eligibility.parameters import row_json
from tests.backend.policies.decisions import DAY, decided
from tests.backend.policies.proposals import FLOOR, confirmed, proposed
from tests.records import at_once, change, look, new_staff, one, person

pytestmark = pytest.mark.usefixtures("in_own_app")
# What keeps it out, and what would otherwise be possible.
GUARDS = {
    "a confirmed number changed": (
        "DROP TRIGGER parameter_row_settled_once ON parameter_row",
        "UPDATE parameter_row SET value = 9999999",
    ),
    "a confirmed number gone": (
        "DROP TRIGGER parameter_row_settled_once ON parameter_row",
        "DELETE FROM parameter_row",
    ),
    "its proposer its confirmer": (
        "ALTER TABLE parameter_row DROP CONSTRAINT ck_parameter_row_second_person;"
        "DROP TRIGGER parameter_row_settled_once ON parameter_row",
        "UPDATE parameter_row SET confirmed_by = proposed_by",
    ),
    "no reason": (
        "ALTER TABLE parameter_row DROP CONSTRAINT ck_parameter_row_reasoned;"
        "DROP TRIGGER parameter_row_settled_once ON parameter_row",
        "UPDATE parameter_row SET reason = ' '",
    ),
    "an end before the beginning": (
        "ALTER TABLE parameter_row DROP CONSTRAINT ck_parameter_row_period;"
        "DROP TRIGGER parameter_row_settled_once ON parameter_row",
        "UPDATE parameter_row SET valid_to = valid_from - 1",
    ),
    "a decision rewritten": (
        "DROP TRIGGER decision_record_only_added ON decision_record",
        "UPDATE decision_record SET record = record || '{\"value\": false}'",
    ),
    "a decision of another tree": (
        "DROP TRIGGER decision_record_only_added ON decision_record;"
        "ALTER TABLE decision_record DROP CONSTRAINT ck_decision_record_tree",
        "UPDATE decision_record SET tree_hash = repeat('0', 64)",
    ),
    "a policy rewritten": (
        "DROP TRIGGER policy_version_only_added ON policy_version",
        "UPDATE policy_version SET sheets = '{}'",
    ),
}


@pytest.mark.parametrize("what", GUARDS)
def test_each_guard_is_the_one_that_keeps_it_out(what):
    """With the guard the database refuses; without it the very same statement goes through."""
    guard, wrong = GUARDS[what]
    confirmed()
    decided()

    refused = attempt(wrong)
    for statement in guard.split(";"):
        change(statement)

    assert (True, False) == (refused, attempt(wrong))


def attempt(statement: str) -> bool:
    """Tell whether the database refused."""
    try:
        return change(statement) == 0
    except Exception as refusal:
        return "IntegrityError" in type(refusal).__name__


def carelessly_confirmed(key: UUID, staff_id: int) -> int:
    """Confirm as one must not: look, wait, then write, with neither lock nor version."""
    (found,) = look("SELECT status FROM parameter_row WHERE public_id = :key", key=key)
    time.sleep(0.2)
    if found["status"] != "PROPOSED":
        return 0
    return change(
        "UPDATE parameter_row SET status = 'CONFIRMED', confirmed_by = :by, confirmed_at = now()"
        " WHERE public_id = :key",
        key=key,
        by=staff_id,
    )


@pytest.mark.parametrize(("guarded", "winners"), [(True, 1), (False, 4)])
def test_careless_confirmers_are_many_but_for_the_database(guarded, winners):
    crowd = [new_staff(f"clerk-{n}", Role.BUREAU_STAFF).id for n in range(4)]
    key = proposed()["id"]
    if not guarded:
        change("DROP TRIGGER parameter_row_settled_once ON parameter_row")

    got = at_once(4, lambda n: carelessly_confirmed(key, crowd[n]))

    assert winners == got.count(1)


def test_two_proposals_about_the_same_days_are_possible_but_for_the_constraint():
    change("ALTER TABLE parameter_row DROP CONSTRAINT ex_parameter_row_one_proposal")

    proposed()
    proposed()

    assert 2 == one("SELECT count(*) FROM parameter_row")


def test_a_decision_that_kept_no_readings_would_change_with_them():
    """Planted: a record without its rows, evaluated by those of today."""
    key = decided(person_id=person().id)
    change("DROP TRIGGER decision_record_only_added ON decision_record")
    confirmed(FLOOR, valid_from="2023-01-01")
    assert queries.replayed(key).same

    rows = [row_json(row) for row in queries.snapshot(DAY).rows]
    change(
        "UPDATE decision_record SET record = jsonb_set(record, '{rows}', CAST(:rows AS jsonb))",
        rows=json.dumps(rows),
    )

    assert not queries.replayed(key).amount_same
