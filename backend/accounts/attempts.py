"""How often may somebody try a password or a code?

Each try is counted before it is checked, in a transaction of its own; a right one clears the
account's count. The counts live in PostgreSQL, so that no restart forgets them.
"""

from datetime import timedelta

from sqlalchemy import delete, func, select, text

from backend import clock
from backend.accounts import proofs
from backend.accounts.models import Attempt
from backend.db import action, session
from backend.errors import TooMany

# kind: (how many tries, within how long, counted by what)
LIMITS = {
    "password": (
        (5, timedelta(minutes=15), "both"),
        (50, timedelta(days=1), "account"),
        (20, timedelta(minutes=5), "network"),
    ),
    "totp": (
        (5, timedelta(minutes=5), "account"),
        (20, timedelta(hours=1), "account"),
        (50, timedelta(days=1), "account"),
    ),
    # Each answer tells whether a number is known here, so nobody may ask often.
    "identity": ((10, timedelta(days=1), "account"),),
    # Cards that staff send to their own phone: enough to look at, too few to bother anybody.
    "rehearsal": ((10, timedelta(hours=1), "account"),),
}


@action
def note(kind: str, account: str, network: str) -> None:
    """Count a try before it is checked; raise TooMany, with the seconds to wait, past a limit.

    The lock makes the count exact when many tries come at once. Limits: reliability goals
    ST-01 and ST-10; they live in PostgreSQL so that no restart forgets them.
    """
    account, network = proofs.fingerprint(account), proofs.fingerprint(network)
    for key in sorted((account, network)):
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key}
        )
    now = clock.now()
    for most, within, counted_by in LIMITS[kind]:
        where = [Attempt.kind == kind, Attempt.at > now - within]
        if counted_by in ("account", "both"):
            where.append(Attempt.account == account)
        if counted_by in ("network", "both"):
            where.append(Attempt.network == network)
        count, oldest = session.execute(
            select(func.count(), func.min(Attempt.at)).where(*where)
        ).one()
        if count >= most:
            raise TooMany(retry_after=max(1, int((oldest + within - now).total_seconds()) + 1))
    session.add(Attempt(kind=kind, account=account, network=network, at=now))


def forget(kind: str, account: str, network: str | None) -> None:
    """Clear the count of an account, from one network or from all; inside an action."""
    where = [Attempt.kind == kind, Attempt.account == proofs.fingerprint(account)]
    if network is not None:
        where.append(Attempt.network == proofs.fingerprint(network))
    session.execute(delete(Attempt).where(*where))
