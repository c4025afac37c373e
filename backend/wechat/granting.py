"""How is an access token obtained, and what do we believe of its life?"""

import logging
import re

from backend import clock
from backend.errors import WeChatDown
from backend.wechat import answer, outcome, reactions
from backend.wechat.connection import Deadline
from backend.wechat.errors import AccountRefused, NoToken
from backend.wechat.reactions import Endpoint, Reaction
from backend.wechat.token import Grant
from backend.wechat.wire import Wire, encoded

log = logging.getLogger(__name__)

# A token lives two hours at most. WeChat promises five minutes at least; one that claims less,
# or nothing readable, is given the distance we keep between two askings.
SHORTEST_LIFE_S, LONGEST_LIFE_S = 60.0, 7200.0
LONGEST_TOKEN = 2048


def obtain(wire: Wire, appid: str, secret: str, deadline: Deadline) -> Grant:
    """Ask for the stable token; force_refresh is for people with a leaked token."""
    body = encoded(
        {
            "grant_type": "client_credential",
            "appid": appid,
            "secret": secret,
            "force_refresh": False,
        }
    )
    said = answer.read(
        wire.exchange("POST", Endpoint.TOKEN.value, body=body, deadline=deadline), hide=(secret,)
    )
    if said.errcode:
        raise _refused(said.errcode)
    token = answer.text(said.fields.get("access_token"), longest=LONGEST_TOKEN)
    if token is None:
        raise WeChatDown("no access_token")
    return Grant(token, _life_s(said.fields.get("expires_in")))


def _refused(errcode: int) -> WeChatDown:
    rule = reactions.of(Endpoint.TOKEN, errcode)
    if rule.reaction is Reaction.RETRY:
        return NoToken(rule.meaning, rule.waits_s[-1], errcode)
    if rule.reaction is Reaction.PAUSE:
        return NoToken(rule.meaning, outcome.until_midnight_s(clock.now()), errcode)
    log.error("WeChat refuses us an access token: errcode %d, %s", errcode, rule.meaning)
    return AccountRefused(errcode)


def _life_s(expires_in: object) -> float:
    shown = answer.text(expires_in, longest=12) or ""
    claimed = float(shown) if re.fullmatch(r"-?[0-9]+", shown) else 0.0
    return min(max(claimed, SHORTEST_LIFE_S), LONGEST_LIFE_S)
