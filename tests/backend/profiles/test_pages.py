"""How is what is known about a person told to her?"""

from datetime import date

from backend.policies.queries import current
from backend.profiles import pages
from eligibility.facts import Known, weigh

DAY = date(2023, 5, 10)


def test_facts_are_told_with_their_source_and_defaults_are_not():
    known = {
        "loan_amount": Known(100_000_00, "self", DAY),
        "in_park": Known(True, "park", DAY.replace(year=2021)),
        "graduated": Known(True, "park", DAY),
        "is_incubating": Known(True, "park", DAY),
    }

    told = {each["name"]: each for each in pages.facts(weigh(current().dictionary, known, DAY))}

    assert set(known) == set(told)
    assert ("100000.00", "self", "known") == tuple(
        told["loan_amount"][name] for name in ("value", "source", "state")
    )
    assert ["stale", "conflict", "conflict"] == [
        told[name]["state"] for name in ("in_park", "graduated", "is_incubating")
    ]
