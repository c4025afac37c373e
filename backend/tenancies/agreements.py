"""How is an agreement laid before both sides, and who has signed it?  For use inside an action."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from backend import clock
from backend.access import Principal, Relation
from backend.applications.models import Application
from backend.db import session
from backend.errors import Outdated
from backend.parks.models import Park, Unit
from backend.tenancies import wording
from backend.tenancies.models import Agreement, Tenancy
from backend.tenancies.relief import Waived, granted, replace

ANOTHER_TEXT = "协议文本已变更，请重新阅读后再确认"


def draw_up(
    tenancy: Tenancy,
    application: Application,
    special_terms: str = "",
    relief: Sequence[Waived] | None = None,
) -> Agreement:
    """Lay out the text anew; signatures on the text before it are gone.

    What is waived of the fees is part of the text; None leaves it as it was agreed. Raise Invalid
    for relief that reaches beyond the term or overlaps.
    """
    if relief is not None:
        replace(tenancy, relief)
    made = _text(tenancy, application, special_terms)
    agreement = session.get(Agreement, tenancy.id) or Agreement(tenancy_id=tenancy.id)
    agreement.edition, agreement.text, agreement.sha256 = made
    agreement.special_terms = special_terms
    agreement.drawn_up_at = clock.now()
    agreement.applicant_signed_at = agreement.park_signed_at = agreement.park_signed_by = None
    session.add(agreement)
    session.flush()
    return agreement


def sign(tenancy: Tenancy, sha256: str, *, party: Relation, by: Principal) -> bool:
    """Put down a signature; tell whether both are there now.

    Raise Outdated for a text that is not the present one.
    """
    agreement = session.scalars(select(Agreement).where(Agreement.tenancy_id == tenancy.id)).one()
    if agreement.sha256 != sha256:
        raise Outdated(ANOTHER_TEXT, seen=sha256, current=agreement.sha256)
    if party is Relation.APPLICANT:
        agreement.applicant_signed_at = agreement.applicant_signed_at or clock.now()
    elif agreement.park_signed_at is None:
        agreement.park_signed_at, agreement.park_signed_by = clock.now(), by.id
    session.flush()
    return bool(agreement.applicant_signed_at and agreement.park_signed_at)


def _text(tenancy: Tenancy, application: Application, special_terms: str) -> wording.Text:
    unit = session.scalars(select(Unit).where(Unit.id == tenancy.unit_id)).one()
    park = session.scalars(select(Park.name).where(Park.id == tenancy.park_id)).one()
    venture = application.sections.get("venture", {})
    named = [venture.get("name"), venture.get("credit_code")]
    return wording.agreement(
        clock.today(),
        number=application.number,
        applicant=application.sections.get("applicant", {}).get("name", ""),
        venture="".join(f"，{each}" for each in named if each),
        park=park,
        unit=unit.code,
        kind=unit.kind.value,
        starts_on=tenancy.starts_on.isoformat(),
        ends_on=(tenancy.until_on - timedelta(days=1)).isoformat(),
        relief=wording.relief(granted(tenancy.id)),
        special=special_terms,
    )
