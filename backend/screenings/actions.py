"""How is a screening kept, taken into an account, and forgotten?"""

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import orjson
from sqlalchemy import delete, select

from backend import clock, vault
from backend.access import Principal
from backend.audit.actions import record
from backend.db import action, new_id, session
from backend.errors import NotFound
from backend.policies import queries as policies
from backend.profiles.actions import tell, tellable
from backend.profiles.queries import declared_of
from backend.screenings import answers, queries
from backend.screenings.models import Screening
from eligibility.facts import Known

KEPT_FOR = timedelta(days=7)
TOKEN_BYTES = 32


@action
def save(facts: Mapping[str, Any], as_of: date) -> dict[str, Any]:
    """Keep facts, read and found sound, for seven days; return the token that opens them."""
    token, public_id, now = secrets.token_urlsafe(TOKEN_BYTES), new_id(), clock.now()
    plain = orjson.dumps({"facts": dict(facts), "as_of": as_of}).decode()
    kept = Screening(
        public_id=public_id,
        token_hash=queries.hashed(token),
        content=vault.keys().seal(queries.place(public_id), plain),
        created_at=now,
        expires_at=now + KEPT_FOR,
    )
    session.add(kept)
    return {"token": token, "created_at": now, "expires_at": kept.expires_at}


@action
def claim(token: str, *, by: Principal) -> dict[str, list[str]]:
    """Take the facts of a screening into the caller's account, once.

    What she has said herself since then, or of a later day, stays as it is. Each fact holds for
    the day that was asked about, or on which it was told if that came first. Raise NotFound for a
    token that is unknown, expired or used.
    """
    kept = session.scalar(
        select(Screening)
        .where(Screening.token_hash == queries.hashed(token), Screening.claimed_at.is_(None))
        .with_for_update()
    )
    if kept is None:
        raise NotFound
    told = _read(queries.find(token))
    newer = {
        each["name"]
        for each in declared_of(by.id)
        if (fact := told.get(each["name"])) is not None
        and (each["recorded_at"] >= kept.created_at or each["observed_on"] > fact.observed_on)
    }
    taken = {name: known for name, known in told.items() if name not in newer}
    sound = tellable({name: known for name, known in taken.items() if known.value is not None})
    if sound:
        tell(by.id, sound, by=by, evidence="screening")
    kept.claimed_at, kept.claimed_by = clock.now(), by.id
    record("screening.claimed", "person", by.id, by, facts=sorted(sound))
    return {
        "taken": sorted(sound),
        "kept": sorted(newer),
        "left": sorted(set(taken) - set(sound)),
    }


@action
def forget_old() -> None:
    """Remove screenings whose seven days are over."""
    session.execute(delete(Screening).where(Screening.expires_at <= clock.now()))


def _read(kept: Mapping[str, Any]) -> dict[str, Known]:
    """Return what was told, as the caller's own word; without a value what no policy knows now."""
    as_of = date.fromisoformat(kept["as_of"])
    facts, faults = answers.read(policies.current(), kept["facts"], as_of)
    last = min(as_of, clock.day_of(kept["created_at"]))
    told = {}
    for name, given in kept["facts"].items():
        known = None if name in faults else facts.known(name)
        if known is not None and known.source != "default":
            told[name] = Known(known.value, "self", min(known.observed_on or last, last))
        elif given is not None:
            told[name] = Known(None, "self", last)
    return told
