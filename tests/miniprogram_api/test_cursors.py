from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine

from backend import clock
from backend.errors import Malformed
from miniprogram_api import cursors
from tests.factories import Caller, World
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused

HOUR = timedelta(hours=1)


def test_a_position_comes_back(in_app):
    cursor = cursors.pack(["阿", 1.5, 7], "listParks", {"q": "x"}, None)

    assert ["阿", 1.5, 7] == cursors.unpack(cursor, "listParks", {"q": "x"}, None)
    assert cursors.unpack(None, "listParks", {}, None) is None


@pytest.mark.parametrize(
    ("operation", "asked"),
    [("listApplications", {"q": "x"}), ("listParks", {"q": "y"}), ("listParks", {})],
)
def test_a_position_fits_only_its_list_and_its_filters(in_app, operation, asked):
    cursor = cursors.pack([7], "listParks", {"q": "x"}, None)

    with pytest.raises(Malformed):
        cursors.unpack(cursor, operation, asked, None)


def test_a_position_lives_an_hour(in_app):
    cursor, made = cursors.pack([7], "listParks", {}, None), clock.now()

    with time_machine.travel(made + HOUR - timedelta(seconds=5)):
        assert [7] == cursors.unpack(cursor, "listParks", {}, None)
    for late in (HOUR + timedelta(seconds=5), timedelta(days=30)):
        with time_machine.travel(made + late), pytest.raises(Malformed):
            cursors.unpack(cursor, "listParks", {}, None)


def walked(caller: Caller, path: str, after_each_page=lambda: None) -> list[str]:
    """The ids of a whole list, page by page."""
    seen, cursor = [], ""
    while True:
        answer = caller.get(f"{path}{cursor}")
        assert 200 == answer.status_code, answer.text
        seen += [each["id"] for each in answer.json["items"]]
        if answer.json["next_cursor"] is None:
            return seen
        cursor = f"&cursor={quote(answer.json['next_cursor'])}"
        after_each_page()


def first_cursor(caller: Caller, path: str) -> str:
    return caller.get(path).json["next_cursor"]


@pytest.fixture
def her(world: World) -> Caller:
    """Somebody with three applications behind her."""
    caller = world.citizen()
    for _ in range(3):
        made, etag = world.draft(caller, sections={})
        caller.post(f"/applications/{made['id']}/withdraw", {}, etag=etag)
    return caller


@pytest.fixture
def spoilt(her, world) -> dict[str, str]:
    """QS-07: cursors of which none fits the list of her applications."""
    good = first_cursor(her, "/applications?limit=1")
    other = world.citizen("another")
    for _ in range(2):
        made, etag = world.draft(other, sections={})
        other.post(f"/applications/{made['id']}/withdraw", {}, etag=etag)
    middle = len(good) // 2
    return {
        "truncated": good[:-1],
        "beginning only": good[:10],
        "bit flipped": good[:middle] + ("A" if good[middle] != "A" else "B") + good[middle + 1 :],
        "signature flipped": good[:-3] + ("AAA" if good[-3:] != "AAA" else "BBB"),
        "twice": good + good,
        "from another list": first_cursor(world.anybody, "/parks?limit=1"),
        "from another filter": first_cursor(her, "/applications?limit=1&status=withdrawn"),
        "from another person": first_cursor(other, "/applications?limit=1"),
        "garbage": "garbage",
        "dots": "..",
        "json": '["2027-01-01",1]',
        "number": "1",
        "spaces": " ",
        "NUL": "a\x00b",
        "hanzi": "翻页",
        "overlong": "a" * 1001,
        "unsigned": good.split(".")[0],
    }


def test_qs07_a_cursor_that_was_not_made_for_this_list_is_refused(her, app, spoilt):
    for name, cursor in spoilt.items():
        with nothing_changes(app):
            problem = refused(her.get(f"/applications?limit=1&cursor={quote(cursor)}"), 400)

        assert ["?cursor"] == pointers(problem), name


def test_a_cursor_gives_nothing_away(her):
    cursor = first_cursor(her, "/applications?limit=1")

    assert cursor.isascii()
    assert len(cursor) < 1000
    assert her.get("/me").json["id"] not in cursor


def test_qs08_her_own_list_shows_each_stable_row_once_while_others_are_added(world, her):
    stable = {each["id"] for each in her.get("/applications?limit=100").json["items"]}

    def add_one():
        made, etag = world.draft(her, sections={})
        her.post(f"/applications/{made['id']}/withdraw", {}, etag=etag)

    seen = walked(her, "/applications?limit=1", add_one)

    assert sorted(stable) == sorted(each for each in seen if each in stable)


def test_qs08_a_queue_shows_each_stable_row_once_while_it_moves(world):
    manager = world.staff()
    people = [world.citizen(f"stable-{number}") for number in range(4)]
    stable = [world.submitted(person)[0]["id"] for person in people]
    leaving = world.citizen("leaving")
    gone, etag = world.submitted(leaving)
    newcomers = iter(world.citizen(f"newcomer-{number}") for number in range(20))
    moves = iter(
        [lambda: leaving.post(f"/applications/{gone['id']}/withdraw", {}, etag=etag)]
        + [lambda: world.submitted(next(newcomers))] * 2
    )

    seen = walked(
        manager, "/applications?limit=1&status=submitted", lambda: next(moves, lambda: None)()
    )

    assert stable == [each for each in seen if each in stable]
    assert len(seen) == len(set(seen))
