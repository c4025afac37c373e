"""Many cases at once: on trial first, each row by itself; nobody hears of it for ten minutes."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from backend import clock
from backend.applications import queries
from backend.applications.kinds import Reason
from backend.applications.workflow import Status
from backend.cases import actions as cases
from backend.cases import batches, bulk
from backend.cases.kinds import Decision, Outcome
from backend.errors import Invalid, NotFound, Refusal
from notifications import fanout
from tests import records
from tests.filing import claimed, status_of, submitted
from tests.records import look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator", "in_app")
NOW = "2026-11-24T02:00:00Z"


def row(case: dict, **more: Any) -> dict[str, Any]:
    asked = {"application_id": case["id"], "seen": case["version"], "unit_id": None, "note": ""}
    return {**asked, "reasons": [Reason.NO_SPACE], **more}


def problem(refusal: Refusal) -> dict[str, Any]:
    return {"type": type(refusal).__name__, "detail": refusal.detail}


def decide(rows: list[dict], by: str = "demo-manager", **more: Any) -> dict[str, Any]:
    given = {"decision": Decision.REJECT, "dry_run": True, "preview": None, **more}
    return bulk.decide(asked=rows, by=staff(by), problems=problem, **given)


def decided(rows: list[dict], by: str = "demo-manager", **more: Any) -> dict[str, Any]:
    """On trial, then for good."""
    trial = decide(rows, by, **more)
    return decide(rows, by, **more, dry_run=False, preview=trial["preview"])


def granted(codes: str, **more: Any) -> dict[str, Any]:
    """Grant units to so many people, each the one with the code."""
    made = [submitted(person(f"one {n}")) for n, _ in enumerate(codes.split())]
    rows = [
        row(case, unit_id=records.unit(code), reasons=[])
        for case, code in zip(made, codes.split(), strict=True)
    ]
    return decided(rows, decision=Decision.APPROVE, **more)


def outcomes(batch: dict) -> list[tuple[Outcome, str | None]]:
    return [(e["outcome"], e["problem"] and e["problem"]["type"]) for e in batch["rows"]]


DONE = (Outcome.DECIDED, None)


def refused(why: str) -> tuple[Outcome, str]:
    return (Outcome.REFUSED, why)


def everything() -> list[list[dict]]:
    return [
        look(f"SELECT * FROM {table} ORDER BY 1")
        for table in ("application", "holding", "tenancy", "event", "batch", "batch_row", "message")
    ]


class TestOnTrial:
    def test_nothing_changes_and_each_row_says_what_would_become_of_it(self):
        made = [submitted(person(name)) for name in ("one", "two", "three")]
        theirs = claimed(person("four"), staff("demo-manager-2"))
        foreign = submitted(person("five"), park="P01")
        stale = row(made[1], seen=made[1]["version"] + 1)
        unsaid = row(made[2], reasons=[Reason.OTHER])
        before = everything()

        trial = decide([row(made[0]), stale, unsaid, row(theirs), row(foreign)])

        assert [
            DONE,
            refused("Outdated"),
            refused("Invalid"),
            refused("Handled"),
            refused("NotFound"),
        ] == outcomes(trial)
        assert (None, []) == (trial["id"], trial["actions"])
        assert before == everything()

    def test_rows_stand_in_each_others_way_already_on_trial(self):
        unit = records.unit("B201")
        rows = [row(submitted(person(name)), unit_id=unit) for name in ("one", "two")]

        trial = decide(rows, decision=Decision.APPROVE)

        assert [DONE, refused("UnitTaken")] == outcomes(trial)
        assert 0 == one("SELECT count(*) FROM holding")

    def test_a_refusal_without_a_reason_is_none(self):
        assert [refused("Invalid")] == outcomes(decide([row(submitted(), reasons=[])]))

    def test_the_same_case_twice_is_refused_as_a_whole(self):
        case = submitted()

        with pytest.raises(Invalid) as wrong:
            decide([row(case), row(case)])

        assert ["#/rows/1/application_id"] == [e["pointer"] for e in wrong.value.more["errors"]]


class TestTheToken:
    @pytest.mark.parametrize("what", ["none", "another's", "version", "rows", "decision", "note"])
    def test_for_good_only_what_was_tried(self, what):
        case, other = submitted(person("one")), submitted(person("two"))
        rows, more = [row(case)], {}
        token = decide(rows, "demo-manager-2" if what == "another's" else "demo-manager")["preview"]
        if what == "version":
            rows = [row(case, seen=case["version"] + 1)]
        elif what == "rows":
            rows = [row(case), row(other)]
        elif what == "note":
            rows = [row(case, note="换个说法")]
        elif what == "decision":
            more = {"decision": Decision.APPROVE}

        with pytest.raises(Invalid) as wrong:
            decide(rows, dry_run=False, preview=None if what == "none" else token, **more)

        assert ["#/preview"] == [each["pointer"] for each in wrong.value.more["errors"]]
        assert "SUBMITTED" == status_of(case)


class TestForGood:
    def test_what_can_be_decided_is_and_the_rest_says_why_not(self):
        made = [submitted(person(name)) for name in ("one", "two")]
        theirs = claimed(person("three"), staff("demo-manager-2"))

        batch = decided([row(made[0]), row(theirs), row(made[1])])

        assert [DONE, refused("Handled"), DONE] == outcomes(batch)
        assert ["REJECTED", "UNDER_REVIEW", "REJECTED"] == [
            status_of(each) for each in (made[0], theirs, made[1])
        ]
        assert 2 == one("SELECT count(*) FROM event WHERE name = 'application.rejected'")
        assert batch == batches.get(batch["id"], staff())

    def test_what_changed_since_the_trial_is_left_alone(self):
        case = submitted()
        trial = decide([row(case)])
        cases.claim(case["id"], seen=case["version"], by=staff())

        batch = decide([row(case)], dry_run=False, preview=trial["preview"])

        assert [refused("Outdated")] == outcomes(batch)
        assert "UNDER_REVIEW" == status_of(case)

    def test_units_are_granted_row_by_row(self):
        batch = granted("B201 B202")

        assert [DONE, DONE] == outcomes(batch)
        assert 2 == one("SELECT count(*) FROM tenancy WHERE status = 'AGREEMENT_PENDING'")

    def test_a_batch_is_its_makers_and_her_supervisors_to_see(self):
        batch = decided([row(submitted())])

        batches.get(batch["id"], staff("demo-bureau"))
        for stranger in (staff("demo-manager-2"), staff("demo-manager-p01"), person()):
            with pytest.raises(NotFound):
                batches.get(batch["id"], stranger)


class TestHoldingBack:
    @pytest.mark.parametrize(("seconds", "told"), [(599, 0), (600, 1)])
    def test_no_applicant_hears_of_it_within_ten_minutes(self, seconds, told):
        with time_machine.travel(NOW, tick=False):
            case = submitted()
            decided([row(case)])
            made_at = clock.now()
        with time_machine.travel(made_at + timedelta(seconds=seconds), tick=False):
            fanout.announce_late_events()
            fanout.announce_late_events()

        assert told == one(
            "SELECT count(*) FROM message WHERE event = 'application.rejected'"
            " AND person_id IS NOT NULL"
        )

    def test_asked_for_by_name_it_waits_as_well(self):
        decided([row(submitted())])

        fanout.announce(one("SELECT id FROM event WHERE name = 'application.rejected'"))

        assert 0 == one("SELECT count(*) FROM message WHERE event = 'application.rejected'")

    def test_a_decision_on_a_single_case_is_told_at_once(self):
        case = submitted()
        cases.reject(case["id"], seen=case["version"], by=staff(), reasons=[Reason.NO_SPACE])

        assert 1 == one("SELECT count(*) FROM message WHERE event = 'application.rejected'")

    def test_she_sees_it_herself_if_she_looks(self):
        her = person()
        case = submitted(her)
        decided([row(case)])

        assert Status.REJECTED is queries.get(case["id"], her)["status"]
