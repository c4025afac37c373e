"""What do tests of the policy's numbers stand on? Accounts beside those that the seed brought."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.records import change


@pytest.fixture
def in_bureau(app: Flask) -> Iterator[Flask]:
    """The app's context; clerks who are taken on in a test leave with it."""
    with app.app_context():
        yield app
        change(
            "TRUNCATE parameter_row, ruling_row, decision_record, override, policy_version CASCADE"
        )
        taken_on = "SELECT id FROM staff WHERE username NOT LIKE 'demo-%'"
        change(f"DELETE FROM session WHERE staff_id IN ({taken_on})")
        change(f"DELETE FROM staff WHERE id IN ({taken_on})")
