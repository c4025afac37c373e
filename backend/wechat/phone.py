"""Which phone stands behind a code? What WeChat says of it, and what its refusals mean.

Source: the phone-number call of the mini-program server documentation (2026-07). Its codes are
not those of `wx.login`; they live five minutes and work once, and one that belongs to somebody
else is refused when her openid does not go with it.
"""

import logging
from dataclasses import dataclass, field
from typing import Any

from backend import clock
from backend.errors import WeChatDown
from backend.wechat import answer, reactions
from backend.wechat.errors import AccountRefused, PhoneCodeRefused, TooFrequent
from backend.wechat.reactions import Endpoint, Reaction

log = logging.getLogger(__name__)

MAINLAND = "86"
# The watermark says for whom and when WeChat gave the number; clocks may differ that much.
APART_S = 600
LONGEST_NUMBER = 20


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number without its country code, and that code."""

    country_code: str
    number: str = field(repr=False)

    @property
    def is_mainland(self) -> bool:
        """Tell whether it is a number of mainland China."""
        return self.country_code == MAINLAND


def read(fields: dict[str, Any], appid: str) -> PhoneNumber:
    """Read WeChat's answer; raise WeChatDown unless it was given to us just now."""
    told = _part(fields, "phone_info")
    mark = _part(told, "watermark")
    if mark.get("appid") != appid or not _is_fresh(mark.get("timestamp")):
        log.error("WeChat's watermark on a phone number is not ours or not of now")
        raise WeChatDown("watermark")
    number = answer.text(told.get("purePhoneNumber"), longest=LONGEST_NUMBER)
    country_code = answer.text(told.get("countryCode"), longest=LONGEST_NUMBER)
    if number is None or country_code is None:
        raise WeChatDown("no phone number")
    return PhoneNumber(country_code, number)


def refusal(errcode: int) -> Exception:
    """Return the exception for an error code (not 0) of the call."""
    rule = reactions.of(Endpoint.PHONE, errcode)
    if rule.reaction is Reaction.RETRY and rule.waits_s:
        return TooFrequent("操作过于频繁，请稍后再试", retry_after=int(rule.waits_s[0]))
    if rule.calls_staff:
        log.error("WeChat refuses us a phone number: errcode %d, %s", errcode, rule.meaning)
        return AccountRefused(errcode)
    if rule.reaction in (Reaction.USER, Reaction.DROP):
        return PhoneCodeRefused()
    return WeChatDown(f"errcode {errcode}")


def _part(of: dict[str, Any], name: str) -> dict[str, Any]:
    part = of.get(name)
    return part if isinstance(part, dict) else {}


def _is_fresh(timestamp: object) -> bool:
    shown = answer.text(timestamp, longest=12) or ""
    return shown.isdigit() and abs(clock.now().timestamp() - int(shown)) <= APART_S
