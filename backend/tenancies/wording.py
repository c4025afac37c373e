"""What does the agreement say, word for word?"""

import hashlib
import tomllib
from datetime import date
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).parent / "agreement.zh.toml"
EDITIONS = sorted(
    tomllib.loads(SOURCE.read_text("utf-8"))["edition"], key=lambda each: each["valid_from"]
)
NOTHING_SPECIAL = "无。"


class Text(NamedTuple):
    """A whole text, the edition it was made from, and its SHA-256 in hexadecimal."""

    edition: str
    text: str
    sha256: str


def agreement(day: date, **blanks: str) -> Text:
    """Fill in the edition of a day; the same blanks give the same text, and so the same hash."""
    edition = [each for each in EDITIONS if each["valid_from"] <= day][-1]
    special = blanks.pop("special").strip() or NOTHING_SPECIAL
    whole = edition["text"].strip().format_map({**blanks, "special": special})
    return Text(edition["version"], whole, hashlib.sha256(whole.encode()).hexdigest())
