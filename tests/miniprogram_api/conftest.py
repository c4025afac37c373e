"""What do tests of the API stand on? A swept app, a mended one, or one of their own."""

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
