"""What may be asked about internships, their agreements and their months?"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, literal, or_, select, true

from backend import clock
from backend.access import THE_BUREAU, Audience, Principal, Relation, Role, can, relations
from backend.accounts.models import Staff
from backend.applications import nearness
from backend.applications.models import Application
from backend.audit import queries as audit
from backend.db import Row, row, rows
from backend.errors import NotFound
from backend.internships import stipend, workflow
from backend.internships.kinds import ANSWERING, PARTIES, Party
from backend.internships.models import (
    Answer,
    Host,
    Internship,
    InternshipAgreement,
    Month,
    Payment,
    Post,
    Signature,
)
from backend.internships.workflow import Status
from backend.parks.models import Division
from backend.steps import open_to
from eligibility.dates import A_DAY
from eligibility.values import yuan

_WHOLE = (
    select(
        *Internship.__table__.columns,
        Application.public_id.label("application_public_id"),
        Application.number,
        Application.applicant_id,
        Application.jurisdiction_code,
        Application.submitted_at,
        Application.handler_id,
        Application.decided_by,
        literal(None).label("park_id"),
        literal(THE_BUREAU).label("office"),
        Division.name.concat("人社局").label("office_name"),
        Post.public_id.label("post_public_id"),
        Post.title,
        Host.name.label("host_name"),
        Host.contact_id,
        Staff.person_id.label("proposed_by_person"),
        nearness.RECUSED,
    )
    .join(Application, Application.id == Internship.application_id)
    .join(Division, Division.code == Application.jurisdiction_code)
    .join(Post, Post.id == Internship.post_id)
    .join(Host, Host.id == Post.host_id)
    .outerjoin(Staff, Staff.id == Internship.proposed_by)
)
# Whom the timeline names, and whom where an event does not say as which party somebody acted.
PARTY_LABELS = {
    Relation.APPLICANT: "申请人",
    Relation.CONTACT: "见习单位",
    Relation.DECIDER: "人社局",
    Relation.APPROVER: "人社局（复核）",
    Relation.SYSTEM: "系统",
}
BY_DEFAULT = {"person": "applicant", "staff": "decider", None: "system"}


def get(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return one internship as the principal may see it; raise NotFound for everybody else."""
    return in_full(by, _allowed(public_id, "getInternship", by))


def find(public_id: UUID) -> Row | None:
    """Return the row of an internship with its post, host and office, whoever asks."""
    return row(_WHOLE.where(Internship.public_id == public_id))


def numbered(internship_id: int) -> Row:
    """Return the row of the internship that an event speaks of."""
    found = row(_WHOLE.where(Internship.id == internship_id))
    assert found is not None
    return found


def listed(
    by: Principal, *, status: Status | None, after: int | None, limit: int
) -> Sequence[dict[str, Any]]:
    """Return a page of the internships within reach, newest first."""
    asked = _WHOLE.where(_within_reach(by))
    if status is not None:
        asked = asked.where(Internship.status == status)
    if after is not None:
        asked = asked.where(Internship.id < after)
    return [seen_by(by, each) for each in rows(asked.order_by(Internship.id.desc()).limit(limit))]


def seen_by(by: Principal, found: Mapping[str, Any]) -> dict[str, Any]:
    """Shape a row for one party."""
    return {
        "id": found["public_id"],
        "application_id": found["application_public_id"],
        "number": found["number"],
        "status": found["status"],
        "actions": open_to(workflow.STEPS, found["status"], relations(by, found)),
        "post_id": found["post_public_id"],
        "post_title": found["title"],
        "host_name": found["host_name"],
        "office": found["office_name"],
        "starts_on": found["starts_on"],
        "ends_on": found["ended_on"] or found["until_on"] - A_DAY,
        "ended_why": found["ended_why"],
        "expires_on": found["expires_on"],
        "window": stipend.window(found["window_ends_on"]),
        "version": found["version"],
        "row": found["id"],
    }


