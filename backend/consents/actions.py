"""How is a consent given and taken back?"""

from typing import Any

from sqlalchemy import func, update

from backend import clock
from backend.access import Principal
from backend.accounts.models import Person
from backend.audit.actions import record
from backend.consents import queries
from backend.consents.kinds import TERMS, Purpose
from backend.consents.models import Consent
from backend.db import action, changed, new_id, session
from backend.errors import Invalid

OTHER_WORDS = "说明已更新，请阅读最新的说明后再同意"


@action
def grant(purpose: Purpose, version: str, *, by: Principal) -> dict[str, Any]:
    """Write down that she consents to these words; to do so again changes nothing.

    Raise Invalid for words that are not the present ones: nobody consents to what she has not read.
    """
    if version != TERMS[purpose].version:
        raise Invalid(errors=[{"pointer": "#/version", "detail": OTHER_WORDS}])
    _lock(by.id)
    if not queries.stands(by.id, purpose):
        _end(by.id, purpose)
        consent = Consent(
            public_id=new_id(),
            person_id=by.id,
            purpose=purpose,
            version=version,
            granted_at=clock.now(),
        )
        session.add(consent)
        session.flush()
        record("consent.granted", "person", by.id, by, purpose=purpose.name, version=version)
    return queries.listed(by)


@action
def withdraw(purpose: Purpose, *, by: Principal) -> dict[str, Any]:
    """Write down that she consents no more; whoever acts for that purpose stops at once."""
    _lock(by.id)
    if _end(by.id, purpose):
        record("consent.withdrawn", "person", by.id, by, purpose=purpose.name)
    return queries.listed(by)


def end_all(person_id: int) -> None:
    """End whatever somebody consented to, inside the action that closes her account."""
    for purpose in Purpose:
        if _end(person_id, purpose):
            record("consent.withdrawn", "person", person_id, None, purpose=purpose.name)


def _end(person_id: int, purpose: Purpose) -> bool:
    ended = update(Consent).where(
        Consent.person_id == person_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
    )
    return changed(ended.values(withdrawn_at=func.greatest(Consent.granted_at, clock.now()))) > 0


def _lock(person_id: int) -> None:
    """Let what another of her devices is saying come first, or afterwards."""
    session.get(Person, person_id, with_for_update={"key_share": True})
