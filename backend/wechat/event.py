"""What does a message of WeChat's tell, of whom and when? Its fields, whatever form they came in.

Source: the same field comes as a number or as text; one item of a list as an object, several as an
array; the list at the top or within a node named after the event, as XML always has it. Who signs
as the sender of `user_authorization_*` is the platform: the person is named in `OpenID`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backend.wechat import answer, callback

LONGEST_KIND, LONGEST_ID = 64, 128
UNKNOWN = "unknown"
_SECONDS = re.compile(r"[0-9]{1,11}")
_NODE = re.compile(r"SubscribeMsg\w+Event")


@dataclass(frozen=True)
class Event:
    """One thing that WeChat tells; `at` is its own word for when, to the second."""

    kind: str
    openid: str | None
    at: datetime | None
    items: tuple[Mapping[str, str], ...]
    fields: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a field as text; empty where it is missing or is no plain value."""
        return answer.text(self.fields.get(name), longest=LONGEST_ID) or ""


def of(message: bytes) -> Event:
    """Read a message; raise Malformed for what is no JSON object or XML document."""
    fields = callback.read(message)
    named = {
        name: answer.text(fields.get(name), longest=LONGEST_ID) for name in ("Event", "OpenID")
    }
    kind = named["Event"] or answer.text(fields.get("MsgType"), longest=LONGEST_KIND)
    sender = answer.text(fields.get("FromUserName"), longest=LONGEST_ID)
    return Event(
        kind=(kind or UNKNOWN)[:LONGEST_KIND],
        openid=named["OpenID"] or sender,
        at=_moment(fields.get("CreateTime")),
        items=tuple(_plain(item) for item in _listed(fields) if isinstance(item, dict)),
        fields=fields,
    )


def _listed(fields: Mapping[str, Any]) -> list[Any]:
    nodes = (value for name, value in fields.items() if _NODE.fullmatch(name))
    node = next((value for value in nodes if isinstance(value, dict)), fields)
    listed = node.get("List") or []
    return listed if isinstance(listed, list) else [listed]


def _plain(item: Mapping[str, Any]) -> Mapping[str, str]:
    texts = {name.strip(): answer.text(value, longest=LONGEST_ID) for name, value in item.items()}
    return {name: value for name, value in texts.items() if value is not None}


def _moment(value: object) -> datetime | None:
    seconds = answer.text(value, longest=11) or ""
    return datetime.fromtimestamp(int(seconds), UTC) if _SECONDS.fullmatch(seconds) else None
