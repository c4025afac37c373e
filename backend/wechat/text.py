"""Is a text fit to be read by others? What WeChat says of it, and what its refusals mean.

Source: the text check of the mini-program server documentation (2026-07), version 2. It takes the
openid of somebody who was in the mini-program within the last two hours, so a text is looked at
while it is handed in, or not at all.
"""

import logging
from dataclasses import dataclass
from typing import Any

from backend.errors import WeChatDown
from backend.wechat import answer, reactions
from backend.wechat.errors import AccountRefused
from backend.wechat.reactions import Endpoint

log = logging.getLogger(__name__)

MOST_CHARACTERS = 2500
VERSION, SCENE = 2, 2
SUGGESTS = ("pass", "review", "risky")
# The second spelling has been seen in answers.
SPELLINGS = ("suggest", "suggust")
LONGEST_LABEL, LONGEST_TRACE = 10, 64


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One of SUGGESTS, WeChat's number for the kind of trouble, and the number of its answer."""

    suggest: str
    label: str | None
    trace_id: str | None


def asked(openid: str, words: str) -> dict[str, Any]:
    """Return the body of the call."""
    return {"version": VERSION, "openid": openid, "scene": SCENE, "content": words}


def read(fields: dict[str, Any]) -> Suggestion:
    """Read WeChat's answer; raise WeChatDown for one that suggests nothing known."""
    result = fields.get("result")
    result = result if isinstance(result, dict) else {}
    said = next((result[name] for name in SPELLINGS if name in result), None)
    if said not in SUGGESTS:
        raise WeChatDown("no suggestion")
    return Suggestion(
        said,
        answer.text(result.get("label"), longest=LONGEST_LABEL),
        answer.text(fields.get("trace_id"), longest=LONGEST_TRACE),
    )


def refusal(errcode: int) -> WeChatDown:
    """Return the exception for an error code (not 0): the text was not looked at."""
    rule = reactions.of(Endpoint.TEXT, errcode)
    if rule.calls_staff:
        log.error("WeChat refuses to look at texts: errcode %d, %s", errcode, rule.meaning)
        return AccountRefused(errcode)
    return WeChatDown(f"errcode {errcode}")
