"""What was somebody told about policies, what has she heard already, and what is under way?"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend.access import Principal, can
from backend.applications.kinds import TERMS, Kind
from backend.applications.models import Application
from backend.applications.workflow import OPEN, Status
from backend.consents.kinds import Purpose
from backend.consents.queries import stands
from backend.db import Row, row, rows
from backend.errors import NotFound
from backend.matches.buttons import button
from backend.matches.models import PolicyMatch, PolicyMatchItem, Standing
from backend.profiles.models import FactRecord

# A statement may have been on its way into the records while we looked.
ON_ITS_WAY = timedelta(seconds=10)
Of = Mapping[int, frozenset[Any]]
Cases = dict[int, dict[Kind, UUID]]
_MATCHES = select(
    PolicyMatch.id.label("row"),
    PolicyMatch.public_id.label("id"),
    PolicyMatch.person_id,
    PolicyMatch.policy,
    PolicyMatch.as_of,
    PolicyMatch.found_at,
)


def listed(by: Principal, *, after: int | None, limit: int) -> list[dict[str, Any]]:
    """Return a page of what she was told, newest first, each with its policies."""
    asked = _MATCHES.where(PolicyMatch.person_id == by.id).order_by(PolicyMatch.id.desc())
    if after is not None:
        asked = asked.where(PolicyMatch.id < after)
    return _with_items(rows(asked.limit(limit)))


def get(public_id: UUID, by: Principal) -> dict[str, Any]:
    """Return what she was told at once; raise NotFound for anybody else's."""
    found = row(_MATCHES.where(PolicyMatch.public_id == public_id))
    if found is None or not can(by, "getMatch", found):
        raise NotFound
    return _with_items([found])[0]


def numbered(match_id: int) -> dict[str, Any]:
    """Return a match by its key, for whoever writes the message: nobody's if she consents no more.

    Inside an action she consents until its end.
    """
    found = row(_MATCHES.where(PolicyMatch.id == match_id))
    assert found is not None
    wanted = stands(found["person_id"], Purpose.POLICY_MATCHING)
    return {**_with_items([found])[0], "person_id": found["person_id"] if wanted else None}


def applied_of(people: Collection[int]) -> Of:
    """Return of each of these people the benefits for which she has a case under way."""
    under_way = [each for each in OPEN if each is not Status.DRAFT]
    asked = select(Application.applicant_id, Application.kind).where(
        Application.applicant_id.in_(people), Application.status.in_(under_way)
    )
    found = [(each["applicant_id"], TERMS[each["kind"]].benefit) for each in rows(asked)]
    return _by_person(found)


def told_of(people: Collection[int]) -> Of:
    """Return of each of these people of which last days she has heard, and how long ahead."""
    item = PolicyMatchItem
    asked = select(item.person_id, item.benefit, item.closes_on, item.ahead).where(
        item.person_id.in_(people), item.ahead.is_not(None)
    )
    return _by_person((person, tuple(told)) for person, *told in (e.values() for e in rows(asked)))


def changed_of(people: Collection[int]) -> Of:
    """Return of each of these people the facts of which we were told since we last looked."""
    asked = (
        select(FactRecord.person_id, FactRecord.name)
        .join(Standing, Standing.person_id == FactRecord.person_id)
        .where(
            FactRecord.person_id.in_(people),
            FactRecord.recorded_at > Standing.judged_at - ON_ITS_WAY,
        )
    )
    return _by_person(tuple(each.values()) for each in rows(asked))


def _by_person(pairs: Iterable[tuple[int, Any]]) -> Of:
    found: defaultdict[int, set[Any]] = defaultdict(set)
    for person, what in pairs:
        found[person].add(what)
    return defaultdict(frozenset, {person: frozenset(each) for person, each in found.items()})


def _with_items(matches: Sequence[Row]) -> list[dict[str, Any]]:
    items = rows(
        select(*PolicyMatchItem.__table__.columns)
        .where(PolicyMatchItem.match_id.in_([each["row"] for each in matches]))
        .order_by(PolicyMatchItem.id)
    )
    cases = _cases_of({each["person_id"] for each in matches})
    return [{**each, "items": list(_items(each, items, cases))} for each in matches]


def _items(match: Row, items: Sequence[Row], cases: Cases) -> Iterator[dict[str, Any]]:
    hers = cases[match["person_id"]]
    for each in items:
        if each["match_id"] == match["row"]:
            yield {**each, "button": button(each["what"], each["benefit"], hers)}


def _cases_of(people: Collection[int]) -> Cases:
    """Return of each of these people her cases under way and drafts, one of a kind at most."""
    hers: Cases = {person: {} for person in people}
    asked = select(Application.applicant_id, Application.kind, Application.public_id)
    for each in rows(
        asked.where(Application.applicant_id.in_(people), Application.status.in_(OPEN))
    ):
        hers[each["applicant_id"]][each["kind"]] = each["public_id"]
    return hers
