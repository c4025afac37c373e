"""What does the rule say of a subsidy by what is known today, and what does it lack?

It informs whoever decides, and refuses nobody. What the records of a park say counts as known: who
is in it, since when, how many graduated and how many were taken on.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select

from backend import clock
from backend.applications.kinds import Kind
from backend.applications.models import Application
from backend.applications.verdict import facts_in
from backend.db import row
from backend.policies.queries import current, snapshot
from backend.screenings.answers import Ground
from backend.screenings.results import gap
from backend.screenings.wording import amount
from backend.screenings.wording import verdict as worded
from backend.subsidies.kinds import TERMS, SubsidyKind
from backend.subsidies.models import SubsidyLine
from eligibility.engine import assess
from eligibility.facts import Facts, read
from eligibility.parameters import Snapshot


def of(found: Mapping[str, Any]) -> dict[str, Any]:
    """Assess a subsidy by what is known today."""
    day = clock.today()
    return told(found["kind"], _facts(found, day), snapshot(day))


def told(kind: SubsidyKind, facts: Facts, known: Snapshot) -> dict[str, Any]:
    """Tell what the rule of a subsidy says of these facts, with every gap and who can fill it."""
    on = Ground(current(), known, known.as_of, facts)
    found = assess(on.policy, TERMS[kind].rule, facts, known, known.as_of)
    return {
        "benefit": found.rule,
        "title": on.policy.label("rule", found.rule, "title"),
        "clause": found.clause,
        "value": found.value,
        "value_label": worded(on, found.value, found.applicable),
        "amount": amount(on, found.amount),
        "flags": list(found.flags),
        "flag_labels": [on.policy.label("flag", flag) for flag in found.flags],
        "missing": [gap(on, each) for each in found.missing],
        "as_of": known.as_of.isoformat(),
        "policy": found.policy,
    }


def of_the_records(kind: SubsidyKind, number: int | None, day: date) -> Facts:
    """Return as facts what the records say of so many graduates, or new jobs at a firm.

    None where nobody has counted.
    """
    said = {name: number for name in TERMS[kind].one}
    if kind is SubsidyKind.JOB_CREATION:
        said["is_incubating"] = True
    return read(current().dictionary, said, day)


def _facts(found: Mapping[str, Any], day: date) -> Facts:
    if found["kind"] is not SubsidyKind.STARTUP:
        return of_the_records(found["kind"], _lines(found["id"]), day)
    sections = select(Application.sections).where(Application.id == found["application_id"])
    asked = row(sections)
    assert asked is not None
    return facts_in(found["applicant_id"], Kind.STARTUP_SUBSIDY, asked["sections"], day)


def _lines(subsidy_id: int) -> int:
    asked = select(func.count().label("lines")).where(SubsidyLine.subsidy_id == subsidy_id)
    found = row(asked)
    return int(found["lines"]) if found else 0
