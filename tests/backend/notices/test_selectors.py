"""Is everything that is wrong with an audience named at once, with its place?"""

import pytest

from backend.notices import selectors
from backend.notices.kinds import STAGES, Topic
from backend.notices.selectors import DEEPEST, MOST, Known
from backend.profiles.columns import HELD

KNOWN = Known({"veteran", "graduate"}, {"152201"}, {"startup_subsidy"})
LEAF = {"group": "veteran"}


def pointers(said) -> list[str]:
    return [each["pointer"] for each in selectors.faults(said, KNOWN)]


@pytest.mark.parametrize(
    "said",
    [
        {"all": []},
        LEAF,
        {"county": "152201"},
        {"stage": "in_park"},
        {"benefit": "startup_subsidy", "result": "unknown"},
        {"any": [LEAF, {"not": {"all": [{"county": "152201"}, {"group": "graduate"}]}}]},
    ],
)
def test_what_can_be_meant_is_taken(said):
    assert [] == pointers(said)


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ([], "#/audience"),
        ({}, "#/audience"),
        ("everybody", "#/audience"),
        ({"all": [], "any": []}, "#/audience"),
        ({"all": LEAF}, "#/audience/all"),
        ({"any": []}, "#/audience/any"),
        ({"not": [LEAF]}, "#/audience/not"),
        ({"group": "rich"}, "#/audience/group"),
        ({"group": ["veteran"]}, "#/audience/group"),
        ({"county": "152299"}, "#/audience/county"),
        ({"stage": "famous"}, "#/audience/stage"),
        ({"benefit": "startup_subsidy"}, "#/audience"),
        ({"benefit": "startup_subsidy", "result": True}, "#/audience/result"),
        ({"benefit": "gold", "result": "true"}, "#/audience/benefit"),
        ({"all": [LEAF, {"not": {"group": "rich"}}]}, "#/audience/all/1/not/group"),
    ],
)
def test_what_cannot_be_meant_is_named_with_its_place(said, where):
    assert [where] == pointers(said)


def test_all_faults_come_at_once():
    said = {"any": [{"group": "rich"}, LEAF, {"benefit": "gold", "result": "maybe"}, 7]}

    assert [
        "#/audience/any/0/group",
        "#/audience/any/2/benefit",
        "#/audience/any/2/result",
        "#/audience/any/3",
    ] == pointers(said)


def test_it_may_be_six_deep_and_not_seven():
    said = LEAF
    for _ in range(DEEPEST - 1):
        said = {"not": said}

    assert [] == pointers(said)
    assert ["#/audience" + "/not" * DEEPEST] == pointers({"not": said})


def test_it_may_have_sixty_parts_and_not_one_more():
    """However empty they are, and however much is wrong with them."""
    assert [] == pointers({"any": [LEAF] * (MOST - 1)})
    for part in (LEAF, {"all": []}, {"group": "rich"}):
        assert ["#/audience"] == pointers({"any": [part] * MOST})


def test_a_long_list_of_what_is_none_is_one_fault():
    assert MOST == len(pointers({"any": [7] * MOST}))
    assert ["#/audience/any"] == pointers({"any": [7] * (MOST + 1)})


def test_what_is_nested_a_thousand_deep_is_a_fault_and_no_crash():
    said = LEAF
    for _ in range(1000):
        said = {"not": said}

    assert ["#/audience" + "/not" * DEEPEST] == pointers(said)


def test_stages_rest_on_facts_that_profiles_hold_and_topics_are_few():
    assert all(each.fact in HELD for each in STAGES.values())
    assert 6 == len(Topic)
