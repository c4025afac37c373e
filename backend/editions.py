"""What does an agreement say, word for word, and by which hash is it known?"""

import hashlib
import tomllib
from datetime import date
from pathlib import Path
from typing import NamedTuple

NOTHING_SPECIAL = "无。"


class Text(NamedTuple):
    """A whole text, the edition it was made from, and its SHA-256 in hexadecimal."""

    edition: str
    text: str
    sha256: str


class Editions:
    """The editions of one agreement, each from its day on; agreements drawn up keep theirs."""

    def __init__(self, source: Path):
        """Read them from a TOML file beside the noun that uses them."""
        found = tomllib.loads(source.read_text("utf-8"))["edition"]
        self._editions = sorted(found, key=lambda each: each["valid_from"])

    def filled(self, day: date, **blanks: str) -> Text:
        """Fill in the edition of a day; the same blanks give the same text, and so the hash."""
        edition = [each for each in self._editions if each["valid_from"] <= day][-1]
        special = blanks.pop("special").strip() or NOTHING_SPECIAL
        whole = edition["text"].strip().format_map({**blanks, "special": special})
        return Text(edition["version"], whole, hashlib.sha256(whole.encode()).hexdigest())
