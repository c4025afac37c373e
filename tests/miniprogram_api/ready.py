"""Which request of each operation would succeed right now?"""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any, NamedTuple
from uuid import uuid4

import pyotp
import time_machine
from werkzeug.test import TestResponse

from backend import clock
from backend.access import Role
from backend.cases import sweeping as cases
from backend.loans.workflow import Status
from backend.tenancies import sweeping
from miniprogram_api import demo
from tests import papers
from tests.backend.loans import stage as loans
from tests.factories import SECTIONS, Caller, Upload, World, a_pdf
from tests.miniprogram_api import choosers, interns, matched, notices, pushing, subsidised, tenants
from tests.records import look, new_staff


class Ready(NamedTuple):
    """A request that would succeed, by whoever may send it."""

    by: Caller
    method: str
    path: str
    content: Any = None
    etag: str = ""

    def send(self, key: str | None = None, **changed: Any) -> TestResponse:
        """Send it, or with something changed; a fresh key unless one is given."""
        sent = self._replace(**changed)
        named = {} if key is None else {"key": key}
        return sent.by.send(sent.method, sent.path, sent.content, etag=sent.etag, **named)


def _reading(path: str) -> Callable[[World], Ready]:
    return lambda world: Ready(world.anybody, "GET", path)


def _reading_of_hers(path: str) -> Callable[[World], Ready]:
    return lambda world: Ready(world.citizen(), "GET", path)


def administrator(world: World) -> Caller:
    """Whoever cares for accounts and settings; no demo account does."""
    with world.app.app_context():
        if not look("SELECT 1 FROM staff WHERE username = 'keeper'"):
            new_staff("keeper", Role.BUREAU_ADMIN)
    return world.staff("keeper")


def _get_park(world: World) -> Ready:
    return Ready(world.anybody, "GET", f"/parks/{world.park_id()}")


def _list_units(world: World) -> Ready:
    return Ready(world.anybody, "GET", f"/parks/{world.park_id()}/units")


def _create(world: World) -> Ready:
    wish = {"kind": "tenancy", "park_id": world.park_id(), "sections": SECTIONS}
    return Ready(world.citizen(), "POST", "/applications", wish)


def _drafted(method: str, verb: str, content: Any = None) -> Callable[[World], Ready]:
    def make(world: World) -> Ready:
        her = world.citizen()
        made, etag = world.draft(her)
        return Ready(her, method, f"/applications/{made['id']}{verb}", content, etag)

    return make


def _read(verb: str) -> Callable[[World], Ready]:
    return lambda world: _drafted("GET", verb)(world)._replace(etag="")


def _approve(world: World) -> Ready:
    made, etag = world.submitted()
    wish = {"unit_id": world.units()[0]["id"]}
    return Ready(world.staff(), "POST", f"/applications/{made['id']}/approve", wish, etag)


def _reject(world: World) -> Ready:
    made, etag = world.submitted()
    why = {"reasons": ["no_space"]}
    return Ready(world.staff(), "POST", f"/applications/{made['id']}/reject", why, etag)


def _mark_read(world: World) -> Ready:
    assert 200 == _reject(world).send().status_code
    her = world.citizen()
    message = her.get("/messages").json["items"][0]["id"]
    return Ready(her, "POST", f"/messages/{message}/read", {})


def _end_other_session(world: World) -> Ready:
    her = world.citizen()
    world.citizen()
    far = next(each for each in her.get("/sessions").json["items"] if not each["is_this_one"])
    return Ready(her, "DELETE", f"/sessions/{far['id']}")


def _login_wechat(world: World) -> Ready:
    content = {"code": f"demo:qiqige:{uuid4()}", "device": "iPhone"}
    return Ready(world.anybody, "POST", "/session/wechat", content)


