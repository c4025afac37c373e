"""What do we do about an error code of WeChat? What its row says.

Source: the error tables of the WeChat mini-program server documentation (2026-07) and, for codes
it does not list (40163, 41030, 40038), the reports of its users. A code means what the table of
its endpoint says, else what COMMON says; a code nobody lists stops nothing but calls a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Endpoint(Enum):
    """The calls we make."""

    SIGN_IN = "/sns/jscode2session"
    TOKEN = "/cgi-bin/stable_token"
    SEND = "/cgi-bin/message/subscribe/send"
    PHONE = "/wxa/business/getuserphonenumber"
    TEXT = "/wxa/msg_sec_check"
    CODE = "/wxa/getwxacodeunlimit"
    LINK = "/wxa/generate_urllink"


class Reaction(Enum):
    """What follows from an error code."""

    RETRY = "certainly not done; repeat after the wait, as often as there are waits"
    REFRESH = "take a new access token and repeat once, never more"
    PAUSE = "nothing more before the next midnight in Shanghai"
    DROP = "final for this person or this message"
    USER = "the person must act again"
    ALARM = "our account or our code is at fault; staff must act"


class Stops(Enum):
    """How far an error reaches beyond the one message."""

    NOTHING = "this message only"
    TEMPLATE = "every message of this template"
    SENDER = "every message"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: what the code means and what follows; waits are seconds, one per repetition."""

    meaning: str
    reaction: Reaction
    waits_s: tuple[float, ...] = ()
    alarm: bool = False
    stops: Stops = Stops.NOTHING

    @property
    def calls_staff(self) -> bool:
        """Tell whether a person has to look at it."""
        return self.alarm or self.reaction is Reaction.ALARM


_R, _S = Reaction, Stops
BUSY_WAITS_S = (0.5, 2.0, 8.0)
REJECTED_TOKEN_WAIT_S = 60.0

COMMON: Mapping[int, Rule] = MappingProxyType(
    {
        -1: Rule("system busy", _R.RETRY, BUSY_WAITS_S),
        40001: Rule(
            "token invalid or not the latest",
            _R.REFRESH,
            (REJECTED_TOKEN_WAIT_S,),
            alarm=True,
            stops=_S.SENDER,
        ),
        40014: Rule(
            "token illegal", _R.REFRESH, (REJECTED_TOKEN_WAIT_S,), alarm=True, stops=_S.SENDER
        ),
        42001: Rule(
            "token expired", _R.REFRESH, (REJECTED_TOKEN_WAIT_S,), alarm=True, stops=_S.SENDER
        ),
        41001: Rule("token missing", _R.ALARM, stops=_S.SENDER),
        40002: Rule("bad grant_type", _R.ALARM, stops=_S.SENDER),
        40013: Rule("bad appid", _R.ALARM, stops=_S.SENDER),
        40125: Rule("bad secret", _R.ALARM, stops=_S.SENDER),
        41002: Rule("appid missing", _R.ALARM, stops=_S.SENDER),
        41004: Rule("secret missing", _R.ALARM, stops=_S.SENDER),
        40243: Rule("secret frozen by the administrator", _R.ALARM, stops=_S.SENDER),
        40164: Rule("our address is not on the allow-list", _R.ALARM, stops=_S.SENDER),
        61004: Rule("our address is not registered", _R.ALARM, stops=_S.SENDER),
        45035: Rule("our address is not registered", _R.ALARM, stops=_S.SENDER),
        50002: Rule("user limited", _R.ALARM, stops=_S.SENDER),
        50004: Rule("token call forbidden", _R.ALARM, stops=_S.SENDER),
        50007: Rule("account frozen", _R.ALARM, stops=_S.SENDER),
        48001: Rule("call not authorised", _R.ALARM, stops=_S.SENDER),
        48004: Rule("call banned for violations", _R.ALARM, stops=_S.SENDER),
        89503: Rule("call waits for the administrator", _R.ALARM, stops=_S.SENDER),
        89506: Rule("our address refused for 24 hours", _R.ALARM, stops=_S.SENDER),
        89507: Rule("our address refused for an hour", _R.ALARM, stops=_S.SENDER),
        40003: Rule("openid wrong or of another mini-program", _R.DROP),
        40033: Rule("illegal characters, such as a JSON escape", _R.DROP, alarm=True),
        40066: Rule("wrong URL", _R.DROP, alarm=True),
        40097: Rule("bad arguments", _R.DROP, alarm=True),
        43002: Rule("must be a POST", _R.DROP, alarm=True),
        44002: Rule("empty body", _R.DROP, alarm=True),
        47001: Rule("malformed JSON", _R.DROP, alarm=True),
        45009: Rule("quota of the day used up", _R.PAUSE, stops=_S.SENDER),
        45011: Rule("too many in this minute", _R.RETRY, (60.0,), stops=_S.SENDER),
        44991: Rule("too many in this minute", _R.RETRY, (60.0,), stops=_S.SENDER),
        44990: Rule("too many in this second", _R.RETRY, (1.0,), stops=_S.SENDER),
    }
)

