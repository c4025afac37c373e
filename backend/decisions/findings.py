"""What is known about an applicant, and how do those on her case write down what they found?

A judgement that only staff may make, a certificate that was looked at and an entry in a register
come in here. What she says herself comes in through her own profile.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from backend import clock
from backend.access import Principal, Relation, can, relations
from backend.applications import queries as applications
from backend.db import Row, action
from backend.errors import Invalid, NotFound
from backend.profiles import pages
from backend.profiles.actions import stated, tell
from backend.profiles.columns import POLICY
from backend.profiles.evidence import Source
from backend.profiles.queries import declared_of, doubts_of, facts_of

# What may not be told without saying where it stands.
ON_PAPER = frozenset({Source.DOCUMENT, Source.REG})
NOT_SAID_WHERE = "请注明依据的材料或登记，例如证书编号"
SENSITIVE = "S"
View = dict[str, Any]


def known(application: UUID, by: Principal) -> View:
    """Return what counts about the applicant of a case, and what she says otherwise.

    A park's manager is not told what is sensitive, such as a disability. Raise NotFound for an
    application that is not the caller's to see.
    """
    return _page(_case("getCaseFacts", application, by), by)


@action
def find(
    application: UUID,
    *,
    facts: Mapping[str, Any],
    source: Source,
    observed_on: date | None,
    evidence: str,
    by: Principal,
) -> View:
    """Write down what was found out about the applicant, as it stands in JSON; null takes it back.

    Raise NotFound like `known`, NotAllowed for a source that is not the caller's to speak for,
    Invalid with everything that is wrong.
    """
    found = _case("recordFacts", application, by)
    if source in ON_PAPER and not evidence.strip():
        raise Invalid(errors=[{"pointer": "#/evidence", "detail": NOT_SAID_WHERE}])
    told = stated(facts, source.word, observed_on)
    tell(found["applicant_id"], told, by=by, evidence=evidence.strip() or None)
    return _page(found, by)


def _case(operation: str, application: UUID, by: Principal) -> Row:
    found = applications.find(application)
    if found is None or not can(by, operation, found):
        raise NotFound
    return found


def _page(found: Row, by: Principal) -> View:
    person = found["applicant_id"]
    doubts = doubts_of(person) or {"disputed": ()}
    said = {each["name"]: each["value"] for each in declared_of(person)}
    open_to_her = Relation.OVERSEER in relations(by, found)
    otherwise = {name: pages.shown(name, said[name]) for name in doubts["disputed"]}
    items = [
        {**each, "declared": otherwise.get(each["name"])}
        for each in pages.facts(facts_of(person, clock.today()))
        if open_to_her or POLICY.dictionary[each["name"]].sensitivity != SENSITIVE
    ]
    return {"items": items, "next_cursor": None}
