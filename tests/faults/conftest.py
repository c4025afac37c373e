"""What is there to break? A whole system of its own, with servers that promise to lose nothing."""

from collections.abc import Iterator

import flask_migrate
import pytest

from backend import embedded
from backend.db import db
from backend.parks.actions import seed_demo, seed_parks
from backend.readiness import MIGRATIONS
from miniprogram_api.app import create_app
from miniprogram_api.commands import seed_demo_accounts
from tests.conftest import settings_for
from tests.faults.stack import Stack
from tests.races.conftest import figures, in_own_app, new_app, own_app, own_world, served
from tests.running_system import RunningSystem

__all__ = ["figures", "in_own_app", "new_app", "own_app", "own_world", "served"]


@pytest.fixture(scope="session")
def whole_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """API, worker and simulator as processes over durable servers of their own."""
    folder = tmp_path_factory.mktemp("stack")
    with embedded.start(folder / "data", durable=True) as servers:
        app = create_app(settings_for(servers.database_url, servers))
        with app.app_context():
            flask_migrate.upgrade(directory=str(MIGRATIONS))
            seed_parks()
            seed_demo()
            seed_demo_accounts()
        running = RunningSystem(
            folder, database_url=servers.database_url, redis_url=servers.redis_url
        )
        with running:
            yield Stack(app, running, folder / "data")
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def stack(whole_stack: Stack) -> Iterator[Stack]:
    """The system, whole and well behaved before and after."""
    whole_stack.recover()
    yield whole_stack
    whole_stack.recover()
