"""What do we ask of WeChat? Who or which phone is behind a code, and to lay a message before her.

A code has one answer, so its failures are raised. A message has a fate, so `send` returns it:
whoever keeps the ledger of messages has to write down every one of them.
"""

import json
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from backend import clock
from backend.errors import WeChatDown
from backend.wechat import answer, outcome, phone, reactions
from backend.wechat.answer import Answer
from backend.wechat.connection import Deadline
from backend.wechat.errors import (
    AccountRefused,
    Busy,
    CodeRefused,
    NoAnswer,
    NoToken,
    PhoneCodeRefused,
    RiskyUser,
    TooFrequent,
)
from backend.wechat.outcome import Outcome, Word
from backend.wechat.phone import PhoneNumber
from backend.wechat.reactions import Endpoint, Reaction
from backend.wechat.token import AccessToken, Grant, Pace, TokenStore
from backend.wechat.wire import Limits, Wire

log = logging.getLogger(__name__)

# A token lives two hours at most. WeChat promises five minutes at least; one that claims less,
# or nothing readable, is given the distance we keep between two askings.
SHORTEST_LIFE_S, LONGEST_LIFE_S = 60.0, 7200.0
LONGEST_TOKEN, LONGEST_ID, LONGEST_CODE = 2048, 64, 256


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in: `openid` is the person within our mini-program; `unionid` may be missing."""

    openid: str
    unionid: str | None


class WeChat:
    """The mini-program's account at WeChat; one per process, used by all its threads."""

    def __init__(
        self,
        *,
        base_url: str,
        appid: str,
        secret: str,
        tokens: TokenStore,
        login_slots: int = 4,
        limits: Limits | None = None,
        pace: Pace | None = None,
        miniprogram_state: str = "formal",
        lang: str = "zh_CN",
    ):
        """Speak for `appid`; at most `login_slots` people wait for WeChat at a time."""
        self._appid, self._secret = appid, secret
        self._limits = limits or Limits()
        self._wire = Wire(base_url, self._limits)
        self._slots = threading.BoundedSemaphore(login_slots)
        self._token = AccessToken(tokens, self._obtain, pace)
        self._constants = {"miniprogram_state": miniprogram_state, "lang": lang}

    def sign_in(self, code: str) -> Identity:
        """Return who is behind a code of `wx.login`; the session key is dropped here.

        Raise CodeRefused, RiskyUser or TooFrequent when WeChat refuses the person, and WeChatDown
        for everything else. Nothing is repeated: the code may be used up.
        """
        if not _may_be_code(code):
            raise CodeRefused
        with self._slot():
            said = self._ask_who(code)
        if said.errcode:
            raise _refused_sign_in(said.errcode)
        openid = answer.text(said.fields.get("openid"), longest=LONGEST_ID)
        if openid is None:
            raise WeChatDown("no openid")
        return Identity(openid, answer.text(said.fields.get("unionid"), longest=LONGEST_ID))

    def phone_of(self, code: str, openid: str) -> PhoneNumber:
        """Return the phone that a person has shown us with a code of the phone button.

        Raise PhoneCodeRefused or TooFrequent when WeChat refuses, and WeChatDown for everything
        else. Only a rejected access token leads to a second call.
        """
        body = _encoded({"code": code, "openid": openid})
        if not _may_be_code(code) or body is None:
            raise PhoneCodeRefused
        deadline = Deadline(self._limits.sign_in_total_s)
        with self._slot():
            token = self._token.current(deadline)
            said = self._ask_phone(token, body, deadline, hide=openid)
            if _wants_new_token(Endpoint.PHONE, said.errcode):
                token = self._token.after_rejection(token, deadline)
                said = self._ask_phone(token, body, deadline, hide=openid)
        if said.errcode:
            raise phone.refusal(said.errcode)
        return phone.read(said.fields, self._appid)

    def send(
        self, openid: str, template_id: str, page: str | None, data: Mapping[str, str]
    ) -> Outcome:
        """Lay a message before a person and return what became of it.

        `data` maps the template's keys, without `.DATA`, to their texts; `page` has no leading
        slash, None makes a card that leads nowhere. The whole call, with the access token and
        the one repetition it may take, keeps to the limits' `total_s`.
        """
        body = self._message(openid, template_id, page, data)
        if body is None:
            return Outcome(Word.FAILED, detail="text that is not UTF-8", alarm=True)
        deadline = Deadline(self._limits.total_s)
        try:
            token = self._token.current(deadline)
        except WeChatDown as failure:
            return outcome.without_token(failure)
        first = self._send_once(token, body, deadline, hide=openid)
        if not _wants_new_token(Endpoint.SEND, first.errcode):
            return first
        try:
            token = self._token.after_rejection(token, deadline)
        except WeChatDown as failure:
            return outcome.without_token(failure, first.errcode)
        return self._send_once(token, body, deadline, hide=openid)

    def warm_up(self) -> None:
        """Obtain an access token now; raise WeChatDown, or AccountRefused for our own fault."""
        self._token.current(Deadline(self._limits.total_s))

    def close(self) -> None:
        """Close the calling thread's connection."""
        self._wire.close()

    @contextmanager
    def _slot(self) -> Iterator[None]:
        """Let a person wait for WeChat; raise Busy when as many do as may."""
        if not self._slots.acquire(timeout=self._limits.sign_in_wait_s):
            raise Busy("too many people wait for WeChat at once")
        try:
            yield
        finally:
            self._slots.release()

    def _ask_phone(self, token: str, body: bytes, deadline: Deadline, *, hide: str) -> Answer:
        query = {"access_token": token}
        reply = self._wire.exchange(
            "POST", Endpoint.PHONE.value, query=query, body=body, deadline=deadline
        )
        return answer.read(reply, hide=(hide, token, self._secret))

    def _ask_who(self, code: str) -> Answer:
        query = {
            "appid": self._appid,
            "secret": self._secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        deadline = Deadline(self._limits.sign_in_total_s)
        reply = self._wire.exchange("GET", Endpoint.SIGN_IN.value, query=query, deadline=deadline)
        return answer.read(reply)

    def _message(
        self, openid: str, template_id: str, page: str | None, data: Mapping[str, str]
    ) -> bytes | None:
        message: dict[str, Any] = {"touser": openid, "template_id": template_id}
        if page is not None:
            message["page"] = page
        message |= self._constants
        message["data"] = {key: {"value": value} for key, value in data.items()}
        return _encoded(message)

    def _send_once(self, token: str, body: bytes, deadline: Deadline, *, hide: str) -> Outcome:
        query = {"access_token": token}
        try:
            reply = self._wire.exchange(
                "POST", Endpoint.SEND.value, query=query, body=body, deadline=deadline
            )
            said = answer.read(reply, hide=(hide, token, self._secret))
            if said.errcode is None:
                raise NoAnswer("no errcode")
        except WeChatDown as failure:
            return outcome.of_failure(failure)
        if said.errcode:
            return outcome.of_errcode(said.errcode, said.errmsg)
        msgid = answer.text(said.fields.get("msgid"), longest=LONGEST_ID)
        return Outcome(Word.ACCEPTED, errcode=0, msgid=msgid)

    def _obtain(self, deadline: Deadline) -> Grant:
        """Ask for the stable token; force_refresh is for people with a leaked token."""
        body = _encoded(
            {
                "grant_type": "client_credential",
                "appid": self._appid,
                "secret": self._secret,
                "force_refresh": False,
            }
        )
        reply = self._wire.exchange("POST", Endpoint.TOKEN.value, body=body, deadline=deadline)
        said = answer.read(reply, hide=(self._secret,))
        if said.errcode:
            raise _refused_token(said.errcode)
        token = answer.text(said.fields.get("access_token"), longest=LONGEST_TOKEN)
        if token is None:
            raise WeChatDown("no access_token")
        return Grant(token, _life_s(said.fields.get("expires_in")))


_SIGN_IN_REFUSALS = {
    Reaction.USER: CodeRefused,
    Reaction.DROP: RiskyUser,
}


def _encoded(body: Mapping[str, Any]) -> bytes | None:
    """Encode as WeChat wants it, in UTF-8 without escapes; None for lone surrogates."""
    try:
        return json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return None


def _may_be_code(code: str) -> bool:
    return 0 < len(code) <= LONGEST_CODE and code.isprintable()


def _wants_new_token(endpoint: Endpoint, errcode: int | None) -> bool:
    return bool(errcode) and reactions.of(endpoint, errcode or 0).reaction is Reaction.REFRESH


def _refused_sign_in(errcode: int) -> Exception:
    rule = reactions.of(Endpoint.SIGN_IN, errcode)
    if rule.reaction is Reaction.RETRY and rule.waits_s:
        return TooFrequent(retry_after=int(rule.waits_s[0]))
    if rule.reaction in _SIGN_IN_REFUSALS:
        return _SIGN_IN_REFUSALS[rule.reaction]()
    if rule.reaction is Reaction.ALARM:
        log.error("WeChat refuses our account at sign-in: errcode %d, %s", errcode, rule.meaning)
        return AccountRefused(errcode)
    return WeChatDown(f"errcode {errcode}")


def _refused_token(errcode: int) -> WeChatDown:
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
