"""What need she not type again, and where do we have it from?

Each answer that is known already is offered with its origin and its day; she takes it over or not.
What was bound or proven comes first, then whatever is newest. A promise is never made for her, and
a day that is past is no wish any more.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from backend import clock
from backend.access import Principal, can
from backend.accounts import claims
from backend.applications import corrections, queries
from backend.applications.kinds import Kind
from backend.applications.questions import FORMS, Field, Type
from backend.applications.workflow import IN_HER_HANDS
from backend.errors import NotFound
from backend.profiles.pages import shown
from backend.profiles.queries import facts_of
from eligibility.facts import as_json

# How many of her cases are looked through; whoever has more has answered in one of these.
CASES = 10
BOUND = {("applicant", "name"): "name", ("applicant", "phone"): "phone"}


Place = tuple[str, str]
Asked = Mapping[Place, Field]


class Origin(Enum):
    """Where a suggested answer comes from."""

    ACCOUNT = "实名信息"
    PROFILE = "个人资料"
    EARLIER_CASE = "以往申请"


class Known(NamedTuple):
    """An answer that we have: of when it is, and the number of the case that it stands in."""

    value: Any
    origin: Origin
    on: date
    number: str | None = None
    is_proven: bool = False


Found = Iterator[tuple[Place, Known]]


def suggested(public_id: UUID, by: Principal) -> dict[str, Any]:
    """List what is known already of the questions of a form that is in the applicant's hands.

    Raise NotFound for everybody else. A case that is not hers to write in has no suggestions.
    """
    found = queries.find(public_id)
    if found is None or not can(by, "suggestAnswers", found):
        raise NotFound
    known = _known(found["kind"], public_id, by) if found["status"] in IN_HER_HANDS else {}
    items = [
        {
            "pointer": f"#/sections/{section.name}/{field.name}",
            "label": f"{section.label} · {field.label}",
            **known[section.name, field.name]._asdict(),
        }
        for section in FORMS[found["kind"]]
        for field in section.fields
        if (section.name, field.name) in known
    ]
    return {"items": items, "next_cursor": None}


def _known(kind: Kind, public_id: UUID, by: Principal) -> dict[Place, Known]:
    asked = {(section.name, f.name): f for section in FORMS[kind] for f in section.fields}
    offered = chain(
        _bound(asked, by), _facts(asked, by), _in_earlier_cases(asked, by, besides=public_id)
    )
    found: dict[Place, Known] = {}
    for place, known in offered:
        before = found.get(place)
        if before is None or (known.is_proven, known.on) > (before.is_proven, before.on):
            found[place] = known
    return found


def _bound(asked: Asked, by: Principal) -> Found:
    hers = claims.told_to_herself(by.id)
    for place, name in BOUND.items():
        if place in asked and name in hers:
            value, on = hers[name]
            yield place, Known(value, Origin.ACCOUNT, on, is_proven=True)


def _facts(asked: Asked, by: Principal) -> Found:
    facts = facts_of(by.id, clock.today())
    for place, field in asked.items():
        name = field.fact
        fact = facts.known(name) if name and name in facts.values else None
        if name and fact and fact.observed_on:
            value, proven = shown(name, as_json(fact)["value"]), fact.source != "self"
            yield place, Known(value, Origin.PROFILE, fact.observed_on, is_proven=proven)


def _in_earlier_cases(asked: Asked, by: Principal, besides: UUID) -> Found:
    for case in queries.others_of(by, besides, limit=CASES):
        on = clock.day_of(case["changed_at"])
        for section, answers in corrections.opened(case, case["sections"]).items():
            for name, value in answers.items():
                field = asked.get((section, name))
                if field and _may_be_reused(field, value):
                    yield (section, name), Known(value, Origin.EARLIER_CASE, on, case["number"])


def _may_be_reused(field: Field, value: Any) -> bool:
    if value in (None, "") or field.kind is Type.CONSENT:
        return False
    is_wish = field.kind is Type.DAY and field.fact is None
    return not is_wish or value >= clock.today().isoformat()
