"""What does WeChat answer? The calls a mini-program's server makes of it.

Each function takes the decoded query and the raw body and returns the JSON object of success, for
a code its picture, or raises Refused. Nothing here knows HTTP or misbehaves.
"""

import base64
import json
import re
import secrets
import time
from collections.abc import Mapping
from typing import Any

from backend.wechat.simulator import links, people
from backend.wechat.simulator.access import AccessTokens
from backend.wechat.simulator.field_rules import fits
from backend.wechat.simulator.people import Codes
from backend.wechat.simulator.refused import Refused
from backend.wechat.simulator.templates import PAGES, TEMPLATES, Template
from backend.wechat.simulator.texts import SEEN_WITHIN_S, Judge

STATES = ("developer", "trial", "formal")
ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")
LANGUAGES = ("zh_CN", "en_US", "zh_HK", "zh_TW")


class Account:
    """One mini-program's account at WeChat: its people, tokens, templates and credits."""

    def __init__(self, appid: str, secret: str):
        """Start with the templates and pages of the tables, and nobody signed in."""
        self.appid, self._secret = appid, secret
        self._ahead_s = 0.0
        self.codes = Codes(self.now)
        self.phone_codes = Codes(self.now, people.DEMO_PHONE, used=40029)
        self._phones: dict[str, tuple[str, str]] = {}
        self.tokens = AccessTokens(self.now)
        self.templates: dict[str, Template] = {t.template_id: t for t in TEMPLATES}
        self.pages = set(PAGES)
        self.judge = Judge()
        self._seen_at: dict[str, float] = {}
        self.with_unionid = False
        self._credits: dict[tuple[str, str], int] = {}
        self._messages = 3_248_682_510_344_192_008

    def now(self) -> float:
        """Return the account's own time, in seconds."""
        return time.monotonic() + self._ahead_s

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""
        self._ahead_s += seconds

    def set_credits(self, openid: str, template_id: str, credits: int | None) -> None:
        """Say how many messages a person still accepts; None, as at first, is any number."""
        if credits is None:
            self._credits.pop((openid, template_id), None)
        else:
            self._credits[openid, template_id] = credits

    def grant(self, openid: str, template_id: str) -> None:
        """Let a person accept one message more, if her messages are counted."""
        if (openid, template_id) in self._credits:
            self._credits[openid, template_id] += 1

    def sign_in(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Answer `jscode2session`."""
        self._check_credentials(query)
        if query.get("grant_type") != "authorization_code":
            raise Refused(40002)
        name = self.codes.redeem(query.get("js_code", ""))
        session_key = base64.b64encode(secrets.token_bytes(16)).decode()
        identity = {"openid": people.openid_of(name, self.appid), "session_key": session_key}
        self._seen_at[identity["openid"]] = self.now()
        if self.with_unionid:
            identity["unionid"] = people.unionid_of(name)
        return identity

    def stable_token(self, body: bytes) -> dict[str, Any]:
        """Answer `stable_token`."""
        asked = _json_object(body)
        self._check_credentials(asked)
        if asked.get("grant_type") != "client_credential":
            raise Refused(40002)
        force_refresh = asked.get("force_refresh", False)
        if not isinstance(force_refresh, bool):
            raise Refused(40097)
        token, expires_in = self.tokens.stable(force_refresh=force_refresh)
        return {"access_token": token, "expires_in": expires_in}

    def plain_token(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Answer `token`, the older call that knocks its own last token out."""
        self._check_credentials(query)
        if query.get("grant_type") != "client_credential":
            raise Refused(40002)
        token, expires_in = self.tokens.plain()
        return {"access_token": token, "expires_in": expires_in}

    def set_phone(self, name: str, number: str, country_code: str = "86") -> None:
        """Say which number a person shows with the phone button."""
        self._phones[name] = country_code, number

    def phone(self, query: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """Answer `getuserphonenumber`."""
        self.tokens.check(query.get("access_token", ""))
        asked = _json_object(body)
        name = self.phone_codes.redeem(str(asked.get("code", "")))
        if asked.get("openid", people.openid_of(name, self.appid)) != people.openid_of(
            name, self.appid
        ):
            raise Refused(40029)
        country_code, number = self._phones.get(name, ("86", people.phone_of(name)))
        abroad = "" if country_code == "86" else f"+{country_code} "
        told = {
            "phoneNumber": abroad + number,
            "purePhoneNumber": number,
            "countryCode": country_code,
            "watermark": {"timestamp": int(time.time()), "appid": self.appid},
        }
        return {"errcode": 0, "errmsg": "ok", "phone_info": told}

    def look_at(self, query: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """Answer `msg_sec_check`."""
        self.tokens.check(query.get("access_token", ""))
        asked = _json_object(body)
        openid = str(asked.get("openid"))
        if not people.is_openid(openid, self.appid):
            raise Refused(40003)
        if self.now() - self._seen_at.get(openid, float("-inf")) > SEEN_WITHIN_S:
            raise Refused(61010)
        return self.judge.check(asked)

    def code(self, query: Mapping[str, str], body: bytes) -> bytes:
        """Answer `getwxacodeunlimit`."""
        self.tokens.check(query.get("access_token", ""))
        return links.code(_json_object(body), self.pages)

    def link(self, query: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """Answer `generate_urllink`."""
        self.tokens.check(query.get("access_token", ""))
        return links.link(_json_object(body), self.pages, self._ahead_s)

    def send(self, query: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """Answer `message/subscribe/send`, taking one credit on success."""
        self.tokens.check(query.get("access_token", ""))
        message = _json_object(body)
        openid = message.get("touser")
        if not people.is_openid(openid, self.appid):
            raise Refused(40003)
        template = self.templates.get(str(message.get("template_id")))
        if template is None:
            raise Refused(40037)
        self._check_page(message.get("page"))
        _check_choice(message, "miniprogram_state", STATES)
        _check_choice(message, "lang", LANGUAGES)
        _check_data(template, message.get("data"))
        self._take_credit(str(openid), template.template_id)
        self._messages += 1
        return {"errcode": 0, "errmsg": "ok", "msgid": self._messages}

    def _check_credentials(self, given: Mapping[str, Any]) -> None:
        for name, right, missing, wrong in (
            ("appid", self.appid, 41002, 40013),
            ("secret", self._secret, 41004, 40125),
        ):
            if not given.get(name):
                raise Refused(missing)
            if given[name] != right:
                raise Refused(wrong)

    def _check_page(self, page: object) -> None:
        if page is None:
            return
        if not isinstance(page, str) or page.partition("?")[0] not in self.pages:
            raise Refused(41030)

    def _take_credit(self, openid: str, template_id: str) -> None:
        left = self._credits.get((openid, template_id))
        if left is None:
            return
        if left <= 0:
            raise Refused(43101)
        self._credits[openid, template_id] = left - 1


def _json_object(body: bytes) -> dict[str, Any]:
    if not body:
        raise Refused(44002)
    if ESCAPE.search(body):
        raise Refused(40033)
    try:
        decoded = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise Refused(47001) from None
    if not isinstance(decoded, dict):
        raise Refused(47001)
    return decoded


def _check_choice(message: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> None:
    if message.get(name, choices[0]) not in choices:
        raise Refused(40097, name)


def _check_data(template: Template, data: object) -> None:
    """Refuse the first key that is missing, unknown or holds what it may not."""
    if not isinstance(data, dict):
        # A JSON string in place of the object is the commonest mistake of all.
        raise Refused(47003, f"data.{next(iter(template.keys))}.value is empty")
    for key in template.keys:
        entry = data.get(key)
        value = entry.get("value") if isinstance(entry, dict) else None
        if value is None or value == "":
            raise Refused(47003, f"data.{key}.value is empty")
        if not fits(key, value, template.choices.get(key)):
            raise Refused(47003, f"data.{key}.value invalid")
    for key in data.keys() - template.keys.keys():
        raise Refused(47003, f"data.{key} is not in the template")
