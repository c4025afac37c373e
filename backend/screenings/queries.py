"""What was told under a token?"""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select

from backend import clock, vault
from backend.db import row
from backend.errors import NotFound
from backend.screenings.models import Screening


def find(token: str) -> dict[str, Any]:
    """Return a screening with its facts; raise NotFound for an unknown or expired token."""
    found = row(
        select(*Screening.__table__.columns).where(
            Screening.token_hash == hashed(token), Screening.expires_at > clock.now()
        )
    )
    if found is None:
        raise NotFound
    plain = vault.keys().unseal(place(found["public_id"]), found["content"])
    return {**found, **orjson.loads(plain)}


def hashed(token: str) -> str:
    """Return the keyed hash under which a token is kept."""
    return vault.keys().index("screening.token", token)


def place(public_id: UUID) -> str:
    """Name the place to which the sealed content is bound."""
    return f"screening|content|{public_id}"
