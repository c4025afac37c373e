"""What is the stand-in made of, and what may be wished of it? A small world with its controls."""

import threading
from typing import Any

from backend.variables import DEVELOPMENT
from backend.wechat.simulator import people
from backend.wechat.simulator.account import Account
from backend.wechat.simulator.faults import Spoiler
from backend.wechat.simulator.journal import Journal
from backend.wechat.simulator.mischief import Mischief, planned
from backend.wechat.simulator.pushes import Pushes
from backend.wechat.simulator.templates import Template

APPID, SECRET = DEVELOPMENT["WECHAT_APPID"], DEVELOPMENT["WECHAT_APPSECRET"]


class World:
    """WeChat as far as one mini-program sees it: an account, its misbehaviour, a journal."""

    def __init__(
        self,
        appid: str = APPID,
        secret: str = SECRET,
    ):
        """Start well behaved, with an empty journal."""
        self.appid, self.secret = appid, secret
        self.account = Account(appid, secret)
        self.mischief = Mischief()
        self.journal = Journal()
        self.spoiler = Spoiler(self.mischief)
        self.pushes = Pushes(appid)
        self.lock = threading.RLock()
        self.latency_s = 0.0
        self.one_at_a_time = False
        self.in_flight: set[str] = set()

    def openid_of(self, person: str) -> str:
        """Return the openid a person always has here."""
        return people.openid_of(person, self.appid)

    def mint_code(self, person: str) -> str:
        """Return a sign-in code for a person: five minutes, one use."""
        with self.lock:
            return self.account.codes.mint(person)

    def mint_phone_code(self, person: str) -> str:
        """Return a code of the phone button for a person: five minutes, one use."""
        with self.lock:
            return self.account.phone_codes.mint(person)

    def set_phone(self, person: str, number: str, country_code: str = "86") -> None:
        """Say which number a person shows from now on."""
        self.account.set_phone(person, number, country_code)

    def phone_of(self, person: str) -> str:
        """Return the number a person shows unless told otherwise."""
        return people.phone_of(person)

    def register_template(self, template: Template) -> None:
        """Add a template, or replace the one of the same id."""
        self.account.templates[template.template_id] = template

    def register_page(self, page: str) -> None:
        """Add a page to the released version."""
        self.account.pages.add(page)

    def set_credits(self, openid: str, template_id: str, credits: int | None) -> None:
        """Say how many messages a person still accepts; None is any number."""
        with self.lock:
            self.account.set_credits(openid, template_id, credits)

    def grant(self, openid: str, template_id: str, answer: str = "accept") -> None:
        """Let a person answer the dialog of `wx.requestSubscribeMessage`."""
        with self.lock:
            if answer == "accept":
                self.account.grant(openid, template_id)
        self.pushes.popup(openid, template_id, answer)

    def think(self, word: str, suggest: str, label: int = 21000) -> None:
        """Say what is thought of texts that contain a word: pass, review or risky."""
        with self.lock:
            self.account.judge.think(word, suggest, label)

    def expire_token(self) -> None:
        """Let every access token be expired (42001)."""
        with self.lock:
            self.account.tokens.expire()

    def revoke_token(self) -> None:
        """Let every access token be unknown (40001)."""
        with self.lock:
            self.account.tokens.revoke()

    def advance(self, seconds: float) -> None:
        """Let time pass at once for codes and tokens."""
        self.account.advance(seconds)

    def settle(
        self,
        *,
        latency_s: float | None = None,
        one_at_a_time: bool | None = None,
        with_unionid: bool | None = None,
        token_life_s: float | None = None,
        misspelt: bool | None = None,
    ) -> None:
        """Change settings: seconds each answer takes, 43108 for overlapping sends, and so on."""
        if misspelt is not None:
            self.account.judge.misspelt = misspelt
        if latency_s is not None:
            self.latency_s = latency_s
        if one_at_a_time is not None:
            self.one_at_a_time = one_at_a_time
        if with_unionid is not None:
            self.account.with_unionid = with_unionid
        if token_life_s is not None:
            self.account.tokens.life_s = token_life_s

    def misbehave(self, endpoint: str, kind: str | int, **more: Any) -> None:
        """Plan a misbehaviour; see `mischief.planned` for the wishes it understands."""
        self.mischief.add(planned(endpoint, kind, **more))

    def behave(self) -> None:
        """Clear the plan, and what is thought of words."""
        self.mischief.clear()
        self.account.judge.forget()

    def hold(self, times: int = 1) -> None:
        """Hold the answers of the next `times` messages, which do arrive."""
        self.mischief.hold(times)

    @property
    def held(self) -> int:
        """Return how many answers are being held."""
        return self.mischief.held

    def release(self) -> None:
        """Let the held answers go."""
        self.mischief.release()

    def log(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return the calls that arrived, filtered by any of their fields."""
        return self.journal.entries(**wanted)

    def clear_log(self) -> None:
        """Forget the calls."""
        self.journal.clear()

    def arrivals(self) -> dict[str, dict[str, int]]:
        """Count the messages for each openid."""
        return self.journal.arrivals()
