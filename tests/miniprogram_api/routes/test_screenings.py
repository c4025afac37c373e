"""Screenings over HTTP: what may I have, and why? Worked out by hand from the policy."""

import re
from datetime import date
from typing import Any

import pytest
import time_machine

from tests.factories import World
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused
from tests.miniprogram_api.routes.asking import BORROWER, INTERN, VETERAN, said, screened, worth
from tests.races.at_once import all_at_once, tally
from tests.records import look, one

MET, NOT_MET, UNSURE, NOT_CONCERNED = "符合", "不符合", "还不能确定", "不适用"
SAVED_AT = "2026-11-23T04:00:00Z"
TOLD = {"is_veteran": True, "loan_amount": "100000.00"}


class TestTheStartupSubsidy:
    def test_it_is_met_on_the_day_on_which_the_licence_is_a_year_old(self, world: World):
        found = said(world, "startup_subsidy", VETERAN, "2023-05-10")

        assert (True, MET, "五（三）") == tuple(
            found[n] for n in ("value", "value_label", "clause")
        )
        assert ("at_least", "10000.00", None) == worth(found)
        assert "不低于10000.00元" == found["amount"]["text"]
        assert ("2023-05-10", None) == (found["first_day"], found["last_day"])

    def test_it_is_not_met_the_day_before_and_says_when_it_will_be(self, world: World):
        found = said(world, "startup_subsidy", VETERAN, "2023-05-09")

        assert (False, NOT_MET, None) == tuple(
            found[name] for name in ("value", "value_label", "amount")
        )
        assert {"on": "2023-05-10", "becomes": True, "becomes_label": MET} == found["next_change"]
        assert "2023-05-10" == found["first_day"]

    def test_what_is_not_known_is_never_a_no(self, world: World):
        for name in VETERAN:
            found = said(world, "startup_subsidy", VETERAN | {name: None}, "2023-05-10")

            assert (None, UNSURE) == (found["value"], found["value_label"]), name
            assert name in [gap["name"] for gap in found["missing"]]

    def test_nothing_told_means_that_no_benefit_of_hers_is_refused(self, world: World):
        answers = screened(world, {}, "2023-05-10")

        assert {None} == {each["value"] for each in answers.values()}

    def test_none_and_absence_are_the_same(self, world: World):
        without = {name: value for name, value in VETERAN.items() if name != "is_veteran"}

        assert screened(world, without, "2023-05-10") == screened(
            world, VETERAN | {"is_veteran": None}, "2023-05-10"
        )


class TestTheWaiver:
    @pytest.mark.parametrize(
        ("amount", "value"), [("99999.99", True), ("100000.00", True), ("100000.01", False)]
    )
    def test_one_hundred_thousand_yuan_waive_and_a_fen_more_does_not(
        self, world: World, amount, value
    ):
        found = said(world, "guarantee_waiver", BORROWER | {"loan_amount": amount}, "2022-10-01")

        assert value is found["value"]

    def test_a_fen_too_much_is_no_matter_for_one_of_good_credit(self, world: World):
        told = BORROWER | {"loan_amount": "100000.01", "bank_credit_good": True}

        assert said(world, "guarantee_waiver", told, "2022-10-01")["value"]

    @pytest.mark.parametrize("benefit", ["guarantee_waiver", "startup_subsidy"])
    def test_hukou_changes_nothing_at_all(self, world: World, benefit):
        facts = VETERAN | BORROWER
        here, elsewhere = (
            said(world, benefit, facts | {"hukou_place": place}, "2023-05-10")
            for place in ("152201", "110101")
        )

        assert here == elsewhere

    def test_no_county_gives_or_takes_a_benefit(self, world: World):
        facts = VETERAN | BORROWER | INTERN
        answers = [
            {
                name: (each["value"], each["amount"])
                for name, each in screened(
                    world, facts | {"county_code": code}, "2023-05-10"
                ).items()
            }
            for code in ("152200", "152201", "152202", "152221", "152222", "152223", "152224")
        ]

        assert [answers[0]] * 7 == answers


