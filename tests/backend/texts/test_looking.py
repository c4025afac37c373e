"""What is made of some texts, and how often is WeChat asked for it?"""

import pytest

from backend.errors import WeChatDown
from backend.texts.kinds import Finding, Source, Verdict
from backend.texts.looking import look, pieces
from backend.wechat.text import Suggestion

TEXTS = {"#/title": "奶食品电商", "#/summary": "打通牧区奶食品的线上销路"}


class Asked:
    """Stands for WeChat: thinks something of a word, and falls silent after some questions."""

    def __init__(self, word: str = "", suggest: str = "risky", silent_after: int = 99):
        self.word, self.suggest, self.silent_after = word, suggest, silent_after
        self.texts: list[str] = []

    def __call__(self, text: str) -> Suggestion:
        if len(self.texts) >= self.silent_after:
            raise WeChatDown("hung")
        self.texts.append(text)
        bad = self.word and self.word in text
        return Suggestion(self.suggest if bad else "pass", "20006" if bad else "100", "t")


def verdicts(findings):
    return {each.pointer: each.verdict for each in findings}


def test_texts_that_pass_take_one_question():
    asked = Asked()

    assert {"#/title": Verdict.PASS, "#/summary": Verdict.PASS} == verdicts(look(TEXTS, asked))
    assert ["奶食品电商\n打通牧区奶食品的线上销路"] == asked.texts


def test_where_something_is_found_each_text_is_asked_about_alone():
    asked = Asked("销路", "review")

    found = look(TEXTS, asked)

    assert {"#/title": Verdict.PASS, "#/summary": Verdict.REVIEW} == verdicts(found)
    assert Finding("#/summary", Verdict.REVIEW, Source.WECHAT, "20006", "t") == found[1]
    assert 3 == len(asked.texts)


def test_one_text_alone_is_not_asked_about_twice():
    asked = Asked("销路")

    assert {"#/words": Verdict.RISKY} == verdicts(look({"#/words": TEXTS["#/summary"]}, asked))
    assert 1 == len(asked.texts)


def test_when_time_runs_out_in_between_each_shares_what_was_found_of_all():
    assert {"#/title": Verdict.RISKY, "#/summary": Verdict.RISKY} == verdicts(
        look(TEXTS, Asked("销路", silent_after=1))
    )


def test_wechats_silence_is_no_verdict_and_our_list_is_asked_instead():
    found = look(TEXTS | {"#/words": "刷单返利"}, Asked(silent_after=0))

    assert (
        Finding("#/title", Verdict.UNCHECKED, Source.WORD_LIST),
        Finding("#/summary", Verdict.UNCHECKED, Source.WORD_LIST),
        Finding("#/words", Verdict.REVIEW, Source.WORD_LIST, "fraud"),
    ) == found


def test_our_list_is_not_asked_where_wechat_has_answered():
    assert {"#/words": Verdict.PASS} == verdicts(look({"#/words": "刷单返利"}, Asked()))


@pytest.mark.parametrize(
    ("length", "expected"), [(1, [1]), (2500, [2500]), (2501, [2500, 51]), (4950, [2500, 2500])]
)
def test_a_text_is_cut_at_2500_characters(length, expected):
    assert expected == [len(each) for each in pieces("好" * length)]


@pytest.mark.parametrize("start", [2449, 2450, 2451, 2475, 2499, 2500, 4898, 4950, 4999])
def test_a_word_on_the_border_of_two_pieces_is_whole_in_one(start):
    text = "好" * start + "坏" * 20 + "好" * 3000

    assert any("坏" * 20 in each for each in pieces(text))


def test_the_most_serious_of_the_pieces_counts():
    found = look({"#/words": "好" * 2600 + "坏"}, Asked("坏", "review"))

    assert {"#/words": Verdict.REVIEW} == verdicts(found)
