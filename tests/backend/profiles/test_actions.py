"""How does something come to be known about a person?"""

import re
from datetime import date
from pathlib import Path

import pytest
import time_machine
from sqlalchemy.exc import IntegrityError

from backend.access import Role
from backend.errors import Invalid, NotAllowed, NotFound
from backend.profiles import audience, projection, queries
from backend.profiles.actions import SAID
from backend.profiles.columns import POLICY
from eligibility import quantities
from eligibility.engine import evaluate
from eligibility.facts import Known
from eligibility.values import Interval
from tests.records import at_once, change, look, new_staff, one, person, record_facts, staff

TODAY = date(2026, 11, 23)
AT = "2026-11-23T04:00:00Z"


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def her(in_own_app):
    person("somebody else")
    return person()


@pytest.fixture
def clerk(in_own_app):
    return new_staff("clerk", Role.BUREAU_STAFF)


def profile() -> dict:
    (found,) = look("SELECT * FROM profile")
    return found


class TestRecording:
    def test_what_she_says_is_kept_with_its_day_and_counts(self, her):
        version = record_facts(her.id, {"is_veteran": Known(True)}, by=her)

        (kept,) = look("SELECT * FROM fact_record")
        assert {
            "person_id": her.id,
            "name": "is_veteran",
            "value": True,
            "source": "SELF",
            "observed_on": TODAY,
            "by": None,
            "evidence": None,
        }.items() <= kept.items()
        assert (1, True) == (version, profile()["is_veteran"])

    def test_a_document_is_kept_with_who_wrote_it_down_and_where_it_is_written(self, her, clerk):
        fact = Known(True, "document", date(2020, 7, 1))

        record_facts(her.id, {"is_veteran": fact}, by=clerk, evidence="退役证 第 7 号")

        (kept,) = look("SELECT * FROM fact_record")
        assert (clerk.id, "退役证 第 7 号") == (kept["by"], kept["evidence"])
        assert ("DOCUMENT", date(2020, 7, 1)) == (kept["source"], kept["observed_on"])

    def test_saying_it_again_writes_nothing_and_changes_no_version(self, her):
        told = {"is_veteran": Known(True), "loan_amount": Known(100_000_00)}

        versions = [record_facts(her.id, told, by=her) for _ in range(3)]

        assert [1, 1, 1] == versions
        assert 2 == one("SELECT count(*) FROM fact_record")
        assert 1 == one("SELECT count(*) FROM event WHERE name = 'profile.facts_recorded'")

    def test_saying_it_again_on_a_later_day_makes_it_young_again(self, her):
        record_facts(her.id, {"in_park": Known(True)}, by=her)

        with time_machine.travel("2027-06-01T04:00:00Z", tick=False):
            version = record_facts(her.id, {"in_park": Known(True)}, by=her)

        assert (2, date(2027, 6, 1)) == (version, profile()["in_park_on"])

    def test_taking_it_back_leaves_it_unknown_and_not_false(self, her):
        record_facts(her.id, {"is_veteran": Known(True)}, by=her)
        record_facts(her.id, {"is_veteran": Known(None)}, by=her)
        version = record_facts(her.id, {"is_veteran": Known(None)}, by=her)

        assert (2, None) == (version, profile()["is_veteran"])
        assert 2 == one("SELECT count(*) FROM fact_record")

    def test_what_she_declares_does_not_overwrite_what_is_proven(self, her, clerk):
        proven = Known(False, "reg", date(2026, 1, 1))
        record_facts(her.id, {"is_veteran": proven}, by=clerk)

        record_facts(her.id, {"is_veteran": Known(True)}, by=her)

        assert False is profile()["is_veteran"]
        assert ["is_veteran"] == queries.doubts_of(her.id)["disputed"]
        assert "reg" == queries.facts_of(her.id, TODAY).known("is_veteran").source

    def test_an_event_names_the_facts_and_never_what_was_said(self, her):
        record_facts(her.id, {"loan_amount": Known(12_345_00)}, by=her)

        (event,) = look("SELECT * FROM event WHERE name = 'profile.facts_recorded'")
        assert {"facts": ["loan_amount"], "sources": ["self"]} == event["particulars"]
        assert ("person", her.id) == (event["subject_kind"], event["subject_id"])

    def test_what_is_kept_is_what_the_engine_and_sql_then_know(self, her, clerk):
        """The whole way: said, kept, evaluated, selected."""
        snapshot = POLICY.readings.at(TODAY, TODAY)
        rule = "priority_service"
        record_facts(her.id, {"is_veteran": Known(True)}, by=her)
        asked = audience.sides(POLICY, rule, snapshot, TODAY)
        facts = queries.facts_of(her.id, TODAY)
        assert evaluate(POLICY, rule, facts, snapshot, TODAY) is None
        assert [her.id] == found(asked.unknown)

        record_facts(her.id, {"is_first_startup": Known(True)}, by=her)

        facts = queries.facts_of(her.id, TODAY)
        assert evaluate(POLICY, rule, facts, snapshot, TODAY) is True
        assert [her.id] == found(asked.yes)

    def test_the_row_is_the_one_that_the_records_give_anew(self, her, clerk):
        record_facts(her.id, {"in_park": Known(True), "is_veteran": Known(True)}, by=her)
        record_facts(her.id, {"is_veteran": Known(False, "reg", TODAY)}, by=clerk)
        record_facts(her.id, {"in_park": Known(None), "current_staff": Known(3)}, by=her)

        rebuilt = projection.row(queries.statements_of(her.id))

        assert rebuilt == {name: profile()[name] for name in rebuilt}


