"""May she?

One pure function, `can`, over one table, `backend.permissions`. What stands in no row is closed.
"""

from collections.abc import Mapping
from typing import Any

from backend.parties import (
    OPEN,
    THE_BUREAU,
    Audience,
    Principal,
    Relation,
    Role,
    relations,
)
from backend.permissions import PERMISSIONS

__all__ = ["PERMISSIONS", "THE_BUREAU", "Audience", "Principal", "Relation", "Role", "relations"]

# Which side of the house a relation can hold for: a token of the other side is refused outright.
SIDES = {
    Relation.ENTREPRENEUR: {Audience.CITIZEN},
    Relation.STAFF: {Audience.STAFF},
    Relation.OWNER: {Audience.CITIZEN, Audience.STAFF},
    Relation.APPLICANT: {Audience.CITIZEN},
    Relation.DECIDER: {Audience.STAFF},
    Relation.OVERSEER: {Audience.STAFF},
    Relation.SUPERVISOR: {Audience.STAFF},
    Relation.HANDLER: {Audience.STAFF},
    Relation.PREDECESSOR: {Audience.STAFF},
    Relation.ADVISER: {Audience.STAFF},
    Relation.SYSTEM: set(),
    Relation.CLERK: {Audience.STAFF},
    Relation.REGULATOR: {Audience.STAFF},
    Relation.PROPOSER: {Audience.STAFF},
    Relation.CONFIRMER: {Audience.STAFF},
    Relation.CONTACT: {Audience.CITIZEN},
    Relation.APPROVER: {Audience.STAFF},
    Relation.GUARANTOR: {Audience.STAFF},
    Relation.BANK: {Audience.STAFF},
    Relation.CLAIMANT: {Audience.STAFF},
    Relation.ADMINISTRATOR: {Audience.STAFF},
}

# What somebody is, whatever the thing.
OF_THE_CALLER = frozenset(
    {Relation.ANYONE, Relation.ENTREPRENEUR, Relation.STAFF, Relation.CLERK, Relation.ADMINISTRATOR}
)


def can(principal: Principal | None, operation: str, thing: Mapping[str, Any]) -> bool:
    """Tell whether the principal may use the operation on the thing; unknown operations: no."""
    return bool(PERMISSIONS.get(operation, frozenset()) & relations(principal, thing))


def admits(principal: Principal | None, operation: str) -> bool:
    """Tell whether an operation that looks at the caller alone is open to her.

    Asked before anything else; where the thing matters as well, whoever has the thing asks `can`.
    """
    return not PERMISSIONS[operation] <= OF_THE_CALLER or can(principal, operation, {})


def audiences(operation: str) -> frozenset[Audience]:
    """Return whose tokens the operation takes; empty when it takes none, being open."""
    allowed = PERMISSIONS[operation]
    if allowed == OPEN:
        return frozenset()
    return frozenset().union(*(SIDES[relation] for relation in allowed))
