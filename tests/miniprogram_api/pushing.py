"""How does WeChat call the app? With questions and sealed messages, good or forged."""

import json
from typing import Any
from urllib.parse import urlencode

from flask import Flask

from backend import clock
from backend.wechat.callback import Door, sign
from backend.wechat.simulator import pushes

ADDRESS = "/wechat/callback"
DEMO = b'{"MsgType": "event", "Event": "debug_demo", "CreateTime": 1714112445}'


def door(app: Flask) -> Door:
    """What the app and WeChat have agreed upon."""
    found: Door = app.extensions["door"]
    return found


def addressed(query: dict[str, str]) -> str:
    return f"{ADDRESS}?{urlencode(query)}"


def question(app: Flask, **changed: str) -> str:
    """The address of a question that is answered, or of one with something changed."""
    stamp = str(int(clock.now().timestamp()))
    query = {"timestamp": stamp, "nonce": "1514711492", "echostr": "4375120948345356249"}
    query["signature"] = sign(door(app).token, stamp, query["nonce"])
    return addressed(query | changed)


def push(app: Flask, message: bytes, by: Door | None = None) -> tuple[str, Any]:
    """The address and the content of a push."""
    query, body = pushes.request(by or door(app), message, clock.now())
    return addressed(query), json.loads(body)
