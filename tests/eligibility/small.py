"""The small policy of the tests, and how to ask it."""

from datetime import date
from pathlib import Path

from eligibility import facts
from eligibility.policy import load

FOLDER = Path(__file__).parent / "small_policy"
POLICY = load(FOLDER)
DAY = date(2022, 10, 10)
SNAPSHOT = POLICY.readings.at(DAY, DAY)


def known(**raw):
    return facts.read(POLICY.dictionary, raw, DAY)
