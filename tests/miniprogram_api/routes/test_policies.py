"""The policy over HTTP: benefits, numbers and stages to read, and how two people change it."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend.access import Role
from backend.db import db
from tests.broom import Broom
from tests.factories import Caller, World
from tests.miniprogram_api.ready import NUMBER, READING
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused
from tests.records import change, new_staff, one

# api.md §7 names these; the ones about parks are targets, not benefits.
BENEFITS = {
    "startup_subsidy",
    "guarantee_waiver",
    "internship_subsidy",
    "loan_priority",
    "small_firm_loan_ratio",
    "free_space",
    "priority_service",
    "master_studio",
    "national_base",
    "incubation_subsidy",
    "job_creation",
    "park_reward",
}
TARGETS = {"park_std", "park_demo", "park_region_demo", "student_park", "free_space_quota"}
# What of a page is read by programs, not by people.
CODES = set(
    "id op fact facts rule ruling code param series kind type unit who value payer flags name"
    " scope points have need branches subject reason row source as_of in_use".split()
)
LETTERS = re.compile("[A-Za-z_{}]")
A_SENTENCE = 40
FLOOR = NUMBER | {"name": "startup_floor", "scope": "league", "review_by": "2028-12-31"}
# Her firm is a year old to the day on 2026-05-10, and everything else is in order.
FIRM = {
    "in_park": True,
    "is_first_startup": True,
    "is_veteran": True,
    "registered_with_authority": True,
    "reg_date": "2025-05-10",
    "normal_operation": True,
    "other_workers_employed": 1,
    "startup_subsidy_received": False,
    "county_code": "152201",
}


def words(page: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Everything of a page that people read."""
    if isinstance(page, dict):
        for name, each in page.items():
            if name not in CODES:
                yield from words(each, name)
    elif isinstance(page, list):
        for each in page:
            yield from words(each, key)
    elif isinstance(page, str):
        yield key, page


def items(world: World, path: str) -> list[dict[str, Any]]:
    answer = world.anybody.get(path)
    assert 200 == answer.status_code, answer.text
    return list(answer.json["items"])


@pytest.fixture
def in_bureau(app: Flask, sweep: Broom) -> Iterator[Flask]:
    """Clerks of a county who leave with the test."""
    with app.app_context():
        yield app
        db.session.remove()
        sweep()
        change("DELETE FROM staff WHERE county <> ''")


class TestBenefits:
    def test_every_benefit_of_the_contract_is_listed_and_has_a_page(self, world):
        listed = {each["id"] for each in items(world, "/benefits")}

        assert listed >= BENEFITS
        for benefit in listed | TARGETS:
            assert benefit == world.anybody.get(f"/benefits/{benefit}").json["id"]

    @pytest.mark.parametrize("wrong", ["category5", "no_such", "STARTUP_SUBSIDY", "%00"])
    def test_what_is_no_benefit_has_no_page(self, world, wrong):
        refused(world.anybody.get(f"/benefits/{wrong}"), 404)

    def test_every_page_can_be_read_aloud(self, world):
        for each in items(world, "/benefits"):
            page = world.anybody.get(f"/benefits/{each['id']}").json
            told = [pair for pair in words(page) if not re.fullmatch(r"[\d-]+", pair[1])]
            assert told
            assert [] == [pair for pair in told if LETTERS.search(pair[1])], each["id"]
            for key, text in told:
                longest = max(re.split("[。！？；]", text), key=len)
                assert len(longest) <= A_SENTENCE, (each["id"], key, longest)

    def test_every_page_says_who_decides_what_to_bring_and_whom_to_ask(self, world):
        for each in items(world, "/benefits"):
            page = world.anybody.get(f"/benefits/{each['id']}").json
            for key in ("title", "summary", "clause", "decides", "next_step", "contact"):
                assert page[key], (each["id"], key)
            assert page["papers"] is not None, each["id"]

    def test_the_conditions_are_words_with_the_numbers_of_the_day(self, world):
        page = world.anybody.get("/benefits/guarantee_waiver").json

        told = [text for _, text in words(page["conditions"])]
        assert "这一笔贷款不超过100000元" in told
        assert "已入驻创业园" in told
        assert ("五（二）", None) == (page["clause"], page["amount"]["lower"])

    @pytest.mark.parametrize(
        ("benefit", "kind", "lower", "upper"),
        [
            # 不低于 1 万元, and no ceiling; what a ceiling or silence leaves open is no number.
            ("startup_subsidy", "at_least", "10000.00", None),
            ("incubation_subsidy", "at_most", None, None),
            ("priority_service", "in_kind", None, None),
        ],
    )
    def test_an_amount_has_its_proper_form(self, world, benefit, kind, lower, upper):
        amount = world.anybody.get(f"/benefits/{benefit}").json["amount"]

        assert (kind, lower, upper) == (amount["kind"], amount["lower"], amount["upper"])