class TestTheInternship:
    def test_twelve_months_of_2022_are_worth_four_fifths_of_the_wage_of_class_one(
        self, world: World
    ):
        # 12 x 1980.00 x 80 % = 12 x 1584.00
        found = said(world, "internship_subsidy", INTERN, "2023-04-01")

        assert ("exact", "19008.00", "19008.00") == worth(found)

    def test_fourteen_months_count_as_twelve(self, world: World):
        told = INTERN | {
            "internship_end": "2023-02-28",
            "internship_months": 14,
            "startup_success_date": "2023-05-01",
        }

        found = said(world, "internship_subsidy", told, "2023-06-01")

        assert (True, ("exact", "19008.00", "19008.00")) == (found["value"], worth(found))

    def test_each_month_is_paid_by_the_wage_of_its_own_day(self, world: World):
        # July to November 2024 by 1980.00, December by 2270.00: 5 x 1584.00 + 1816.00
        told = INTERN | {
            "internship_start": "2024-07-01",
            "internship_end": "2024-12-31",
            "internship_months": 6,
            "startup_success_date": "2025-03-01",
        }

        found = said(world, "internship_subsidy", told, "2025-04-01")

        assert ("exact", "9736.00", "9736.00") == worth(found)
        # By the wage of the day of applying it would be 6 x 1816.00; nobody has confirmed which.
        assert [
            ("each_month", True, "9736.00"),
            ("at_application", False, "10896.00"),
        ] == [
            (each["reading"], each["in_use"], each["amount"]["lower"])
            for each in found["amount_readings"]
        ]
        assert "wage_date" == found["amount_readings"][0]["ruling"]

    def test_readings_that_pay_the_same_are_not_told_apart(self, world: World):
        assert [] == said(world, "internship_subsidy", INTERN, "2023-04-01")["amount_readings"]

    def test_a_no_has_no_amount_under_any_reading(self, world: World):
        told = INTERN | {"joined_internship_incubation": False}

        assert [] == said(world, "internship_subsidy", told, "2025-04-01")["amount_readings"]

    @pytest.mark.parametrize("county", ["152201", "152221"])
    def test_the_wage_is_that_of_class_one_in_every_county(self, world: World, county):
        found = said(world, "internship_subsidy", INTERN | {"county_code": county}, "2023-04-01")

        assert ("exact", "19008.00", "19008.00") == worth(found)

    @pytest.mark.parametrize(
        ("end", "licence", "value"),
        [
            ("2022-08-31", "2023-02-28", True),
            ("2022-08-31", "2023-03-01", False),
            ("2023-08-31", "2024-02-29", True),
            ("2023-08-31", "2024-03-01", False),
            ("2022-12-31", "2023-06-30", True),
            ("2022-12-31", "2023-07-01", False),
        ],
    )
    def test_the_last_day_of_six_months_counts_and_the_next_does_not(
        self, world: World, end, licence, value
    ):
        told = INTERN | {"internship_end": end, "startup_success_date": licence}

        assert value is said(world, "internship_subsidy", told, "2024-06-01")["value"]


class TestParks:
    FULL = {"incubating_entities": 8, "incubating_firms_by_grad5": 3}

    def test_a_park_without_a_household_is_not_concerned(self, world: World):
        told = {
            "total_entities": 0,
            "incubating_entities": 0,
            "incubating_firms_by_grad5": 0,
            "incubating_firms_by_students": 0,
        }

        found = said(world, "student_park", told, "2022-10-01")

        assert (False, False, NOT_CONCERNED) == tuple(
            found[name] for name in ("value", "applicable", "value_label")
        )

    @pytest.mark.parametrize(("students", "value"), [(1, False), (2, True)])
    def test_five_of_ten_households_make_a_students_park(self, world: World, students, value):
        told = self.FULL | {"total_entities": 10, "incubating_firms_by_students": students}

        assert value is said(world, "student_park", told, "2022-10-01")["value"]

    def test_a_person_is_told_nothing_about_parks_unless_she_speaks_of_one(self, world: World):
        assert "student_park" not in screened(world, VETERAN, "2023-05-10")


