"""How do we read and change records?

Reads outside an action run in autocommit and give their connection back at once, or, where a
request only reads, with its answer (`one_connection`). A change is an `@action`: one transaction,
no nesting, commit or roll back. A change that is one statement may go `alone`.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from enum import Enum as Words
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar, cast
from uuid import UUID

import uuid_utils.compat
from flask_sqlalchemy import SQLAlchemy
from psycopg import errors as pg
from sqlalchemy import (
    BigInteger,
    Connection,
    CursorResult,
    Date,
    DateTime,
    Engine,
    Enum,
    Executable,
    MetaData,
    Result,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from backend.errors import DatabaseDown

P = ParamSpec("P")
R = TypeVar("R")
Row = Mapping[str, Any]
log = logging.getLogger(__name__)

# A lost race of this kind is nobody's fault: the same action simply runs again.
RETRIED = (pg.DeadlockDetected, pg.SerializationFailure)
TRIES = 3
# The server is away, hung, full or out of connections: 503, and the client may try again.
AWAY = (
    pg.OperationalError,
    pg.InterfaceError,
    pg.QueryCanceled,
    pg.LockNotAvailable,
    pg.ReadOnlySqlTransaction,
    pg.IdleInTransactionSessionTimeout,
)


class Model(DeclarativeBase):
    """What all tables share: names of constraints, aware moments, text without length."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        int: BigInteger,
        str: Text,
        datetime: DateTime(timezone=True),
        date: Date,
        UUID: Uuid,
    }


class Numbered:
    """A bigint key for us and a UUIDv7 for everybody else."""

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True, default=lambda: new_id())


db = SQLAlchemy(metadata=Model.metadata, session_options={"expire_on_commit": False})
session = db.session
Json = JSONB

_inside: ContextVar[bool] = ContextVar("inside_an_action", default=False)
_lent: ContextVar[list[Connection] | None] = ContextVar("lent_connection", default=None)
_around: ContextVar[Callable[[Callable[[], Any]], Any] | None] = ContextVar("around", default=None)
_after: ContextVar[list[Callable[[], None]] | None] = ContextVar("after_commit", default=None)


class ActionsDoNotNest(RuntimeError):
    """An action was called from within an action."""


def term(words: type[Words]) -> Enum:
    """Return the type of a column that holds a member's name, and nothing else."""
    return Enum(
        words, native_enum=False, length=30, create_constraint=True, name=words.__name__.lower()
    )


def new_id() -> UUID:
    """Return a fresh UUIDv7 (RFC 9562), which sorts by the time of its making."""
    return uuid_utils.compat.uuid7()


def rows(statement: Executable, /, **values: Any) -> Sequence[Row]:
    """Return all rows: in the transaction of the running action, else in autocommit."""
    if _inside.get():
        return _named(session.execute(statement, values))
    with reading() as connection:
        return _named(connection.execute(statement, values))


def row(statement: Executable, /, **values: Any) -> Row | None:
    """Return the first row or None, like `rows`."""
    return next(iter(rows(statement, **values)), None)


def _named(found: Result[Any]) -> list[Row]:
    """Name the values of each row, as plain dictionaries, which are read the fastest."""
    names = tuple(found.keys())
    return [dict(zip(names, each, strict=True)) for each in found.all()]


@contextmanager
def reading() -> Iterator[Connection]:
    """Lend an autocommit connection; raise DatabaseDown when there is none to be had."""
    lent = _lent.get()
    with _named_faults():
        if lent is None:
            with _autocommitting(db.engine).connect() as connection:
                yield connection
        else:
            if lent and lent[0].invalidated:
                lent.pop().close()
            if not lent:
                lent.append(_autocommitting(db.engine).connect())
            yield lent[0]


@contextmanager
def one_connection() -> Iterator[None]:
    """Lend one connection to all that is read meanwhile, outside of actions and in autocommit.

    One that broke is replaced for the next read. To have a connection at hand is half of what a
    small statement costs; whoever lends it over a wait takes it from everybody else.
    """
    lent: list[Connection] = []
    token = _lent.set(lent)
    try:
        yield
    finally:
        _lent.reset(token)
        for connection in lent:
            connection.close()


@lru_cache(maxsize=8)
def _autocommitting(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Run the function as the only transaction: commit its return, roll back its exception.

    A deadlock or serialization failure runs it again; after the third DatabaseDown is raised.
    Raise ActionsDoNotNest when called from within another action.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _inside.get():
            raise ActionsDoNotNest(function.__name__)
        around: Callable[[Callable[[], Any]], Any] = _around.get() or _plainly
        _around.set(None)  # It stands around one action only, not around what follows.

        def once() -> R:
            with _named_faults():
                return cast(R, _in_transaction(lambda: around(lambda: function(*args, **kwargs))))

        return _until_it_wins(once)

    return run


def alone(statement: Executable, /, **values: Any) -> Sequence[Row]:
    """Run a change that is a single statement, a transaction by itself; return its rows.

    For what happens hundreds of times a second: one journey to the server where an action takes
    three. A lost race runs it again, as it does an action.
    """
    if _inside.get():
        raise ActionsDoNotNest("alone")
    return _until_it_wins(lambda: rows(statement, **values))


def _until_it_wins(once: Callable[[], R]) -> R:
    for attempt in range(1, TRIES + 1):
        try:
            return once()
        except DBAPIError as error:
            if not isinstance(error.orig, RETRIED):
                raise
            log.warning("try %s lost: %s", attempt, type(error.orig).__name__)
    raise DatabaseDown


@contextmanager
def around_the_action(wrapper: Callable[[Callable[[], Any]], Any]) -> Iterator[None]:
    """Let a wrapper stand around the next action, inside its transaction.

    The idempotency key is taken and answered there, so that it commits with the effect.
    """
    token = _around.set(wrapper)
    try:
        yield
    finally:
        _around.reset(token)


@contextmanager
def beside_the_action() -> Iterator[None]:
    """Let an action run for itself; the wrapper goes on waiting for the one after it."""
    token = _around.set(None)
    try:
        yield
    finally:
        _around.reset(token)


def after_commit(call: Callable[[], None]) -> None:
    """Ask for a call once the running action has committed; its failure is only logged."""
    calls = _after.get()
    if calls is None:
        raise RuntimeError("after_commit outside of an action")
    calls.append(call)


def _plainly(call: Callable[[], Any]) -> Any:
    return call()


def _in_transaction(call: Callable[[], R]) -> R:
    inside, later = _inside.set(True), _after.set([])
    try:
        result = call()
        session.commit()
        calls = _after.get() or []
    except BaseException:
        session.rollback()
        raise
    finally:
        session.remove()
        _inside.reset(inside)
        _after.reset(later)
    for after in calls:
        try:
            after()
        except Exception:
            log.exception("after_commit failed")
    return result


@contextmanager
def _named_faults() -> Iterator[None]:
    """Turn 'the server is away' into DatabaseDown, without the driver's words."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, RETRIED) or not isinstance(error.orig, AWAY):
            raise
        log.warning("database away: %s", type(error.orig).__name__)
        raise DatabaseDown from None
    except PoolTimeout as error:
        log.warning("no free connection: %s", type(error).__name__)
        raise DatabaseDown from None


def changed(statement: Executable, /, **values: Any) -> int:
    """Run a change inside the action and return how many rows it touched."""
    return cast(CursorResult[Any], session.execute(statement, values)).rowcount


def constraint_of(error: DBAPIError) -> str | None:
    """Return the name of the constraint that a statement broke."""
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None)