class TestNumbers:
    @pytest.mark.parametrize(
        ("day", "wage"),
        [
            ("2021-11-30", None),
            ("2021-12-01", "1980.00"),
            ("2022-05-01", "1980.00"),
            ("2024-11-30", "1980.00"),
            ("2024-12-01", "2270.00"),
        ],
    )
    def test_the_wage_of_class_one_is_that_of_the_day_in_yuan(self, world, day, wage):
        found = items(world, f"/parameters?as_of={day}")

        rows = [each for each in found if each["name"] == "min_wage_class1_monthly"]
        assert ([wage] if wage else []) == [each["value"] for each in rows]
        assert {"yuan"} >= {each["unit"] for each in rows}

    def test_every_number_has_words_a_source_and_a_clause(self, world):
        found = items(world, "/parameters?as_of=2026-11-23")

        assert found
        for each in found:
            assert re.search("[\u4e00-\u9fff]", each["label"]), each["name"]
            assert each["source"] and each["clause"], each["name"]
            assert each["text"].startswith(str(each["value"]))
        (share,) = [each for each in found if each["name"] == "internship_rate"]
        assert (80, "percent", "80%") == (share["value"], share["unit"], share["text"])

    @pytest.mark.parametrize("day", ["2023-02-30", "2023-2-3", "", "today", "0001-01-01"])
    def test_an_impossible_day_is_refused(self, world, day):
        assert ["?as_of"] == pointers(refused(world.anybody.get(f"/parameters?as_of={day}"), 400))


class TestStages:
    @pytest.mark.parametrize(
        ("day", "stages"),
        [
            ("2022-02-28", []),
            ("2022-03-01", ["scouting"]),
            ("2022-07-30", ["planning"]),
            ("2022-07-31", ["planning", "completion"]),
            ("2022-08-01", ["completion"]),
            ("2022-12-31", ["operation"]),
            ("2023-01-01", []),
        ],
    )
    def test_a_day_lies_in_none_one_or_two(self, world, day, stages):
        found = items(world, f"/stages?as_of={day}")

        assert stages == [each["id"] for each in found if each["is_now"]]

    def test_a_day_that_no_calendar_has_stays_visible(self, world):
        first = items(world, "/stages")[0]

        assert ("4月31日", "2022-04-30") == (first["printed_end"], first["ends_on"])


def proposed(by: Caller, content: dict[str, Any]) -> TestResponse:
    answer = by.post("/rulings" if "in_use" in content else "/parameters", content)
    assert 201 == answer.status_code, answer.text
    return answer


def step(by: Caller, made: TestResponse, verb: str, content: Any = None) -> TestResponse:
    path = f"/policy-changes/{made.json['id']}/{verb}"
    return by.post(path, content or {}, etag=made.headers["ETag"])


def floor(world: World, as_of: str) -> str:
    """What her firm gets at least, asked about a day."""
    results = world.anybody.post("/screen", {"as_of": as_of, "facts": FIRM}).json["results"]
    (found,) = [each for each in results if each["benefit"] == "startup_subsidy"]
    return str(found["amount"]["lower"])


class TestTwoPeople:
    def test_a_number_holds_from_its_day_once_the_second_has_confirmed_it(self, world):
        clerk, second = world.staff("demo-bureau"), world.staff("demo-bureau-2")
        made = proposed(clerk, FLOOR)
        assert ["drop"] == made.json["actions"]
        assert "10000.00" == floor(world, "2027-01-01")

        shown = second.get(f"/policy-changes/{made.json['id']}")
        assert ["confirm", "drop"] == shown.json["actions"]
        answer = step(second, shown, "confirm")

        assert ("confirmed", []) == (answer.json["status"], answer.json["actions"])
        assert "10000.00" == floor(world, "2026-12-31")
        assert "15000.00" == floor(world, "2027-01-01")
        assert [] == clerk.get("/policy-changes").json["items"]

    def test_whoever_proposed_it_cannot_confirm_it(self, world, app):
        clerk = world.staff("demo-bureau")
        made = proposed(clerk, FLOOR)

        with nothing_changes(app):
            refused(step(clerk, made, "confirm"), 403)

    def test_two_accounts_of_one_person_are_one_person(self, world, app, in_app):
        made = proposed(world.staff("demo-bureau"), FLOOR)
        world.citizen()
        change(
            "UPDATE staff SET person_id = (SELECT id FROM person) WHERE username LIKE 'demo-bu%'"
        )

        refused(step(world.staff("demo-bureau-2"), made, "confirm"), 403)

    def test_whoever_saw_an_older_version_is_refused(self, world):
        made = proposed(world.staff("demo-bureau"), FLOOR)
        second = world.staff("demo-bureau-2")
        assert 200 == step(second, made, "drop", {"why": "数字有误"}).status_code

        refused(step(second, made, "confirm"), 412, "outdated")
        refused(second.post(f"/policy-changes/{made.json['id']}/confirm", {}), 428)

    def test_what_was_dropped_is_never_confirmed(self, world):
        made = proposed(world.staff("demo-bureau"), FLOOR)
        second = world.staff("demo-bureau-2")
        dropped = step(second, made, "drop", {"why": "数字有误"})

        problem = refused(step(second, dropped, "confirm"), 409, "wrong-status")

        assert ("dropped", []) == (problem["current_status"], problem["actions"])

    def test_a_second_proposal_for_the_same_days_waits_its_turn(self, world):
        proposed(world.staff("demo-bureau"), FLOOR)

        again = world.staff("demo-bureau-2").post("/parameters", FLOOR | {"value": 1_600_000})

        assert ["#/valid_from"] == pointers(refused(again, 422))

    def test_everything_wrong_with_a_number_is_named_at_once(self, world, app):
        clerk = world.staff("demo-bureau")
        wrong = FLOOR | {"unit": "yuan", "scope": "152201", "review_by": "2026-12-31"}
        with nothing_changes(app):
            problem = refused(clerk.post("/parameters", wrong), 422)

        assert ["#/review_by", "#/scope", "#/unit"] == pointers(problem)

    def test_a_reading_that_the_clause_does_not_have_is_refused(self, world, app):
        clerk = world.staff("demo-bureau")
        with nothing_changes(app):
            problem = refused(clerk.post("/rulings", READING | {"in_use": "nobody"}), 422)

        assert ["#/in_use"] == pointers(problem)


