"""Does every subject give every name that its messages may use? Asked of real records."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from backend.audit.models import Event
from backend.db import session
from backend.loans.workflow import Status
from notifications.fanout import SUBJECTS
from notifications.samples import SAID, said_of
from tests.backend.cases import test_reviewing as texts
from tests.backend.draws import test_sweeping as draws
from tests.backend.internships import stage as internships
from tests.backend.loans import stage as loans
from tests.backend.matches import stage as matches
from tests.backend.notices import stage as notices
from tests.backend.subsidies import stage as subsidies
from tests.backend.tenancies import stage as tenancies
from tests.backend.tenancies.test_choices import pass_on, ranked

pytestmark = pytest.mark.usefixtures("simulator", "in_mended_app")


def passed_on() -> None:
    _, case = ranked()
    pass_on(case)


def found_by_a_policy() -> None:
    with time_machine.travel(matches.MORNING):
        matches.consenting()
        matches.sweep()


# How to bring each kind of subject about, and an event that must have come of it.
STAGES: dict[str, tuple[Callable[[], Any], str]] = {
    "application": (passed_on, "application.passed_on"),
    "tenancy": (tenancies.granted, "tenancy.granted"),
    "waiting": (lambda: tenancies.waits("qiqige"), "waiting.joined"),
    "ticket": (lambda: draws.drawn("one"), "ticket.drawn"),
    "internship": (internships.granted, "internship.granted"),
    "loan": (lambda: loans.at(Status.REFERRED), "loan.qualified"),
    "subsidy": (subsidies.qualified, "subsidy.qualified"),
    "text": (texts.handed, "text.flagged"),
    "notice": (notices.submitted, "notice.submitted"),
    "match": (found_by_a_policy, "match.found"),
}


def test_there_is_a_stage_for_every_kind_of_subject():
    assert STAGES.keys() == SAID.keys()


@pytest.mark.parametrize("kind", SAID)
def test_a_subject_gives_every_name_that_its_messages_may_use(kind):
    """And its events are named after its kind, by which the catalogue knows what a row may say."""
    bring, name = STAGES[kind]
    bring()

    found = session.scalars(select(Event).where(Event.subject_kind == kind)).all()

    assert name in {each.name for each in found}
    for event in found:
        _, known = SUBJECTS[kind](event)
        assert said_of(event.name) <= known.keys(), event.name
