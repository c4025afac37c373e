"""How is it written down what was made of the texts of a request? With what was done, or not."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, update

from backend import clock
from backend.access import Principal
from backend.audit.actions import record
from backend.db import changed, new_id, session
from backend.texts.kinds import Finding, Looked, Settled, Verdict
from backend.texts.models import TextCheck

# What staff are told of. A text that could not be checked they read with its case anyhow.
SUSPECT = (Verdict.REVIEW, Verdict.RISKY)


def keep(
    looked: Looked | None, subject: UUID, by: Principal, *, under: str = "#", **root: int | None
) -> None:
    """Write down what was made of the texts of a thing, inside the running transaction.

    `root` is the case, claim or post by its column; `under` is put before each pointer. Whatever
    the same person wrote there before counts no longer.
    """
    if looked is None:
        return
    kept = [_kept(looked, each, subject, by, under, root) for each in looked.findings]
    told = [each for each in kept if _calls_staff(each)]
    if told:
        record("text.flagged", "text", told[0].id, by, place=looked.place.name.lower())


def is_open() -> ColumnElement[bool]:
    """Say in SQL that a person still has to look at it."""
    return and_(_may_matter(), TextCheck.settled.is_(None))


def keeps_hidden() -> ColumnElement[bool]:
    """Say in SQL that what anybody could read is not shown because of it."""
    return and_(
        _may_matter(),
        or_(TextCheck.settled.is_(None), TextCheck.settled == Settled.REWRITE),
    )


def _may_matter() -> ColumnElement[bool]:
    return and_(TextCheck.replaced_at.is_(None), TextCheck.verdict != Verdict.PASS)


def _kept(
    looked: Looked,
    found: Finding,
    subject: UUID,
    by: Principal,
    under: str,
    root: dict[str, int | None],
) -> TextCheck:
    pointer, now = found.pointer.replace("#", under, 1), clock.now()
    changed(
        update(TextCheck)
        .where(
            TextCheck.subject == subject,
            TextCheck.place == looked.place,
            TextCheck.pointer == pointer,
            TextCheck.person_id == by.id,
            TextCheck.replaced_at.is_(None),
        )
        .values(replaced_at=now)
    )
    kept = TextCheck(
        public_id=new_id(),
        subject=subject,
        place=looked.place,
        pointer=pointer,
        person_id=by.id,
        verdict=found.verdict,
        source=found.source,
        label=found.label,
        trace_id=found.trace_id,
        at=now,
        **root,
    )
    session.add(kept)
    session.flush()
    return kept


def _calls_staff(kept: TextCheck) -> bool:
    """Tell whether staff have to be called: a post is not shown before they have looked."""
    is_public = kept.post_id is not None
    return kept.verdict in SUSPECT or (is_public and kept.verdict is not Verdict.PASS)
