"""Which hosts and posts are there, and which post is an application for?"""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select, true

from backend.access import Principal, can
from backend.applications import queries as applications
from backend.db import Row, row, rows
from backend.errors import NotFound
from backend.internships.kinds import OTHERS
from backend.internships.models import Choice, Host, Post
from backend.parks.models import Division
from backend.texts.keeping import keeps_hidden
from backend.texts.models import TextCheck

# What lies in a county is there for the staff of its bureau from the day on which it was made.
_HOSTS = select(
    *Host.__table__.columns,
    Host.created_at.label("submitted_at"),
    Division.name.label("county_name"),
).join(Division, Division.code == Host.jurisdiction_code)
_POSTS = (
    select(
        *Post.__table__.columns,
        Post.created_at.label("submitted_at"),
        Host.public_id.label("host_public_id"),
        Host.name.label("host_name"),
        Host.kind.label("host_kind"),
        Host.contact_id,
        Division.name.label("county_name"),
        exists().where(TextCheck.post_id == Post.id, keeps_hidden()).label("is_hidden"),
    )
    .join(Host, Host.id == Post.host_id)
    .join(Division, Division.code == Post.jurisdiction_code)
)
_OPEN = _POSTS.where(
    Post.closed_at.is_(None), ~exists().where(TextCheck.post_id == Post.id, keeps_hidden())
)


def find_host(public_id: UUID) -> Row | None:
    """Return the row of a host, whoever asks."""
    return row(_HOSTS.where(Host.public_id == public_id))


def host_id(operation: str, public_id: UUID, by: Principal) -> int:
    """Return the key of a host for an operation; raise NotFound for a foreign one."""
    found = find_host(public_id)
    if found is None or not can(by, operation, found):
        raise NotFound
    key: int = found["id"]
    return key


def host(public_id: UUID) -> dict[str, Any]:
    """Return a host that is known to be there."""
    found = find_host(public_id)
    assert found is not None
    return _host(found)


def hosts(by: Principal, *, after: int | None, limit: int) -> list[dict[str, Any]]:
    """Return a page of the register, as far as it is the clerk's county's, newest first."""
    asked = _HOSTS.where(Host.jurisdiction_code == by.county if by.county else true())
    if after is not None:
        asked = asked.where(Host.id < after)
    return [_host(each) for each in rows(asked.order_by(Host.id.desc()).limit(limit))]


def find_post(public_id: UUID) -> Row | None:
    """Return the row of a post with its host, whoever asks."""
    return row(_POSTS.where(Post.public_id == public_id))


def numbered(post_id: int) -> Row:
    """Return the row of the post that an event speaks of."""
    found = row(_POSTS.where(Post.id == post_id))
    assert found is not None
    return found


def shown(public_id: UUID) -> dict[str, Any]:
    """Return a post as anybody may read it; raise NotFound, also while its words are looked at."""
    found = post(public_id)
    if found["is_hidden"]:
        raise NotFound
    return found


def post(public_id: UUID) -> dict[str, Any]:
    """Return a post, open or closed, to whoever has to do with it; raise NotFound."""
    found = find_post(public_id)
    if found is None:
        raise NotFound
    return _post(found)


def posts(*, county: str | None, after: int | None, limit: int) -> list[dict[str, Any]]:
    """Return a page of the open posts of a county or of the league, newest first."""
    asked = _OPEN.where(Post.jurisdiction_code == county if county else true())
    if after is not None:
        asked = asked.where(Post.id < after)
    return [_post(each) for each in rows(asked.order_by(Post.id.desc()).limit(limit))]


def others(post_id: int) -> list[dict[str, Any]]:
    """Return a few open posts with places left, those of the same county first."""
    county = select(Post.jurisdiction_code).where(Post.id == post_id).scalar_subquery()
    asked = _OPEN.where(Post.id != post_id, Post.filled < Post.places).order_by(
        (Post.jurisdiction_code == county).desc(), Post.starts_on, Post.id
    )
    return [
        {"id": str(each["public_id"]), "title": each["title"], "host_name": each["host_name"]}
        for each in rows(asked.limit(OTHERS))
    ]


def chosen(application_id: UUID, by: Principal) -> dict[str, Any]:
    """Return the post of an application; raise NotFound where none was chosen, or to others."""
    found = applications.find(application_id)
    if found is None or not can(by, "getChosenPost", found):
        raise NotFound
    asked: Select[Any] = _POSTS.join(Choice, Choice.post_id == Post.id)
    its = row(asked.where(Choice.application_id == found["id"]))
    if its is None:
        raise NotFound
    return _post(its)


def _host(found: Row) -> dict[str, Any]:
    shown = ("kind", "name", "credit_code", "jurisdiction_code", "county_name", "created_at")
    return {
        "id": found["public_id"],
        **{name: found[name] for name in shown},
        "has_contact": found["contact_id"] is not None,
        "row": found["id"],
    }


def _post(found: Row) -> dict[str, Any]:
    shown = (
        *("title", "duties", "jurisdiction_code", "county_name", "starts_on", "months"),
        *("places", "filled", "host_name", "host_kind", "closed_at", "version", "is_hidden"),
    )
    return {
        "id": found["public_id"],
        "host_id": found["host_public_id"],
        **{name: found[name] for name in shown},
        "is_open": found["closed_at"] is None and found["filled"] < found["places"],
        "row": found["id"],
    }
