"""What does the law say of this case?  It informs whoever decides, and refuses nobody."""

from datetime import date
from typing import Any

from backend import clock
from backend.applications import forms
from backend.applications.forms import Sections
from backend.applications.kinds import TERMS, Kind
from backend.applications.models import Application
from backend.policies.queries import current, snapshot
from backend.profiles.queries import facts_of
from backend.screenings.answers import Ground, read
from backend.screenings.results import gap
from backend.screenings.wording import amount, verdict
from eligibility.engine import assess
from eligibility.facts import Facts

HER_WORD = ("self", "default")


def verdict_on(application: Application) -> dict[str, Any]:
    """Assess the benefit that an application is about, by what is known today."""
    day, benefit = clock.today(), TERMS[application.kind].benefit
    facts = facts_in(application.applicant_id, application.kind, application.sections, day)
    on = Ground(current(), snapshot(day), day, facts)
    found = assess(on.policy, benefit, on.facts, on.snapshot, day)
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


def facts_in(applicant_id: int, kind: Kind, sections: Sections, day: date) -> Facts:
    """Return what counts about an applicant on a day, with what her form says.

    That is her own word: it fills gaps and follows what she said before, but never stands against
    what a paper or somebody else says.
    """
    known = facts_of(applicant_id, day)
    raw = forms.facts(kind, sections)
    told, _ = read(current(), raw, day)
    sources = {name: before.source for name in raw if (before := known.known(name))}
    hers = (name for name in raw if sources.get(name, "self") in HER_WORD)
    return known.with_values({name: told.value(name) for name in hers if name in told.values})
