"""What became of a push, and what does WeChat say of it? Helpers to bring pushes about."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import Flask

from backend.wechat.client import WeChat
from backend.wechat.simulator.server import Simulator
from backend.wechat.simulator.world import APPID, SECRET
from backend.wechat.token import Pace
from backend.wechat.token_store import MemoryTokens
from backend.wechat.wire import Limits
from notifications import delivery, ledger
from notifications.models import Lane
from tests.races.crowd import Case, ask, submitted

# A hanging call is given up after half a second here instead of five.
QUICK = Limits(connect_s=0.3, read_s=0.5, total_s=1.0, sign_in_total_s=0.6, sign_in_wait_s=0.1)
APART_S = 0.2
TEMPLATES = {"tenancy_result": "TENANCY_RESULT"}
WORDS = {
    "thing1": "恒隆创业广场",
    "phrase2": "审核通过",
    "date3": "2026年11月23日",
    "thing4": "场地B201，请办理入驻手续",
}


class Push(NamedTuple):
    """Where a push stands."""

    status: str
    errcode: int | None
    attempts: int


# A card that is held when its fate is unknown.
HELD = "policy_notice"
OF_HELD = {"thing1": "补贴开始申报", "thing2": "满一年的可以申报", "date3": "2026年11月23日"}


def pending(
    app: Flask,
    count: int = 1,
    lane: Lane = Lane.DECISION,
    template: str = "tenancy_result",
) -> list[Case]:
    """Bring in people to whom a push is due, all of them because of one event."""
    cases = submitted(app, count)
    ((event,),) = ask(
        app,
        "INSERT INTO event (public_id, name, subject_kind, subject_id, at, particulars,"
        " announced_at) VALUES (gen_random_uuid(), 'made.up', 'x', 1, now(), '{}', now())"
        " RETURNING id",
    )
    people = [case.applicant_id for case in cases]
    ask(
        app,
        "INSERT INTO message (public_id, event_id, event, person_id, title, body, link, created_at)"
        " SELECT gen_random_uuid(), :event, 'made.up', id, 't', 'b', 'pages/index/index', now()"
        " FROM unnest(CAST(:people AS bigint[])) AS id",
        event=event,
        people=people,
    )
    ask(
        app,
        "INSERT INTO delivery (message_id, person_id, channel, lane, template, page, content,"
        " status, attempts, claim_epoch, next_try_at, expires_at)"
        " SELECT id, person_id, 'wechat', :lane, :template, link, CAST(:words AS jsonb),"
        " 'PENDING', 0, 0, now(), now() + interval '24 h' FROM message WHERE event_id = :event",
        event=event,
        lane=lane.name,
        template=template,
        words=json.dumps(OF_HELD if template == HELD else WORDS),
    )
    return cases


def push_of(app: Flask, case: Case) -> Push:
    ((status, errcode, attempts),) = ask(
        app,
        "SELECT status, errcode, attempts FROM delivery WHERE person_id = :id",
        id=case.applicant_id,
    )
    return Push(status, errcode, attempts)


def statuses(app: Flask, cases: Sequence[Case]) -> dict[str, int]:
    found = ask(
        app,
        "SELECT status, count(*) FROM delivery WHERE person_id = ANY(:ids) GROUP BY 1",
        ids=[case.applicant_id for case in cases],
    )
    return {row[0]: row[1] for row in found}


def connected(simulator: Simulator) -> WeChat:
    """Return a client with short time-outs and no token yet."""
    return WeChat(
        base_url=simulator.url,
        appid=APPID,
        secret=SECRET,
        tokens=MemoryTokens(),
        limits=QUICK,
        pace=Pace(apart_s=APART_S, rest_when_down_s=0.1, rest_when_refused_s=0.1),
    )


def send_due(app: Flask, wechat: delivery.Pushes, rate: int = 10_000) -> int:
    with app.app_context():
        return delivery.send_all_due(wechat, TEMPLATES, rate=rate)


def time_passes(app: Flask) -> None:
    """Let leases end and waits be over, and let the sweeper see it."""
    ask(app, "UPDATE delivery SET lease_until = now() - interval '1 s' WHERE lease_until > now()")
    ask(app, "UPDATE delivery SET next_try_at = now() WHERE status IN ('PENDING', 'RETRY_WAIT')")
    with app.app_context():
        ledger.sweep()


def arrived(simulator: Simulator, case: Case) -> int:
    """Count the messages of one person that WeChat accepted, whatever it managed to answer."""
    return len(simulator.log(endpoint="send", openid=case.openid, carried_out=True))


def tried(simulator: Simulator, case: Case) -> int:
    return len(simulator.log(endpoint="send", openid=case.openid))


def row_of(app: Flask, case: Case) -> dict[str, Any]:
    (row,) = ask(app, "SELECT * FROM delivery WHERE person_id = :id", id=case.applicant_id)
    return dict(row._mapping)
