"""What does the law say of this case?  It informs whoever decides, and refuses nobody."""

from typing import Any

from backend import clock
from backend.applications.kinds import TERMS, Kind
from backend.policies.queries import current, snapshot
from backend.profiles.queries import facts_of
from backend.screenings.answers import Ground
from backend.screenings.results import gap
from backend.screenings.wording import amount, verdict
from eligibility.engine import assess


def verdict_on(kind: Kind, applicant_id: int) -> dict[str, Any]:
    """Assess the benefit that a kind of application is about, by what is known today."""
    day, benefit = clock.today(), TERMS[kind].benefit
    facts = facts_of(applicant_id, day)
    on = Ground(current(), snapshot(day), day, facts)
    found = assess(on.policy, benefit, facts, on.snapshot, day)
    return {
        "benefit": benefit,
        "title": on.policy.label("rule", benefit, "title"),
        "clause": found.clause,
        "value": found.value,
        "value_label": verdict(on, found.value, found.applicable),
        "amount": amount(on, found.amount),
        "flags": list(found.flags),
        "flag_labels": [on.policy.label("flag", flag) for flag in found.flags],
        "missing": [gap(on, each) for each in found.missing],
        "as_of": day.isoformat(),
        "policy": found.policy,
    }
