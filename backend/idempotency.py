"""Has this very request been answered before?

The key is taken and the answer kept inside the transaction of the effect, so that neither can
exist without the other. A twin that comes while the first still runs waits for its row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import errors as pg
from sqlalchemy import LargeBinary, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from backend import clock, vault
from backend.db import Model, changed, row, session
from backend.errors import KeyBusy, KeyReused

KEPT_FOR = timedelta(hours=24)


class IdempotencyKey(Model):
    """A key of one caller, what it was used for, and the sealed first answer."""

    __tablename__ = "idempotency_key"

    owner: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Request:
    """What makes two requests the same: caller, key, operation, and a hash of the content.

    `older` are the hashes that keys of before a rotation would give.
    """

    owner: str
    key: str
    operation: str
    fingerprint: bytes
    older: tuple[bytes, ...] = ()

    @property
    def place(self) -> str:
        """Name the place to which the sealed answer is bound."""
        return f"idempotency_key|answer|{self.owner}|{self.key}"


def once(request: Request, answer: Callable[[], str]) -> tuple[str, bool]:
    """Return the answer and whether it is a replay; to be called inside the action.

    Raise KeyReused when the key was used for something else, KeyBusy when the first request
    does not end within the lock time-out (2 s).
    """
    if not _take(request):
        return _first_answer(request), True
    given = answer()
    kept = session.get_one(IdempotencyKey, (request.owner, request.key))
    kept.answer = vault.keys().seal(request.place, given)
    return given, False


def is_known(owner: str, key: str) -> bool:
    """Tell whether a request of this caller came with this key before; outside of any action."""
    asked = select(IdempotencyKey.key).where(
        IdempotencyKey.owner == owner, IdempotencyKey.key == key
    )
    return row(asked) is not None


def forget_old() -> int:
    """Remove the keys that are older than a day and return how many there were."""
    old = delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - KEPT_FOR)
    return changed(old)


def _take(request: Request) -> bool:
    """Insert the key; tell whether it was free. An expired one counts as free."""
    now = clock.now()
    session.execute(
        delete(IdempotencyKey).where(
            IdempotencyKey.owner == request.owner,
            IdempotencyKey.key == request.key,
            IdempotencyKey.created_at < now - KEPT_FOR,
        )
    )
    try:
        taken = session.execute(
            insert(IdempotencyKey)
            .values(
                owner=request.owner,
                key=request.key,
                operation=request.operation,
                fingerprint=request.fingerprint,
                created_at=now,
            )
            .on_conflict_do_nothing()
            .returning(IdempotencyKey.key)
        )
        return taken.scalar() is not None
    except OperationalError as error:
        if isinstance(error.orig, pg.LockNotAvailable):
            raise KeyBusy(retry_after=1) from None
        raise


def _first_answer(request: Request) -> str:
    kept = session.scalars(
        select(IdempotencyKey).where(
            IdempotencyKey.owner == request.owner, IdempotencyKey.key == request.key
        )
    ).one()
    same = kept.fingerprint in (request.fingerprint, *request.older)
    if kept.operation != request.operation or not same:
        raise KeyReused
    assert kept.answer is not None
    return vault.keys().unseal(request.place, kept.answer)
