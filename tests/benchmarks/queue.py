"""What does the queue of a manager with ten thousand cases cost, beside its SQL by hand?"""

from urllib.request import Request, urlopen

import orjson

from backend import embedded
from miniprogram_api.app import create_app
from tests.benchmarks.load import Load, always, get
from tests.conftest import settings_for
from tests.factories import World
from tests.races.crowd import ask, submitted

CASES = 10_000
OURS_AT, PEER_AT = "/api/v1/applications?limit=20", "/queue-by-hand"
OURS, BY_HAND = "queue of 10,000 cases", "its SQL by hand"


def loads(ours: int, peer: int, servers: embedded.Servers) -> list[Load]:
    """Bring in the cases; return the two loads to compare."""
    app = create_app(settings_for(servers.database_url, servers))
    token = World(app).staff("demo-manager").token
    submitted(app, CASES)
    ask(app, "UPDATE application SET due_on = date '2026-12-01' + (id % 30)::int")
    ask(app, "ANALYZE application")
    signed_in = f"Authorization: Bearer {token}"
    assert _told(ours, OURS_AT, token) == _told(peer, PEER_AT, token)
    return [
        Load(BY_HAND, peer, always(get(PEER_AT, signed_in))),
        Load(OURS, ours, always(get(OURS_AT, signed_in))),
    ]


def _told(port: int, path: str, token: str) -> list[tuple[str, str, str]]:
    """What an answer says of each case; both have to say the same."""
    asked = Request(f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"})
    with urlopen(asked) as answer:
        items = orjson.loads(answer.read())["items"]
    return [(each["number"], each["due_on"], each["park_name"]) for each in items]
