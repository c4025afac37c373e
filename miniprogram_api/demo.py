"""How does one whole journey go, told step by step against a running system?

Every run brings a new person and can be broken off anywhere: nothing that it leaves behind
stands in the way of the next run.
"""

import secrets
import sys
import time
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import orjson
import pyotp

from backend import clock
from backend.access import Role
from backend.loans.kinds import InstitutionKind
from miniprogram_api import specimen

# Known to everyone: demo accounts are refused in production.
PASSWORD = "demo-Password-2026"
PARK = "恒隆创业广场"
PATIENCE_S = 60
# The second factor is closed for five minutes at most after too many tries.
SIGN_IN_S = 400


class Account(NamedTuple):
    """A staff account of the demo seed."""

    username: str
    name: str
    role: Role
    totp_secret: str
    parks: tuple[str, ...] = ()
    county: str | None = None
    institution: tuple[str, InstitutionKind] | None = None


A_BANK = ("演示经办银行", InstitutionKind.BANK)
A_FUND = ("演示担保中心", InstitutionKind.GUARANTOR)
ACCOUNTS = (
    Account("demo-manager", "演示园区管理员", Role.PARK_MANAGER, "JBSWY3DPEHPK3PXP" * 2, ("P05",)),
    Account(
        "demo-manager-2", "演示园区管理员二", Role.PARK_MANAGER, "KRSXG5CTMVRXEZLU" * 2, ("P05",)
    ),
    Account(
        "demo-manager-p01", "演示园区管理员三", Role.PARK_MANAGER, "MFRGGZDFMZTWQ2LK" * 2, ("P01",)
    ),
    Account("demo-bureau", "演示人社局工作人员", Role.BUREAU_STAFF, "NBSWY3DPO5XXE3DE" * 2),
    Account("demo-bureau-2", "演示人社局复核人员", Role.BUREAU_STAFF, "OBQXG43XN5ZGIZLT" * 2),
    Account("demo-admin", "演示系统管理员", Role.BUREAU_ADMIN, "ONXW2ZJNMFSG22LO" * 2),
    Account("demo-bank", "演示信贷员", Role.PARTNER, "MJQW4ZDFNVXWCYTB" * 2, institution=A_BANK),
    Account(
        "demo-guarantor", "演示担保经办人", Role.PARTNER, "M52WC4TBNZ2G64RA" * 2, institution=A_FUND
    ),
)


class Answer(NamedTuple):
    """What came back."""

    status: int
    content: Any
    etag: str | None
    retry_after_s: int = 0


class Failed(Exception):
    """A step did not go as told."""


def welcome(address: str, wechat: str) -> str:
    """Say where things are and how to try them."""
    lines = [
        "",
        f"兴安创业园 is running at {address}",
        f"  API            {address}/api/v1/parks",
        f"  documentation  {address}/docs",
        f"  WeChat         {wechat} (simulator)",
        f"  staff logins   password {PASSWORD}",
    ]
    lines += [
        f"    {each.username:<17} TOTP secret {each.totp_secret}  ({each.name})"
        for each in ACCOUNTS
    ]
    lines += [
        '  a citizen      POST /api/v1/session/wechat with {"code": "demo:anna:1"}',
        f"  try            curl '{address}/api/v1/parks?q=xam'",
        "  the journey    make demo      stop with Ctrl-C",
        "",
    ]
    return "\n".join(lines)


def tell(address: str) -> None:
    """Tell the journey; exit with 1 and the reason when a step fails."""
    try:
        _journey(Caller(address))
    except (Failed, OSError) as failure:
        sys.exit(f"✗ {failure}")
    print("✓ the journey is complete")


