"""What is taken back of what WeChat has told us of a person, and what is kept (DECISIONS 77)?

For use inside an action. What a person withdraws is gone; her cases stay, since they were filed.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from backend import clock, vault
from backend.accounts.models import Identity, Person, Phone, Session
from backend.audit.actions import record
from backend.db import Row, changed, row, rows, session

WECHAT = "wechat"
# The openid of a closed account is gone; its keyed hash says only, to whoever brings that very
# openid, whose it was. Events of WeChat's that come late are put in their place by it.
CLOSED = "wechat_closed"
_COLUMN = "identity.subject"


def holder_of(openid: str) -> Row | None:
    """Return whose openid this is, and whether her account at WeChat is `closed`.

    Inside an action it stays as it is until the action is over.
    """
    hashes = vault.keys().indexes(_COLUMN, openid)
    return row(
        select(Identity.person_id, (Identity.provider == CLOSED).label("closed"))
        .where(
            ((Identity.provider == WECHAT) & (Identity.subject == openid))
            | ((Identity.provider == CLOSED) & Identity.subject.in_(hashes))
        )
        # Whoever signed in anew with an openid that was closed is somebody new.
        .order_by((Identity.provider == CLOSED), Identity.id)
        .with_for_update(read=True, key_share=True)
    )


def is_closed(person_id: int) -> bool:
    """Tell, like `holder_of`, whether the person has closed her account at WeChat."""
    hers = select(Identity.provider).where(Identity.person_id == person_id)
    found = rows(hers.with_for_update(read=True, key_share=True))
    return any(each["provider"] == CLOSED for each in found)


def take_phone(person_id: int, told_before: datetime) -> bool:
    """Remove every number that WeChat vouched for before a moment; tell whether there was one."""
    _lock(person_id)
    hers = (Phone.person_id == person_id) & (Phone.bound_at < told_before)
    if not changed(_plainly(delete(Phone).where(hers))):
        return False
    record("phone.withdrawn", "person", person_id, None)
    return True


def close(person_id: int, openid: str, told_before: datetime) -> bool:
    """Detach a person from WeChat: no session, no phone, no openid, no unionid.

    False where there is nothing to detach, or only what came to be after that moment.
    """
    _lock(person_id)
    hers = (Identity.person_id == person_id) & (Identity.provider == WECHAT)
    found = row(select(Identity.id).where(hers, Identity.created_at < told_before))
    if found is None:
        return False
    newest, *older = vault.keys().indexes(_COLUMN, openid)
    before = (Identity.provider == CLOSED) & Identity.subject.in_([newest, *older])
    session.execute(_plainly(delete(Identity).where(before)))
    detached = update(Identity).where(Identity.id == found["id"])
    session.execute(_plainly(detached.values(provider=CLOSED, subject=newest, unionid=None)))
    now = clock.now()
    session.execute(
        _plainly(
            update(Session)
            .where(Session.person_id == person_id, Session.ended_at.is_(None))
            .values(ended_at=now, ended_why="account at WeChat closed")
        )
    )
    session.execute(_plainly(delete(Phone).where(Phone.person_id == person_id)))
    record("person.detached", "person", person_id, None)
    return True


def _lock(person_id: int) -> None:
    """Let what one of her devices is telling us at this moment come first, or afterwards."""
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def _plainly(statement: Any) -> Any:
    """Let the database decide which rows are meant, not what happens to be in memory."""
    return statement.execution_options(synchronize_session=False)
