"""What do tests of the policy's numbers stand on? Accounts beside those that the seed brought."""

from collections.abc import Iterator

import pytest
from flask import Flask

from backend.db import db
from tests.broom import Broom
from tests.records import change


@pytest.fixture
def in_bureau(app: Flask, sweep: Broom) -> Iterator[Flask]:
    """The app's context; clerks who are taken on in a test leave with it."""
    with app.app_context():
        yield app
        db.session.remove()
        # Before them goes all that names them.
        sweep()
        change("DELETE FROM staff WHERE username NOT LIKE 'demo-%'")
