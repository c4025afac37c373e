"""Where is the policy by which a decision was made, once the program brings another?

The sheets of a policy are kept, by its hash, with the first decision made under it. A later
release may then change them: the decision is still evaluated by the words it was made by.
"""

import tempfile
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend import clock
from backend.db import row, session
from backend.errors import PolicyGone
from backend.policies.models import PolicyVersion
from eligibility import policy as policies
from eligibility.policy import Policy, PolicyRefused


def keep(policy: Policy) -> None:
    """Keep the sheets of a bundled policy inside the running transaction, once."""
    kept = session.scalar(select(PolicyVersion.hash).where(PolicyVersion.hash == policy.hash))
    if kept is None:
        statement = insert(PolicyVersion).values(
            hash=policy.hash, name=policy.id, sheets=sheets_of(policy), kept_at=clock.now()
        )
        session.execute(statement.on_conflict_do_nothing())


def sheets_of(policy: Policy) -> dict[str, str]:
    """Return the texts of a bundled policy; raise PolicyGone where they say something else."""
    folder = policies.FOLDER / policy.id
    sheets = {each.name: each.read_text("utf-8") for each in sorted(folder.glob("*.toml"))}
    if _read(sheets).hash != policy.hash:
        raise PolicyGone
    return sheets


def policy_of(wanted: str) -> Policy:
    """Return the policy with this hash; raise PolicyGone where it was never kept.

    What was kept has to hash as it did, or nothing is evaluated by it.
    """
    found = row(select(PolicyVersion.sheets).where(PolicyVersion.hash == wanted))
    if found is None:
        raise PolicyGone
    policy = _of_sheets(tuple(sorted(found["sheets"].items())))
    if policy.hash != wanted:
        raise PolicyGone
    return policy


@lru_cache(maxsize=8)
def _of_sheets(sheets: tuple[tuple[str, str], ...]) -> Policy:
    return _read(dict(sheets))


def _read(sheets: dict[str, str]) -> Policy:
    with tempfile.TemporaryDirectory() as name:
        for sheet, words in sheets.items():
            (Path(name) / sheet).write_text(words, "utf-8")
        try:
            # Past the cache of `load`, which goes by the folder: this one is gone at once.
            return policies.load.__wrapped__(Path(name))
        except PolicyRefused as refused:
            raise PolicyGone from refused
