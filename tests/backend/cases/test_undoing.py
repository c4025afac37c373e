"""A batch is undone within ten minutes, as if it had not been; what somebody touched is left."""

from datetime import timedelta

import pytest
import time_machine

from backend import clock
from backend.applications import queries
from backend.applications.workflow import Status
from backend.cases import actions as cases
from backend.cases import batches, undoing
from backend.cases.kinds import Decision, Outcome
from backend.errors import NotFound, TooLate, WrongStatus
from backend.tenancies import queries as tenancies
from notifications import fanout
from tests import records
from tests.backend.cases.test_bulk import NOW, decided, granted, row
from tests.backend.tenancies.stage import applicant, join, signed
from tests.filing import claimed, draft, events, submitted
from tests.records import change, look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator", "in_app")
KEPT = ("status", "handler", "held_since", "due_on", "legal_due_on", "decision", "unit", "actions")


def undo(batch: dict, by: str = "demo-manager") -> list[Outcome]:
    return [each["outcome"] for each in undoing.undo(batch["id"], by=staff(by))["rows"]]


def standing(case: dict) -> dict:
    seen = queries.get(case["id"], staff())
    return {name: seen[name] for name in KEPT}


@pytest.mark.parametrize("make", [submitted, claimed])
@pytest.mark.parametrize("decision", list(Decision))
def test_each_case_stands_where_it_stood_and_nobody_ever_hears_of_it(make, decision):
    with time_machine.travel(NOW, tick=False):
        case = make()
        before = standing(case)
    with time_machine.travel(NOW, tick=False) as time:
        time.shift(60)
        batch = decided([row(case, unit_id=records.unit())], decision=decision)
        time.shift(60)
        assert [Outcome.UNDONE] == undo(batch)
        time.shift(3600)
        fanout.announce_late_events()

    assert before == standing(case)
    assert 0 == one("SELECT count(*) FROM holding")
    assert {"CANCELLED"} >= {each["status"] for each in look("SELECT status FROM tenancy")}
    assert 0 == one(
        "SELECT count(*) FROM message WHERE event IN ('application.approved',"
        " 'application.rejected', 'tenancy.granted', 'application.decision_undone')"
    )
    assert "decision_undone" == events()[-1]


@pytest.mark.parametrize(("seconds", "in_time"), [(599, True), (600, False)])
def test_it_may_be_undone_for_ten_minutes(seconds, in_time):
    with time_machine.travel(NOW, tick=False):
        batch = decided([row(submitted())])
        made_at = clock.now()
    with time_machine.travel(made_at + timedelta(seconds=seconds), tick=False):
        assert in_time == bool(batches.get(batch["id"], staff())["actions"])
        if in_time:
            undo(batch)
        else:
            with pytest.raises(TooLate):
                undo(batch)


def test_once_only():
    batch = decided([row(submitted())])
    undo(batch)

    with pytest.raises(WrongStatus):
        undo(batch)
    assert [] == batches.get(batch["id"], staff())["actions"]


def test_a_supervisor_may_and_nobody_else():
    batch = decided([row(submitted())])

    for stranger in ("demo-manager-2", "demo-manager-p01"):
        with pytest.raises(NotFound):
            undo(batch, stranger)
    assert [Outcome.UNDONE] == undo(batch, "demo-bureau")


def test_what_was_refused_stays_refused():
    mine, theirs = submitted(person("one")), claimed(person("two"), staff("demo-manager-2"))

    batch = decided([row(theirs), row(mine)])

    assert [Outcome.REFUSED, Outcome.UNDONE] == undo(batch)
    assert "UNDER_REVIEW" == one(
        "SELECT status FROM application WHERE public_id = :id", id=theirs["id"]
    )


class TestWhatIsLeft:
    def test_a_case_that_she_took_back(self):
        batch = granted("B201 B202")
        her, first = person("one 0"), batch["rows"][0]["application_id"]
        now = queries.get(first, her)
        cases.withdraw(first, seen=now["version"], by=her)

        assert [Outcome.LEFT, Outcome.UNDONE] == undo(batch)
        assert Status.WITHDRAWN is queries.get(first, her)["status"]

    def test_a_refusal_after_which_she_began_anew(self):
        first, second = person("one"), person("two")
        batch = decided([row(submitted(first)), row(submitted(second))])
        draft(first)

        assert [Outcome.LEFT, Outcome.UNDONE] == undo(batch)
        assert 1 == one("SELECT count(*) FROM application WHERE status = 'REJECTED'")

    def test_an_agreement_that_she_signed(self):
        batch = granted("B201")
        her = person("one 0")
        (tenancy,) = tenancies.listed(her, status=None, after=None, limit=1)
        signed(tenancy, her)

        assert [Outcome.LEFT] == undo(batch)
        assert ("APPROVED", 1) == (
            one("SELECT status FROM application"),
            one("SELECT count(*) FROM holding"),
        )

    def test_a_decision_that_somebody_has_heard_of(self):
        batch = decided([row(submitted())])
        change("UPDATE event SET announced_at = now() WHERE name = 'application.rejected'")

        assert [Outcome.LEFT] == undo(batch)
        assert "REJECTED" == one("SELECT status FROM application")


class TestPlacesOnLists:
    @pytest.mark.parametrize("decision", list(Decision))
    def test_given_up_by_the_decision_they_are_hers_again(self, decision):
        her, case = applicant("waiting")
        join(case, her, park="P01")
        joined = look("SELECT joined_at FROM waiting_entry")
        batch = decided([row(case, unit_id=records.unit())], decision=decision)
        assert 0 == one("SELECT count(*) FROM waiting_entry WHERE left_at IS NULL")

        undo(batch)

        assert joined == look("SELECT joined_at FROM waiting_entry WHERE left_at IS NULL")

    def test_a_unit_that_is_free_again_goes_to_none_of_the_batch(self):
        """One was granted the unit, the other only a place in the line: both stand back."""
        her, waits = applicant("waiting")
        join(waits, her)
        _, case = applicant("granted")
        rows = [row(case, unit_id=records.unit()), row(waits)]

        assert [Outcome.UNDONE] * 2 == undo(decided(rows, decision=Decision.APPROVE))

        assert 0 == one("SELECT count(*) FROM holding")
        assert 1 == one("SELECT count(*) FROM waiting_entry WHERE left_at IS NULL")
