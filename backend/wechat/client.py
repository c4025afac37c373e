"""What do we ask of WeChat? Who is behind a code, what it makes of a text, and to lay a message.

A question has one answer, so its failures are raised. A message has a fate, so `send` returns it:
whoever keeps the ledger of messages has to write down every one of them.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from backend.errors import WeChatDown
from backend.wechat import answer, codes, granting, identity, outcome, phone, reactions, text
from backend.wechat.answer import Answer
from backend.wechat.connection import Deadline
from backend.wechat.errors import (
    Busy,
    CodeRefused,
    NoAnswer,
    PhoneCodeRefused,
)
from backend.wechat.identity import LONGEST_ID, Identity
from backend.wechat.outcome import Outcome, Word
from backend.wechat.phone import PhoneNumber
from backend.wechat.reactions import Endpoint, Reaction
from backend.wechat.text import Suggestion
from backend.wechat.token import AccessToken, Pace, TokenStore
from backend.wechat.wire import Limits, Reply, Wire, encoded

log = logging.getLogger(__name__)
T = TypeVar("T")
# How WeChat calls the versions of a mini-program where it makes codes and links.
VERSIONS = {"formal": "release", "trial": "trial", "developer": "develop"}
LONGEST_CODE = 256


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
        self._token = AccessToken(tokens, partial(granting.obtain, self._wire, appid, secret), pace)
        self._version = VERSIONS[miniprogram_state]
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
            raise identity.refusal(said.errcode)
        return identity.read(said.fields)

    def phone_of(self, code: str, openid: str) -> PhoneNumber:
        """Return the phone that a person has shown us with a code of the phone button.

        Raise PhoneCodeRefused or TooFrequent when WeChat refuses, and WeChatDown for everything
        else. Only a rejected access token leads to a second call.
        """
        body = encoded({"code": code, "openid": openid})
        if not _may_be_code(code) or body is None:
            raise PhoneCodeRefused
        deadline = Deadline(self._limits.sign_in_total_s)
        with self._slot():
            said = self._asked(Endpoint.PHONE, body, deadline, hide=openid)
        if said.errcode:
            raise phone.refusal(said.errcode)
        return phone.read(said.fields, self._appid)

    def text_deadline(self) -> Deadline:
        """Return the time within which all of a person's texts have to have been looked at."""
        return Deadline(self._limits.text_total_s)

    def look_at(self, words: str, openid: str, deadline: Deadline) -> Suggestion:
        """Return what WeChat makes of a text of at most `text.MOST_CHARACTERS`.

        Raise WeChatDown whenever it was not looked at, whatever the reason. Only a rejected access
        token leads to a second call.
        """
        body = encoded(text.asked(openid, words))
        if body is None or len(words) > text.MOST_CHARACTERS:
            raise WeChatDown("no text to look at")
        with self._slot():
            said = self._asked(Endpoint.TEXT, body, deadline, hide=openid)
        if said.errcode:
            raise text.refusal(said.errcode)
        return text.read(said.fields)

    def draw_code(self, scene: str, page: str) -> bytes:
        """Return the picture of a code that opens a page with a scene; raise WeChatDown."""
        body = encoded(codes.code(scene, page, self._version))
        assert body is not None
        with self._slot():
            drawn = self._with_token(
                Endpoint.CODE,
                lambda token, deadline: self._drawn(token, body, deadline),
                lambda said: None if isinstance(said, bytes) else said.errcode,
            )
        if isinstance(drawn, bytes):
            return drawn
        raise codes.refusal(Endpoint.CODE, drawn.errcode or 0)

    def make_link(self, page: str, query: str, expires_at: int) -> str:
        """Return a link that opens a page until a moment; raise WeChatDown."""
        body = encoded(codes.link(page, query, expires_at, self._version))
        assert body is not None
        with self._slot():
            said = self._asked(Endpoint.LINK, body, Deadline(self._limits.sign_in_total_s))
        if said.errcode:
            raise codes.refusal(Endpoint.LINK, said.errcode)
        return codes.link_in(said.fields)

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

    def _asked(
        self, endpoint: Endpoint, body: bytes, deadline: Deadline, *, hide: str = ""
    ) -> Answer:
        """Return the JSON answer to a question that takes an access token."""

        def ask(token: str, deadline: Deadline) -> Answer:
            reply = self._posted(endpoint, token, body, deadline)
            return answer.read(reply, hide=(hide, token, self._secret))

        return self._with_token(endpoint, ask, lambda said: said.errcode, deadline)

    def _drawn(self, token: str, body: bytes, deadline: Deadline) -> bytes | Answer:
        reply = self._posted(Endpoint.CODE, token, body, deadline, most=codes.PICTURE_BYTES)
        return codes.picture(reply, hide=(token, self._secret))

    def _with_token(
        self,
        endpoint: Endpoint,
        ask: Callable[[str, Deadline], T],
        errcode: Callable[[T], int | None],
        deadline: Deadline | None = None,
    ) -> T:
        """Ask with an access token, and once more with a new one where that was rejected."""
        deadline = deadline or Deadline(self._limits.sign_in_total_s)
        token = self._token.current(deadline)
        said = ask(token, deadline)
        if _wants_new_token(endpoint, errcode(said)):
            said = ask(self._token.after_rejection(token, deadline), deadline)
        return said

    def _posted(
        self,
        endpoint: Endpoint,
        token: str,
        body: bytes,
        deadline: Deadline,
        *,
        most: int | None = None,
    ) -> Reply:
        query = {"access_token": token}
        return self._wire.exchange(
            "POST", endpoint.value, query=query, body=body, deadline=deadline, most=most
        )

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
        return encoded(message)

    def _send_once(self, token: str, body: bytes, deadline: Deadline, *, hide: str) -> Outcome:
        try:
            reply = self._posted(Endpoint.SEND, token, body, deadline)
            said = answer.read(reply, hide=(hide, token, self._secret))
            if said.errcode is None:
                raise NoAnswer("no errcode")
        except WeChatDown as failure:
            return outcome.of_failure(failure)
        if said.errcode:
            return outcome.of_errcode(said.errcode, said.errmsg)
        msgid = answer.text(said.fields.get("msgid"), longest=LONGEST_ID)
        return Outcome(Word.ACCEPTED, errcode=0, msgid=msgid)


def _may_be_code(code: str) -> bool:
    return 0 < len(code) <= LONGEST_CODE and code.isprintable()


def _wants_new_token(endpoint: Endpoint, errcode: int | None) -> bool:
    return bool(errcode) and reactions.of(endpoint, errcode or 0).reaction is Reaction.REFRESH
