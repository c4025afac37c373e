"""What does the queue of a manager with ten thousand cases cost, beside its SQL by hand?"""

from backend import embedded
from miniprogram_api.app import create_app
from tests.benchmarks.load import Load, always, get
from tests.conftest import settings_for
from tests.factories import World
from tests.races.crowd import ask, submitted

CASES = 10_000
OURS, BY_HAND = "queue of 10,000 cases", "its SQL by hand"


def loads(ours: int, peer: int, servers: embedded.Servers) -> list[Load]:
    """Bring in the cases; return the two loads to compare."""
    app = create_app(settings_for(servers.database_url, servers))
    token = World(app).staff("demo-manager").token
    submitted(app, CASES)
    ((park,),) = ask(app, "SELECT id FROM park WHERE key = 'P05'")
    ask(app, "UPDATE application SET due_on = date '2026-12-01' + (id % 30)::int")
    ask(app, "ANALYZE application")
    path = "/api/v1/applications?limit=20"
    return [
        Load(BY_HAND, peer, always(get(f"/queue-by-hand?park={park}"))),
        Load(OURS, ours, always(get(path, f"Authorization: Bearer {token}"))),
    ]
