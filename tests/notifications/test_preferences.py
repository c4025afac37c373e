"""Of which topics does somebody want to hear, and what waits for her no longer?"""

import pytest
import time_machine

from backend.notices.kinds import Topic
from notifications import expansion, preferences
from notifications.preferences import Wish
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

    preferences.choose({Topic.LOAN, Topic.SPACE}, by=her)
    preferences.choose([Topic.SPACE, Topic.SPACE], by=her)

    assert set(Topic) - {Topic.SPACE} == wanted(her)
    assert set(Topic) == wanted(person("another"))
    preferences.choose((), by=her)
    assert set(Topic) == wanted(her)


def wishes(her) -> dict[Topic, Wish]:
    return {each["topic"]: each["wish"] for each in preferences.of(her)["items"]}


def test_she_has_a_wish_for_each_topic():
    her = person()

    found = preferences.choose({Topic.LOAN}, weekly={Topic.SPACE, Topic.POLICY}, by=her)

    assert {
        Topic.POLICY: Wish.WEEKLY,
        Topic.SUBSIDY: Wish.EACH,
        Topic.LOAN: Wish.NEVER,
        Topic.SPACE: Wish.WEEKLY,
        Topic.INTERNSHIP: Wish.EACH,
        Topic.ACTIVITY: Wish.EACH,
    } == wishes(her)
    assert found == preferences.of(her)
    assert set(Topic) - {Topic.LOAN} == wanted(her)
    preferences.choose((), by=her)
    assert {Wish.EACH} == set(wishes(her).values())


def test_what_waits_by_itself_is_left_for_the_digest_and_what_is_urgent_is_not():
    with time_machine.travel(MORNING, tick=True):
        her = stage.citizen("tuya", credits=2)
        made = stage.begun(topics=[Topic.SUBSIDY])
        urgent = stage.begun(topics=[Topic.SUBSIDY], urgent_why="明日停电")

        preferences.choose((), weekly={Topic.SUBSIDY}, by=her)

        assert ({"digest": 1}, {"pending": 1}) == (stage.states(made), stage.states(urgent))


def test_a_push_that_waits_is_left_out_and_only_hers():
    with time_machine.travel(MORNING, tick=True):
        her, other = (stage.citizen(name, credits=1) for name in ("tuya", "naren"))
        made = stage.begun(topics=[Topic.SUBSIDY])
        assert {"pending": 2} == stage.states(made)

        preferences.choose({Topic.LOAN}, by=her)
        assert {"pending": 2} == stage.states(made)
        preferences.choose({Topic.SUBSIDY}, by=her)

    found = {
        each["person_id"]: (each["status"], each["detail"])
        for each in look("SELECT person_id, status, detail FROM delivery")
    }
    assert {her.id: ("SKIPPED", "opted_out"), other.id: ("PENDING", None)} == found


def test_whoever_opted_out_has_neither_message_nor_push():
    with time_machine.travel(MORNING, tick=True):
        her, other = (stage.citizen(name, credits=1) for name in ("tuya", "naren"))
        made = stage.scheduled(topics=[Topic.SUBSIDY])
        preferences.choose({Topic.SUBSIDY}, by=her)

        expansion.sweep()

    assert (0, 1) == (stage.inbox_of(her, made), stage.inbox_of(other, made))
    assert {"opted_out": 1, "pending": 1} == stage.states(made)
