"""At whom do we look? At whoever consents, from then on and no longer."""

from typing import Any

from sqlalchemy import ColumnElement, Select, cast, delete, exists, insert, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.types import Text

from backend.accounts.models import Person
from backend.consents.kinds import Purpose
from backend.consents.models import Consent
from backend.consents.queries import in_force
from backend.db import action, rows, session
from backend.matches.models import Standing

NOTHING = cast(array([]), ARRAY(Text))


def is_due() -> bool:
    """Tell whether there is anybody to begin or to cease to look at."""
    leavers = select(Standing.person_id).where(~_consents()).exists()
    return bool(rows(select(1).where(or_(exists(_newcomers()), leavers))))


@action
def enrol() -> None:
    """Begin to look at those who have consented, and forget how those stood who do so no more."""
    new = _newcomers().add_columns(NOTHING, NOTHING)
    session.execute(insert(Standing).from_select(["person_id", "met", "unmet"], new))
    gone = delete(Standing).where(~_consents())
    session.execute(gone.execution_options(synchronize_session=False))


def _newcomers() -> Select[Any]:
    looked_at = exists().where(Standing.person_id == Consent.person_id)
    return (
        select(Consent.person_id)
        .join(Person, Person.id == Consent.person_id)
        .where(in_force(Purpose.POLICY_MATCHING), Person.disabled_at.is_(None), ~looked_at)
    )


def _consents() -> ColumnElement[bool]:
    return exists().where(
        Consent.person_id == Standing.person_id, in_force(Purpose.POLICY_MATCHING)
    )
