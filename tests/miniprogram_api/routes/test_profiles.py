"""What is known about the caller over HTTP: declared, proven, taken back, and nobody else's."""

from datetime import date, timedelta
from typing import Any

import pytest

from backend import clock
from eligibility.facts import Known
from tests.factories import Caller, World, day
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused
from tests.records import one, record_facts, staff

pytestmark = pytest.mark.usefixtures("in_app")


def put(by: Caller, observed_on: str | None = None, **facts: Any) -> dict[str, dict[str, Any]]:
    """Declare facts; return what counts now, by name."""
    content = {"facts": facts} | ({"observed_on": observed_on} if observed_on else {})
    answer = by.put("/me/facts", content)
    assert 200 == answer.status_code, answer.text
    return by_name(answer.json)


def got(by: Caller) -> dict[str, dict[str, Any]]:
    return by_name(by.get("/me/facts").json)


def by_name(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in answer["items"]}


def proven(source: str = "document", on: date | None = None, **facts: Any) -> None:
    """What the bureau has seen in her papers."""
    told = {name: Known(value, source, on or clock.today()) for name, value in facts.items()}
    her = one("SELECT id FROM person")
    record_facts(her, told, by=staff("demo-bureau"))


class TestDeclaring:
    def test_each_fact_says_what_it_is_who_said_so_and_since_when(self, world: World):
        her = world.citizen()

        assert {
            "name": "is_veteran",
            "label": "是退役军人",
            "value": True,
            "source": "self",
            "source_label": "本人申报",
            "observed_on": day(0),
            "state": "known",
            "state_label": "有效",
        } == put(her, is_veteran=True)["is_veteran"]
        assert ["is_veteran"] == list(got(her))

    @pytest.mark.parametrize("yuan", ["0.00", "0.01", "100000.00", "100000.01"])
    def test_money_goes_in_and_out_as_yuan(self, world, yuan):
        assert yuan == put(world.citizen(), loan_amount=yuan)["loan_amount"]["value"]

    @pytest.mark.parametrize(
        ("yuan", "fen"), [("100000.00", 10_000_000), ("100000.01", 10_000_001), ("5", 500)]
    )
    def test_money_is_kept_to_the_fen(self, world, yuan, fen):
        put(world.citizen(), loan_amount=yuan)

        assert fen == one("SELECT loan_amount FROM profile")

    def test_counts_may_be_known_in_part(self, world):
        some = {"at_least": 1, "at_most": 3}
        found = put(world.citizen(), other_workers_employed=some)

        assert some == found["other_workers_employed"]["value"]

    def test_null_takes_back_what_she_said_and_no_more(self, world):
        her = world.citizen()
        put(her, is_veteran=True, in_park=True)

        assert ["in_park"] == list(put(her, is_veteran=None))
        assert ["in_park"] == list(put(her, is_veteran=None))

    def test_the_last_word_counts_and_the_day_may_be_an_earlier_one(self, world):
        her = world.citizen()
        put(her, is_veteran=True)

        found = put(her, observed_on=day(-1), is_veteran=False)["is_veteran"]
        assert (True, day(0)) == (found["value"], found["observed_on"])

        assert put(her, is_veteran=False)["is_veteran"]["value"] is False

    def test_the_same_key_is_answered_alike_even_after_other_news(self, world):
        her = world.citizen()
        content = {"facts": {"is_veteran": True}}
        first = her.put("/me/facts", content, key="once")
        put(her, in_park=True)

        again = her.put("/me/facts", content, key="once")

        assert first.json == again.json
        assert "true" == again.headers["Idempotent-Replayed"]


