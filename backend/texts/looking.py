"""What is made of some texts before they are handed in? WeChat is asked, else our list of words.

All texts of a request go in one question where they fit; only where something is found is each
asked about alone. WeChat's silence, whatever its reason, is no verdict: the text is unchecked.
"""

from collections.abc import Callable, Iterator, Mapping

from backend.errors import WeChatDown
from backend.texts import wordlist
from backend.texts.kinds import Finding, Source, Verdict
from backend.wechat.text import MOST_CHARACTERS, Suggestion

# WeChat's `look_at`, with the openid and the time that is left.
Ask = Callable[[str], Suggestion]
# A word on the border of two pieces is whole in one of them.
OVERLAP = 50
VERDICTS = {"pass": Verdict.PASS, "review": Verdict.REVIEW, "risky": Verdict.RISKY}
SERIOUSNESS = ("pass", "review", "risky")


def look(texts: Mapping[str, str], ask: Ask) -> tuple[Finding, ...]:
    """Return what is made of each text, by its pointer; never raises for WeChat's sake."""
    try:
        together = _asked("\n".join(texts.values()), ask)
    except WeChatDown:
        return tuple(_by_our_list(*each) for each in texts.items())
    if together.suggest == "pass" or len(texts) == 1:
        return tuple(_by_wechat(pointer, together) for pointer in texts)
    return tuple(_alone(texts, ask, together))


def pieces(text: str) -> Iterator[str]:
    """Cut a text into pieces that WeChat takes, each beginning a little before the last one's end.

    Its length is counted in code points.
    """
    yield text[:MOST_CHARACTERS]
    for start in range(MOST_CHARACTERS, len(text), MOST_CHARACTERS - OVERLAP):
        yield text[start - OVERLAP : start - OVERLAP + MOST_CHARACTERS]


def _alone(texts: Mapping[str, str], ask: Ask, together: Suggestion) -> Iterator[Finding]:
    """Find out which of the texts it is; whatever cannot be asked any more shares the verdict."""
    for pointer, text in texts.items():
        try:
            yield _by_wechat(pointer, _asked(text, ask))
        except WeChatDown:
            yield _by_wechat(pointer, together)


def _asked(text: str, ask: Ask) -> Suggestion:
    """Return the most serious that is made of any piece."""
    return max((ask(piece) for piece in pieces(text)), key=lambda e: SERIOUSNESS.index(e.suggest))


def _by_wechat(pointer: str, said: Suggestion) -> Finding:
    return Finding(pointer, VERDICTS[said.suggest], Source.WECHAT, said.label, said.trace_id)


def _by_our_list(pointer: str, text: str) -> Finding:
    category = wordlist.category(text)
    verdict = Verdict.UNCHECKED if category is None else Verdict.REVIEW
    return Finding(pointer, verdict, Source.WORD_LIST, category)