class TestWords:
    """What is shown to people, for every benefit that a person and a park can be told."""

    SHOWN = frozenset({"title", "summary", "label", "words", "because", "text", "question", "help"})
    LISTS = frozenset({"flag_labels", "papers"})
    CODE = re.compile(r"[a-z]{2,}_|[a-z]{3,}|\{|\}|None|True|False")
    PARK: dict[str, Any] = {"total_entities": 10, "legally_established": True}

    def words(self, value: Any, name: str = "") -> list[str]:
        """Every string that is meant to be read."""
        if isinstance(value, dict):
            return [each for key, one in value.items() for each in self.words(one, key)]
        if isinstance(value, list):
            return [each for one in value for each in self.words(one, name)]
        read = name in self.SHOWN | self.LISTS or name.endswith("_label")
        return [value] if read and isinstance(value, str) else []

    def leaves(self, tree: dict[str, Any]) -> list[dict[str, Any]]:
        if not tree.get("children"):
            return [tree]
        return [leaf for child in tree["children"] for leaf in self.leaves(child)]

    @pytest.fixture(params=["nothing", "veteran", "intern", "borrower", "nearly", "park"])
    def results(self, request, world: World):
        told = {
            "nothing": {},
            "veteran": VETERAN,
            "intern": INTERN,
            "borrower": BORROWER | {"loan_amount": "100000.01"},
            "nearly": VETERAN | INTERN | BORROWER | {"other_workers_employed": 0, "in_park": False},
            "park": self.PARK,
        }
        return screened(world, told[request.param], "2023-05-10").values()

    def test_each_result_says_what_it_is_who_decides_and_what_to_do(self, results):
        for each in results:
            for name in ("title", "summary", "clause", "value_label"):
                assert each[name], (each["benefit"], name)
            if each["subject"] == ["park"] and each["decides"] is None:
                continue
            for name in ("papers", "decides", "next_step", "contact"):
                assert each[name], (each["benefit"], name)

    def test_each_condition_has_a_label(self, results):
        for each in results:
            for leaf in self.leaves(each["tree"]):
                assert re.search("[一-鿿]", leaf.get("label", "")), (each["benefit"], leaf)

    def test_nor_where_the_policy_has_no_numbers_yet(self, world: World):
        for each in screened(world, VETERAN | INTERN, "1950-01-01").values():
            assert [] == [word for word in self.words(each) if self.CODE.search(word)]

    def test_no_code_word_is_shown_to_people(self, results):
        for each in results:
            found = [word for word in self.words(each) if self.CODE.search(word)]
            assert [] == found, each["benefit"]

    def test_a_ceiling_and_an_amount_that_is_not_said_are_never_a_number(self, results):
        for each in results:
            amount = each["amount"]
            if amount and amount["kind"] in ("unspecified", "in_kind"):
                assert (None, None) == (amount["lower"], amount["upper"])
                assert not re.search("[0-9]", amount["text"])
            if amount and amount["kind"] == "at_most":
                assert amount["lower"] is None
            if amount and amount["kind"] == "at_least":
                assert amount["upper"] is None

    def test_a_ceiling_is_called_one(self, world: World):
        # Clause 五（八）: at most 10,000 for each household that has moved out.
        told = {
            "legally_established": True,
            "employment_effect_significant": True,
            "graduated_entities": 30,
        }

        found = said(world, "incubation_subsidy", told, "2022-10-01")

        assert ("at_most", None) == worth(found)[:2]
        assert found["amount"]["text"].startswith("最高")
        assert "discretion:bureau" in found["flags"]

    def test_what_is_met_comes_first_and_no_comes_last(self, world: World):
        rank = {True: 0, None: 1, False: 2}
        told = VETERAN | {"other_workers_employed": 0, "current_staff": 0}
        answer = world.anybody.post("/screen", {"as_of": "2023-05-10", "facts": told}).json

        places = [rank[each["value"]] for each in answer["results"]]
        assert sorted(places) == places
        assert set(rank.values()) == set(places)


