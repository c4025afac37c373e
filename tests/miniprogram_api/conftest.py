"""What do tests of the API stand on? A swept app, a mended one, or one of their own."""

from typing import Any

import orjson
import pytest
from flask import Flask

from miniprogram_api import openapi
from tests.races.conftest import own_app, own_world
from tests.swept import app, closed_afterwards, in_mended_app, in_own_app, nothing_told

__all__ = [
    "app",
    "closed_afterwards",
    "in_mended_app",
    "in_own_app",
    "nothing_told",
    "own_app",
    "own_world",
]


@pytest.fixture(scope="session")
def document(shared_app: Flask) -> dict[str, Any]:
    """The OpenAPI document as a client reads it; that it is given out so is a test of its own."""
    with shared_app.app_context():
        written: dict[str, Any] = orjson.loads(orjson.dumps(openapi.document()))
        return written