class Caller:
    """Speaks to the API for one account at a time."""

    def __init__(self, address: str, token: str | None = None):
        """Point at a running system."""
        self.address, self.token = address, token

    def signed_in(self, token: str) -> "Caller":
        """Return a caller for the holder of a token."""
        return Caller(self.address, token)

    def call(self, method: str, path: str, content: Any = None, etag: str | None = None) -> Answer:
        """Send one request; refusals come back as answers."""
        data = None if content is None else orjson.dumps(content)
        return self._send(method, path, data, "application/json", etag)

    def upload(self, kind: str) -> Answer:
        """Send a specimen of a document, which has to be taken."""
        data, kind_of_body = specimen.form(kind)
        answer = self._send("POST", "/documents", data, kind_of_body)
        if answer.status >= 400:
            raise Failed(f"POST /documents: {answer.status} {answer.content}")
        return answer

    def _send(
        self, method: str, path: str, data: bytes | None, kind: str, etag: str | None = None
    ) -> Answer:
        headers = {"Content-Type": kind, "Idempotency-Key": secrets.token_hex(16)}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if etag:
            headers["If-Match"] = etag
        request = Request(f"{self.address}/api/v1{path}", data=data, headers=headers, method=method)
        try:
            with urlopen(request, timeout=15) as response:
                return Answer(response.status, _json(response.read()), response.headers["ETag"])
        except HTTPError as refusal:
            wait = int(refusal.headers["Retry-After"] or 0)
            return Answer(refusal.code, _json(refusal.read()), None, wait)

    def ask(self, method: str, path: str, content: Any = None, etag: str | None = None) -> Answer:
        """Send one request that has to succeed."""
        answer = self.call(method, path, content, etag)
        if answer.status >= 400:
            raise Failed(f"{method} {path}: {answer.status} {answer.content}")
        return answer


def _journey(anybody: Caller) -> None:
    parks = anybody.ask("GET", "/parks?limit=100").content["items"]
    _say(f"without signing in: {len(parks)} parks; '{PARK}' found by its sound 'hl'")
    park = anybody.ask("GET", "/parks?q=hlcy").content["items"][0]
    units = anybody.ask("GET", f"/parks/{park['id']}/units").content["items"]
    if not units:
        raise Failed("the demo units are missing: start the system with `make run`")
    _say(f"{park['name']}: address {park['address']}, {park['free_units']} free units")

    _ask_what_she_may_have(anybody)
    nonce = secrets.token_hex(4)
    tokens = anybody.ask("POST", "/session/wechat", {"code": f"demo:qiqige-{nonce}"}).content
    her = anybody.signed_in(tokens["access_token"])
    _say("其其格 signs in with a WeChat code")

    application = _apply(her, park)
    manager = _manager(anybody)
    application = _approve(manager, application, units)
    unit = application["unit"]
    _say(f"approved for {unit['code']} from {unit['starts_on']} to {unit['ends_on']}")
    _hear(her, application)
    timeline = her.ask("GET", f"/applications/{application['id']}/timeline").content
    for event in timeline["items"]:
        print(f"      {event['at']}  {event['label']}  ({event['by']})", flush=True)


def _ask_what_she_may_have(anybody: Caller) -> None:
    a_year_ago = clock.today() - timedelta(days=366)
    told = {"is_veteran": True, "is_first_startup": True, "reg_date": str(a_year_ago)}
    told |= {"registered_with_authority": True, "normal_operation": True, "in_park": True}
    asked = anybody.ask("POST", "/screen/next", {"facts": told}).content["question"]
    _say(f"before signing in, what may she have? the next question: {asked['question']}")
    told |= {"other_workers_employed": 1, "startup_subsidy_received": False}
    found = anybody.ask("POST", "/screen", {"facts": told}).content["results"]
    subsidy = next(each for each in found if each["benefit"] == "startup_subsidy")
    if subsidy["value"] is not True:
        raise Failed(f"the startup subsidy should be hers: {subsidy['missing']}")
    notes = "、".join(subsidy["flag_labels"])
    _say(f"{subsidy['title']} (clause {subsidy['clause']}): {subsidy['value_label']}")
    print(f"      {subsidy['amount']['text']}; {notes}", flush=True)