class TestProven:
    @pytest.mark.parametrize("source", ["document", "staff", "reg"])
    def test_what_she_declares_never_outweighs_a_proof(self, world, source):
        her = world.citizen()
        proven(source, is_veteran=True)

        found = put(her, is_veteran=False)["is_veteran"]

        assert (True, source) == (found["value"], found["source"])
        assert ["is_veteran"] == one("SELECT disputed FROM profile")

    def test_an_older_proof_outweighs_a_newer_word(self, world):
        her = world.citizen()
        proven(on=clock.today() - timedelta(days=30), is_veteran=True)

        assert put(her, is_veteran=False)["is_veteran"]["value"] is True

    def test_taking_back_her_word_leaves_the_proof(self, world):
        her = world.citizen()
        put(her, is_veteran=False)
        proven(is_veteran=True)

        assert "document" == put(her, is_veteran=None)["is_veteran"]["source"]

    def test_proofs_that_contradict_each_other_show_no_value(self, world):
        her = world.citizen()
        proven(is_veteran=True)
        told = {"is_veteran": Known(False, "document", clock.today())}
        person = one("SELECT id FROM person")
        record_facts(person, told, by=staff("demo-bureau-2"))

        found = got(her)["is_veteran"]

        assert (None, None, None) == (found["value"], found["source"], found["observed_on"])
        assert ("conflict", "前后不一致，请核对") == (found["state"], found["state_label"])

    @pytest.mark.parametrize(("age", "state"), [(180, "known"), (181, "stale")])
    def test_what_is_too_old_says_so(self, world, age, state):
        """A registration as unemployed is believed for 180 days."""
        found = put(world.citizen(), observed_on=day(-age), registered_unemployed=True)

        assert (True, state) == (
            found["registered_unemployed"]["value"],
            found["registered_unemployed"]["state"],
        )

    def test_facts_that_cannot_both_be_true_say_so(self, world):
        order = {"internship_start": "2024-07-01", "internship_end": "2024-06-30"}

        found = put(world.citizen(), **order)

        assert {"conflict"} == {found[name]["state"] for name in order}


class TestRefusing:
    def test_every_fault_is_named_at_once_and_nothing_is_kept(self, world, app):
        her = world.citizen()
        wrong = {
            "is_veteran": 1,
            "in_park": "true",
            "loan_amount": 100000,
            "reg_date": "2023-02-30",
            "other_workers_employed": -1,
            "no_such_fact": True,
            "bank_credit_good": True,
            "is_first_startup": True,
        }
        with nothing_changes(app):
            problem = refused(her.put("/me/facts", {"facts": wrong}), 422, "invalid-input")

        assert sorted(f"#/facts/{name}" for name in wrong if name != "is_first_startup") == (
            pointers(problem)
        )

    @pytest.mark.parametrize(
        "wrong",
        [
            {"loan_amount": 5},
            {"loan_amount": "5.001"},
            {"loan_amount": "-5.00"},
            {"loan_amount": "5e3"},
            {"loan_amount": 100000.0},
            {"is_veteran": 0},
            {"is_veteran": []},
            {"is_veteran": {"value": True, "source": "reg"}},
            {"reg_date": "2022-5-10"},
            {"other_workers_employed": 1.5},
            {"other_workers_employed": {"at_least": 3, "at_most": 1}},
        ],
        ids=str,
    )
    def test_each_value_that_is_none_is_refused(self, world, wrong):
        problem = refused(world.citizen().put("/me/facts", {"facts": wrong}), 422)

        assert [f"#/facts/{name}" for name in wrong] == pointers(problem)

    @pytest.mark.parametrize(
        "name", ["other_category_approved", "bank_credit_good", "park_years", "job_quality_good"]
    )
    def test_what_others_judge_is_not_hers_to_say(self, world, name):
        problem = refused(world.citizen().put("/me/facts", {"facts": {name: True}}), 422)

        assert [f"#/facts/{name}"] == pointers(problem)

    def test_nobody_declares_the_future(self, world):
        content = {"facts": {"is_veteran": True}, "observed_on": day(1)}

        problem = refused(world.citizen().put("/me/facts", content), 422)

        assert ["#/facts/is_veteran"] == pointers(problem)


class TestWhose:
    def test_nobody_reaches_the_facts_of_another(self, world):
        her, other = world.citizen(), world.citizen("another")
        put(her, is_veteran=True)
        put(other, is_veteran=False)

        assert got(her)["is_veteran"]["value"] is True
        assert got(other)["is_veteran"]["value"] is False
        put(other, is_veteran=None)
        assert ({}, True) == (got(other), got(her)["is_veteran"]["value"])

    def test_staff_and_passers_by_have_no_facts_of_their_own(self, world):
        for caller in (world.staff(), world.staff("demo-bureau"), world.anybody):
            refused(caller.get("/me/facts"), 401)
            refused(caller.put("/me/facts", {"facts": {"is_veteran": True}}), 401)
