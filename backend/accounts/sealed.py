"""Where do names, numbers and phones stand sealed, and under which hashes are they found?"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from backend import vault


def seal(table: str, column: str, public_id: UUID, plain: str) -> str:
    """Encrypt a value for one column of one row."""
    return vault.keys().seal(_place(table, column, public_id), plain)


def opened(table: str, column: str, found: Mapping[str, Any]) -> str:
    """Decrypt a column of a row; what comes out goes no further than it has to."""
    return vault.keys().unseal(_place(table, column, found["public_id"]), found[column])


def hashes(column: str, value: str) -> tuple[str, ...]:
    """Return every keyed hash under which a value may stand in a column, newest key first."""
    return vault.keys().indexes(column, value)


def identity(found: Mapping[str, Any]) -> tuple[str, str]:
    """Return the name and the number of an identity in full."""
    name, number = (opened("civil_identity", column, found) for column in ("name", "number"))
    return name, number


def _place(table: str, column: str, public_id: UUID) -> str:
    return f"{table}|{column}|{public_id}"
