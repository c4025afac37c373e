import pytest

from backend.wechat.simulator.refused import Refused
from backend.wechat.simulator.texts import Judge

ASKED = {"version": 2, "scene": 2, "content": "奶食品"}


def test_a_text_passes_until_somebody_thinks_otherwise_of_a_word_in_it():
    judge = Judge()
    assert "pass" == judge.check(ASKED)["result"]["suggest"]

    judge.think("奶", "review", 10001)
    judge.think("食品", "risky", 20006)
    assert {"suggest": "risky", "label": 20006} == judge.check(ASKED)["result"]

    judge.think("食品", "pass", 100)
    assert {"suggest": "review", "label": 10001} == judge.check(ASKED)["result"]


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"version": 1}, 40097),
        ({"scene": 5}, 40129),
        ({"content": ""}, 40097),
        ({"content": "好" * 2501}, 40097),
    ],
)
def test_what_the_documentation_forbids_is_refused(change, errcode):
    with pytest.raises(Refused) as refused:
        Judge().check(ASKED | change)

    assert errcode == refused.value.errcode


def test_2500_characters_are_not_too_many():
    assert 0 == Judge().check(ASKED | {"content": "好" * 2500})["errcode"]