def _bind_phone(world: World) -> Ready:
    """By somebody whom WeChat's stand-in knows: a phone code belongs to one openid."""
    tokens = _login_wechat(world).send().json
    content = {"code": f"phone:qiqige:{uuid4()}"}
    return Ready(Caller(world.app, tokens["access_token"]), "PUT", "/me/phone", content)


def _login_staff(world: World) -> Ready:
    content = {"username": "demo-manager", "password": demo.PASSWORD, "device": "PC"}
    return Ready(world.anybody, "POST", "/session/staff", content)


def _confirm_totp(world: World) -> Ready:
    challenge = _login_staff(world).send().json["challenge_token"]
    (account,) = [each for each in demo.ACCOUNTS if each.username == "demo-manager"]
    content = {"challenge_token": challenge, "code": pyotp.TOTP(account.totp_secret).now()}
    return Ready(world.anybody, "POST", "/session/staff/totp", content)


def _refresh(world: World) -> Ready:
    token = _login_wechat(world).send().json["refresh_token"]
    return Ready(world.anybody, "POST", "/session/refresh", {"refresh_token": token})


def _kept(world: World) -> str:
    answer = world.anybody.post("/screenings", {"facts": {"is_veteran": True}})
    return str(answer.json["token"])


def _get_screening(world: World) -> Ready:
    return Ready(world.anybody, "GET", f"/screenings/{_kept(world)}")


def _claim(world: World) -> Ready:
    return Ready(world.citizen(), "POST", f"/screenings/{_kept(world)}/claim", {})


def _asking(path: str, **more: Any) -> Callable[[World], Ready]:
    return lambda world: Ready(world.anybody, "POST", path, {"facts": {"in_park": True}, **more})


NUMBER = {
    "name": "startup_subsidy_county",
    "scope": "152201",
    "value": 1_500_000,
    "unit": "fen",
    "valid_from": "2027-01-01",
    "review_by": "2028-12-31",
    "source": "盟人社发〔2026〕8号",
    "reason": "旗县标准已公布",
}
# A number of the standard's form that is not given out: sequence 000.
IDENTITY = {"name": "其其格", "number": "152201199001010001"}
PEOPLE = count()
PDF = a_pdf()
# Of one matter only one proposal may lie on the table for a day.
DAYS = (date(2027, 1, 1) + timedelta(days=n) for n in count())
READING = {
    "name": "waiver_scope",
    "in_use": "park_only",
    "valid_from": "2027-01-01",
    "decided_by": "盟人社局",
    "decided_on": "2026-11-20",
    "source": "会议纪要",
    "reason": "局务会议定",
}


def for_a_day(content: dict[str, Any]) -> dict[str, Any]:
    """A proposal for the next day of which nobody has proposed anything."""
    day = str(next(DAYS))
    return content | {"valid_from": day, "valid_to": day}


def _proposing(path: str, content: dict[str, Any]) -> Callable[[World], Ready]:
    return lambda world: Ready(world.staff("demo-bureau"), "POST", path, for_a_day(content))


def _proposed(
    method: str, verb: str, who: str = "demo-bureau-2", content: Any = None
) -> Callable[[World], Ready]:
    def make(world: World) -> Ready:
        answer = world.staff("demo-bureau").post("/parameters", for_a_day(NUMBER))
        assert 201 == answer.status_code, answer.text
        path = f"/policy-changes/{answer.json['id']}{verb}"
        etag = answer.headers["ETag"] if method == "POST" else ""
        return Ready(world.staff(who), method, path, content, etag)

    return make


def _record_decision(world: World) -> Ready:
    made, _ = world.submitted(world.citizen(f"applicant{next(PEOPLE)}"))
    wish = {"application_id": made["id"], "benefit": "startup_subsidy"}
    return Ready(world.staff(), "POST", "/decisions", wish)


def _decided(method: str, verb: str, content: Any = None) -> Callable[[World], Ready]:
    def make(world: World) -> Ready:
        answer = _record_decision(world).send()
        assert 201 == answer.status_code, answer.text
        path = f"/decisions/{answer.json['id']}{verb}"
        return Ready(world.staff("demo-bureau"), method, path, content)

    return make


