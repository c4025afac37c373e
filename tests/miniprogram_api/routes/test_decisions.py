"""Decisions over HTTP: written down with their grounds, replayed, and set aside with a reason.

Her case: an individual outside of every park wants 100,000 yuan. By 五（二） the sum is small
enough; whether the clause is for parks only is an open reading, so nobody knows yet.
"""

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from backend import clock
from eligibility.facts import Known
from tests.factories import Caller, World, day
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused
from tests.records import change, look, one, record_facts, staff

pytestmark = pytest.mark.usefixtures("in_app")

HERS = {
    "in_park": False,
    "loan_amount": 10_000_000,
    "applicant_is_individual": True,
    "honour_level": "none",
    "bank_credit_good": False,
}
READING = {
    "name": "waiver_scope",
    "valid_from": "2022-03-30",
    "decided_by": "盟人社局",
    "decided_on": "2026-11-20",
    "source": "会议纪要第3号",
    "reason": "会议明确适用范围",
}
WHY = "现场核实符合条件"


def proven(applicant: int, **facts: Any) -> None:
    """What the bureau has found out about her today."""
    told = {name: Known(value, "staff", clock.today()) for name, value in facts.items()}
    record_facts(applicant, told, by=staff("demo-bureau"))


def settled(world: World, in_use: str) -> None:
    """Two clerks decide how the clause is read."""
    made = world.staff("demo-bureau").post("/rulings", READING | {"in_use": in_use})
    path = f"/policy-changes/{made.json['id']}/confirm"
    answer = world.staff("demo-bureau-2").post(path, {}, etag=made.headers["ETag"])
    assert 200 == answer.status_code, answer.text


@pytest.fixture
def application(world: World) -> str:
    made, _ = world.submitted()
    proven(one("SELECT applicant_id FROM application"), **HERS)
    return str(made["id"])


def wish(application: str, **more: Any) -> dict[str, Any]:
    return {"application_id": application, "benefit": "guarantee_waiver"} | more


def decided(by: Caller, application: str, **more: Any) -> dict[str, Any]:
    answer = by.post("/decisions", wish(application, **more))
    assert 201 == answer.status_code, answer.text
    return dict(answer.json)


def path(decision: dict[str, Any]) -> str:
    return f"/decisions/{decision['id']}"


class TestWritingDown:
    def test_it_has_the_answer_in_words_and_everything_it_rested_on(self, world, application):
        found = decided(world.staff(), application)

        assert (application, "guarantee_waiver", "五（二）", "152201") == (
            found["application_id"],
            found["benefit"],
            found["clause"],
            found["scope"],
        )
        assert (None, "还不能确定") == (found["value"], found["value_label"])
        assert "政策口径待确认" in found["flag_labels"]
        loan = next(each for each in found["facts"] if each["name"] == "loan_amount")
        assert {
            "name": "loan_amount",
            "label": "想贷多少钱",
            "value": "100000.00",
            "source": "staff",
            "source_label": "工作人员认定",
            "observed_on": day(0),
            "state": "known",
        } == loan
        assert set(HERS) == {each["name"] for each in found["facts"]}
        (cap,) = found["parameters"]
        assert ("waiver_loan_cap", "100000.00") == (cap["name"], cap["value"])
        open_one = next(each for each in found["rulings"] if each["id"] == "waiver_scope")
        assert ("open", None) == (open_one["kind"], open_one["in_use"])

    @pytest.mark.parametrize(("fen", "value"), [(10_000_000, True), (10_000_001, False)])
    def test_a_hundred_thousand_yuan_waives_and_a_fen_more_does_not(
        self, world, application, fen, value
    ):
        settled(world, "anyone")
        proven(one("SELECT applicant_id FROM application"), loan_amount=fen)

        assert value is decided(world.staff(), application)["value"]

    def test_as_of_a_day_nothing_observed_later_is_used(self, world, application):
        settled(world, "anyone")

        found = decided(world.staff(), application, as_of=day(-1))

        assert (None, []) == (found["value"], found["facts"])

    def test_the_league_the_county_and_the_park_may_write_and_read_it(self, world, application):
        for who in ("demo-manager", "demo-manager-2", "demo-bureau"):
            made = decided(world.staff(who), application)
            assert made["tree"] == world.staff(who).get(path(made)).json["tree"]

    def test_the_same_key_writes_it_once(self, world, application):
        by = world.staff()
        answers = [by.post("/decisions", wish(application), key="once") for _ in range(2)]

        assert answers[0].json == answers[1].json
        assert 1 == one("SELECT count(*) FROM decision_record")


