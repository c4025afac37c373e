"""How does something come to be known about a person?"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from backend import clock
from backend.access import Audience, Principal
from backend.accounts.models import Person
from backend.audit.actions import record
from backend.db import action, session
from backend.errors import Invalid, NotAllowed, NotFound
from backend.profiles import pages, projection, queries
from backend.profiles.columns import POLICY
from backend.profiles.evidence import SPEAK_OF_TODAY, SPEAKERS, Source, Statement, may_tell
from backend.profiles.models import FactRecord, Profile
from eligibility.facts import FactsRefused, Known, as_json, read

PROFILE = Profile.__table__
# What each fault of the engine's reader is called on the form.
SAID: Mapping[str, str] = {
    "unknown_fact": "没有这个项目",
    "unknown_source": "没有这种来源",
    "unknown_value": "不在可选范围内",
    "wrong_type": "填写的类型不对",
    "wrong_rows": "各行的年份重复或缺少",
    "out_of_range": "超出允许的范围",
    "impossible_date": "没有这一天",
    "impossible_interval": "最少不能大于最多",
    "in_the_future": "日期在今天之后",
}
NOT_THEIRS = "这一项不能由这个来源填写"
UNDATED = "请注明这是哪一天的情况"
Faults = list[dict[str, str]]
View = dict[str, Any]


@action
def declare(raw: Mapping[str, Any], *, on: date | None, by: Principal) -> View:
    """Write down what a person says of herself, as it stands in JSON, and tell what counts now.

    Money is yuan there. Raise Invalid with every fault at once.
    """
    tell(by.id, stated(raw, "self", on), by=by)
    return {"items": pages.facts(queries.facts_of(by.id, clock.today())), "next_cursor": None}


def stated(raw: Mapping[str, Any], source: str, on: date | None) -> dict[str, Known]:
    """Return as statements of one source what stands in JSON; raise Invalid like `tell`."""
    typed, faults = _typed(raw)
    found = {name: Known(value, source, on) for name, value in typed.items()}
    dated = {name: _dated(known, clock.today()) for name, known in found.items()}
    faults += _faults(dated, clock.today())
    if faults:
        raise Invalid(errors=faults)
    return found


def _typed(raw: Mapping[str, Any]) -> tuple[dict[str, Any], Faults]:
    """Return the values as the engine counts them (money in fen), and what cannot be read."""
    typed: dict[str, Any] = {}
    faults: Faults = []
    for name, value in raw.items():
        try:
            # Who says it and since when is told apart, never inside of a value.
            plain = [] if isinstance(value, Mapping) and "value" in value else value
            known = read(POLICY.dictionary, {name: plain}, date.max).known(name)
            typed[name] = None if value is None or known is None else known.value
        except FactsRefused as refused:
            words = SAID[refused.faults[0].code]
            faults.append({"pointer": f"#/facts/{name}", "detail": words})
    return typed, faults


def tell(
    person_id: int,
    facts: Mapping[str, Known],
    *,
    by: Principal | None,
    evidence: str | None = None,
) -> int:
    """Write down statements and what they now come to; return the profile's version.

    For use inside an action. A `Known` without a value takes back what its source said. What was
    said already is not written twice, and changes no version. Raise Invalid with every fault at
    once, NotAllowed for a source that is not the caller's to speak for, NotFound for a person who
    is not there or, to a citizen, anybody but herself.
    """
    if by is not None and by.audience is Audience.CITIZEN and by.id != person_id:
        raise NotFound
    if session.get(Person, person_id) is None:
        raise NotFound
    staff_id = by.id if by is not None and by.audience is Audience.STAFF else None
    told = _read(facts, by, staff_id)
    version = _locked(person_id)
    before = queries.statements_of(person_id)
    news = [each for each in told if _is_news(each, before)]
    if not news:
        return version
    _add(person_id, news, evidence)
    _project(person_id, version + 1)
    sources = sorted({each.source.word for each in news})
    names = [each.name for each in news]
    record("profile.facts_recorded", "person", person_id, by, facts=names, sources=sources)
    return version + 1


def _project(person_id: int, version: int) -> None:
    columns = projection.row(queries.statements_of(person_id))
    one = update(PROFILE).where(PROFILE.c.person_id == person_id)
    session.execute(one.values(**columns, version=version))


def _read(
    facts: Mapping[str, Known], by: Principal | None, staff_id: int | None
) -> list[Statement]:
    """Return statements as they will be kept; raise Invalid or NotAllowed."""
    today = clock.today()
    written = {
        name: replace(_dated(known, today), value=as_json(known)["value"])
        for name, known in facts.items()
    }
    faults = list(_faults(written, today))
    if faults:
        raise Invalid(errors=faults)
    told = [
        Statement(name, known.value, Source[known.source.upper()], known.observed_on, by=staff_id)
        for name, known in written.items()
        if known.observed_on is not None
    ]
    if not {each.source for each in told} <= SPEAKERS.get(by.role if by else None, frozenset()):
        raise NotAllowed
    return told


def tellable(facts: Mapping[str, Known]) -> dict[str, Known]:
    """Return those statements that could be written down; nothing that is not known is one."""
    faulty = {each["pointer"].rsplit("/", 1)[1] for each in _faults(facts, clock.today())}
    return {n: k for n, k in facts.items() if n not in faulty and k.value is not None}


def _dated(known: Known, today: date) -> Known:
    speaks_of_today = {each.word for each in SPEAK_OF_TODAY}
    if known.observed_on is None and (known.value is None or known.source in speaks_of_today):
        return replace(known, observed_on=today)
    return known


def _faults(facts: Mapping[str, Known], today: date) -> Iterator[dict[str, str]]:
    found: dict[str, str] = {}
    try:
        read(POLICY.dictionary, facts, today)
    except FactsRefused as refused:
        found = {each.name: SAID[each.code] for each in refused.faults}
    sources = {each.word: each for each in Source}
    for name, known in facts.items():
        if name in found:
            continue
        if known.source not in sources or not may_tell(
            POLICY.dictionary[name], sources[known.source]
        ):
            found[name] = NOT_THEIRS
        elif known.observed_on is None:
            found[name] = UNDATED
    for name, detail in found.items():
        yield {"pointer": f"#/facts/{name}", "detail": detail}


def _locked(person_id: int) -> int:
    """Lock the profile, a new and empty one if need be, and return its version."""
    new = insert(PROFILE).values(person_id=person_id, conflicts=[], disputed=[], version=0)
    session.execute(new.on_conflict_do_nothing())
    one = select(PROFILE.c.version).where(PROFILE.c.person_id == person_id).with_for_update()
    return int(session.execute(one).scalar_one())


def _is_news(statement: Statement, before: list[Statement]) -> bool:
    """Tell whether it differs from the last word of the same hand."""
    heard = [
        each for each in before if (each.name, each.source) == (statement.name, statement.source)
    ]
    if statement.value is None:
        return bool(heard) and heard[-1].value is not None
    own = [each for each in heard if each.value is None or each.by == statement.by]
    return not own or own[-1][1:4] != statement[1:4]


def _add(person_id: int, news: list[Statement], evidence: str | None) -> None:
    now = clock.now()
    for each in news:
        session.add(
            FactRecord(
                person_id=person_id,
                name=each.name,
                value=each.value,
                source=each.source,
                observed_on=each.observed_on,
                recorded_at=now,
                by=each.by,
                evidence=evidence,
            )
        )
    session.flush()
