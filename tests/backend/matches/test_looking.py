"""What is written down about whoever was looked at?"""

from datetime import timedelta

import pytest
import time_machine

from backend.matches import asking, enrolling, looking
from tests.backend.matches.stage import ALWAYS, MORNING, consenting, first, told
from tests.records import change, look, one

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def morning(in_app):
    with time_machine.travel(MORNING, tick=False) as now:
        yield now


def look_at(size: int = 10, **how) -> int:
    enrolling.enrol()
    return len(looking.look(asking.basis(), size=size, **how))


def test_portions_are_as_great_as_they_are_asked_for_and_end():
    hers = [consenting(f"person {number}") for number in range(5)]

    assert [2, 2, 1, 0] == [look_at(2) for _ in range(4)]

    assert [[first(*ALWAYS, "startup_subsidy")]] * 5 == [told(each) for each in hers]


def test_how_she_stands_is_written_down_with_what_she_was_judged_by():
    her = consenting()

    look_at()

    (stands,) = look("SELECT * FROM standing WHERE person_id = :id", id=her.id)
    assert {*ALWAYS, "startup_subsidy"} == set(stands["met"])
    assert {"startup_subsidy"} != set(stands["unmet"])
    version = one("SELECT version FROM profile WHERE person_id = :id", id=her.id)
    assert ("2026-11-30", "2026-11-30", version, asking.basis().key) == (
        str(stands["judged_on"]),
        str(stands["told_on"]),
        stands["profile_version"],
        stands["basis"],
    )


def test_whoever_cannot_be_worked_out_stands_as_before_and_holds_up_nobody(morning, caplog):
    broken, sound = consenting("tuya"), consenting("bayar")

    def judge(looked, ground):
        if ground.facts.value("is_veteran") and broken.id in waiting:
            waiting.remove(broken.id)
            raise RuntimeError("no answer")
        return looking.news(looked, ground)

    waiting = [broken.id]
    assert 2 == look_at(judge=judge)

    assert [] == told(broken)
    assert [first(*ALWAYS, "startup_subsidy")] == told(sound)
    assert f"person {broken.id} cannot be told of her policies" in caplog.text
    assert 0 == look_at(judge=judge)
    morning.shift(DAY)
    look_at(judge=judge)
    assert [first(*ALWAYS, "startup_subsidy")] == told(broken)


def test_one_event_stands_for_all_that_she_is_told():
    her = consenting()

    look_at()

    (event,) = look("SELECT * FROM event WHERE name = 'match.found'")
    match = one("SELECT id FROM policy_match WHERE person_id = :id", id=her.id)
    assert ("match", match, None) == (event["subject_kind"], event["subject_id"], event["actor_id"])


def test_what_was_answered_is_kept_as_it_was_shown():
    consenting()
    look_at()

    answer = one("SELECT answer FROM policy_match_item WHERE benefit = 'startup_subsidy'")

    assert ("五（三）", "不低于10000.00元") == (answer["clause"], answer["amount"]["text"])
    assert "is_veteran" in str(answer["tree"])


def test_a_last_day_is_told_once_at_each_of_the_days_ahead_whatever_the_program_does():
    """The index is the last word."""
    consenting()
    look_at()
    key = one("SELECT id FROM policy_match_item WHERE benefit = 'startup_subsidy'")
    dated = "UPDATE policy_match_item SET closes_on = '2027-01-29', ahead = 60 WHERE id = :key"
    change(dated, key=key)
    again = (
        "INSERT INTO policy_match_item SELECT (jsonb_populate_record(NULL::policy_match_item,"
        ' to_jsonb(i) || \'{"what": "CLOSING", "id": 999999}\')).* FROM policy_match_item i'
        " WHERE id = :key"
    )

    with pytest.raises(Exception, match="uq_policy_match_item_closing"):
        change(again, key=key)
