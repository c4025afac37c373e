"""Who has to be reminded of a day that comes near, or has passed?

The office two working days before its day, on that day, and once more when it is over; then, and
before the longest time is over, whoever stands above it too. While the office waits for the
applicant, she is reminded and it is not; of what she promised she is reminded in any case. Another
office that was asked for its opinion is reminded of its own day, and whoever applied of a document
that is good for two weeks more.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, bindparam, cast, func, select

from backend import clock
from backend.applications import occasions
from backend.applications.kinds import DRAFT_DAYS
from backend.applications.models import Application, Gap
from backend.applications.occasions import Occasion, days_ahead, passed, workdays_ahead
from backend.applications.promises import GapStatus
from backend.applications.taking import OFFICE, noted
from backend.applications.workflow import OPEN, Status
from backend.cases import opinions
from backend.db import action, rows, session
from backend.documents.models import Document, Paper

log = logging.getLogger(__name__)
LAPSES_ON = cast(
    func.timezone(clock.SHANGHAI.key, Application.changed_at + timedelta(days=DRAFT_DAYS)), Date
)
_today: Any = bindparam("today", callable_=clock.today, type_=Date)
PROMISED_ON: ColumnElement[Any] = (
    select(Gap.due_on)
    .where(Gap.application_id == Application.id, Gap.status == GapStatus.PROMISED)
    .correlate(Application)
    .scalar_subquery()
)
# The next day that is the last on which some document of a case is good.
EXPIRING_ON: ColumnElement[Any] = (
    select(func.min(Document.expires_on))
    .join(Paper, Paper.document_id == Document.id)
    .where(Paper.application_id == Application.id, Document.expires_on >= _today)
    .correlate(Application)
    .scalar_subquery()
)
HERS, DRAFTED = (Status.CORRECTION_REQUESTED,), (Status.DRAFT,)

# Told on its morning or, when that was missed, on the next working day: hence two days each. On
# the day itself and afterwards there is nothing to make up for.
OCCASIONS = (
    Occasion("due_soon", "due_soon", OFFICE, Application.due_on, workdays_ahead(1, 3)),
    Occasion("due_today", "due_today", OFFICE, Application.due_on, workdays_ahead(0, 1)),
    Occasion("overdue", "overdue", OFFICE, Application.due_on, passed),
    Occasion(
        "legal_limit_near",
        "legal_limit_near",
        OFFICE,
        Application.legal_due_on,
        workdays_ahead(2, 4),
    ),
    Occasion("answer_soon", "answer_soon", HERS, Application.due_on, workdays_ahead(2, 4)),
    Occasion("gap_due_soon", "gap_due", OPEN, PROMISED_ON, workdays_ahead(1, 3)),
    Occasion("gap_due_today", "gap_due", OPEN, PROMISED_ON, workdays_ahead(0, 1)),
    Occasion("document_14", "document_expiring", OPEN, EXPIRING_ON, days_ahead(14)),
    Occasion("draft_expiring_14", "draft_expiring", DRAFTED, LAPSES_ON, days_ahead(14)),
    Occasion("draft_expiring_3", "draft_expiring", DRAFTED, LAPSES_ON, days_ahead(3)),
)


def sweep() -> None:
    """Remind of all that is due; a case that cannot be told of does not hold up the others."""
    if not occasions.may_speak():
        return
    for occasion in OCCASIONS:
        for application_id in _found(occasion):
            try:
                remind(application_id, occasion)
            except Exception:
                log.exception("application %s: cannot tell %s", application_id, occasion.kind)
    for opinion_id in opinions.due():
        try:
            opinions.remind(opinion_id)
        except Exception:
            log.exception("opinion %s: cannot remind of it", opinion_id)


@action
def remind(application_id: int, occasion: Occasion) -> None:
    """Write down that it was said, and say it, if it is still so and nobody has said it."""
    found = session.execute(
        select(Application, occasion.for_on)
        .where(Application.id == application_id, _due(occasion))
        .with_for_update(skip_locked=True)
    ).first()
    if found is None:
        return
    application, for_on = found
    if occasions.says_first(application_id, occasion, for_on):
        noted(occasion.event, application, None, for_on=for_on.isoformat())


def _found(occasion: Occasion) -> Iterator[int]:
    asked = select(Application.id).where(_due(occasion)).order_by(Application.id)
    return (each["id"] for each in rows(asked.limit(occasions.AT_ONCE)))


def _due(occasion: Occasion) -> ColumnElement[bool]:
    return occasions.is_due(occasion, Application.status, Application.id)