class TestBadInput:
    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("is_veteran", 1, "填写的类型不对"),
            ("is_veteran", 0, "填写的类型不对"),
            ("is_veteran", "true", "填写的类型不对"),
            ("loan_amount", 100000, "填写的类型不对"),
            ("loan_amount", "NaN", "填写的类型不对"),
            ("loan_amount", "100000.001", "填写的类型不对"),
            ("loan_amount", "-1.00", "超出允许的范围"),
            ("other_workers_employed", 1.5, "填写的类型不对"),
            ("other_workers_employed", True, "填写的类型不对"),
            ("other_workers_employed", -1, "超出允许的范围"),
            ("other_workers_employed", {"at_least": 3, "at_most": 2}, "最少不能大于最多"),
            ("reg_date", "2023-02-30", "没有这一天"),
            ("reg_date", "10/05/2022", "填写的类型不对"),
            ("honour_level", "world", "不在可选范围内"),
            ("is_a_veteran", True, "没有这个项目"),
            ("in_park", {"value": True, "source": "rumour"}, "没有这种来源"),
            (
                "in_park",
                {"value": True, "observed_on": "2023-05-11"},
                "日期在所问的那一天之后",
            ),
            ("park_years", [{"year": 2020}, {"year": 2020}], "各行的年份重复或缺少"),
            ("park_years", [{"year": year} for year in range(1900, 1961)], "最多 60 行"),
            ("park_years", {"value": [{"year": n} for n in range(1900, 1961)]}, "最多 60 行"),
        ],
    )
    @pytest.mark.parametrize("path", ["/screen", "/screen/next", "/screen/what-if", "/screenings"])
    def test_a_bad_value_is_named_wherever_it_is_sent(self, world: World, path, name, value, words):
        more = {"changes": {}} if path.endswith("what-if") else {}
        wish = {"as_of": "2023-05-10", "facts": {name: value}, **more}

        problem = refused(world.anybody.post(path, wish), 422, "invalid-input")

        assert [{"pointer": f"#/facts/{name}", "detail": words}] == problem["errors"]

    def test_everything_wrong_is_named_at_once_and_nothing_is_kept(self, world: World):
        facts = {
            "is_veteran": 1,
            "reg_date": "2023-02-30",
            "hukou": "152201",
            "internship_start": "2022-06-01",
            "internship_end": "2022-05-31",
            "in_park": True,
        }

        with nothing_changes(world.app):
            problem = refused(
                world.anybody.post("/screenings", {"as_of": "2023-05-10", "facts": facts}), 422
            )

        assert [
            "#/facts/hukou",
            "#/facts/internship_end",
            "#/facts/internship_start",
            "#/facts/is_veteran",
            "#/facts/reg_date",
        ] == pointers(problem)
        assert "results" not in problem

    def test_an_internship_may_end_on_the_day_on_which_it_starts(self, world: World):
        told = {"internship_start": "2022-06-01", "internship_end": "2022-06-01"}

        assert None is said(world, "internship_subsidy", told, "2023-05-10")["value"]

    def test_a_number_that_is_none_is_no_json(self, world: World):
        content = b'{"facts": {"other_workers_employed": NaN}}'

        refused(world.anybody.post("/screen", content), 400)

    def test_a_change_that_cannot_be_is_named_where_it_stands(self, world: World):
        wish = {"facts": {"in_park": True}, "changes": {"is_veteran": 1}}

        problem = refused(world.anybody.post("/screen/what-if", wish), 422)

        assert ["#/changes/is_veteran"] == pointers(problem)

    # Before the policy there is no number of months to wait, and so no answer.
    @pytest.mark.parametrize(("as_of", "value"), [("1900-01-01", None), ("2100-12-31", False)])
    def test_the_first_and_the_last_day_there_is_can_be_asked_about(
        self, world: World, as_of, value
    ):
        far = VETERAN | INTERN | {"reg_date": "2199-12-31", "internship_end": "2199-12-31"}

        assert value is said(world, "startup_subsidy", far, as_of)["value"]

    def test_sixty_rows_are_not_too_many(self, world: World):
        years = [{"year": year} for year in range(1900, 1960)]

        assert screened(world, {"park_years": years}, "2023-05-10")


