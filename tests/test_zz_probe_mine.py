from sqlalchemy import text

from backend.db import rows
from tests.factories import World


def test_a(world: World, app):
    world.staff()

def test_b(world: World, app):
    with app.app_context():
        print(rows(text("select username from staff")), rows(text("select * from park_manager")))
    world.staff()