def found(predicate) -> list[int]:
    columns = audience.COLUMNS
    asked = audience.select(columns.person_id).where(predicate)
    return [row["person_id"] for row in audience.rows(asked)]


class TestRefusing:
    def test_every_fault_is_named_at_once_and_nothing_is_kept(self, her):
        faulty = {
            "no_such_fact": Known(True),
            "is_veteran": Known(1),
            "loan_amount": Known(-1),
            "honour_level": Known("galactic"),
            "reg_date": Known(TODAY, observed_on=date(2026, 11, 24)),
            "gender_female": Known(True, "wechat"),
            "other_category_approved": Known(True),
            "current_staff": Known(Interval(None, 3)),
            "is_first_startup": Known(True),
        }

        with pytest.raises(Invalid) as refused:
            record_facts(her.id, faulty, by=her)

        pointers = {each["pointer"] for each in refused.value.more["errors"]}
        assert {f"#/facts/{name}" for name in faulty if name != "is_first_startup"} == pointers
        assert 0 == one("SELECT count(*) FROM fact_record")
        assert 0 == one("SELECT count(*) FROM profile")

    def test_a_proof_names_its_day(self, her, clerk):
        with pytest.raises(Invalid) as refused:
            record_facts(her.id, {"is_veteran": Known(True, "reg")}, by=clerk)

        assert ["#/facts/is_veteran"] == [e["pointer"] for e in refused.value.more["errors"]]

    def test_she_cannot_call_her_word_a_proof(self, her):
        with pytest.raises(NotAllowed):
            record_facts(her.id, {"is_veteran": Known(True, "reg", TODAY)}, by=her)

    def test_nobody_speaks_of_another_person(self, her):
        with pytest.raises(NotFound):
            record_facts(her.id, {"is_veteran": Known(True)}, by=person("somebody else"))

    @pytest.mark.parametrize("source", ["self", "reg", "staff", "document"])
    def test_a_park_manager_speaks_for_the_park_alone(self, her, source):
        with pytest.raises(NotAllowed):
            record_facts(her.id, {"is_veteran": Known(True, source, TODAY)}, by=staff())

    def test_staff_do_not_declare_in_her_name(self, her, clerk):
        with pytest.raises(NotAllowed):
            record_facts(her.id, {"is_veteran": Known(True)}, by=clerk)

    def test_nobody_is_nobody(self, in_own_app, clerk):
        with pytest.raises(NotFound):
            record_facts(999, {"is_veteran": Known(True, "staff")}, by=clerk)

    def test_every_fault_of_the_reader_has_its_words(self):
        read_by = (quantities.__file__, projection.read.__code__.co_filename)
        source = "".join(Path(each).read_text("utf-8") for each in read_by)
        codes = set(re.findall(r'Misread\("(\w+)"', source))

        assert "wrong_type" in codes
        assert codes <= set(SAID)


class TestKeeping:
    @pytest.mark.parametrize("change_", ["UPDATE fact_record SET value = 'false'", "DELETE FROM"])
    def test_no_program_changes_what_was_said(self, her, change_):
        record_facts(her.id, {"is_veteran": Known(True)}, by=her)

        with pytest.raises(IntegrityError, match="only ever added"):
            change(change_.replace("DELETE FROM", "DELETE FROM fact_record"))

    def test_many_at_once_lose_nothing(self, her):
        """Each sees what the others said before it writes the row."""
        names = [
            "is_veteran",
            "gender_female",
            "farmer_herder",
            "is_hei_graduate",
            "in_park",
            "is_small_micro",
        ]

        got = at_once(len(names), lambda n: record_facts(her.id, {names[n]: Known(True)}, by=her))

        assert {1, 2, 3, 4, 5, 6} == set(got)
        assert all(profile()[name] is True for name in names)
        rebuilt = projection.row(queries.statements_of(her.id))
        assert rebuilt == {name: profile()[name] for name in rebuilt}
