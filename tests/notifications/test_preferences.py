"""Of which topics does somebody want to hear, and what waits for her no longer?"""

import pytest
import time_machine

from backend.notices.kinds import Topic
from notifications import expansion, preferences
from tests.backend.notices import stage
from tests.backend.notices.stage import MORNING
from tests.records import look, person

pytestmark = pytest.mark.usefixtures("in_mended_app")


def wanted(her) -> set[Topic]:
    return {each["topic"] for each in preferences.of(her)["items"] if each["wanted"]}


def test_at_first_she_wants_to_hear_of_everything():
    assert set(Topic) == wanted(person())


def test_what_she_says_last_counts():
    her = person()

    preferences.set_muted({Topic.LOAN, Topic.SPACE}, by=her)
    preferences.set_muted([Topic.SPACE, Topic.SPACE], by=her)

    assert set(Topic) - {Topic.SPACE} == wanted(her)
    assert set(Topic) == wanted(person("another"))
    preferences.set_muted((), by=her)
    assert set(Topic) == wanted(her)


def test_a_push_that_waits_is_left_out_and_only_hers():
    with time_machine.travel(MORNING, tick=True):
        her, other = (stage.citizen(name, credits=1) for name in ("tuya", "naren"))
        made = stage.begun(topics=[Topic.SUBSIDY])
        assert {"pending": 2} == stage.states(made)

        preferences.set_muted({Topic.LOAN}, by=her)
        assert {"pending": 2} == stage.states(made)
        preferences.set_muted({Topic.SUBSIDY}, by=her)

    found = {
        each["person_id"]: (each["status"], each["detail"])
        for each in look("SELECT person_id, status, detail FROM delivery")
    }
    assert {her.id: ("SKIPPED", "opted_out"), other.id: ("PENDING", None)} == found


def test_whoever_opted_out_has_neither_message_nor_push():
    with time_machine.travel(MORNING, tick=True):
        her, other = (stage.citizen(name, credits=1) for name in ("tuya", "naren"))
        made = stage.scheduled(topics=[Topic.SUBSIDY])
        preferences.set_muted({Topic.SUBSIDY}, by=her)

        expansion.sweep()

    assert (0, 1) == (stage.inbox_of(her, made), stage.inbox_of(other, made))
    assert {"opted_out": 1, "pending": 1} == stage.states(made)
