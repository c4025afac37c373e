"""Where may a test change what the seed brought? In a database of its own, or if it is mended.

Fixtures for the conftest files of the mirror.
"""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.records import keep_seed, mend_seed, sweep

__all__ = ["app", "in_mended_app", "in_own_app"]


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    """The app over a database that holds the seed and nothing else."""
    yield shared_app
    with shared_app.app_context():
        sweep()
    shared_app.extensions["cache"].forget("parks")


@pytest.fixture
def in_own_app(own_app: Flask) -> Iterator[Flask]:
    """The context of an app over a database of one's own."""
    with own_app.app_context():
        yield own_app


@pytest.fixture
def in_mended_app(app: Flask) -> Iterator[Flask]:
    """The app's context; parks, units and accounts are afterwards as they were before."""
    with app.app_context():
        keep_seed()
        yield app
        mend_seed()
