"""How is something locked that an application has led to?

The application is locked before it, by everybody: that row is the root of the case, so that
whatever befalls the case and what came of it wait for each other.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, select

from backend.access import Principal, can
from backend.applications.models import Application
from backend.db import Row, session
from backend.errors import NotAllowed, NotFound, Outdated

Thing = TypeVar("Thing", bound=Any)


def opened(
    model: type[Thing],
    find: Callable[[UUID], Row | None],
    look: str,
    operation: str,
    public_id: UUID,
    seen: int | None,
    by: Principal,
) -> tuple[Thing, Application, Row]:
    """Lock a thing for an operation; return it, its application, and the row as it stands now.

    `look` is the operation that shows it. Raise NotFound for what the principal may not see,
    NotAllowed for what she may only see, Outdated when a version was seen and is not the present
    one.
    """
    application = locked_root(model, model.public_id == public_id)
    thing = session.scalar(select(model).where(model.public_id == public_id).with_for_update())
    found = find(public_id)
    if application is None or thing is None or found is None or not can(by, look, found):
        raise NotFound
    if not can(by, operation, found):
        raise NotAllowed
    if seen is not None and thing.version != seen:
        raise Outdated(seen=seen, current=thing.version)
    return thing, application, found


def still(
    model: type[Thing], key: int, due: ColumnElement[bool]
) -> tuple[Thing, Application] | None:
    """Lock a thing and its application if it is still so and nobody else is at it."""
    application = locked_root(model, model.id == key, skip_locked=True)
    if application is None:
        return None
    # Asked after the lock, so that whoever held it before has been heard.
    thing = session.scalar(select(model).where(model.id == key, due).with_for_update())
    return (thing, application) if thing is not None else None


def locked_root(
    model: type[Thing], which: ColumnElement[bool], *, skip_locked: bool = False
) -> Application | None:
    """Lock the application from which a thing came."""
    return session.scalar(
        select(Application)
        .join(model, model.application_id == Application.id)
        .where(which)
        .with_for_update(of=Application, skip_locked=skip_locked)
    )
