"""Who is behind a code of `wx.login`? What WeChat says of it, and what its refusals mean."""

import logging
from dataclasses import dataclass
from typing import Any

from backend.errors import WeChatDown
from backend.wechat import answer, reactions
from backend.wechat.errors import AccountRefused, CodeRefused, RiskyUser, TooFrequent
from backend.wechat.reactions import Endpoint, Reaction

log = logging.getLogger(__name__)

LONGEST_ID = 64
REFUSALS = {Reaction.USER: CodeRefused, Reaction.DROP: RiskyUser}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in: `openid` is the person within our mini-program; `unionid` may be missing."""

    openid: str
    unionid: str | None


def read(fields: dict[str, Any]) -> Identity:
    """Read WeChat's answer; raise WeChatDown where nobody is named."""
    openid = answer.text(fields.get("openid"), longest=LONGEST_ID)
    if openid is None:
        raise WeChatDown("no openid")
    return Identity(openid, answer.text(fields.get("unionid"), longest=LONGEST_ID))


def refusal(errcode: int) -> Exception:
    """Return the exception for an error code (not 0) of the sign-in."""
    rule = reactions.of(Endpoint.SIGN_IN, errcode)
    if rule.reaction is Reaction.RETRY and rule.waits_s:
        return TooFrequent(retry_after=int(rule.waits_s[0]))
    if rule.reaction in REFUSALS:
        return REFUSALS[rule.reaction]()
    if rule.reaction is Reaction.ALARM:
        log.error("WeChat refuses our account at sign-in: errcode %d, %s", errcode, rule.meaning)
        return AccountRefused(errcode)
    return WeChatDown(f"errcode {errcode}")