def _on_a_case(method: str, verb: str, content: Any = None) -> Callable[[World], Ready]:
    def make(world: World) -> Ready:
        made, _ = world.submitted(world.citizen(f"applicant{next(PEOPLE)}"))
        path = f"/applications/{made['id']}{verb}"
        return Ready(world.staff("demo-bureau"), method, path, content)

    return make


ITEMS = {
    "items": [
        {"pointer": "#/sections/project/summary", "fault": "incomplete", "text": "请写明产品"}
    ]
}
WHY = {"why": "复核发现材料属实"}
HER, PARK, BUREAU = "", "demo-manager", "demo-bureau"


def _step(
    who: str, verb: str, content: Any = None, *, after: tuple[str, ...] = ()
) -> Callable[[World], Ready]:
    """A step on the case of somebody new, after others of the park."""
    sent = {"return": ITEMS, "reject": {"reasons": ["no_space"]}}

    def make(world: World) -> Ready:
        her = world.citizen(f"applicant{next(PEOPLE)}")
        made, etag = world.submitted(her)
        path = f"/applications/{made['id']}"
        for each in after:
            done = world.staff().post(f"{path}/{each}", sent.get(each, {}), etag=etag)
            assert 200 == done.status_code, done.text
            etag = done.headers["ETag"]
        return Ready(
            world.staff(who) if who else her, "POST", f"{path}/{verb}", content or {}, etag
        )

    return make


def _transfer(world: World) -> Ready:
    step = _step(PARK, "transfer")(world)
    path = step.path.replace("/transfer", "/colleagues")
    (colleague,) = step.by.get(path).json["items"]
    return step._replace(content={"to_staff": colleague["id"], "why": "本人休假"})


def _question(world: World) -> dict[str, Any]:
    return {"park_id": world.park_id("P01"), "question": "是否符合贵园区的产业方向？"}


def _ask_opinion(world: World) -> Ready:
    return _on_a_case("POST", "/opinions", _question(world))(world)


def _give_opinion(world: World) -> Ready:
    answer = _ask_opinion(world).send()
    assert 201 == answer.status_code, answer.text
    path = f"/opinions/{answer.json['id']}/answer"
    content = {"in_favour": True, "words": "符合，建议入驻"}
    return Ready(world.staff("demo-manager-p01"), "POST", path, content)


def _in_bulk(world: World) -> Ready:
    made, _ = world.submitted(world.citizen(f"applicant{next(PEOPLE)}"))
    row = {"application_id": made["id"], "seen": made["version"], "reasons": ["no_space"]}
    content = {"decision": "reject", "rows": [row]}
    return Ready(world.staff(), "POST", "/cases/bulk", content)


def _batch(method: str, verb: str, content: Any = None) -> Callable[[World], Ready]:
    def make(world: World) -> Ready:
        trial = _in_bulk(world)
        token = trial.send().json["preview"]
        made = trial.send(content=trial.content | {"dry_run": False, "preview": token})
        assert made.json["id"], made.text
        return Ready(world.staff(), method, f"/cases/bulk/{made.json['id']}{verb}", content)

    return make


def _upload(world: World) -> Ready:
    return Ready(world.citizen(), "POST", "/documents", Upload({"file": PDF, "kind": "id_card"}))


def _document(method: str, verb: str = "", content: Any = None) -> Callable[[World], Ready]:
    def make(world: World) -> Ready:
        her = world.citizen()
        return Ready(her, method, f"/documents/{world.document(her)['id']}{verb}", content)

    return make


def _restore(world: World) -> Ready:
    name = f"applicant{next(PEOPLE)}"
    with time_machine.travel(clock.now() - timedelta(days=61)):
        made, _ = world.draft(world.citizen(name))
    with world.app.app_context():
        cases.sweep()
    seen = world.citizen(name).get(f"/applications/{made['id']}")
    assert "lapsed" == seen.json["status"]
    path = f"/applications/{made['id']}/restore"
    return Ready(world.citizen(name), "POST", path, {}, seen.headers["ETag"])


