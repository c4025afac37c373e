"""Can this process serve?"""

from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import text

from backend.cache import Cache
from backend.db import row
from backend.errors import DatabaseDown

MIGRATIONS = Path(__file__).parent / "migrations"


def expected_schema() -> str | None:
    """Return the newest migration that this code knows."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def check(cache: Cache) -> dict[str, Any]:
    """Ask PostgreSQL for its schema version; Redis is only reported."""
    try:
        found = row(text("SELECT version_num FROM alembic_version"))
    except DatabaseDown:
        found = None
    version = found["version_num"] if found else None
    return {
        "ready": version is not None and version == expected_schema(),
        "database": found is not None,
        "schema_version": version,
        "redis": cache.is_alive(),
    }
