"""Who looks at a text that no machine has cleared, and what follows?

A machine refuses nothing and decides nothing. Whoever has the case says that the text is harmless,
or that it has to be written anew, and then whoever typed it is told why.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend import clock
from backend.access import THE_BUREAU, Principal, can
from backend.accounts.models import Staff
from backend.applications import forms
from backend.applications import queries as applications
from backend.audit.actions import record
from backend.db import Row, action, row, rows, session
from backend.errors import Invalid, NotFound, WrongStatus
from backend.internships import listing as posts
from backend.subsidies import queries as subsidies
from backend.texts.keeping import is_open
from backend.texts.kinds import TYPED, Place, Settled
from backend.texts.models import TextCheck

SAY_WHY = "请说明需要修改的内容和理由，本人会看到"
DONE = "这段文字无需复核，或已经复核"
LABELS = {each.place: each.fields for each in TYPED.values()}
_CHECKS = (
    select(*TextCheck.__table__.columns, Staff.name.label("settled_by_name"))
    .add_columns(is_open().label("is_open"))
    .outerjoin(Staff, Staff.id == TextCheck.settled_by)
    .order_by(TextCheck.id)
)


def _of_post(found: Row | None) -> Row | None:
    """Return the row of a post as that of a case of its county's bureau."""
    its = {"office": THE_BUREAU, "park_id": None, "applicant_id": None}
    return found and {**found, **its, "number": found["title"]}


# Whose the text is: by column, how its row is found.
ROOTS: Mapping[str, Callable[[int], Row | None]] = {
    "application_id": lambda key: applications.find(applications.public_id_of(key)),
    "subsidy_id": subsidies.numbered,
    "post_id": lambda key: _of_post(posts.numbered(key)),
}


def of_case(application: UUID, by: Principal) -> list[dict[str, Any]]:
    """Return what was made of the texts of a case; raise NotFound for a foreign one."""
    return _listed("listTexts", "application_id", applications.find(application), by)


def of_claim(claim: UUID, by: Principal) -> list[dict[str, Any]]:
    """Return what was made of objections to a claim; raise NotFound for a foreign one."""
    return _listed("listClaimTexts", "subsidy_id", subsidies.find(claim), by)


def of_post(post: UUID, by: Principal) -> list[dict[str, Any]]:
    """Return what was made of the words of a post; raise NotFound for a foreign one."""
    return _listed("listPostTexts", "post_id", _of_post(posts.find_post(post)), by)


@action
def review(public_id: UUID, *, settled: Settled, why: str, by: Principal) -> dict[str, Any]:
    """Say what a text is, once.

    Raise NotFound for what is not the caller's to look at, WrongStatus for what nobody has to look
    at any more, Invalid where it has to be written anew and nobody says why.
    """
    check = session.scalar(
        select(TextCheck).where(TextCheck.public_id == public_id).with_for_update()
    )
    root = None if check is None else root_of(check)
    if check is None or root is None or not can(by, "reviewText", root):
        raise NotFound
    found = _one(public_id)
    if not found["is_open"]:
        raise WrongStatus(DONE, current_status="settled", actions=[])
    if settled is Settled.REWRITE and not why.strip():
        raise Invalid(errors=[{"pointer": "#/why", "detail": SAY_WHY}])
    check.settled, check.settled_at, check.settled_by = settled, clock.now(), by.id
    check.why = why.strip()
    session.flush()
    event = "text.to_rewrite" if settled is Settled.REWRITE else "text.cleared"
    record(event, "text", check.id, by, why=check.why)
    return _told(_one(public_id), root, by)


def numbered(check_id: int) -> tuple[Row, Row]:
    """Return the check that an event speaks of, and the row of its case, claim or post."""
    check = session.get_one(TextCheck, check_id)
    root = root_of(check)
    assert root is not None
    return _one(check.public_id), root


def root_of(check: TextCheck) -> Row | None:
    """Return the row of the case, claim or post in which somebody typed the text."""
    for column, find in ROOTS.items():
        if (key := getattr(check, column)) is not None:
            return find(key)
    return None


def label_of(found: Row, root: Row) -> str:
    """Name the field in which the words stand."""
    if found["place"] is Place.APPLICATION:
        return forms.labels(root["kind"])[found["pointer"]]
    return LABELS[found["place"]][found["pointer"].rpartition("/")[2]]


def _listed(operation: str, column: str, root: Row | None, by: Principal) -> list[dict[str, Any]]:
    if root is None or not can(by, operation, root):
        raise NotFound
    asked = _CHECKS.where(
        TextCheck.__table__.columns[column] == root["id"], TextCheck.replaced_at.is_(None)
    )
    return [_told(each, root, by) for each in rows(asked)]


def _one(public_id: UUID) -> Row:
    found = row(_CHECKS.where(TextCheck.public_id == public_id))
    assert found is not None
    return found


def _told(found: Row, root: Row, by: Principal) -> dict[str, Any]:
    shown = ("place", "pointer", "subject", "verdict", "source", "label", "trace_id", "at")
    hers = found["is_open"] and can(by, "reviewText", root)
    return {
        "id": found["public_id"],
        **{name: found[name] for name in (*shown, "settled", "settled_at", "why")},
        "field": label_of(found, root),
        "settled_by": found["settled_by_name"],
        "actions": ["review"] if hers else [],
    }
