"""Five actors take turns at random: whatever they try, the records agree after every step.

Two applicants, a manager, the bureau and the system itself, over HTTP. What an actor is offered
has to work, or to be refused for a reason of its own; what she is not offered has to be refused.
Hypothesis makes a walk that fails as short as it can.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from backend import clock
from backend.applications.workflow import OPEN, STEPS, Status
from backend.cases import sweeping as cases
from backend.db import db
from backend.tenancies import sweeping as tenancies
from backend.tenancies.workflow import LIVE
from tests.backend.tenancies.stage import the_books_agree
from tests.broom import Broom
from tests.conftest import SWEPT
from tests.factories import SECTIONS, Caller, World
from tests.records import change, look

APPLICANTS, STAFF = ("she", "he"), {"manager": "demo-manager", "bureau": "demo-bureau"}
ACTORS = (*APPLICANTS, *STAFF)
ITEMS = [{"pointer": "#/sections/project/summary", "fault": "incomplete", "text": "请写清楚"}]
BEGAN = "2026-11-24T02:00:00Z"
# What each verb is called in the address, and what is sent with it.
VERBS: dict[str, tuple[str, dict[str, Any]]] = {
    "submit": ("submit", {}),
    "withdraw": ("withdraw", {}),
    "claim": ("claim", {}),
    "release": ("release", {}),
    "return": ("return", {"items": ITEMS}),
    "return_again": ("return", {"items": ITEMS, "why": "又有新的问题"}),
    "recall": ("recall", {}),
    "resolve": ("resolve", {}),
    "approve": ("approve", {}),
    "reject": ("reject", {"reasons": ["no_space"]}),
    "reopen": ("reopen", {"why": "有新的材料"}),
    "publicise": ("publicise", {}),
}
OF_TENANCIES: dict[str, dict[str, Any]] = {"sign": {}, "accept": {}, "decline": {}}
# What may be refused although it is offered: for the sake of other things than the case's status.
FOR_OTHER_REASONS = {
    "unit-taken",
    "already-tenant",
    "already-open",
    "handled",
    "invalid-input",
    "incomplete",
    "too-late",
}
NEVER = {"not-signed-in", "not-found", "not-allowed", "wrong-status", "handled"}


class Walk(RuleBasedStateMachine):
    """A walk through the cases of two people who want the units of one park."""

    world: World
    sweep: Any
    taken: Counter[str] = Counter()

    @initialize()
    def begin(self) -> None:
        self.travel = time_machine.travel(BEGAN, tick=False)
        self.now = self.travel.start()
        self.cases: list[str] = []
        with self.world.app.app_context():
            self.sweep()

    def teardown(self) -> None:
        if hasattr(self, "travel"):
            self.travel.stop()

    def caller(self, actor: str) -> Caller:
        """A fresh session: days may have passed since the last one."""
        if actor in APPLICANTS:
            return self.world.citizen(actor)
        return self.world.staff(STAFF[actor])

    @rule(actor=st.sampled_from(APPLICANTS))
    def draft(self, actor: str) -> None:
        answer = self.caller(actor).post(
            "/applications",
            {"kind": "tenancy", "park_id": self.world.park_id(), "sections": SECTIONS},
        )
        assert answer.status_code in (201, 409), answer.text
        if answer.status_code == 201:
            self.cases.append(answer.json["id"])

    @precondition(lambda self: self.cases)
    @rule(actor=st.sampled_from(ACTORS), verb=st.sampled_from(sorted(VERBS)), at=st.integers(0, 99))
    def step(self, actor: str, verb: str, at: int) -> None:
        """Take any step, offered or not, on any case."""
        self._take(actor, verb, self.cases[at % len(self.cases)])

    @precondition(lambda self: self.cases)
    @rule(first=st.integers(0, 99), choice=st.integers(0, 99), at=st.integers(0, 99))
    def step_on_offer(self, first: int, choice: int, at: int) -> None:
        """Take a step that is offered to whoever is first, on one of the newest two cases.

        Taking back is left to `step`: it is always offered, and ends every case too soon.
        """
        case = self.cases[-1 - at % min(2, len(self.cases))]
        for turn in range(len(ACTORS)):
            actor = ACTORS[(first + turn) % len(ACTORS)]
            seen = self.caller(actor).get(f"/applications/{case}")
            actions = (seen.json or {}).get("actions", ())
            offered = [verb for verb in actions if verb in VERBS and verb != "withdraw"]
            if offered:
                return self._take(actor, offered[choice % len(offered)], case)

    @precondition(lambda self: self.cases)
    @rule(actor=st.sampled_from(APPLICANTS), at=st.integers(0, 99))
    def wait_for_a_place(self, actor: str, at: int) -> None:
        case = self.cases[at % len(self.cases)]
        wish = {"park_id": self.world.park_id(), "unit_kind": "office"}
        answer = self.caller(actor).post(f"/applications/{case}/waiting", wish)
        assert answer.status_code in (200, 201, 404, 409, 422), answer.text

    @rule(actor=st.sampled_from(ACTORS), verb=st.sampled_from(sorted(OF_TENANCIES)))
    def answer_for_a_place(self, actor: str, verb: str) -> None:
        """Sign or answer the first tenancy that the actor sees."""
        caller = self.caller(actor)
        for one in caller.get("/tenancies").json["items"][:1]:
            path, content = f"/tenancies/{one['id']}", {}
            answer = caller.get(path)
            if verb == "sign":
                agreement = caller.get(f"{path}/agreement")
                content = {"sha256": (agreement.json or {}).get("sha256", "0" * 64)}
            done = caller.post(f"{path}/{verb}", content, etag=answer.headers["ETag"])
            self._judge(done, verb in answer.json["actions"], f"{actor} {verb}")

    # Mostly so few that not everything lapses before anybody has acted.
    @rule(days=st.sampled_from((1, 1, 1, 2, 3, 25)))
    def let_time_pass(self, days: int) -> None:
        """Let days go by, and the system do what has become due."""
        self.now.shift(timedelta(days=days))
        with self.world.app.app_context():
            cases.sweep()
            tenancies.sweep()

    @invariant()
    def the_ledger_has_no_unit_twice(self) -> None:
        with self.world.app.app_context():
            the_books_agree(str(clock.today()))

    @invariant()
    def everything_that_happened_leads_to_where_it_stands(self) -> None:
        with self.world.app.app_context():
            found = look("SELECT id, status FROM application ORDER BY id")
            told = look(
                "SELECT subject_id, name FROM event WHERE subject_kind = 'application' ORDER BY id"
            )
        for each in found:
            events = [e["name"].partition(".")[2] for e in told if e["subject_id"] == each["id"]]
            assert each["status"] in reached(events), (each, events)

    @invariant()
    def nobody_has_two_open_applications_or_two_places(self) -> None:
        with self.world.app.app_context():
            open_ = look("SELECT applicant_id AS who, status FROM application")
            housed = look("SELECT person_id AS who, status FROM tenancy")
        for found, live in ((open_, OPEN), (housed, LIVE)):
            names = {status.name for status in live}
            held = Counter(each["who"] for each in found if each["status"] in names)
            assert max(held.values(), default=0) <= 1, found

    def _take(self, actor: str, verb: str, case: str) -> None:
        caller, (path, content) = self.caller(actor), VERBS[verb]
        seen = caller.get(f"/applications/{case}")
        if verb == "approve":
            content = {"unit_id": self.world.units()[0]["id"]}
        answer = caller.post(
            f"/applications/{case}/{path}", content, etag=seen.headers.get("ETag", '"1"')
        )
        offered = (seen.json or {}).get("actions", ())
        same_address = {name for name, (where, _) in VERBS.items() if where == path}
        self._judge(answer, bool(same_address & set(offered)), f"{actor} {verb}")
        if answer.status_code == 200:
            self.taken[verb] += 1

    def _judge(self, answer: Any, is_offered: bool, what: str) -> None:
        slug = (answer.json or {}).get("type", "").rpartition("/")[2]
        assert answer.status_code < 500, f"{what}: {answer.text}"
        if is_offered:
            assert answer.status_code == 200 or slug in FOR_OTHER_REASONS, f"{what}: {answer.text}"
        else:
            assert slug in NEVER, f"{what}: {answer.status_code} {answer.text[:200]}"


def reached(events: list[str]) -> set[str]:
    """Every status to which these events can lead, by the table of steps."""
    now = {Status.DRAFT}
    for event in events:
        if any(step.event == event for step in STEPS):
            now = {step.to for step in STEPS if step.event == event and step.status in now}
    return {status.name for status in now}


def walked(world: World, sweep: Any, walks: int, steps: int, *phases: Phase) -> Counter[str]:
    """Walk so often and so far; return how often each verb was taken.

    A walk that fails is made as short as it can be, unless the phases leave that out.
    """
    machine = type("AWalk", (Walk,), {"world": world, "sweep": staticmethod(sweep)})
    machine.taken = Counter()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=walks,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            phases=phases or [Phase.generate, Phase.shrink],
        ),
    )
    return machine.taken


@pytest.fixture
def sweep(own_app: Flask) -> Broom:
    """What clears the ground before the next walk."""
    with own_app.app_context():
        return Broom(db.engine, SWEPT.split(", "))


def test_five_actors_on_a_short_walk(own_world, sweep):
    walked(own_world, sweep, walks=4, steps=20)


@pytest.mark.reliability
def test_five_actors_on_200_walks_of_30_steps(own_world, sweep, figures):
    taken = walked(own_world, sweep, walks=200, steps=30)

    figures(walks=200, steps=30, **taken)
    assert set(VERBS) - {"return_again"} <= set(taken), "some verb was never taken"


def test_a_case_that_is_not_where_its_events_lead_is_noticed(own_world, sweep):
    """The planted bug: a withdrawal that writes its event and leaves the case where it was."""
    with own_world.app.app_context():
        change(
            "CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN IF NEW.status = ''WITHDRAWN'' THEN NEW.status := OLD.status; END IF;"
            " RETURN NEW; END'"
        )
        change(
            "CREATE TRIGGER stay BEFORE UPDATE ON application FOR EACH ROW EXECUTE FUNCTION stay()"
        )
    with pytest.raises(AssertionError):
        walked(own_world, sweep, 20, 20, Phase.generate)
