import time
import pytest
from tests.conftest import settings_for
from tests.factories import SECTIONS, World
from backend.db import session, db
from miniprogram_api.app import create_app
from sqlalchemy import text

@pytest.fixture
def app(database_url, servers, simulator):
    t=time.monotonic()
    app = create_app(settings_for(database_url, servers, simulator.url))
    print("create_app", time.monotonic()-t)
    yield app
    with app.app_context():
        db.engine.dispose()

def test_two_approvals(app):
    world = World(app)
    with app.app_context():
        a = world.approved(world.citizen("a"))
        units = world.units()
        b, etag = world.submitted(world.citizen("b"))
        r = world.staff().post(f"/applications/{b['id']}/approve", {"unit_id": units[1]["id"]}, etag=etag)
        print(r.status_code, r.text[:300])
        print(session.execute(text("select id, name, announced_at from event")).all())
        print(session.execute(text("select count(*) from message")).all())
        print(session.execute(text("select task_name, count(*) from procrastinate_jobs group by 1")).all())
