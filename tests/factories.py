"""Who and what is there to test with? Say what matters to the case; the rest is filled in."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import orjson
from flask import Flask
from pypdf import PdfWriter
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, stream_encode_multipart

from backend import clock
from backend.access import Audience
from backend.accounts import actions as accounts
from backend.accounts.actions import STAFF_SESSION, Opened
from backend.accounts.models import Session, Staff
from backend.db import session
from miniprogram_api import auth
from tests.papers import attached

BASE = "/api/v1"
SYSTEM = ("/healthz", "/readyz", "/openapi.json", "/docs", "/metrics", "/wechat/callback")
SECTIONS: dict[str, dict[str, Any]] = {
    "applicant": {"name": "其其格", "phone": "13800138000"},
    "venture": {"stage": "planned"},
    "project": {
        "title": "草原奶食品电商",
        "industry": "ecommerce",
        "summary": "把牧民的奶豆腐卖到全国。",
        "team_size": 3,
    },
    "space": {"unit_kind": "office", "starts_on": "2027-01-01", "term_months": 12},
    "declaration": {"truthful": True},
}
REGISTERED = {
    "stage": "registered",
    "name": "草原奶食品有限公司",
    "credit_code": "91152201MA0N0TRE41",
}
SHARED = {name: SECTIONS[name] for name in ("applicant", "declaration")}
# A whole form of each kind, and which office it goes to besides a park.
WHOLE_FORMS: dict[str, dict[str, dict[str, Any]]] = {
    "tenancy": SECTIONS,
    "guarantee_loan": SHARED
    | {
        "venture": REGISTERED,
        "loan": {"amount": "100000.00", "term_months": 24, "purpose": "购置奶食品加工设备"},
    },
    "startup_subsidy": SHARED
    | {
        "venture": REGISTERED,
        "business": {
            "registered_on": "2025-09-01",
            "operating": True,
            "workers": 2,
            "first": True,
        },
    },
    "internship": SHARED
    | {
        "internship": {
            "school": "兴安职业技术学院",
            "graduated_on": "2026-07-01",
            "starts_on": "2027-01-04",
            "months": 6,
            "idea": "见习后回乡开办奶食品加工厂",
        },
    },
}
ULANHOT = "152201"


class Caller:
    """Speaks to the API as one account, with fresh keys and the version last seen."""

    def __init__(self, app: Flask, token: str | None = None):
        self.app, self.token = app, token

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.send("GET", path, **headers)

    def post(self, path: str, content: Any = None, **headers: str) -> TestResponse:
        return self.send("POST", path, content, **headers)

    def put(self, path: str, content: Any = None, **headers: str) -> TestResponse:
        return self.send("PUT", path, content, **headers)

    def delete(self, path: str, **headers: str) -> TestResponse:
        return self.send("DELETE", path, **headers)

    def send(self, method: str, path: str, content: Any = None, **headers: str) -> TestResponse:
        """Send a request; `key` and `etag` stand for the two headers, '' leaves one out."""
        sent = {"Idempotency-Key": headers.pop("key", uuid4().hex)}
        sent["If-Match"] = headers.pop("etag", "")
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        body, kind = _body(content)
        return self.app.test_client().open(
            path if path.startswith((*SYSTEM, BASE)) else BASE + path,
            method=method,
            data=body,
            content_type=kind,
            headers={name: value for name, value in sent.items() if value},
        )


class Upload(dict[str, Any]):
    """The fields of a form; whatever is bytes is sent as a file, under the name beside it."""

    def __init__(self, fields: dict[str, Any], name: str = "身份证.pdf"):
        super().__init__(fields)
        self.name = name

    def __or__(self, more: dict[str, Any]) -> "Upload":  # type: ignore[override]
        return Upload(dict(self) | more, self.name)

    @property
    def form(self) -> MultiDict[str, Any]:
        return MultiDict(
            (
                field,
                FileStorage(BytesIO(value), self.name) if isinstance(value, bytes) else str(value),
            )
            for field, value in self.items()
        )


class World:
    """Makes people, managers and applications."""

    def __init__(self, app: Flask):
        self.app = app
        self.anybody = Caller(app)
        self._park_ids: dict[str, str] = {}

    def citizen(self, name: str = "qiqige") -> Caller:
        """A person who has signed in; the same name is the same person."""
        with self.app.test_request_context():
            opened = accounts.sign_in_person(openid_of(name), None, device="")
            return Caller(self.app, auth.tokens(opened)["access_token"])

    def staff(self, username: str = "demo-manager") -> Caller:
        """A demo account that has given both factors."""
        with self.app.test_request_context():
            return Caller(self.app, auth.tokens(self._staff_session(username))["access_token"])

    def park(self, key: str = "P05") -> dict[str, Any]:
        """A park by the letters of its seed key."""
        items = self.anybody.get("/parks?limit=100").json["items"]
        return next(each for each in items if each["name"] == PARK_NAMES[key])

    def park_id(self, key: str = "P05") -> str:
        """The id of a park, which is looked up once: it is the same in every installation."""
        if key not in self._park_ids:
            self._park_ids[key] = self.park(key)["id"]
        return self._park_ids[key]

    def units(self, key: str = "P05") -> list[dict[str, Any]]:
        return self.anybody.get(f"/parks/{self.park_id(key)}/units").json["items"]

    def draft(
        self,
        by: Caller,
        park: str = "P05",
        sections: Any = None,
        kind: str = "tenancy",
        papers: bool = True,
    ) -> tuple[dict[str, Any], str]:
        """A draft with its papers, and its ETag; what no park is asked is asked of Ulanhot."""
        office = {"jurisdiction_code": ULANHOT}
        if kind == "tenancy":
            office = {"park_id": self.park_id(park)}
        sections = WHOLE_FORMS[kind] if sections is None else sections
        content = {"kind": kind, "sections": sections, **office}
        answer = by.post("/applications", content)
        assert answer.status_code == 201, answer.text
        if papers:
            with self.app.app_context():
                attached(answer.json["id"])
        return answer.json, answer.headers["ETag"]

    def submitted(
        self, by: Caller | None = None, park: str = "P05", kind: str = "tenancy"
    ) -> tuple[dict[str, Any], str]:
        """A submitted application and its ETag."""
        by = by or self.citizen()
        draft, etag = self.draft(by, park, kind=kind)
        answer = by.post(f"/applications/{draft['id']}/submit", {}, etag=etag)
        assert answer.status_code == 200, answer.text
        return answer.json, answer.headers["ETag"]

    def approved(self, by: Caller | None = None) -> dict[str, Any]:
        """An application that was granted the first unit of its park."""
        application, etag = self.submitted(by)
        wish = {"unit_id": self.units()[0]["id"]}
        path = f"/applications/{application['id']}/approve"
        answer = self.staff().post(path, wish, etag=etag)
        assert answer.status_code == 200, answer.text
        return answer.json

    def document(self, by: Caller, content: bytes = b"", **said: Any) -> dict[str, Any]:
        """A document of hers: the given bytes, or a page of its own."""
        form = {"file": content or a_pdf(), "kind": "id_card"} | said
        answer = by.post("/documents", Upload(form))
        assert answer.status_code == 201, answer.text
        return answer.json

    def filed(self, by: Caller | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """A submitted application and the one document with which it was submitted."""
        by = by or self.citizen()
        document = self.document(by)
        draft, etag = self.draft(by, papers=False)
        path = f"/applications/{draft['id']}"
        for paper in ("id", "plan"):
            stands = by.put(f"{path}/papers/{paper}", {"documents": [document["id"]]})
            assert stands.status_code == 200, stands.text
        answer = by.post(f"{path}/submit", {}, etag=etag)
        assert answer.status_code == 200, answer.text
        return answer.json, document

    def _staff_session(self, username: str) -> Opened:
        now = clock.now()
        account = session.scalars(select(Staff).where(Staff.username == username)).one()
        opened = Session(
            audience=Audience.STAFF,
            staff_id=account.id,
            credential_version=account.credential_version,
            confirmed=True,
            created_at=now,
            seen_at=now,
            refreshed_at=now,
            expires_at=now + STAFF_SESSION,
        )
        session.add(opened)
        session.commit()
        return Opened(
            session_id=opened.id,
            audience=Audience.STAFF,
            holder_id=account.id,
            public_id=account.public_id,
            name=account.name,
            role=account.role,
            refresh_number=1,
            expires_at=opened.expires_at,
        )


PARK_NAMES = {
    "P01": "兴安盟全产业链双创孵化基地",
    "P05": "恒隆创业广场",
    "P13": "科右前旗创新创业孵化基地",
    "P20": "乌兰浩特市大学生创业孵化基地",
}


def openid_of(name: str) -> str:
    """A stable openid of the right shape."""
    return ("o" + name.encode().hex() + "0" * 28)[:28]


def day(offset: int) -> str:
    """A day so many days from today in Shanghai."""
    return str(clock.today() + timedelta(days=offset))


def a_pdf(pages: int = 1) -> bytes:
    """A sound PDF unlike any other."""
    writer, out = PdfWriter(), BytesIO()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": uuid4().hex})
    writer.write(out)
    return out.getvalue()


def _body(content: Any) -> tuple[bytes | None, str | None]:
    """What is sent, and as what."""
    if content is None:
        return None, None
    if isinstance(content, Upload):
        stream, _, edge = stream_encode_multipart(content.form, use_tempfile=False)
        return stream.read(), f"multipart/form-data; boundary={edge}"
    return content if isinstance(content, bytes) else _bytes(content), "application/json"


def _bytes(content: Any) -> bytes | None:
    return None if content is None else orjson.dumps(content)