class TestWhatIf:
    def test_it_tells_before_and_after_and_what_changes_comes_first(self, world: World):
        wish = {
            "as_of": "2023-05-10",
            "facts": VETERAN | {"other_workers_employed": 0},
            "changes": {"other_workers_employed": 1},
        }

        first, second, *_ = world.anybody.post("/screen/what-if", wish).json["results"]

        assert ("startup_subsidy", True) == (first["benefit"], first["changed"])
        assert (False, NOT_MET) == (first["before"]["value"], first["before"]["value_label"])
        assert (True, MET) == (first["after"]["value"], first["after"]["value_label"])
        assert "10000.00" == first["after"]["amount"]["lower"]
        assert not second["changed"]


class TestAsking:
    def test_the_best_question_is_asked_in_words_with_what_it_is_for(self, world: World):
        answer = world.anybody.post("/screen/next", {"as_of": "2023-05-10", "facts": {}}).json

        assert "in_park" == answer["question"]["fact"]
        assert "您现在入驻创业园了吗？" == answer["question"]["question"]
        assert "一次性创业补贴" in answer["question"]["because"]
        assert "self" == answer["question"]["who"]

    def test_its_like_is_asked_in_the_same_breath(self, world: World):
        answer = world.anybody.post("/screen/next", {"as_of": "2023-05-10", "facts": {}}).json

        group = answer["group"]
        assert ("business", "您的生意现在是什么样？") == (group["id"], group["question"])
        assert "没勾的算“不是”" in group["help"]
        assert answer["question"] == group["facts"][0]
        assert {"in_park", "registered_with_authority", "normal_operation", "is_small_micro"} == {
            each["fact"] for each in group["facts"]
        }

    def test_when_nothing_is_left_nothing_is_asked(self, world: World):
        skipped = []
        while question := world.anybody.post(
            "/screen/next", {"as_of": "2023-05-10", "skipped": skipped}
        ).json["question"]:
            skipped.append(question["fact"])

        answer = world.anybody.post("/screen/next", {"as_of": "2023-05-10", "skipped": skipped})
        assert (None, 0) == (answer.json["group"], answer.json["questions_left"])
        assert answer.json["open"] > 0

    def test_what_she_could_not_say_is_not_asked_again(self, world: World):
        answer = world.anybody.post("/screen/next", {"facts": {}, "skipped": ["in_park"]}).json

        assert "in_park" != answer["question"]["fact"]

    def test_settled_and_open_benefits_are_counted(self, world: World):
        facts: dict[str, Any] = {}
        before = world.anybody.post("/screen/next", {"facts": facts}).json
        after = world.anybody.post("/screen/next", {"facts": {"in_park": True}}).json

        assert 0 == before["settled"]
        # Priority with the loan and the park's fees hang on the park alone.
        assert (2, before["open"] - 2) == (after["settled"], after["open"])