def in_full(by: Principal, found: Row) -> dict[str, Any]:
    """Shape a row for one party, with months, licence and money; the host sees neither of these."""
    concerned = relations(by, found) - {Relation.CONTACT, Relation.ENTREPRENEUR, Relation.ANYONE}
    whole = seen_by(by, found) | {
        "waits_for": _waits_for(found),
        "months": [_month(each) for each in months_of(found["id"])],
        "venture": None,
        "stipend": None,
        "payment": None,
    }
    if not concerned:
        return whole
    return whole | {
        "venture": found["credit_code"]
        and {
            "credit_code": found["credit_code"],
            "registered_on": found["registered_on"],
            "returned_why": found["returned_why"],
        },
        "stipend": found["stipend"],
        "payment": _payment(found["id"]),
    }


def months_of(internship_id: int) -> list[dict[str, Any]]:
    """Return every month with what both sides say of it, oldest first."""
    asked = select(*Month.__table__.columns).where(Month.internship_id == internship_id)
    answers: dict[str, dict[Party, Row]] = {}
    for each in rows(
        select(*Answer.__table__.columns).where(Answer.internship_id == internship_id)
    ):
        answers.setdefault(each["month"], {})[each["party"]] = each
    found = rows(asked.order_by(Month.first_on))
    return [dict(each) | {"answers": answers.get(each["name"], {})} for each in found]


def agreement(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return the text that is laid before all three; raise NotFound where there is none."""
    found = _allowed(public_id, "getInternshipAgreement", by)
    asked = select(*InternshipAgreement.__table__.columns)
    text = row(asked.where(InternshipAgreement.internship_id == found["id"]))
    if text is None:
        raise NotFound
    signed = _signed(found["id"])
    signatures = [
        {"party": each, "label": each.value, "signed_at": signed.get(each)} for each in Party
    ]
    return {**text, "signatures": signatures, "version": found["version"]}


def told(application_id: int) -> list[dict[str, Any]]:
    """Return what happened to the internships of an application, as lines of its timeline."""
    keys = select(Internship.id).where(Internship.application_id == application_id)
    found = rows(keys.order_by(Internship.id))
    return [_line(each) for key in found for each in audit.of("internship", key["id"])]


def _line(event: Row) -> dict[str, Any]:
    name = event["name"].removeprefix("internship.")
    party = event["particulars"].get("party") or BY_DEFAULT[event["actor_kind"]]
    return {
        "at": event["at"],
        "event": name,
        "label": workflow.EVENT_LABELS[name],
        "by": PARTY_LABELS[Relation[party.upper()]],
        "decision": None,
    }


def _allowed(public_id: UUID, operation: str, by: Principal) -> Row:
    found = find(public_id)
    if found is None or not can(by, operation, found):
        raise NotFound
    return found


def _within_reach(by: Principal) -> ColumnElement[bool]:
    """Say in SQL what the party relations of `access` say of one row."""
    if by.audience is Audience.CITIZEN:
        return or_(Application.applicant_id == by.id, Host.contact_id == by.id)
    if by.role is Role.BUREAU_STAFF:
        hers = Application.jurisdiction_code == by.county if by.county else true()
        return and_(hers, ~nearness.keeps_away(by.id))
    return false()


def _waits_for(found: Row) -> list[str]:
    """Name the parties that have to act now."""
    status = found["status"]
    if status is Status.AGREEMENT_PENDING:
        signed = _signed(found["id"])
        return [r.name.lower() for r, party in PARTIES.items() if party not in signed]
    holder = workflow.HELD_BY.get(status)
    return [holder.name.lower()] if holder else []


def _signed(internship_id: int) -> dict[Party, Any]:
    asked = select(Signature.party, Signature.at).where(Signature.internship_id == internship_id)
    return {each["party"]: each["at"] for each in rows(asked)}


def _month(found: Mapping[str, Any]) -> dict[str, Any]:
    shown = ("name", "first_on", "last_on", "counts", "why")
    return {name: found[name] for name in shown} | {
        "is_open": found["last_on"] < clock.today(),
        "answers": [
            {"party": party, "label": party.value, **_answer(found["answers"].get(party))}
            for party in ANSWERING
        ],
    }


def _answer(found: Row | None) -> dict[str, Any]:
    shown = ("present", "days", "words", "at")
    return {name: found[name] if found else None for name in shown}


def _payment(internship_id: int) -> dict[str, Any] | None:
    asked = select(*Payment.__table__.columns).where(Payment.internship_id == internship_id)
    found = row(asked)
    return {**found, "amount": yuan(found["amount"])} if found else None