class TestWhoMay:
    def test_a_countys_clerk_cares_for_her_county_alone(self, world, in_bureau):
        new_staff("of-152201", Role.BUREAU_STAFF, county="152201")
        hers = world.staff("of-152201")
        for path, content in (
            ("/parameters", FLOOR),
            ("/parameters", NUMBER | {"scope": "152222"}),
            ("/rulings", READING),
        ):
            with nothing_changes(in_bureau):
                refused(hers.post(path, content), 403)

        made = proposed(hers, NUMBER)

        assert "152201" == made.json["scope"]
        of_league = proposed(world.staff("demo-bureau"), FLOOR)
        refused(hers.get(f"/policy-changes/{of_league.json['id']}"), 404)
        assert [NUMBER["name"]] == [
            each["name"] for each in hers.get("/policy-changes").json["items"]
        ]

    @pytest.mark.parametrize("verb", ["", "/preview"])
    def test_a_manager_sees_no_change_and_none_that_is_missing(self, world, verb):
        made = proposed(world.staff("demo-bureau"), FLOOR)
        manager = world.staff()

        refused(manager.get(f"/policy-changes/{made.json['id']}{verb}"), 404)
        refused(manager.get(f"/policy-changes/{uuid4()}{verb}"), 404)
        refused(step(manager, made, "confirm"), 404)
        refused(manager.post("/parameters", FLOOR), 403)

    def test_citizens_have_no_part_in_it(self, world):
        made = proposed(world.staff("demo-bureau"), FLOOR)
        her = world.citizen()

        for path in ("", f"/{made.json['id']}", f"/{made.json['id']}/preview"):
            refused(her.get(f"/policy-changes{path}"), 401)
        refused(step(her, made, "confirm"), 401)
        refused(her.post("/parameters", FLOOR), 401)


class TestPreview:
    def test_nobody_is_named_and_small_cells_are_hidden(self, world, in_app):
        """One person outside of every park would gain; one is too few to be told."""
        loan = {
            "loan_amount": "100000.00",
            "applicant_is_individual": True,
            "in_park": False,
        }
        her = world.citizen()
        assert 200 == her.put("/me/facts", {"facts": loan}).status_code
        made = proposed(world.staff("demo-bureau"), READING | {"in_use": "anyone"})

        answer = world.staff("demo-bureau-2").get(f"/policy-changes/{made.json['id']}/preview")

        assert 200 == answer.status_code, answer.text
        assert "2027-01-01" == answer.json["as_of"]
        (shift,) = answer.json["shifts"]
        assert ("guarantee_waiver", "创业担保贷款免反担保") == (shift["benefit"], shift["title"])
        # Nobody and one look alike.
        cells = [*shift["gained"], *shift["lost"]]
        assert {None} == {cell["people"] for cell in cells}
        assert str(one("SELECT public_id FROM person")) not in answer.text

    def test_a_day_that_is_over_is_refused(self, world):
        made = proposed(world.staff("demo-bureau"), FLOOR)
        path = f"/policy-changes/{made.json['id']}/preview?as_of=2022-05-01"

        refused(world.staff("demo-bureau").get(path), 422)

    def test_looking_writes_nothing(self, world, app):
        made = proposed(world.staff("demo-bureau"), FLOOR)
        clerk = world.staff("demo-bureau")
        with nothing_changes(app):
            clerk.get(f"/policy-changes/{made.json['id']}/preview")
