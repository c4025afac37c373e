"""The tree of refusals and faults."""

import inspect

import pytest

from backend import errors
from backend.errors import Fault, NotFound, Refusal, TooMany, UnitTaken

ALL = [
    each
    for _, each in inspect.getmembers(errors, inspect.isclass)
    if each.__module__ == "backend.errors"
]
REFUSALS = [each for each in ALL if issubclass(each, Refusal) and each is not Refusal]
FAULTS = [each for each in ALL if issubclass(each, Fault) and each is not Fault]


def test_everything_here_is_a_refusal_or_a_fault_and_never_both():
    assert set(ALL) == {Refusal, Fault, *REFUSALS, *FAULTS}
    assert not set(REFUSALS) & set(FAULTS)


@pytest.mark.parametrize("kind", REFUSALS + FAULTS, ids=lambda kind: kind.__name__)
def test_the_tree_in_the_docstring_shows_every_kind(kind):
    assert kind.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_sentence_in_chinese_fit_to_show(kind):
    assert any("\u4e00" <= letter <= "\u9fff" for letter in kind.detail)
    assert kind.detail == str(kind())


def test_a_refusal_may_say_more_of_this_occurrence():
    refused = UnitTaken("场地 B201 已被占用", unit_id="7", held_until=None)

    assert "场地 B201 已被占用" == refused.detail == str(refused)
    assert {"unit_id": "7", "held_until": None} == refused.more


def test_one_occurrence_does_not_change_the_kind():
    NotFound("别的话")

    assert "没有找到相关内容" == NotFound().detail
    assert {} == NotFound().more


def test_too_many_carries_the_seconds_to_wait():
    assert {"retry_after": 60} == TooMany(retry_after=60).more