# No access_token is involved in these two, so 40001 can only mean a wrong secret.
_WRONG_SECRET = Rule("wrong secret", _R.ALARM, stops=_S.SENDER)

SIGN_IN: Mapping[int, Rule] = MappingProxyType(
    {
        40001: _WRONG_SECRET,
        40029: Rule("code invalid, expired or of another mini-program", _R.USER),
        40163: Rule("code used before", _R.USER),
        40226: Rule("person of high risk, sign-in blocked", _R.DROP),
        45011: Rule("person signs in too often", _R.RETRY, (60.0,)),
        # A repetition may find the code used (40163), so nothing here is repeated by us.
        -1: Rule("system busy", _R.RETRY),
    }
)

TOKEN: Mapping[int, Rule] = MappingProxyType({40001: _WRONG_SECRET})

SEND: Mapping[int, Rule] = MappingProxyType(
    {
        # Reported for long-term templates only: five a day for one person.
        40038: Rule("this person's messages of the day are used up", _R.PAUSE),
        40037: Rule("template id wrong", _R.DROP, alarm=True, stops=_S.TEMPLATE),
        41030: Rule("page wrong or not released", _R.DROP, alarm=True, stops=_S.TEMPLATE),
        43101: Rule("not subscribed: refused, withdrawn or used up", _R.DROP),
        43107: Rule("subscription messages or template banned", _R.ALARM, stops=_S.SENDER),
        43108: Rule("several messages to one person at once", _R.RETRY, (1.0, 3.0, 5.0)),
        45168: Rule("sensitive words", _R.DROP, alarm=True),
        47003: Rule("a value breaks the rule of its field", _R.DROP, alarm=True),
    }
)

PHONE: Mapping[int, Rule] = MappingProxyType(
    {
        40029: Rule("code invalid, used, expired, somebody else's, or of the sign-in", _R.USER),
        # Not listed for this call, but what a used code gets at the sign-in.
        40163: Rule("code used before", _R.USER),
        # The person waits and her code stays good, so she repeats it and we do not.
        -1: Rule("system busy", _R.RETRY),
    }
)

TEXT: Mapping[int, Rule] = MappingProxyType(
    {
        # Whatever it is, a person reads the text instead; nothing is repeated by us.
        -1: Rule("system busy", _R.RETRY),
        40129: Rule("scene wrong", _R.DROP, alarm=True),
        43104: Rule("openid of another mini-program", _R.DROP, alarm=True),
        61010: Rule("not seen in the mini-program for two hours", _R.USER),
    }
)

CODE: Mapping[int, Rule] = MappingProxyType(
    {
        -1: Rule("system busy", _R.RETRY),
        40129: Rule("scene wrong", _R.DROP, alarm=True),
        40169: Rule("scene too long or of other characters", _R.DROP, alarm=True),
        41030: Rule("page wrong or not released", _R.DROP, alarm=True),
        # A rate of the minute here, and no quota of the day.
        45009: Rule("too many in this minute", _R.RETRY, (60.0,)),
        85096: Rule("a reserved word in the scene", _R.DROP, alarm=True),
    }
)

LINK: Mapping[int, Rule] = MappingProxyType(
    {
        -1: Rule("system busy", _R.RETRY),
        40002: Rule("no right to make links", _R.ALARM),
        40165: Rule("page wrong", _R.DROP, alarm=True),
        40212: Rule("query wrong", _R.DROP, alarm=True),
        44993: Rule("links of the day used up", _R.PAUSE),
        85079: Rule("no version released", _R.ALARM),
        85401: Rule("more than thirty days, or a day that has passed", _R.DROP, alarm=True),
        85402: Rule("version wrong", _R.DROP, alarm=True),
        85406: Rule("links that last are not to be had", _R.DROP, alarm=True),
        85407: Rule("days wrong", _R.DROP, alarm=True),
        85408: Rule("kind of expiry wrong", _R.DROP, alarm=True),
    }
)

_TABLES = {
    Endpoint.SIGN_IN: SIGN_IN,
    Endpoint.TOKEN: TOKEN,
    Endpoint.SEND: SEND,
    Endpoint.PHONE: PHONE,
    Endpoint.TEXT: TEXT,
    Endpoint.CODE: CODE,
    Endpoint.LINK: LINK,
}
UNLISTED = Rule("not in our tables", Reaction.ALARM)


def of(endpoint: Endpoint, errcode: int) -> Rule:
    """Return what follows from an error code (not 0) at an endpoint."""
    return _TABLES[endpoint].get(errcode) or COMMON.get(errcode) or UNLISTED
