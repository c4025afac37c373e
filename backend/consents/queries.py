"""To what has somebody consented, and is that still so?"""

from typing import Any

from sqlalchemy import ColumnElement, and_, select

from backend.access import Principal
from backend.consents.kinds import TERMS, Purpose
from backend.consents.models import Consent
from backend.db import Row, row, rows


def listed(by: Principal) -> dict[str, Any]:
    """Return every purpose with its words, and whether and since when she consents to them."""
    hers = {
        each["purpose"]: each
        for each in rows(
            select(Consent.purpose, Consent.version, Consent.granted_at).where(
                Consent.person_id == by.id, Consent.withdrawn_at.is_(None)
            )
        )
    }
    return {"items": [_shown(purpose, hers.get(purpose)) for purpose in Purpose]}


def in_force(purpose: Purpose, of: type[Consent] = Consent) -> ColumnElement[bool]:
    """Return where a consent to the present words of a purpose stands."""
    return and_(
        of.purpose == purpose,
        of.version == TERMS[purpose].version,
        of.withdrawn_at.is_(None),
    )


def stands(person_id: int, purpose: Purpose) -> bool:
    """Tell whether she consents; inside an action, until its end."""
    hers = select(Consent.id).where(Consent.person_id == person_id, in_force(purpose))
    return row(hers.with_for_update(read=True)) is not None


def _shown(purpose: Purpose, given: Row | None) -> dict[str, Any]:
    terms = TERMS[purpose]
    return {
        "purpose": purpose,
        **terms._asdict(),
        "stands": given is not None and given["version"] == terms.version,
        "granted_version": given and given["version"],
        "granted_at": given and given["granted_at"],
    }