GAP = {"items": [{"pointer": "#/papers/licence"}]}


def _allow_gap(world: World) -> Ready:
    her = world.citizen(f"applicant{next(PEOPLE)}")
    made, etag = world.submitted(her)
    return Ready(world.staff(), "POST", f"/applications/{made['id']}/gap", GAP, etag)


def _offered_gap(verb: str) -> Callable[[World], Ready]:
    """An answer to the office's offer to let a licence follow."""

    def make(world: World) -> Ready:
        her = world.citizen(f"applicant{next(PEOPLE)}")
        made, etag = world.submitted(her)
        path = f"/applications/{made['id']}/gap"
        done = world.staff().post(path, GAP, etag=etag)
        assert 200 == done.status_code, done.text
        said = {"sha256": done.json["gap"]["sha256"]} if verb == "promise" else {}
        return Ready(her, "POST", f"{path}/{verb}", said, done.headers["ETag"])

    return make


def _promised_gap(verb: str) -> Callable[[World], Ready]:
    """A step of whoever has promised a licence, and attached it by now."""

    def make(world: World) -> Ready:
        offer = _offered_gap("promise")(world)
        done = offer.send()
        assert 200 == done.status_code, done.text
        with world.app.app_context():
            papers.attached(done.json["id"], "licence")
        path = offer.path.replace("/promise", f"/{verb}")
        return offer._replace(path=path, content={}, etag=done.headers["ETag"])

    return make


def _filled_gap(verb: str) -> Callable[[World], Ready]:
    """A look of the office at what came."""

    def make(world: World) -> Ready:
        came = _promised_gap("fill")(world)
        done = came.send()
        assert 200 == done.status_code, done.text
        said = {"why": "看不清"} if verb == "refuse" else {}
        path = came.path.replace("/fill", f"/{verb}")
        return Ready(world.staff(), "POST", path, said, done.headers["ETag"])

    return make


def _granted(verb: str) -> Callable[[World], Ready]:
    """A step of the park on a case that was granted the next day of a unit that is free."""

    def make(world: World) -> Ready:
        made, etag = world.submitted(world.citizen(f"applicant{next(PEOPLE)}"))
        path, his = f"/applications/{made['id']}", world.staff()
        starts_on = str(date(2027, 1, 1) + timedelta(days=31 * next(PEOPLE)))
        wish = {"unit_id": world.units()[0]["id"], "starts_on": starts_on, "term_months": 1}
        done = his.post(f"{path}/approve", wish, etag=etag)
        assert 200 == done.status_code, done.text
        return Ready(his, "POST", f"{path}/{verb}", {}, done.headers["ETag"])

    return make


def _object(world: World) -> Ready:
    assert 200 == _granted("publicise")(world).send().status_code
    newest = world.anybody.get("/publicity").json["items"][0]["id"]
    content = {"words": "该项目并未在园区经营"}
    return Ready(world.citizen("neighbour"), "POST", f"/publicity/{newest}/objections", content)


def _get_objection(world: World) -> Ready:
    answer = _object(world).send()
    assert 201 == answer.status_code, answer.text
    return Ready(world.citizen("neighbour"), "GET", f"/objections/{answer.json['id']}")


def _answer_objection(world: World) -> Ready:
    path = f"{_get_objection(world).path}/answer"
    content = {"upheld": False, "answer": "经现场核查，经营正常"}
    return Ready(world.staff("demo-bureau"), "POST", path, content)


def _poster(world: World) -> dict[str, Any]:
    return {"kind": "poster", "park_id": world.park_id(), "label": "乌兰浩特站出站口"}


