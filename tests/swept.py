"""Where may a test change what the seed brought? In a database of its own, or if it is mended.

Fixtures for the conftest files of the mirror.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.pool import Pool

from tests.records import change, mend_seed

__all__ = ["app", "closed_afterwards", "in_mended_app", "in_own_app", "nothing_told"]


@pytest.fixture(scope="session")
def nothing_told(shared_app: Flask) -> None:
    """Remove the events and jobs that seeding left behind; the root's sweep keeps it so."""
    with shared_app.app_context():
        change("TRUNCATE event, procrastinate_jobs CASCADE")


@pytest.fixture
def app(nothing_told: None, app: Flask) -> Flask:
    """The app over a database that holds the seed and nothing else, not even its events."""
    return app


@pytest.fixture
def in_own_app(own_app: Flask) -> Iterator[Flask]:
    """The context of an app over a database of one's own."""
    with own_app.app_context():
        yield own_app


@pytest.fixture
def in_mended_app(app: Flask) -> Iterator[Flask]:
    """The app's context; parks, units and accounts are afterwards as they were before."""
    with app.app_context():
        yield app
        mend_seed()


@pytest.fixture
def closed_afterwards() -> Iterator[None]:
    """Close whatever connections apps open that are built within the test and then forgotten."""
    opened: list[Any] = []

    def note(connection: Any, record: Any) -> None:
        opened.append(connection)

    event.listen(Pool, "connect", note)
    yield
    event.remove(Pool, "connect", note)
    for connection in opened:
        connection.close()
