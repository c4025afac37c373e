"""Is a word in it for which a person should read the text? Our own list, when WeChat is away."""

import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LIST = Path(__file__).with_name("words.toml")


def category(text: str) -> str | None:
    """Return the category of the first word of the list that a text contains, if there is one."""
    plain = _plain(text)
    return next((name for word, name in _words().items() if word in plain), None)


@cache
def _words() -> Mapping[str, str]:
    listed = tomllib.loads(LIST.read_text("utf-8"))
    return {
        _plain(word): category["name"]
        for category in listed["category"]
        for word in category["words"]
    }


def _plain(text: str) -> str:
    """Leave letters and digits alone, in one width and one case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