def _on_a_code(
    method: str, verb: str, content: Any = None, etag: str = ""
) -> Callable[[World], Ready]:
    def make(world: World) -> Ready:
        made = world.staff().post("/codes", _poster(world))
        assert 201 == made.status_code, made.text
        return Ready(world.staff(), method, f"/codes/{made.json['id']}{verb}", content, etag)

    return make


def _open_code(world: World) -> Ready:
    token = world.staff().post("/codes", _poster(world)).json["token"]
    return Ready(world.anybody, "POST", "/codes/open", {"token": token})


def _code_image(world: World) -> Ready:
    drawn = _on_a_code("POST", "/image", {})(world)
    assert 200 == drawn.send().status_code
    return drawn._replace(method="GET", content=None)


def _review_text(world: World) -> Ready:
    """Of somebody whom WeChat's stand-in has not seen, so that nothing could be checked."""
    case = _on_a_case("GET", "/texts")(world)
    check = case.send().json["items"][0]["id"]
    return Ready(case.by, "POST", f"/texts/{check}/review", {"settled": "harmless"})


def _nudge(world: World) -> Ready:
    name = f"applicant{next(PEOPLE)}"
    with time_machine.travel(clock.now() - timedelta(days=30)):
        made, _ = world.submitted(world.citizen(name))
    return Ready(world.citizen(name), "POST", f"/applications/{made['id']}/nudge", {})


def _of_a_tenancy(
    who: str, method: str, verb: str, content: Any = None
) -> Callable[[World], Ready]:
    """A step on the tenancy of somebody new, or a look at it."""

    def make(world: World) -> Ready:
        her, path, etag = _submitted(world)
        wish = {"unit_id": world.units()[0]["id"]}
        done = world.staff().post(f"{path}/approve", wish, etag=etag)
        assert 200 == done.status_code, done.text
        (tenancy,) = her.get("/tenancies").json["items"]
        path = f"/tenancies/{tenancy['id']}"
        read = her.get(f"{path}/agreement")
        sent = {"sha256": read.json["sha256"]} if verb == "/sign" else content
        seen = read.headers["ETag"] if method == "POST" else ""
        return Ready(world.staff(who) if who else her, method, path + verb, sent, seen)

    return make


def _offered(verb: str) -> Callable[[World], Ready]:
    """An answer to an offer of somebody new."""

    def make(world: World) -> Ready:
        her, path, etag = _on_a_list(world)
        waits = world.staff().post(f"{path}/approve", {}, etag=etag)
        assert 200 == waits.status_code, waits.text
        with world.app.app_context():
            sweeping.sweep()
        (offer,) = her.get("/tenancies").json["items"]
        return Ready(her, "POST", f"/tenancies/{offer['id']}/{verb}", {}, f'"{offer["version"]}"')

    return make


def _on_a_list(world: World) -> tuple[Caller, str, str]:
    her, path, etag = _submitted(world)
    joined = her.post(f"{path}/waiting", _wish(world))
    assert 200 == joined.status_code, joined.text
    return her, path, etag


def _submitted(world: World) -> tuple[Caller, str, str]:
    """Somebody new with an application for days that nobody else asks for."""
    number = next(PEOPLE)
    first = str(date(2030, 1, 1) + timedelta(days=31 * number))
    space = {"unit_kind": "office", "starts_on": first, "term_months": 1}
    her = world.citizen(f"applicant{number}")
    made, etag = world.draft(her, sections=SECTIONS | {"space": space})
    path = f"/applications/{made['id']}"
    sent = her.post(f"{path}/submit", {}, etag=etag)
    assert 200 == sent.status_code, sent.text
    return her, path, sent.headers["ETag"]


def _wish(world: World) -> dict[str, Any]:
    return {"park_id": world.park_id(), "unit_kind": "stall", "choice": 1}


def _join(world: World) -> Ready:
    her, path, _ = _submitted(world)
    return Ready(her, "POST", f"{path}/waiting", _wish(world))