class TestRefusing:
    def test_every_fault_is_named_at_once_and_nothing_is_written(self, world, app, application):
        wrong = wish(application, benefit="category5", as_of=day(1))
        by = world.staff()
        with nothing_changes(app):
            problem = refused(by.post("/decisions", wrong), 422, "invalid-input")

        assert ["#/as_of", "#/benefit"] == pointers(problem)

    @pytest.mark.parametrize("benefit", ["no_such", "category5", "park_std", "park_reward"])
    def test_only_benefits_for_people_and_firms_are_decided(self, world, application, benefit):
        answer = world.staff().post("/decisions", wish(application, benefit=benefit))

        assert ["#/benefit"] == pointers(refused(answer, 422))

    def test_a_foreign_application_is_not_there(self, world, app, application):
        elsewhere = world.staff("demo-manager-p01")
        with nothing_changes(app):
            foreign = refused(elsewhere.post("/decisions", wish(application)), 404)
            missing = refused(elsewhere.post("/decisions", wish(str(uuid4()))), 404)

        assert foreign["detail"] == missing["detail"]

    def test_a_draft_is_not_there(self, world):
        made, _ = world.draft(world.citizen("another"))

        refused(world.staff().post("/decisions", wish(made["id"])), 404)

    def test_an_application_taken_back_is_not_decided_on(self, world, application):
        her = world.citizen()
        etag = her.get(f"/applications/{application}").headers["ETag"]
        her.post(f"/applications/{application}/withdraw", {}, etag=etag)

        refused(world.staff().post("/decisions", wish(application)), 409, "wrong-status")

    @pytest.mark.parametrize("who", ["demo-manager", "demo-bureau"])
    def test_nobody_decides_her_own_case(self, world, application, who):
        mine(who)

        refused(world.staff(who).post("/decisions", wish(application)), 404)

        assert 0 == one("SELECT count(*) FROM decision_record")

    def test_citizens_do_not_write_decisions(self, world, application):
        refused(world.citizen().post("/decisions", wish(application)), 401)


def mine(who: str) -> None:
    """A member of staff is the applicant of the only application."""
    change(
        "UPDATE staff SET person_id = (SELECT applicant_id FROM application) WHERE username = :who",
        who=who,
    )


class TestReading:
    def test_the_applicant_finds_and_reads_what_was_decided_about_her(self, world, application):
        made = decided(world.staff(), application)
        her = world.citizen()

        (listed,) = her.get(f"/applications/{application}/decisions").json["items"]

        assert (made["id"], "创业担保贷款免反担保", "还不能确定") == (
            listed["id"],
            listed["title"],
            listed["verdict_label"],
        )
        assert made["tree"] == her.get(path(made)).json["tree"]
        assert [] == her.get(path(made)).json["actions"]

    def test_to_the_applicant_an_override_is_the_offices(self, world, application):
        made = decided(world.staff(), application)
        world.staff("demo-bureau").post(f"{path(made)}/override", override())

        (told,) = world.citizen().get(path(made)).json["overrides"]

        assert ("人社局", WHY) == (told["by_name"], told["reason"])

    def test_another_person_sees_neither_the_list_nor_the_decision(self, world, application):
        made, another = decided(world.staff(), application), world.citizen("another")

        refused(another.get(path(made)), 404)
        refused(another.get(f"/applications/{application}/decisions"), 404)

    def test_a_decision_whose_policy_text_was_tampered_with_says_so(self, world, application):
        made = decided(world.staff(), application)
        change("ALTER TABLE policy_version DISABLE TRIGGER policy_version_only_added")
        change("UPDATE policy_version SET sheets = sheets - 'policy.toml'")
        change("ALTER TABLE policy_version ENABLE TRIGGER policy_version_only_added")

        problem = refused(world.staff().get(path(made)), 503, "policy-gone")

        assert "联系人社局" in problem["detail"]

    def test_foreign_and_missing_alike_are_not_found(self, world, application):
        made = decided(world.staff(), application)
        elsewhere = world.staff("demo-manager-p01")

        foreign = refused(elsewhere.get(path(made)), 404)
        missing = refused(elsewhere.get(f"/decisions/{uuid4()}"), 404)

        assert foreign["detail"] == missing["detail"]

    @pytest.mark.parametrize(("in_use", "value"), [("anyone", True), ("park_only", False)])
    def test_after_a_new_reading_it_replays_and_today_says_what_differs(
        self, world, application, in_use, value
    ):
        made = decided(world.staff(), application)
        settled(world, in_use)

        found = world.staff().get(path(made)).json

        kept = ("value", "value_label", "amount", "tree", "facts", "parameters", "rulings")
        assert {name: made[name] for name in kept} == {name: found[name] for name in kept}
        assert {"value_same": True, "amount_same": True, "tree_same": True} == found["replay"]
        assert (False, True) == (made["today"]["changed"], found["today"]["changed"])
        assert value is found["today"]["value"]

    def test_a_condition_that_is_no_longer_asked_is_not_called_unknown(self, world, application):
        made = decided(world.staff(), application)
        settled(world, "anyone")

        (condition,) = [
            each
            for each in world.staff().get(path(made)).json["today"]["conditions"]
            if each["code"] == "in_park"
        ]

        assert (False, "不符合") == (condition["before"], condition["before_label"])
        assert (None, "没有这一条") == (condition["after"], condition["after_label"])
        assert "已入驻创业园" == condition["label"]

    def test_what_is_learned_afterwards_changes_no_decision(self, world, application):
        settled(world, "anyone")
        made = decided(world.staff(), application)
        proven(one("SELECT applicant_id FROM application"), loan_amount=10_000_001)

        found = world.staff().get(path(made)).json

        assert (True, True, False) == (
            found["value"],
            found["replay"]["tree_same"],
            found["today"]["changed"],
        )


