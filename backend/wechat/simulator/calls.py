"""What happens to a call between its arrival and its answer? It is carried out, noted, spoilt."""

import json
import socket
import time
from collections.abc import Callable
from typing import Any

from backend.wechat.simulator.faults import JSON, encoded, packet
from backend.wechat.simulator.mischief import Misbehaviour
from backend.wechat.simulator.refused import Refused, answer
from backend.wechat.simulator.world import World

# Path → name in the plan and the journal, and the one method WeChat takes there.
CALLS = {
    "/sns/jscode2session": ("login", "GET"),
    "/cgi-bin/stable_token": ("token", "POST"),
    "/cgi-bin/token": ("token", "GET"),
    "/cgi-bin/message/subscribe/send": ("send", "POST"),
    "/wxa/business/getuserphonenumber": ("phone", "POST"),
    "/wxa/msg_sec_check": ("text", "POST"),
    "/wxa/getwxacodeunlimit": ("code", "POST"),
    "/wxa/generate_urllink": ("link", "POST"),
}
PICTURE = "image/png"
# What is said in words, or a picture.
Said = dict[str, Any] | bytes


def respond(
    world: World,
    connection: socket.socket,
    method: str,
    path: str,
    query: dict[str, str],
    body: bytes,
) -> bool:
    """Answer one call in WeChat's place; return whether the connection lives on.

    The journal has the call before anything can delay or spoil the answer.
    """
    endpoint, _ = CALLS[path]
    decoded = _decoded(body)
    asked = decoded if isinstance(decoded, dict) else {}
    openid = asked.get("touser") or asked.get("openid")
    row = world.mischief.next_for(endpoint, openid)
    with _Flight(world, openid if endpoint == "send" else None) as flight:
        said, carried_out = _said(world, method, path, query, body, row, flight.collides)
        entry = world.journal.note(
            endpoint,
            method,
            path,
            query,
            decoded,
            errcode=_answered_code(said, row),
            carried_out=carried_out,
            misbehaviour=row.name if row else None,
        )
        if endpoint == "send":
            if carried_out and isinstance(said, dict) and "msgid" in said:
                world.pushes.receipt(str(openid), str(asked["template_id"]), said["msgid"])
            world.mischief.wait_at_gate()
        time.sleep(world.latency_s)
        lives_on = world.spoiler.write(connection, row, _packet(said, path))
    entry.answered = lives_on
    return lives_on


def _said(
    world: World,
    method: str,
    path: str,
    query: dict[str, str],
    body: bytes,
    row: Misbehaviour | None,
    collides: bool,
) -> tuple[Said, bool]:
    """Return what there is to say, and whether the call took effect."""
    if row is not None and not row.carried_out:
        return answer(row.errcode), False
    try:
        if method != CALLS[path][1]:
            raise Refused(43002)
        if collides:
            raise Refused(43108)
        with world.lock:
            said = _asked(world, path, query, body)
    except Refused as refused:
        return answer(refused.errcode, refused.more), False
    return (answer(row.errcode) if row and row.kind == "errcode" else said), True


def _asked(world: World, path: str, query: dict[str, str], body: bytes) -> Said:
    account = world.account
    ways: dict[str, Callable[[], Said]] = {
        "/sns/jscode2session": lambda: account.sign_in(query),
        "/cgi-bin/stable_token": lambda: account.stable_token(body),
        "/cgi-bin/token": lambda: account.plain_token(query),
        "/cgi-bin/message/subscribe/send": lambda: account.send(query, body),
        "/wxa/business/getuserphonenumber": lambda: account.phone(query, body),
        "/wxa/msg_sec_check": lambda: account.look_at(query, body),
        "/wxa/getwxacodeunlimit": lambda: account.code(query, body),
        "/wxa/generate_urllink": lambda: account.link(query, body),
    }
    return ways[path]()


class _Flight:
    """A message between its arrival and its answer; two to one person may not overlap."""

    def __init__(self, world: World, openid: str | None):
        self._world = world
        self._openid = openid if world.one_at_a_time else None
        self.collides = False

    def __enter__(self) -> "_Flight":
        if self._openid is not None:
            with self._world.lock:
                self.collides = self._openid in self._world.in_flight
                self._world.in_flight.add(self._openid)
        return self

    def __exit__(self, *_: object) -> None:
        if self._openid is not None and not self.collides:
            with self._world.lock:
                self._world.in_flight.discard(self._openid)


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode(errors="replace")


def _answered_code(said: Said, row: Misbehaviour | None) -> int | None:
    if row is not None and row.kind not in ("errcode", "slow"):
        return None
    return int(said.get("errcode", 0)) if isinstance(said, dict) else 0


def _packet(said: Said, path: str) -> bytes:
    if isinstance(said, bytes):
        return packet(200, said, PICTURE)
    return packet(200, encoded(said), _type(path))


def _type(path: str) -> str:
    return "text/plain" if path == "/sns/jscode2session" else JSON
