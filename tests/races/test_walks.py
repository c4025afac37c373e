"""Six actors take turns at random: whatever they try, the records agree after every step.

Two applicants, the managers of two parks, the bureau and the system itself, over HTTP. What an
actor is offered has to work, or to be refused for a reason of its own; what she is not offered has
to be refused.
Hypothesis makes a walk that fails as short as it can.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from enum import Enum
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
from backend.steps import Step
from backend.tenancies import reminding
from backend.tenancies import sweeping as tenancies
from backend.tenancies import workflow as places
from backend.tenancies.workflow import LIVE
from eligibility.dates import A_DAY
from tests.backend.tenancies.stage import moved_in, the_books_agree, waits
from tests.broom import Broom
from tests.conftest import SWEPT
from tests.factories import SECTIONS, Caller, World
from tests.papers import attached
from tests.records import change, look

APPLICANTS = ("she", "he")
STAFF = {"manager": "demo-manager", "next": "demo-manager-p01", "bureau": "demo-bureau"}
ACTORS = (*APPLICANTS, *STAFF)
ITEMS = [{"pointer": "#/sections/project/summary", "fault": "incomplete", "text": "请写清楚"}]
BEGAN = "2026-11-24T02:00:00Z"
# The walk of a stay begins in the first week of a short term, which it may well see end.
MOVING_IN, UNTIL = "2027-01-04T02:00:00Z", date(2027, 4, 1)
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
    "pass_on": ("pass-on", {"reasons": ["no_space"]}),
    "approve": ("approve", {}),
    "approve_to_wait": ("approve", {}),
    "reject": ("reject", {"reasons": ["no_space"]}),
    "reopen": ("reopen", {"why": "有新的材料"}),
    "publicise": ("publicise", {}),
}
# Where each verb of a tenancy is taken, and what is sent, on a day of which the walk knows.
Sent = Callable[[date], dict[str, Any]]
WHY = {"why": "现场核实"}
HERSELF = {"name": "其其格", "number": "152201199001010001"}
OF_TENANCIES: dict[str, tuple[str, Sent]] = {
    "sign": ("sign", lambda day: {}),
    "accept": ("accept", lambda day: {}),
    "decline": ("decline", lambda day: {}),
    "arrive": ("arrival", lambda day: {"arrived_on": str(day)}),
    "postpone": ("arrival/postpone", lambda day: WHY | {"arrive_by": str(day + 9 * A_DAY)}),
    "renew": ("renewal", lambda day: WHY | {"months": 1}),
    "grant_renewal": ("renewal/grant", lambda day: {}),
    "refuse_renewal": ("renewal/refuse", lambda day: {"reason": "idle"}),
    "suspend": ("suspension", lambda day: {"ground": "illness", "ends_on": str(day + 3 * A_DAY)}),
    "resume": ("suspension/end", lambda day: {}),
    "announce": ("eviction", lambda day: {"ground": "sublet", "words": "现场核实"}),
    "answer": ("eviction/answer", lambda day: {"words": "并未转租"}),
    "hear": ("eviction/hearing", lambda day: {"attended": True, "note": "当面听取"}),
    "drop": ("eviction/drop", lambda day: WHY),
    "evict": ("eviction/decide", lambda day: WHY),
    "leave": ("leave", lambda day: {"reason": "moving"}),
    "graduate": (
        "graduation",
        lambda day: {
            "credit_code": "91152201MA0N0TRE41",
            "registered_on": str(day),
            "moved_out_on": str(day),
            "moved_to": "乌兰浩特市",
        },
    ),
    "check_out": ("exit", lambda day: {"duty": "unit", "outcome": "done"}),
    "count": (
        "headcounts",
        lambda day: WHY | {"month": f"{day:%Y-%m}", "people": [HERSELF]},
    ),
    "confirm_count": ("headcounts/confirm", lambda day: {"month": f"{day:%Y-%m}"}),
}
# Offered for a short while only, and therefore drawn more often than others.
SELDOM = {"arrive", "count", "drop", "hear", "suspend"}
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

    began = BEGAN

    @initialize()
    def begin(self) -> None:
        self.travel = time_machine.travel(self.began, tick=False)
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
            also = {"other_parks": [self.world.park("P01")["id"]]}
            path = f"/applications/{answer.json['id']}/choices"
            ranked = self.caller(actor).put(path, also, etag=answer.headers["ETag"])
            assert ranked.status_code == 200, ranked.text
            with self.world.app.app_context():
                attached(answer.json["id"])

    @precondition(lambda self: self.cases)
    @rule(actor=st.sampled_from(ACTORS), verb=st.sampled_from(sorted(VERBS)), at=st.integers(0, 99))
    def step(self, actor: str, verb: str, at: int) -> None:
        """Take any step, offered or not, on any case."""
        self._take(actor, verb, self.cases[at % len(self.cases)])

    def _step_on_offer(self, first: int, choice: int, at: int) -> None:
        """Take a step that is offered to whoever is first, on one of the newest two cases.

        Taking back is rare: it is always offered, and would end every case too soon.
        """
        case = self.cases[-1 - at % min(2, len(self.cases))]
        for turn in range(len(ACTORS)):
            actor = ACTORS[(first + turn) % len(ACTORS)]
            seen = self.caller(actor).get(f"/applications/{case}")
            actions = (seen.json or {}).get("actions", ())
            rare = {"withdraw"} if choice < 90 else set()
            offered = [verb for verb in actions if verb in VERBS and verb not in rare]
            # The same step without a unit.
            offered += ["approve_to_wait"] if "approve" in offered else []
            if offered:
                return self._take(actor, offered[choice % len(offered)], case)

    # Rules are drawn evenly: what moves a case stands here as often as all that lies around it.
    first_goes_on, second_goes_on, third_goes_on, fourth_goes_on = (
        precondition(lambda self: self.cases)(
            rule(first=st.integers(0, 99), choice=st.integers(0, 99), at=st.integers(0, 99))(each)
        )
        for each in (_step_on_offer,) * 4
    )

    @precondition(lambda self: self.cases)
    @rule(at=st.integers(0, 99))
    def set_aside(self, at: int) -> None:
        """Have the bureau set a decision aside, now and then."""
        case = self.cases[at % len(self.cases)]
        seen = self.caller("bureau").get(f"/applications/{case}").json
        if at < 50 and "reopen" in seen.get("actions", ()):
            self._take("bureau", "reopen", case)

    @precondition(lambda self: self.cases)
    @rule(actor=st.sampled_from(APPLICANTS), at=st.integers(0, 99))
    def wait_for_a_place(self, actor: str, at: int) -> None:
        case = self.cases[at % len(self.cases)]
        wish = {"park_id": self.world.park_id(), "unit_kind": "office"}
        answer = self.caller(actor).post(f"/applications/{case}/waiting", wish)
        assert answer.status_code in (200, 201, 404, 409, 422), answer.text

    @rule(actor=st.sampled_from(("manager", "next")), admitted=st.booleans())
    def answer_for_a_list(self, actor: str, admitted: bool) -> None:
        """Say of the first who waits for it whether the park takes her."""
        caller = self.caller(actor)
        for one in caller.get("/waiting?to_answer=true").json["items"][:1]:
            word = {"admitted": admitted, "reasons": [] if admitted else ["industry_mismatch"]}
            done = caller.post(f"/waiting/{one['id']}/admission", word)
            self._judge(done, "answer" in one["actions"], f"{actor} {admitted}")

    @rule(actor=st.sampled_from(ACTORS), verb=st.sampled_from(sorted(OF_TENANCIES)))
    def answer_for_a_place(self, actor: str, verb: str) -> None:
        """Take any step, offered or not, on the first tenancy that the actor sees."""
        caller = self.caller(actor)
        for one in caller.get("/tenancies").json["items"][:1]:
            self._take_of_a_place(caller, verb, one["id"])

    def _live_in_a_place(self, actor: str, choice: int) -> None:
        """Take one of the steps that are offered on the first tenancy that the actor sees."""
        caller = self.caller(actor)
        for one in caller.get("/tenancies").json["items"][:1]:
            offered = [verb for verb in one["actions"] if verb in OF_TENANCIES]
            offered += [verb for verb in offered if verb in SELDOM] * 3
            if offered:
                self._take_of_a_place(caller, offered[choice % len(offered)], one["id"])

    live_in_a_place = rule(actor=st.sampled_from(ACTORS), choice=st.integers(0, 99))(
        _live_in_a_place
    )

    def _take_of_a_place(self, caller: Caller, verb: str, tenancy: str) -> None:
        path, (where, sent) = f"/tenancies/{tenancy}", OF_TENANCIES[verb]
        answer, content = caller.get(path), sent(clock.today())
        if verb == "sign":
            agreement = caller.get(f"{path}/agreement")
            content = {"sha256": (agreement.json or {}).get("sha256", "0" * 64)}
        done = caller.post(f"{path}/{where}", content, etag=answer.headers["ETag"])
        self._judge(done, verb in answer.json["actions"], verb)
        if done.status_code == 200:
            self.taken[verb] += 1

    # Mostly so few that not everything lapses before anybody has acted.
    @rule(days=st.sampled_from((1, 1, 1, 2, 3, 25)))
    def let_time_pass(self, days: int) -> None:
        """Let days go by, and the system do what has become due."""
        self.now.shift(timedelta(days=days))
        with self.world.app.app_context():
            cases.sweep()
            tenancies.sweep()
            reminding.sweep()

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

    @invariant()
    def nobody_counts_twice_and_nothing_goes_on_after_the_end(self) -> None:
        with self.world.app.app_context():
            assert [] == look(
                "SELECT who FROM head WHERE counted GROUP BY park_id, month, who"
                " HAVING count(*) > 1"
            )
            assert [] == look(
                "SELECT t.id FROM tenancy t LEFT JOIN proceeding p ON p.tenancy_id = t.id"
                " LEFT JOIN renewal r ON r.tenancy_id = t.id WHERE t.ended_on IS NOT NULL"
                " AND (p.id IS NOT NULL AND p.closed_at IS NULL"
                "  OR r.id IS NOT NULL AND r.closed_at IS NULL)"
            )

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


class Stay(Walk):
    """A walk through the life of one tenancy: she has signed, and he is the next in line."""

    began = MOVING_IN

    @initialize()
    def begin(self) -> None:
        super().begin()
        with self.world.app.app_context():
            moved_in("she", day=None)
            waits("he")
            change("UPDATE tenancy SET until_on = :until", until=UNTIL)
            change("UPDATE holding SET during = daterange(lower(during), :until)", until=UNTIL)

    def draft(self) -> None:
        """Nobody applies in this walk."""

    # What is lived here stands here four times as often as elsewhere.
    first_lives_on, second_lives_on, third_lives_on = (
        rule(actor=st.sampled_from(("she", "manager", "bureau")), choice=st.integers(0, 99))(each)
        for each in (Walk._live_in_a_place,) * 3
    )

    @invariant()
    def everything_that_happened_leads_to_where_it_stands(self) -> None:
        with self.world.app.app_context():
            found = look("SELECT id, status FROM tenancy ORDER BY id")
            told = look(
                "SELECT subject_id, name FROM event WHERE subject_kind = 'tenancy' ORDER BY id"
            )
        for each in found:
            events = [e["name"].partition(".")[2] for e in told if e["subject_id"] == each["id"]]
            first = places.Status.OFFERED if "offered" in events else places.Status.ACTIVE
            assert each["status"] in reached(events, places.STEPS, first), (each, events)


def reached(
    events: list[str], steps: tuple[Step, ...] = STEPS, first: Enum = Status.DRAFT
) -> set[str]:
    """Every status to which these events can lead, by the table of steps."""
    now = {first}
    for event in events:
        if any(step.event == event for step in steps):
            now = {step.to for step in steps if step.event == event and step.status in now}
    return {status.name for status in now}


def walked(
    world: World, sweep: Any, walks: int, steps: int, *phases: Phase, walk: type[Walk] = Walk
) -> Counter[str]:
    """Walk so often and so far; return how often each verb was taken.

    A walk that fails is made as short as it can be, unless the phases leave that out.
    """
    machine = type("AWalk", (walk,), {"world": world, "sweep": staticmethod(sweep)})
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


def test_six_actors_on_a_short_walk(own_world, sweep):
    walked(own_world, sweep, walks=4, steps=20)


def test_five_actors_on_a_short_walk_through_a_stay(own_world, sweep):
    walked(own_world, sweep, walks=3, steps=20, walk=Stay)


@pytest.mark.reliability
def test_five_actors_on_100_walks_of_30_steps_through_a_stay(own_world, sweep, figures):
    taken = walked(own_world, sweep, walks=100, steps=30, walk=Stay)

    figures(walks=100, steps=30, **taken)
    least = {"arrive", "suspend", "count", "announce", "drop", "leave", "check_out"}
    assert least <= set(taken), "some verb was never taken"


@pytest.mark.reliability
def test_six_actors_on_200_walks_of_30_steps(own_world, sweep, figures):
    taken = walked(own_world, sweep, walks=200, steps=30)

    figures(walks=200, steps=30, **taken)
    assert set(VERBS) - {"return_again"} <= set(taken), "some verb was never taken"


@pytest.mark.reliability
def test_a_stay_that_ends_and_keeps_its_unit_from_everybody_is_noticed(own_world, sweep):
    """The planted bug: what the ledger holds is not let go of when she never moved in."""
    with own_world.app.app_context():
        change(
            "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        )
        change("CREATE TRIGGER keep BEFORE DELETE ON holding FOR EACH ROW EXECUTE FUNCTION keep()")
    with pytest.raises(AssertionError):
        walked(own_world, sweep, 20, 20, Phase.generate, walk=Stay)


def test_a_case_that_is_not_where_its_events_lead_is_noticed(own_world, sweep):
    """The planted bug: a submission that writes its event and leaves the case where it was."""
    with own_world.app.app_context():
        change(
            "CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN IF NEW.status = ''SUBMITTED'' THEN NEW.status := OLD.status;"
            " NEW.submitted_at := OLD.submitted_at; END IF; RETURN NEW; END'"
        )
        change(
            "CREATE TRIGGER stay BEFORE UPDATE ON application FOR EACH ROW EXECUTE FUNCTION stay()"
        )
    with pytest.raises(AssertionError, match="'submitted'"):
        walked(own_world, sweep, 20, 20, Phase.generate)
