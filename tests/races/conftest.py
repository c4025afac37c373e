"""What does a race need? An app over a database of its own, which a planted bug may spoil."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from backend import embedded
from backend.config import Settings
from backend.db import db
from backend.documents.shelf import Shelf
from backend.wechat.simulator.server import Simulator
from miniprogram_api.app import create_app
from tests.factories import World
from tests.running_system import RunningSystem


@pytest.fixture
def own_app(
    database_url: str, lent_app: Flask, simulator: Simulator, tmp_path: Path
) -> Iterator[Flask]:
    """The app over a database of one's own, whatever becomes of it."""
    # The same folder as that of the system which `served` starts over this database.
    lent_app.extensions["shelf"] = Shelf(tmp_path / "uploads", None)
    lent_app.extensions["cache"].forget("parks")
    yield lent_app
    with lent_app.app_context():
        db.engine.dispose()


@pytest.fixture
def new_app(database_url: str, lent_settings: Settings, simulator: Simulator) -> Iterator[Flask]:
    """An app that has answered nobody yet, for those who give it a route or a handler."""
    app = create_app(lent_settings)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def own_world(own_app: Flask) -> World:
    return World(own_app)


@pytest.fixture
def in_own_app(own_app: Flask) -> Iterator[Flask]:
    """Its context, for calling actions directly."""
    with own_app.app_context():
        yield own_app


@pytest.fixture
def served(
    own_app: Flask, database_url: str, servers: embedded.Servers, tmp_path: Path
) -> Iterator[RunningSystem]:
    """The API as gunicorn serves it, over the same database."""
    system = RunningSystem(tmp_path, database_url=database_url, redis_url=servers.redis_url)
    try:
        yield system.serve()
    finally:
        system.close()


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Write down what was measured; `-rP` shows it."""

    def write(**measured: Any) -> None:
        for name, value in measured.items():
            shown = f"{value:.3f}" if isinstance(value, float) else str(value)
            record_property(name, shown)
            print(f"FIGURE {name} = {shown}")

    return write