class TestKeeping:
    @pytest.fixture
    def token(self, world: World) -> str:
        with time_machine.travel(SAVED_AT, tick=False):
            answer = world.anybody.post("/screenings", {"as_of": "2023-05-10", "facts": TOLD})
        assert 201 == answer.status_code, answer.text
        assert ("2026-11-23T04:00:00Z", "2026-11-30T04:00:00Z") == tuple(
            answer.json[name] for name in ("created_at", "expires_at")
        )
        return str(answer.json["token"])

    @pytest.mark.parametrize(
        ("moment", "status"),
        [
            (SAVED_AT, 200),
            ("2026-11-30T03:59:59Z", 200),
            ("2026-11-30T04:00:00Z", 404),
        ],
    )
    def test_it_can_be_opened_for_seven_days(self, world: World, token, moment, status):
        with time_machine.travel(moment, tick=False):
            assert status == world.anybody.get(f"/screenings/{token}").status_code

    @time_machine.travel(SAVED_AT, tick=False)
    def test_it_answers_as_screening_does_for_the_same_day(self, world: World, token):
        kept = world.anybody.get(f"/screenings/{token}").json
        asked = world.anybody.post("/screen", {"as_of": "2023-05-10", "facts": TOLD}).json

        assert asked == {name: kept[name] for name in asked}
        assert (TOLD, False) == (kept["facts"], kept["claimed"])

    @time_machine.travel(SAVED_AT, tick=False)
    @pytest.mark.parametrize("wrong", ["x", "0" * 43, "ab%00", "' OR 1=1 --"])
    def test_a_wrong_token_opens_nothing(self, world: World, token, wrong):
        her = world.citizen()
        with nothing_changes(world.app):
            refused(world.anybody.get(f"/screenings/{wrong}"), 404, "not-found")
            refused(her.post(f"/screenings/{wrong}/claim", {}), 404, "not-found")

    def test_neither_the_token_nor_what_was_told_can_be_read_in_the_table(
        self, world: World, token, in_app
    ):
        (row,) = look("SELECT * FROM screening")

        assert token not in str(row)
        for word in ("is_veteran", "loan_amount", "100000"):
            assert word not in str(row)


