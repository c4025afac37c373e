"""Which edition of an agreement is in force on a day, and is its hash that of its text?"""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from backend.editions import Editions

TOML = """
[[edition]]
version = "2"
valid_from = 2027-01-01
text = "新：{name}。{special}"

[[edition]]
version = "1"
valid_from = 2022-03-30
text = "旧：{name}。{special}"
"""


@pytest.fixture
def editions(tmp_path: Path) -> Editions:
    source = tmp_path / "agreement.toml"
    source.write_text(TOML, "utf-8")
    return Editions(source)


@pytest.mark.parametrize(
    ("day", "version", "text"),
    [
        (date(2026, 12, 31), "1", "旧：其其格。无。"),
        (date(2027, 1, 1), "2", "新：其其格。无。"),
    ],
)
def test_the_edition_of_the_day_is_filled_in(editions, day, version, text):
    made = editions.filled(day, name="其其格", special=" ")

    assert (version, text) == (made.edition, made.text)
    assert hashlib.sha256(text.encode("utf-8")).hexdigest() == made.sha256


def test_braces_in_words_stay_words(editions):
    assert "{name}" in editions.filled(date(2027, 1, 1), name="其其格", special="{name}").text
