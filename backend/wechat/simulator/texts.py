"""What does the stand-in make of a text? `pass`, unless somebody said otherwise of a word in it.

Source: the text check of the server documentation, version 2: 2,500 characters at most, and only
for somebody who was in the mini-program within the last two hours.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from backend.wechat.simulator.refused import Refused

SEEN_WITHIN_S = 7200.0
LONGEST = 2500
SCENES = (1, 2, 3, 4)
SUGGESTS = ("pass", "review", "risky")
FINE = ("pass", 100)


class Judge:
    """What is thought of which words, and how the answer is spelt."""

    def __init__(self) -> None:
        """Start with nothing against anything."""
        self._words: dict[str, tuple[str, int]] = {}
        self.misspelt = False

    def think(self, word: str, suggest: str, label: int) -> None:
        """Say what is thought of texts that contain a word; `pass` forgets it."""
        if suggest not in SUGGESTS or not word:
            raise ValueError(f"suggest must be one of {', '.join(SUGGESTS)}")
        self._words.pop(word, None)
        if suggest != "pass":
            self._words[word] = suggest, label

    def forget(self) -> None:
        """Have nothing against anything again."""
        self._words.clear()
        self.misspelt = False

    def check(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Answer `msg_sec_check`, apart from who may ask."""
        if asked.get("version") != 2:
            raise Refused(40097, "version")
        if asked.get("scene") not in SCENES:
            raise Refused(40129)
        content = asked.get("content")
        if not isinstance(content, str) or not 0 < len(content) <= LONGEST:
            raise Refused(40097, "content")
        found = [thought for word, thought in self._words.items() if word in content]
        suggest, label = max(found, key=lambda each: SUGGESTS.index(each[0]), default=FINE)
        result = {"suggust" if self.misspelt else "suggest": suggest, "label": label}
        return {
            "errcode": 0,
            "errmsg": "ok",
            "trace_id": secrets.token_hex(16),
            "result": result,
            "detail": [{"strategy": "content_model", "errcode": 0, **result, "prob": 90}],
        }
