"""How long does a night take in which no policy has become another one for anybody?

Every benefit is asked of everybody who consents. Against writing the day into the same rows, in as
many transactions, with nothing asked.
"""

import time
from collections.abc import Callable

from sqlalchemy import select, text, update

from backend import embedded
from backend.db import action, db, rows, session
from backend.matches import asking, enrolling, looking
from backend.matches.models import Standing
from miniprogram_api.app import create_app
from tests.benchmarks.audience import PEOPLE
from tests.conftest import settings_for

MANY = 100_000
CONSENT = """
INSERT INTO consent (public_id, person_id, purpose, version, granted_at)
SELECT gen_random_uuid(), id, 'POLICY_MATCHING', '2026-11', now() FROM person
WHERE id <= :many
"""


def report(servers: embedded.Servers) -> None:
    """Let as many of the people of the bench before consent; print both times and the ratio."""
    assert MANY <= PEOPLE
    app = create_app(settings_for(servers.database_url, servers))
    with app.app_context():
        action(session.execute)(text(CONSENT), {"many": MANY})
        enrolling.enrol()
        _stand_as_today()
        nights = {
            name: _night(each) for name, each in {"ours": _ours, "the day alone": _bare}.items()
        }
        told = rows(text("SELECT count(*) AS told FROM policy_match"))[0]["told"]
        db.engine.dispose()
    ours, bare = nights.values()
    print(f"a night for {MANY:,} people who consent, {told} of whom hear of something")
    print(f"  every benefit asked of everybody {ours:6.1f} s  {ours / bare:5.1f} × the day alone")
    print(f"  the day written down alone       {bare:6.1f} s")


@action
def _stand_as_today() -> None:
    """Have everybody stand as the rules find her today, looked at yesterday."""
    basis = asking.basis()
    found = asking._asked(*basis).subquery()
    stand = update(Standing).where(Standing.person_id == found.c.person_id)
    session.execute(text("SET LOCAL statement_timeout = 0"))
    session.execute(
        stand.values(
            met=found.c.now_met,
            unmet=found.c.now_unmet,
            basis=basis.key,
            profile_version=found.c.version,
            judged_at=text("now() - interval '1 day'"),
        ).execution_options(synchronize_session=False)
    )


def _night(work: Callable[[int], list[int]]) -> float:
    action(session.execute)(
        text("SET LOCAL statement_timeout = 0; UPDATE standing SET judged_on = '2000-01-01'")
    )
    began, after = time.monotonic(), 0
    while people := work(after):
        after = people[-1]
    return time.monotonic() - began


def _ours(after: int) -> list[int]:
    return looking.look(asking.basis(), after)


@action
def _bare(after: int) -> list[int]:
    behind = select(Standing.person_id).where(Standing.person_id > after)
    next_ = behind.order_by(Standing.person_id).limit(asking.PORTION).with_for_update()
    people = [each["person_id"] for each in rows(next_)]
    noted = "UPDATE standing SET judged_on = current_date WHERE person_id = ANY(:people)"
    session.execute(text(noted), {"people": people})
    return people