class TestClaiming:
    @pytest.fixture(autouse=True)
    def on_the_day(self):
        with time_machine.travel(SAVED_AT, tick=False):
            yield

    @pytest.fixture
    def path(self, world: World) -> str:
        token = world.anybody.post("/screenings", {"facts": TOLD}).json["token"]
        return f"/screenings/{token}/claim"

    def facts(self, her) -> dict[str, Any]:
        return {each["name"]: each for each in her.get("/me/facts").json["items"]}

    def test_what_was_told_becomes_what_she_declares(self, world: World, path):
        her = world.citizen()

        answer = her.post(path, {})

        assert 200 == answer.status_code, answer.text
        assert {"taken": ["is_veteran", "loan_amount"], "kept": [], "left": []} == answer.json
        known = self.facts(her)
        assert (True, "self", "2026-11-23") == tuple(
            known["is_veteran"][name] for name in ("value", "source", "observed_on")
        )
        assert "100000.00" == known["loan_amount"]["value"]

    def test_nobody_claims_it_twice(self, world: World, path):
        her, other = world.citizen(), world.citizen("other")
        assert 200 == her.post(path, {}).status_code

        for by in (her, other):
            refused(by.post(path, {}), 404, "not-found")

        assert {} == self.facts(other)

    def test_the_same_key_gives_the_same_answer(self, world: World, path, in_app):
        her = world.citizen()
        first, again = (her.post(path, {}, key="pressed-twice") for _ in range(2))

        assert (first.status_code, first.data) == (again.status_code, again.data)
        assert "true" == again.headers["Idempotent-Replayed"]
        assert 2 == one("SELECT count(*) FROM fact_record")

    def test_it_opens_still_and_says_that_it_was_claimed(self, world: World, path):
        world.citizen().post(path, {})

        assert world.anybody.get(path.removesuffix("/claim")).json["claimed"]

    def test_after_seven_days_there_is_nothing_to_claim(self, world: World, path):
        with time_machine.travel("2026-11-30T04:00:00Z", tick=False):
            her = world.citizen()
            refused(her.post(path, {}), 404, "not-found")

            assert {} == self.facts(her)

    def test_what_she_has_said_since_stays(self, world: World, path):
        with time_machine.travel("2026-11-24T04:00:00Z", tick=False):
            her = world.citizen()
            told = her.put("/me/facts", {"facts": {"is_veteran": False}})
            assert 200 == told.status_code, told.text
            answer = her.post(path, {}).json

            assert False is self.facts(her)["is_veteran"]["value"]
        assert {"taken": ["loan_amount"], "kept": ["is_veteran"], "left": []} == answer

    def test_what_she_has_taken_back_since_stays_unknown(self, world: World, path):
        her = world.citizen()
        her.put("/me/facts", {"facts": {"is_veteran": False}})
        with time_machine.travel("2026-11-24T04:00:00Z", tick=False):
            her = world.citizen()
            her.put("/me/facts", {"facts": {"is_veteran": None}})
            answer = her.post(path, {}).json

            assert "is_veteran" not in self.facts(her)
        assert ["is_veteran"] == answer["kept"]

    def test_what_she_said_before_gives_way(self, world: World):
        with time_machine.travel("2026-11-22T04:00:00Z", tick=False):
            world.citizen().put("/me/facts", {"facts": {"is_veteran": False}})
        her = world.citizen()
        token = world.anybody.post("/screenings", {"facts": TOLD}).json["token"]

        assert ["is_veteran", "loan_amount"] == (
            her.post(f"/screenings/{token}/claim", {}).json["taken"]
        )
        assert True is self.facts(her)["is_veteran"]["value"]

    def test_what_was_observed_earlier_keeps_its_day(self, world: World):
        her = world.citizen()
        told = {"in_park": {"value": True, "source": "document", "observed_on": "2026-11-01"}}
        token = world.anybody.post("/screenings", {"facts": told}).json["token"]

        assert ["in_park"] == her.post(f"/screenings/{token}/claim", {}).json["taken"]

        known = self.facts(her)["in_park"]
        assert (True, "self", "2026-11-01") == tuple(
            known[name] for name in ("value", "source", "observed_on")
        )

    def test_what_only_staff_may_say_is_left(self, world: World):
        her = world.citizen()
        told = {"is_young_student_or_grad": True, "in_park": True}
        token = world.anybody.post("/screenings", {"facts": told}).json["token"]

        assert {"taken": ["in_park"], "kept": [], "left": ["is_young_student_or_grad"]} == (
            her.post(f"/screenings/{token}/claim", {}).json
        )


def test_staff_and_strangers_claim_nothing(world: World):
    path = f"/screenings/{world.anybody.post('/screenings', {'facts': TOLD}).json['token']}/claim"

    refused(world.staff().post(path, {}), 401)
    refused(world.anybody.post(path, {}), 401)


def test_of_ten_who_claim_at_once_exactly_one_gets_it(own_world: World):
    token = own_world.anybody.post("/screenings", {"facts": TOLD}).json["token"]
    people = [own_world.citizen(f"person-{number}") for number in range(10)]

    answers = all_at_once(
        [lambda by=by: by.post(f"/screenings/{token}/claim", {}) for by in people]
    )

    assert {"200": 1, "404 not-found": 9} == tally(answers)
    known = [each.get("/me/facts").json["items"] for each in people]
    assert 1 == sum(bool(each) for each in known)


def test_without_a_day_it_is_today_in_shanghai(world: World):
    with time_machine.travel("2026-11-23T16:30:00Z", tick=False):
        answer = world.anybody.post("/screen", {"facts": {}}).json

    assert str(date(2026, 11, 24)) == answer["as_of"]
