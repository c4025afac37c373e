"""How is the agreement laid before all three, and who has signed it?  For use inside an action."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from backend import clock
from backend.access import Audience, Principal, Relation
from backend.applications import queries as applications
from backend.applications.models import Application
from backend.db import session
from backend.editions import Text
from backend.errors import Outdated
from backend.internships import wording
from backend.internships.kinds import PARTIES, Party
from backend.internships.models import Host, Internship, InternshipAgreement, Post, Signature
from eligibility.dates import A_DAY

ANOTHER_TEXT = "协议文本已变更，请重新阅读后再确认"


def draw_up(
    internship: Internship, application: Application, special_terms: str = ""
) -> InternshipAgreement:
    """Lay out the text anew; signatures on the text before it are gone."""
    made = _text(internship, application, special_terms)
    agreement = session.get(InternshipAgreement, internship.id)
    agreement = agreement or InternshipAgreement(internship_id=internship.id)
    agreement.edition, agreement.text, agreement.sha256 = made
    agreement.special_terms, agreement.drawn_up_at = special_terms, clock.now()
    session.add(agreement)
    session.execute(delete(Signature).where(Signature.internship_id == internship.id))
    session.flush()
    return agreement


def sign(internship: Internship, sha256: str, *, party: Relation, by: Principal) -> bool:
    """Put down a signature; tell whether all are there now.

    Raise Outdated for a text that is not the present one.
    """
    agreement = session.get_one(InternshipAgreement, internship.id)
    if agreement.sha256 != sha256:
        raise Outdated(ANOTHER_TEXT, seen=sha256, current=agreement.sha256)
    column = "person_id" if by.audience is Audience.CITIZEN else "staff_id"
    signed = {"internship_id": internship.id, "party": PARTIES[party], "sha256": sha256}
    signed |= {column: by.id, "at": clock.now()}
    session.execute(insert(Signature).values(**signed).on_conflict_do_nothing())
    there = select(Signature.party).where(
        Signature.internship_id == internship.id, Signature.sha256 == sha256
    )
    return set(session.scalars(there)) == set(Party)


def _text(internship: Internship, application: Application, special_terms: str) -> Text:
    post = session.get_one(Post, internship.post_id)
    office = applications.find(application.public_id)
    assert office is not None
    return wording.agreement(
        clock.today(),
        number=application.number,
        intern=application.sections["applicant"]["name"],
        host=session.get_one(Host, post.host_id).name,
        post=post.title,
        duties=post.duties,
        bureau=office["office_name"],
        starts_on=internship.starts_on.isoformat(),
        ends_on=(internship.until_on - A_DAY).isoformat(),
        months=str(internship.months),
        special=special_terms,
    )
