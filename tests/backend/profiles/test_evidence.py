"""Of all that was said about a fact, what counts?"""

from datetime import date

import pytest

from backend.access import Role
from backend.profiles import evidence
from backend.profiles.columns import POLICY
from backend.profiles.evidence import SPEAKERS, STRENGTH, Finding, Source, Statement

SELF, PARK, BANK, DOCUMENT, STAFF, REG = (
    Source.SELF, Source.PARK, Source.BANK, Source.DOCUMENT, Source.STAFF, Source.REG,
)  # fmt: skip
JAN, FEB, MAR = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
WITHDRAWN = None


def said(*words) -> list[Statement]:
    """Statements in the order given: source, value, day, and by whom if it matters."""
    return [
        Statement("fact", value, source, day, number, *by)
        for number, (source, value, day, *by) in enumerate(words)
    ]


# What was said, and then what counts, whether it is a conflict, whether it is disputed.
CASES = {
    "nothing": ((), None, False, False),
    "she alone": (((SELF, 1, JAN),), 1, False, False),
    "her newest word": (((SELF, 1, JAN), (SELF, 2, FEB)), 2, False, False),
    "her newest day, though said first": (((SELF, 2, FEB), (SELF, 1, JAN)), 2, False, False),
    "her last word on one day": (((SELF, 1, JAN), (SELF, 2, JAN)), 2, False, False),
    "a proof against her": (((REG, 1, JAN), (SELF, 2, MAR)), 1, False, True),
    "a proof that she bears out": (((REG, 1, JAN), (SELF, 1, MAR)), 1, False, False),
    "the weakest proof against her": (((SELF, 2, MAR), (PARK, 1, JAN)), 1, False, True),
    "what she no longer says is no dispute": (
        ((SELF, 2, JAN), (REG, 1, JAN), (SELF, 1, FEB)), 1, False, False,
    ),
    "the register before staff": (((STAFF, 2, MAR), (REG, 1, JAN)), 1, False, False),
    "staff before a document": (((DOCUMENT, 2, MAR), (STAFF, 1, JAN)), 1, False, False),
    "a document before a park": (((PARK, 2, MAR), (DOCUMENT, 1, JAN)), 1, False, False),
    "of two as strong, the newer": (((PARK, 1, JAN), (BANK, 2, FEB)), 2, False, False),
    "two as strong that agree": (((PARK, 1, JAN), (BANK, 1, JAN)), 1, False, False),
    "two as strong that differ": (((PARK, 1, JAN), (BANK, 2, JAN)), None, True, False),
    "two documents that differ": (
        ((DOCUMENT, 1, JAN, 7), (DOCUMENT, 2, JAN, 8)), None, True, False,
    ),
    "the same hand puts it right": (
        ((DOCUMENT, 1, JAN, 7), (DOCUMENT, 2, JAN, 7)), 2, False, False,
    ),
    "a conflict that a newer day settles": (
        ((PARK, 1, JAN), (BANK, 2, JAN), (BANK, 2, FEB)), 2, False, False,
    ),
    "a conflict that a stronger source settles": (
        ((PARK, 1, JAN), (BANK, 2, JAN), (STAFF, 1, JAN)), 1, False, False,
    ),
    "a conflict does not fall back on her": (
        ((SELF, 1, MAR), (PARK, 1, JAN), (BANK, 2, JAN)), None, True, False,
    ),
    "a conflict does not fall back on a weaker proof": (
        ((PARK, 1, MAR), (DOCUMENT, 1, JAN, 7), (DOCUMENT, 2, JAN, 8)), None, True, False,
    ),
    "taken back": (((SELF, 1, JAN), (SELF, WITHDRAWN, FEB)), None, False, False),
    "taken back and said anew": (
        ((SELF, 1, FEB), (SELF, WITHDRAWN, FEB), (SELF, 2, JAN)), 2, False, False,
    ),
    "a proof taken back leaves what she says": (
        ((SELF, 2, JAN), (REG, 1, JAN), (REG, WITHDRAWN, FEB)), 2, False, False,
    ),
    "she cannot take back a proof": (
        ((REG, 1, JAN), (SELF, WITHDRAWN, FEB)), 1, False, False,
    ),
    "false is a value and not a taking back": (
        ((SELF, True, JAN), (SELF, False, FEB)), False, False, False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_counts(case):
    words, value, conflict, disputed = CASES[case]

    found = evidence.finding(said(*words))

    counted = None if found.statement is None else found.statement.value
    assert (value, conflict, disputed) == (counted, found.conflict, found.disputed)


def test_every_source_has_its_strength_and_only_she_is_no_proof():
    assert set(STRENGTH) == set(Source)
    assert [SELF] == [each for each in Source if STRENGTH[each] == 0]


def test_each_fact_is_decided_by_itself_whatever_the_order_of_the_rows():
    words = [*said((PARK, 1, JAN), (BANK, 2, JAN)), Statement("other", 5, SELF, JAN, 9)]

    assert evidence.weighed(words) == evidence.weighed(reversed(words))
    assert {"other"} == set(evidence.weighed(words).known)
    assert {"fact"} == evidence.weighed(words).conflicts


def test_nothing_said_is_nothing_found():
    assert Finding(None) == evidence.finding([])


@pytest.mark.parametrize(
    ("fact", "source", "may"),
    [
        ("is_veteran", SELF, True),
        ("is_veteran", REG, True),
        ("other_category_approved", SELF, False),
        ("other_category_approved", PARK, False),
        ("other_category_approved", STAFF, True),
        ("job_quality_good", REG, False),
        ("bank_credit_good", SELF, False),
        ("bank_credit_good", BANK, True),
        ("is_incubating", SELF, False),
        ("is_incubating", PARK, True),
    ],
)
def test_who_may_speak_of_what(fact, source, may):
    assert may is evidence.may_tell(POLICY.dictionary[fact], source)


def test_no_judgement_is_ever_declared():
    judgements = [spec for spec in POLICY.dictionary.values() if spec.who == "staff"]

    assert judgements
    assert not any(evidence.may_tell(spec, SELF) for spec in judgements)


def test_a_citizen_speaks_for_herself_and_administrators_and_auditors_say_nothing():
    assert {SELF} == SPEAKERS[Role.ENTREPRENEUR]
    assert SELF not in frozenset().union(
        *(sources for role, sources in SPEAKERS.items() if role is not Role.ENTREPRENEUR)
    )
    assert not {Role.BUREAU_ADMIN, Role.AUDITOR} & set(SPEAKERS)