def _apply(her: Caller, park: dict[str, Any]) -> dict[str, Any]:
    draft = her.ask("POST", "/applications", {"kind": "tenancy", "park_id": park["id"]})
    where = f"/applications/{draft.content['id']}"
    refused = her.call("POST", f"{where}/submit", {}, draft.etag)
    _say(
        f"submitting the empty draft {draft.content['number']}: {refused.status}, "
        f"{len(refused.content['missing'])} items missing, all named at once"
    )
    saved = draft
    for name, answers in specimen.sections().items():
        saved = her.ask("PUT", where, {"sections": {name: answers}}, saved.etag)
    for paper, kind in (("id", "id_card"), ("plan", "plan")):
        document = her.upload(kind).content
        her.ask("PUT", f"{where}/papers/{paper}", {"documents": [document["id"]]})
    _say("each section saved, and her identity and plan uploaded")
    sent = her.ask("POST", f"{where}/submit", {}, saved.etag).content
    _say(f"submitted; held by {sent['held_by']['label']} until {sent['due_on']}")
    return sent


def _manager(anybody: Caller) -> Caller:
    account = ACCOUNTS[0]
    login = {"username": account.username, "password": PASSWORD}
    until = time.monotonic() + SIGN_IN_S
    while time.monotonic() < until:
        challenge = anybody.ask("POST", "/session/staff", login).content["challenge_token"]
        code = pyotp.TOTP(account.totp_secret).now()
        answer = anybody.call(
            "POST", "/session/staff/totp", {"challenge_token": challenge, "code": code}
        )
        if answer.status == 200:
            _say(f"{account.name} signs in with password and second factor")
            return anybody.signed_in(answer.content["access_token"])
        if answer.status == 429:  # Broken off too often: each code shown counts as a try.
            wait = answer.retry_after_s
            _say(f"too many codes were tried; the next try is in {wait} s")
        else:
            wait = int(31 - time.time() % 30)
            _say(f"this code was used already; the next one comes in {wait} s")
        time.sleep(wait)
    raise Failed("the manager cannot sign in")


def _approve(manager: Caller, application: dict[str, Any], units: Any) -> dict[str, Any]:
    where = f"/applications/{application['id']}"
    if application["id"] not in _queue(manager):
        raise Failed("the application is not in the manager's queue")
    _say("the manager finds it in his queue")
    wish: dict[str, Any] = {"unit_id": units[0]["id"], "note": "欢迎入驻"}
    while True:
        seen = manager.ask("GET", where)
        answer = manager.call("POST", f"{where}/approve", wish, seen.etag)
        if answer.status == 200:
            granted: dict[str, Any] = answer.content
            return granted
        if answer.status != 409 or not answer.content.get("held_until"):
            raise Failed(f"approve: {answer.status} {answer.content}")
        _say(f"refused with a reason: {answer.content['detail']}")
        wish["starts_on"] = answer.content["held_until"]


def _queue(manager: Caller) -> set[str]:
    found: set[str] = set()
    cursor = ""
    while True:
        page = manager.ask("GET", f"/applications?status=submitted&limit=100{cursor}").content
        found |= {each["id"] for each in page["items"]}
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def _hear(her: Caller, application: dict[str, Any]) -> None:
    messages = her.ask("GET", "/messages").content["items"]
    about = [each for each in messages if application["number"] in each["body"]]
    if len(about) != 1:
        raise Failed(f"{len(about)} messages instead of one")
    _say(f"her inbox, at once: {about[0]['title']}")
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        (push,) = her.ask("GET", "/messages").content["items"][0]["deliveries"]
        if push["status"] not in ("pending", "claimed", "sending", "retry_wait"):
            _say(f"the push through WeChat: {push['status_label']}")
            break
        time.sleep(0.3)
    else:
        raise Failed("the push did not end in a named state: is the worker running?")
    her.ask("POST", f"/messages/{about[0]['id']}/read", {})


def _say(words: str) -> None:
    print(f"  → {words}", flush=True)


def _json(raw: bytes) -> Any:
    return orjson.loads(raw) if raw else None
