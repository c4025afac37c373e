"""Which lists does an approval bring her onto, and whom of other parks does it ask?

For use inside an action. An approval counts in the park that gave it. Any other park on whose list
she waits is asked for its own word, once, and offers her nothing before it has said yes.
"""

from sqlalchemy import select

from backend import clock, workdays
from backend.access import Principal
from backend.applications import clocks, ranked
from backend.applications import queries as applications
from backend.applications.kinds import TERMS, Reason
from backend.applications.models import Application
from backend.db import session
from backend.parks.kinds import UnitKind
from backend.tenancies.kinds import CHOICES
from backend.tenancies.lists import told
from backend.tenancies.models import Admission, WaitingEntry


def wait_in_all(application: Application, by: Principal) -> None:
    """Put a locked application on the list of every park that she named, if she named several.

    Not on that of a park which has said that it is not the right one for her.
    """
    found = applications.find(application.public_id)
    assert found is not None
    named = ranked.parks_of(found)
    if len(named) == 1:
        return
    waits = _waits(application)
    free = [n for n in range(1, CHOICES + 1) if n not in {each.choice for each in waits}]
    turned_away = {
        each["from_park_id"] for each in named if set(each["reasons"]) - {Reason.NO_SPACE.name}
    }
    there = {each.park_id for each in waits} | turned_away
    kind = UnitKind[application.sections["space"]["unit_kind"].upper()]
    wanted = [each["park_id"] for each in named if each["park_id"] not in there]
    for park_id, choice in zip(wanted, free, strict=False):
        entry = WaitingEntry(
            application_id=application.id,
            park_id=park_id,
            unit_kind=kind,
            choice=choice,
            joined_at=clock.now(),
        )
        session.add(entry)
        told("joined", entry, by, unit_kind=kind.name.lower())


def ask(application: Application, by: Principal) -> None:
    """Ask every other park on whose list an approved application waits, unless it was asked."""
    now = clock.now()
    due_on = workdays.after(clocks.received_on(now), TERMS[application.kind].promised)
    for entry in _waits(application):
        asked = session.get(Admission, entry.id) is not None
        if entry.park_id != application.park_id and not asked:
            session.add(Admission(entry_id=entry.id, asked_at=now, due_on=due_on))
            told("admission_asked", entry, by, due_on=due_on.isoformat())


def _waits(application: Application) -> list[WaitingEntry]:
    return list(
        session.scalars(
            select(WaitingEntry)
            .where(WaitingEntry.application_id == application.id, WaitingEntry.left_at.is_(None))
            .order_by(WaitingEntry.choice)
        )
    )
