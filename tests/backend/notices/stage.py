"""Which notices are there to test with, who writes them, and for whom are they?"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from backend.access import Principal, Role
from backend.applications.kinds import Kind
from backend.db import db
from backend.notices import actions
from backend.notices.kinds import Topic
from eligibility.facts import Known
from notifications import broadcasting, expansion
from tests.records import change, look, new_staff, one, person, record_facts, staff

# Monday, 30 November 2026, ten o'clock in Shanghai: telephones may ring.
MORNING = datetime(2026, 11, 30, 2, tzinfo=UTC)
ULANHOT, ARSHAN = "152201", "152202"
OF_PEOPLE = "person, identity, profile, credit"
EVERYBODY: dict[str, Any] = {"all": []}
WORDS: dict[str, Any] = {
    "title": "一次性创业补贴开始申报",
    "summary": "首次创业且正常经营满一年的人员可以申报。",
    "body": "申报时间、地点和所需材料见附件。\n咨询电话：0482-8266000。",
    "clause": "五（三）",
    "attachments": [{"title": "申报表", "url": "https://rsj.xam.gov.cn/forms/1.pdf"}],
    "topics": [Topic.SUBSIDY],
    "in_force_from": None,
    "in_force_until": None,
    "acts_on": Kind.STARTUP_SUBSIDY,
    "audience": EVERYBODY,
    "urgent_why": "",
}


def clerk(name: str = "demo-bureau", county: str | None = None) -> Principal:
    """A clerk of the bureau; each name is an account of its own."""
    known = look("SELECT 1 FROM staff WHERE username = :name", name=name)
    return staff(name) if known else new_staff(name, Role.BUREAU_STAFF, county=county)


def league() -> Principal:
    """Whoever writes for all of the league."""
    return clerk("writer")


def second() -> Principal:
    """Whoever approves what she wrote."""
    return clerk("approver")


def draft(*, by: Principal | None = None, scope: str = "league", **changed: Any) -> dict[str, Any]:
    return actions.create(WORDS | changed, scope=scope, by=by or league())


def submitted(**changed: Any) -> dict[str, Any]:
    made = draft(**changed)
    return broadcasting.submit(made["id"], seen=made["version"], by=changed.get("by") or league())


def approved(**changed: Any) -> dict[str, Any]:
    made = submitted(**changed)
    said = {"people": made["people"], "urgent": bool(made["urgent_why"]), "seen": made["version"]}
    return actions.approve(made["id"], by=second(), **said)


def scheduled(**changed: Any) -> dict[str, Any]:
    made = approved(**changed)
    return actions.schedule(made["id"], send_at=None, seen=made["version"], by=league())


def begun(**changed: Any) -> dict[str, Any]:
    """A notice whose first portion has been told."""
    made = scheduled(**changed)
    expansion.sweep()
    return now(made)


def now(notice: dict[str, Any]) -> dict[str, Any]:
    """The notice as its writer sees it by now, with its report."""
    return broadcasting.whole(notice["id"], by=league())


def states(notice: dict[str, Any]) -> dict[str, int]:
    return {each["state"]: each["people"] for each in now(notice)["report"]["states"]}


def citizen(name: str, *, credits: int = 0, **facts: Any) -> Principal:
    """Somebody of whom these things are known, with so many pushes left."""
    her = person(name)
    if facts:
        record_facts(her.id, {n: Known(v, "self", None) for n, v in facts.items()}, by=her)
    if credits:
        change(
            "INSERT INTO credit VALUES (:her, 'policy_notice', :many, now())",
            her=her.id,
            many=credits,
        )
    return her


def unknown_to_the_planner() -> None:
    """Let PostgreSQL believe that nobody is there, as it does before the first notice to many."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        tables = f"{OF_PEOPLE}, notice_reader, message, delivery, weekly, muted"
        connection.exec_driver_sql(f"VACUUM (ANALYZE) {tables}")


def crowd(many: int, *, credits: int = 1, county: str = ULANHOT, counted: bool = True) -> None:
    """So many people at once, with an openid, a profile and pushes left.

    `counted` says that PostgreSQL knows of them, which it does by itself within a minute.
    """
    first = one("SELECT coalesce(max(id), 0) FROM person")
    values = {"first": first, "many": many, "credits": credits, "county": county}
    for sql in (
        "INSERT INTO person (id, public_id, created_at)"
        " SELECT :first + n, gen_random_uuid(), now() FROM generate_series(1, :many) AS n",
        "INSERT INTO identity (person_id, provider, subject, created_at)"
        " SELECT :first + n, 'wechat', 'crowd-' || :first + n, now()"
        " FROM generate_series(1, :many) AS n",
        "INSERT INTO profile (person_id, county_code, is_veteran, conflicts, disputed, version)"
        " SELECT :first + n, :county, n % 2 = 0, '{}', '{}', 1"
        " FROM generate_series(1, :many) AS n",
        "INSERT INTO credit SELECT :first + n, 'policy_notice', :credits, now()"
        " FROM generate_series(1, :many) AS n",
    ):
        change(sql, **{name: each for name, each in values.items() if f":{name}" in sql})
    if counted:
        change(f"ANALYZE {OF_PEOPLE}")
    change("SELECT setval('person_id_seq', :last)", last=first + many)


def inbox_of(her: Principal, notice: dict[str, Any]) -> int:
    """How many messages of a notice somebody has."""
    return one(
        "SELECT count(*) FROM message JOIN notice USING (event_id)"
        " WHERE message.person_id = :her AND notice.public_id = :id",
        her=her.id,
        id=notice["id"],
    )


def key_of(public_id: UUID) -> int:
    return one("SELECT id FROM notice WHERE public_id = :id", id=public_id)
