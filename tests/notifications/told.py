"""What WeChat tells in tests: events as it writes them, kept and taken up as the worker does."""

import json
from typing import Any

from backend import clock
from backend.db import Row
from notifications import callbacks, ledger
from notifications.models import Lane
from tests.factories import openid_of
from tests.notifications.posts import TEMPLATES, plant
from tests.records import one

CARD = TEMPLATES["tenancy_result"]


def event(kind: str, name: str = "qiqige", at: float | None = None, **fields: Any) -> bytes:
    """A message about a person, of now or of a moment in seconds."""
    seconds = clock.now().timestamp() if at is None else at
    whole = {
        "ToUserName": "gh_1",
        "FromUserName": openid_of(name),
        "CreateTime": int(seconds),
        "MsgType": "event",
        "Event": kind,
    }
    return json.dumps(whole | fields).encode()


def popup(answer: str = "accept", name: str = "qiqige", at: float | None = None) -> bytes:
    item = {"TemplateId": CARD, "SubscribeStatusString": answer, "PopupScene": "0"}
    return event("subscribe_msg_popup_event", name, at, List=item)


def change(answer: str = "reject", name: str = "qiqige", at: float | None = None) -> bytes:
    item = {"TemplateId": CARD, "SubscribeStatusString": answer}
    return event("subscribe_msg_change_event", name, at, List=item)


def receipt(
    number: str | None = "7", errcode: str = "0", name: str = "qiqige", at: float | None = None
) -> bytes:
    status = "success" if errcode == "0" else "failed:system failed"
    item = {"TemplateId": CARD, "MsgID": number, "ErrorCode": errcode, "ErrorStatus": status}
    if number is None:
        del item["MsgID"]
    return event("subscribe_msg_sent_event", name, at, List=item)


def revoke(info: str = "8", name: str = "qiqige", at: float | None = None) -> bytes:
    about = {"FromUserName": "gh_platform", "OpenID": openid_of(name), "RevokeInfo": info}
    return event("user_authorization_revoke", name, at, **about)


def cancel(name: str = "qiqige", at: float | None = None) -> bytes:
    about = {"FromUserName": "gh_platform", "OpenID": openid_of(name)}
    return event("user_authorization_cancellation", name, at, **about)


def tell(*messages: bytes) -> None:
    """Keep the messages, in this order, and take up whatever is due after each."""
    for message in messages:
        callbacks.keep(message)
        callbacks.take_up_due(TEMPLATES)


def waiting() -> int:
    """How many messages were not taken up yet."""
    return one("SELECT count(*) FROM callback WHERE processed_at IS NULL")


def leaving(name: str = "qiqige") -> Row:
    """A push of hers that has left, and of which nobody knows yet what WeChat answers."""
    (key,) = plant(name=name)
    (push,) = ledger.claim("me", Lane.DECISION, rate=10**6)
    assert {key} == ledger.step([], [push["id"]], "me")
    return push
