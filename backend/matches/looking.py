"""How are people looked at, and what is written down when there is something to tell?

A portion is one transaction: how people stand now is committed together with the events from which
their messages grow, one for each. Whoever dies before has told nobody and forgotten nothing.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import text

from backend import clock
from backend.audit.actions import record
from backend.db import Row, action, new_id, session
from backend.matches import asking, queries
from backend.matches.asking import Basis
from backend.matches.judging import Looked, News, news
from backend.matches.kinds import What
from backend.matches.models import PolicyMatch, PolicyMatchItem
from backend.profiles.queries import facts_of_all
from backend.screenings.answers import Ground, answer
from backend.screenings.results import result

Choose = Callable[[Basis, int, int], Sequence[Row]]
Judge = Callable[[Looked, Ground], list[News]]
log = logging.getLogger(__name__)
_STAND = text("""
    UPDATE standing SET met = said.met, unmet = said.unmet, judged_on = :day,
           judged_at = CASE WHEN said.failed THEN judged_at ELSE :now END,
           profile_version = said.version, basis = :basis,
           told_on = CASE WHEN said.told THEN :day ELSE told_on END
    FROM jsonb_to_recordset(CAST(:people AS jsonb))
        AS said(person_id bigint, met text[], unmet text[], version bigint,
                told boolean, failed boolean)
    WHERE standing.person_id = said.person_id
""")


@action
def look(
    on: Basis,
    after: int = 0,
    size: int = asking.PORTION,
    *,
    choose: Choose = asking.portion,
    judge: Judge = news,
) -> list[int]:
    """Look at the next people who are due, behind a key; return theirs."""
    now = clock.now()
    found = choose(on, after, size)
    plain = {each["person_id"]: _plain(each) for each in found}
    known = dict(_known(on, {key: each for key, each in plain.items() if any(each.candidates)}))
    stand = [_judged(each, plain[each["person_id"]], known, judge) for each in found]
    people = orjson.dumps(stand).decode()
    session.execute(_STAND, {"day": on.day, "now": now, "basis": on.key, "people": people})
    return list(plain)


def _judged(
    found: Row, plain: Looked, known: Mapping[int, tuple[Looked, Ground]], judge: Judge
) -> dict[str, Any]:
    """Tell one person what there is to tell; return how she stands now.

    Where that cannot be worked out she stands as before, and is looked at again the next day.
    """
    person_id = found["person_id"]
    stands = {"person_id": person_id, "version": found["version"], "told": False, "failed": False}
    if person_id not in known:
        return {**stands, "met": sorted(plain.still_met), "unmet": sorted(plain.now_unmet)}
    looked, ground = known[person_id]
    try:
        told = judge(looked, ground)
        answers = [result(ground, answer(ground, each.found)) for each in told]
    except Exception:
        log.exception("person %s cannot be told of her policies", person_id)
        return {**stands, "failed": True, "met": found["met"], "unmet": found["unmet"]}
    if told:
        _tell(person_id, ground, list(zip(told, answers, strict=True)))
    new = {benefit for benefit, what in looked.candidates if what is What.ELIGIBLE}
    met = looked.still_met - (new - {each.found.rule for each in told})
    return {**stands, "told": bool(told), "met": sorted(met), "unmet": sorted(looked.now_unmet)}


def _tell(person_id: int, on: Ground, told: Collection[tuple[News, dict[str, Any]]]) -> None:
    match = PolicyMatch(
        public_id=new_id(),
        person_id=person_id,
        policy=on.policy.version,
        as_of=on.as_of,
        found_at=clock.now(),
    )
    session.add(match)
    session.flush()
    for each, shown in told:
        session.add(
            PolicyMatchItem(
                match_id=match.id,
                person_id=person_id,
                benefit=each.found.rule,
                what=each.what,
                cause=each.cause,
                why=each.why,
                on=each.on,
                closes_on=each.closes_on,
                ahead=each.ahead,
                answer=orjson.loads(orjson.dumps(shown)),
            )
        )
    session.flush()
    record("match.found", "match", match.id, None)


def _plain(found: Row) -> Looked:
    """Return what one statement says of a person."""
    judged_at = found["judged_at"]
    names = ("met", "unmet", "now_met", "now_unmet", "closing")
    return Looked(
        **{name: frozenset(found[name]) for name in names},
        judged_on=judged_at and clock.day_of(judged_at),
        wants_losses=found["wants_losses"],
    )


def _known(on: Basis, people: dict[int, Looked]) -> Iterator[tuple[int, tuple[Looked, Ground]]]:
    """Add to those for whom there may be news what else matters, and their facts."""
    applied, told = queries.applied_of(people), queries.told_of(people)
    changed, facts = queries.changed_of(people), facts_of_all(people, on.day)
    for key, each in people.items():
        looked = replace(each, applied=applied[key], told=told[key], changed=changed[key])
        yield key, (looked, Ground(on.policy, on.snapshot, on.day, facts[key]))