def _leave(world: World) -> Ready:
    her, path, _ = _on_a_list(world)
    (place,) = her.get(f"{path}/waiting").json["items"]
    return Ready(her, "POST", f"/waiting/{place['id']}/leave", {})


def _of_a_loan(
    who: str, method: str, verb: str, *, at: Status = Status.REFERRED
) -> Callable[[World], Ready]:
    """A step on the loan of somebody new, or a look at it."""

    def make(world: World) -> Ready:
        with world.app.app_context():
            _, _, loan = loans.at(at, f"applicant{next(PEOPLE)}")
            chosen = {"bank_id": "BANK", "guarantor_id": "GUARANTOR"}
            to = {name: str(loans.institution(kind)) for name, kind in chosen.items()}
        said = {"state": "due_diligence", "on": str(clock.today())}
        sent = {"/referral": to, "/states": said, "/contact": {}}.get(verb)
        seen = f'"{loan["version"]}"' if verb in ("/referral", "/states") else ""
        return Ready(world.staff(who), method, f"/loans/{loan['id']}{verb}", sent, seen)

    return make


def _open_document(world: World) -> Ready:
    case, document = world.filed(world.citizen(f"applicant{next(PEOPLE)}"))
    why = {"application_id": case["id"], "purpose": "review"}
    return Ready(world.staff(), "POST", f"/documents/{document['id']}/openings", why)


def _attach(world: World) -> Ready:
    her = world.citizen(f"applicant{next(PEOPLE)}")
    made, _ = world.draft(her)
    return Ready(her, "PUT", f"/applications/{made['id']}/papers/id", {"documents": []})


APPROVED = "/message-templates/application.approved/applicant"


def _test_send(world: World) -> Ready:
    code = {"code": f"demo:clerk:{uuid4()}"}
    return Ready(world.staff("demo-bureau"), "POST", f"{APPROVED}/test", code)


def _get_wording(world: World) -> Ready:
    answer = _test_send(world).send()
    assert 200 == answer.status_code, answer.text
    return Ready(world.staff("demo-bureau"), "GET", f"/wordings/{answer.json['wording']}")


def _made(make: Callable[[World], tuple[Any, ...]]) -> Callable[[World], Ready]:
    return lambda world: Ready(*make(world))