class TestSettingAside:
    def test_both_verdicts_are_kept_with_the_reason_and_counted(self, world, application):
        made = decided(world.staff(), application)
        clerk = world.staff("demo-bureau")
        assert ["override"] == clerk.get(path(made)).json["actions"]

        answer = clerk.post(f"{path(made)}/override", override())

        assert 200 == answer.status_code, answer.text
        found = answer.json
        assert (None, True, "符合") == (found["value"], found["verdict"], found["verdict_label"])
        (kept,) = found["overrides"]
        assert (1, True, WHY, "演示人社局工作人员") == (
            kept["number"],
            kept["verdict"],
            kept["reason"],
            kept["by_name"],
        )
        counted = clerk.get("/decisions/overrides").json["items"]
        assert [("guarantee_waiver", "创业担保贷款免反担保", 1)] == [
            (each["benefit"], each["title"], each["times"]) for each in counted
        ]

    def test_whoever_did_not_see_the_last_one_is_refused(self, world, app, application):
        made = decided(world.staff(), application)
        world.staff("demo-bureau").post(f"{path(made)}/override", override())

        late, other = override(verdict=False), world.staff("demo-bureau-2")
        with nothing_changes(app):
            refused(other.post(f"{path(made)}/override", late), 412, "outdated")

    def test_the_verdict_that_stands_is_no_new_one(self, world, application):
        made = decided(world.staff(), application)
        clerk = world.staff("demo-bureau")
        clerk.post(f"{path(made)}/override", override())

        again = clerk.post(f"{path(made)}/override", override(seen=1, reason=" "))

        assert ["#/reason"] == pointers(refused(again, 422))
        again = clerk.post(f"{path(made)}/override", override(seen=1))
        assert ["#/verdict"] == pointers(refused(again, 422))

    def test_a_manager_may_see_it_and_not_set_it_aside(self, world, app, application):
        made = decided(world.staff(), application)

        manager, elsewhere = world.staff(), world.staff("demo-manager-p01")
        with nothing_changes(app):
            refused(manager.post(f"{path(made)}/override", override()), 403)
            refused(elsewhere.post(f"{path(made)}/override", override()), 404)

        assert [] == made["actions"]

    def test_nobody_sets_her_own_verdict_aside(self, world, app, application):
        made = decided(world.staff(), application)
        mine("demo-bureau")
        clerk = world.staff("demo-bureau")

        refused(clerk.post(f"{path(made)}/override", override()), 404)

        refused(clerk.get(path(made)), 404)
        assert [] == look("SELECT 1 FROM override")

    def test_the_same_key_counts_once(self, world, application):
        made = decided(world.staff(), application)
        clerk = world.staff("demo-bureau")

        answers = [clerk.post(f"{path(made)}/override", override(), key="once") for _ in range(2)]

        assert [200, 200] == [each.status_code for each in answers]
        assert answers[0].json == answers[1].json

    def test_managers_do_not_count(self, world: World, app: Flask):
        refused(world.staff().get("/decisions/overrides"), 403)


def override(**more: Any) -> dict[str, Any]:
    return {"verdict": True, "reason": WHY, "seen": 0} | more