READY: dict[str, Callable[[World], Ready]] = {
    "checkHealth": _reading("/healthz"),
    "checkReadiness": _reading("/readyz"),
    "listSweepers": lambda world: Ready(administrator(world), "GET", "/sweepers"),
    "getOpenapi": _reading("/openapi.json"),
    "getProblem": _reading("/problems/malformed"),
    "listDivisions": _reading("/divisions"),
    "listParks": _reading("/parks"),
    "getPark": _get_park,
    "listParkUnits": _list_units,
    "listReasons": _reading("/reasons"),
    "listBenefits": _reading("/benefits"),
    "getBenefit": _reading("/benefits/startup_subsidy"),
    "listParameters": _reading("/parameters"),
    "listStages": _reading("/stages"),
    "screen": _asking("/screen"),
    "askNext": _asking("/screen/next", skipped=["is_veteran"]),
    "whatIf": _asking("/screen/what-if", changes={"is_veteran": True}),
    "saveScreening": _asking("/screenings"),
    "getScreening": _get_screening,
    "claimScreening": _claim,
    "getFacts": _reading_of_hers("/me/facts"),
    "setFacts": lambda world: Ready(
        world.citizen(), "PUT", "/me/facts", {"facts": {"is_veteran": True}}
    ),
    "listPolicyChanges": lambda world: Ready(world.staff("demo-bureau"), "GET", "/policy-changes"),
    "getPolicyChange": _proposed("GET", ""),
    "previewPolicyChange": _proposed("GET", "/preview"),
    "setParameter": _proposing("/parameters", NUMBER),
    "decideRuling": _proposing("/rulings", READING),
    "confirmPolicyChange": _proposed("POST", "/confirm", content={}),
    "dropPolicyChange": _proposed("POST", "/drop", content={"why": "数字有误"}),
    "loginWechat": _login_wechat,
    "loginStaff": _login_staff,
    "confirmTotp": _confirm_totp,
    "refreshSession": _refresh,
    "endSession": lambda world: Ready(world.citizen(), "DELETE", "/sessions/current"),
    "listSessions": _reading_of_hers("/sessions"),
    "endOtherSession": _end_other_session,
    "getMe": _reading_of_hers("/me"),
    "bindIdentity": lambda world: Ready(world.citizen(), "PUT", "/me/identity", IDENTITY),
    "bindPhone": _bind_phone,
    "listDuplicates": lambda world: Ready(world.staff("demo-bureau"), "GET", "/duplicates"),
    "createApplication": _create,
    "listApplications": _reading_of_hers("/applications"),
    "getApplication": _read(""),
    "getTimeline": _read("/timeline"),
    "suggestAnswers": _read("/suggestions"),
    "updateApplication": _drafted("PUT", "", {"sections": SECTIONS | {"project": {}}}),
    "submitApplication": _drafted("POST", "/submit", {}),
    "withdrawApplication": _drafted("POST", "/withdraw", {}),
    "nudgeApplication": _nudge,
    "restoreApplication": _restore,
    "getReceipt": _on_a_case("GET", "/receipt"),
    "listHistory": _on_a_case("GET", "/history"),
    "allowGap": _allow_gap,
    "promiseGap": _offered_gap("promise"),
    "declineGap": _offered_gap("decline"),
    "fillGap": _promised_gap("fill"),
    "confirmGap": _filled_gap("confirm"),
    "refuseGap": _filled_gap("refuse"),
    "claimCase": _step(PARK, "claim"),
    "releaseCase": _step(PARK, "release", after=("claim",)),
    "returnForCorrection": _step(PARK, "return", ITEMS),
    "recallCorrection": _step(PARK, "recall", after=("return",)),
    "resolveCorrection": _step(HER, "resolve", after=("return",)),
    "reopenCase": _step(BUREAU, "reopen", WHY, after=("reject",)),
    "declareConflict": _on_a_case("POST", "/conflict", {"why": "申请人是本人亲属"}),
    "transferCase": _transfer,
    "listColleagues": _on_a_case("GET", "/colleagues"),
    "addNote": _on_a_case("POST", "/notes", {"words": "已电话核实经营地址"}),
    "listNotes": _on_a_case("GET", "/notes"),
    "askOpinion": _ask_opinion,
    "listOpinions": _on_a_case("GET", "/opinions"),
    "giveOpinion": _give_opinion,
    "publiciseDecision": _granted("publicise"),
    "listPublicity": _reading("/publicity"),
    "objectToDecision": _object,
    "listObjections": _on_a_case("GET", "/objections"),
    "getObjection": _get_objection,
    "answerObjection": _answer_objection,
    "approveApplication": _approve,
    "rejectApplication": _reject,
    "getConsequences": _read("/consequences"),
    "joinWaitingList": _join,
    "leaveWaitingList": _leave,
    "getWaiting": _read("/waiting"),
    "listTenancies": _reading_of_hers("/tenancies"),
    "getTenancy": _of_a_tenancy(HER, "GET", ""),
    "getAgreement": _of_a_tenancy(HER, "GET", "/agreement"),
    "amendAgreement": _of_a_tenancy(PARK, "POST", "/agreement", {"special_terms": "车位一个。"}),
    "signAgreement": _of_a_tenancy(HER, "POST", "/sign"),
    "acceptOffer": _offered("accept"),
    "declineOffer": _offered("decline"),
    "decideInBulk": _in_bulk,
    "getBatch": _batch("GET", ""),
    "undoBatch": _batch("POST", "/undo", {}),
    "getCaseFacts": _on_a_case("GET", "/facts"),
    "recordFacts": _on_a_case(
        "POST", "/facts", {"facts": {"other_category_approved": True}, "source": "staff"}
    ),
    "recordDecision": _record_decision,
    "listDecisions": _on_a_case("GET", "/decisions"),
    "getDecision": _decided("GET", ""),
    "overrideVerdict": _decided(
        "POST", "/override", {"verdict": True, "reason": "现场核实符合条件", "seen": 0}
    ),
    "countOverrides": lambda world: Ready(
        world.staff("demo-bureau"), "GET", "/decisions/overrides"
    ),
    "uploadDocument": _upload,
    "listDocuments": _reading_of_hers("/documents"),
    "getDocument": _document("GET"),
    "removeDocument": _document("DELETE"),
    "downloadDocument": _document("GET", "/content"),
    "dateDocument": _document("PUT", "/days", {"issued_on": None, "expires_on": "2030-12-31"}),
    "openDocument": _open_document,
    "listOpenings": _document("GET", "/openings"),
    "listPapers": _read("/papers"),
    "attachDocument": _attach,
    **{name: _made(make) for name, make in interns.READY.items()},
    **{name: _made(make) for name, make in tenants.READY.items()},
    "getLoanRoutes": _reading_of_hers("/me/loan-routes"),
    "listLoans": _reading_of_hers("/loans"),
    "getLoan": _of_a_loan(loans.BUREAU, "GET", ""),
    "recordReferral": _of_a_loan(loans.BUREAU, "POST", "/referral", at=Status.PUBLISHED),
    "recordBankState": _of_a_loan(loans.BANK, "POST", "/states"),
    "openContact": _of_a_loan(loans.BANK, "POST", "/contact"),
    "listInstitutions": lambda world: Ready(world.staff(loans.BUREAU), "GET", "/institutions"),
    "createInstitution": lambda world: Ready(
        world.staff(loans.BUREAU),
        "POST",
        "/institutions",
        {"name": f"银行{next(PEOPLE)}", "kind": "bank"},
    ),
    **{name: _made(make) for name, make in subsidised.READY.items()},
    **{name: _made(make) for name, make in choosers.READY.items()},
    "wechatCallbackGet": lambda world: Ready(world.anybody, "GET", pushing.question(world.app)),
    "wechatCallbackPost": lambda world: Ready(
        world.anybody, "POST", *pushing.push(world.app, pushing.DEMO)
    ),
    "createCode": lambda world: Ready(world.staff(), "POST", "/codes", _poster(world)),
    "listCodes": lambda world: Ready(world.staff(), "GET", "/codes"),
    "getCode": _on_a_code("GET", ""),
    "revokeCode": _on_a_code("POST", "/revoke", {}, etag='"1"'),
    "openCode": _open_code,
    "drawCode": _on_a_code("POST", "/image", {}),
    "getCodeImage": _code_image,
    "linkCode": _on_a_code("POST", "/link", {}),
    "listTexts": _on_a_case("GET", "/texts"),
    "reviewText": _review_text,
    **{name: _made(make) for name, make in notices.READY.items()},
    **{name: _made(make) for name, make in matched.READY.items()},
    "listMessageTemplates": lambda world: Ready(
        world.staff("demo-bureau"), "GET", "/message-templates"
    ),
    "previewMessage": lambda world: Ready(world.staff("demo-bureau"), "GET", APPROVED),
    "getWording": _get_wording,
    "testSend": _test_send,
    "listCaseMessages": _on_a_case("GET", "/messages"),
    "listMessages": _reading_of_hers("/messages"),
    "countUnread": _reading_of_hers("/messages/unread"),
    "markRead": _mark_read,
    "listTemplates": _reading_of_hers("/messages/templates"),
    "recordSubscription": lambda world: Ready(
        world.citizen(),
        "POST",
        "/messages/subscriptions",
        {"answers": [{"template": "tenancy_result", "answer": "accept"}]},
    ),
}
