"""What does each line of a claim say, what does it lack, and does it count?

A household that graduated is filled in from the park's records where they have it; where they do
not, the park names it and says what proves it. For use inside an action, where something changes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, delete, exists, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from backend import clock, vault
from backend.accounts import identity, sealed
from backend.db import Row, constraint_of, new_id, rows, session
from backend.errors import AlreadySubsidised, Incomplete
from backend.subsidies import graduates
from backend.subsidies.kinds import SubsidyKind, WhyNot
from backend.subsidies.models import Subsidy, SubsidyLine

Given = Mapping[str, Any]
Faults = list[dict[str, str]]
K = SubsidyKind
HOUSEHOLD = {
    "name": "户名",
    "credit_code": "统一社会信用代码",
    "registered_on": "注册登记日期",
    "moved_out_on": "搬离日期",
}
WORKER = {"name": "姓名", "number": "证件号码", "hired_on": "入职日期"}
ASKED: Mapping[SubsidyKind, Mapping[str, str]] = {K.INCUBATION: HOUSEHOLD, K.JOB_CREATION: WORKER}
SHARED = frozenset({"evidence"})
DAYS = ("registered_on", "moved_out_on", "hired_on")
NOT_ASKED = "{kind}没有这一项"
NOT_YET = "不能晚于今天"
BACKWARDS = "不能早于注册登记日期"
BEFORE_THAT = "不能早于该户入驻日期（{day}）"
NOT_THERE = "本园区台账中没有该户的毕业记录；可以不填，改为填写户名、代码和日期并说明证明材料"
TOO_YOUNG = "未满 16 周岁"
NO_RECORD = {
    K.INCUBATION: "台账中没有该户的毕业记录，须以材料证明",
    K.JOB_CREATION: "在园人数记录中没有此人，须以材料证明",
}
NO_EVIDENCE = {
    K.INCUBATION: "登记注册和搬离的证明材料",
    K.JOB_CREATION: "劳动合同和社会保险缴费证明",
}
ONCE = {"uq_subsidy_line_household", "uq_subsidy_line_tenancy", "uq_subsidy_line_job"}
# Hashed as in head counts, so that a job can be held against them without either number.
WHO, TABLE = "head.who", "subsidy_line"


def write(subsidy: Subsidy, given: Sequence[Given]) -> Faults:
    """Replace the lines of a claim; return every fault, with which nothing may be kept."""
    faults: Faults = []
    session.execute(delete(SubsidyLine).where(SubsidyLine.subsidy_id == subsidy.id))
    for place, each in enumerate(given):
        told, wrong = _read(subsidy, each)
        faults += [{"pointer": f"#/lines/{place}/{n}", "detail": d} for n, d in wrong.items()]
        if not wrong:
            session.add(_line(subsidy, place, told))
    session.flush()
    return faults


def of(subsidy_id: int) -> Sequence[Row]:
    """Return the lines of a claim in their order."""
    works_there = graduates.works_there(Subsidy.tenancy_id, SubsidyLine.worker_hash)
    households = SubsidyLine.kind == K.INCUBATION
    on_record = case((households, SubsidyLine.tenancy_id.is_not(None)), else_=works_there)
    asked = (
        select(*SubsidyLine.__table__.columns, on_record.label("is_on_record"))
        .join(Subsidy, Subsidy.id == SubsidyLine.subsidy_id)
        .where(SubsidyLine.subsidy_id == subsidy_id)
    )
    return rows(asked.order_by(SubsidyLine.place))


def told(found: Row) -> dict[str, Any]:
    """Tell a line to the park and the bureau: of a worker the number is masked."""
    name, number = found["name"], None
    if found["worker_name"]:
        name = sealed.opened(TABLE, "worker_name", found)
    if found["worker_number"]:
        number = vault.mask_number(number_of(found))
    shown = ("credit_code", "registered_on", "moved_out_on", "hired_on", "evidence", "outcome")
    reasons = [WhyNot[each] for each in found["reasons"]]
    return {
        "id": found["public_id"],
        "name": name,
        "number_masked": number,
        **{each: found[each] for each in shown},
        "is_on_record": found["is_on_record"],
        "gaps": gaps(found),
        "reasons": [{"code": each, "label": each.value} for each in reasons],
        "note": found["note"],
        "amount": found["amount"],
    }


def gaps(found: Mapping[str, Any]) -> list[str]:
    """Name what is lacking on a line: what must be there, then what would prove it."""
    lacking = list(missing(found).values())
    if not found["is_on_record"]:
        lacking.append(NO_RECORD[found["kind"]])
    return lacking if found["evidence"] else [*lacking, NO_EVIDENCE[found["kind"]]]


def missing(found: Mapping[str, Any]) -> dict[str, str]:
    """Return what must be on a line before it can be handed in, and is not."""
    columns = {"number": "worker_number"}
    if found["kind"] is K.JOB_CREATION:
        columns["name"] = "worker_name"
    asked = ASKED[found["kind"]].items()
    return {n: label for n, label in asked if found[columns.get(n, n)] is None}


def count(subsidy: Subsidy) -> None:
    """Let the lines of a claim count from now on.

    Raise Incomplete with all that is missing, AlreadySubsidised with those of its own lines for
    which somebody has claimed already.
    """
    there = of(subsidy.id)
    absent = [
        {"pointer": f"#/lines/{each['place']}/{n}", "label": f"第 {each['place'] + 1} 行 · {label}"}
        for each in there
        for n, label in missing(each).items()
    ]
    if absent or not there:
        raise Incomplete(missing=absent or [{"pointer": "#/lines", "label": "申报明细"}])
    if taken := _taken(subsidy):
        raise AlreadySubsidised(lines=taken)
    mine = update(SubsidyLine).where(SubsidyLine.subsidy_id == subsidy.id)
    with once():
        session.execute(mine.values(counts=True, outcome=None, reasons=[], note=""))


@contextmanager
def once() -> Iterator[None]:
    """Let lines begin to count within; raise AlreadySubsidised where somebody was quicker."""
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError as error:
        if constraint_of(error) not in ONCE:
            raise
        raise AlreadySubsidised from None


def release(subsidy: Subsidy) -> None:
    """Let the lines of a claim count no more: it is over and nothing is paid for them."""
    mine = update(SubsidyLine).where(SubsidyLine.subsidy_id == subsidy.id)
    session.execute(mine.values(counts=False, amount=None))


def locked(subsidy: Subsidy) -> dict[UUID, SubsidyLine]:
    """Return the lines of a locked claim by their public ids, to be written upon."""
    asked = select(SubsidyLine).where(SubsidyLine.subsidy_id == subsidy.id)
    return {each.public_id: each for each in session.scalars(asked.order_by(SubsidyLine.place))}


def _read(subsidy: Subsidy, given: Given) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a line as it will be kept, and what is wrong with it."""
    told = {name: value for name, value in given.items() if value not in (None, "")}
    known = {*ASKED[subsidy.kind], *SHARED}
    if subsidy.kind is K.INCUBATION:
        known.add("tenancy_id")
    wrong = {n: NOT_ASKED.format(kind=subsidy.kind.value) for n in told if n not in known}
    if wrong:
        return told, wrong
    if subsidy.kind is K.INCUBATION:
        which = {"tenancy": told.get("tenancy_id"), "credit_code": told.get("credit_code")}
        record = graduates.of_park(subsidy.park_id, **which)
        if record is None and "tenancy_id" in told:
            return told, {"tenancy_id": NOT_THERE}
        # What the park has on record is not what somebody types.
        told |= {name: value for name, value in (record or {}).items() if value is not None}
    return told, _days(subsidy, told) | _worker(told)


def _days(subsidy: Subsidy, told: Given) -> dict[str, str]:
    today = clock.today()
    wrong = {name: NOT_YET for name in DAYS if today < told.get(name, today)}
    registered, moved = told.get("registered_on"), told.get("moved_out_on")
    if registered and moved and moved < registered:
        wrong.setdefault("moved_out_on", BACKWARDS)
    if "hired_on" in told and subsidy.tenancy_id is not None:
        since = graduates.incubated_since(subsidy.tenancy_id)
        if told["hired_on"] < since:
            wrong.setdefault("hired_on", BEFORE_THAT.format(day=since))
    return wrong


def _worker(told: Given) -> dict[str, str]:
    number, on = told.get("number"), told.get("hired_on") or clock.today()
    if number is not None and number.age_on(on) < identity.LEAST_AGE:
        return {"number": TOO_YOUNG}
    return {}


def _line(subsidy: Subsidy, place: int, told: Given) -> SubsidyLine:
    line = SubsidyLine(
        public_id=new_id(),
        subsidy_id=subsidy.id,
        kind=subsidy.kind,
        place=place,
        evidence=told.get("evidence", ""),
        hired_on=told.get("hired_on"),
    )
    if subsidy.kind is K.INCUBATION:
        line.tenancy_id = told.get("tenancy_key")
        for name in HOUSEHOLD:
            setattr(line, name, told.get(name))
        return line
    line.credit_code = subsidy.credit_code
    if "name" in told:
        line.worker_name = sealed.seal(TABLE, "worker_name", line.public_id, told["name"])
    if "number" in told:
        digits = told["number"].digits
        line.worker_number = sealed.seal(TABLE, "worker_number", line.public_id, digits)
        line.worker_hash = _hash(subsidy, sealed.hashes(WHO, digits))
    return line


def _hash(subsidy: Subsidy, hashes: Sequence[str]) -> str:
    """Return the hash of a worker: whoever is known at this firm keeps that of an older key."""
    known = select(SubsidyLine.worker_hash).where(
        SubsidyLine.credit_code == subsidy.credit_code, SubsidyLine.worker_hash.in_(hashes)
    )
    return session.scalar(known.limit(1)) or hashes[0]


def _taken(subsidy: Subsidy) -> list[int]:
    """Return the places of those lines for which there is a claim already, this one included."""
    mine, other = aliased(SubsidyLine), aliased(SubsidyLine)
    same = {
        K.INCUBATION: or_(
            other.credit_code == mine.credit_code, other.tenancy_id == mine.tenancy_id
        ),
        K.JOB_CREATION: and_(
            other.credit_code == mine.credit_code, other.worker_hash == mine.worker_hash
        ),
    }
    earlier = and_(other.subsidy_id == mine.subsidy_id, other.place < mine.place)
    elsewhere = and_(other.subsidy_id != mine.subsidy_id, other.counts)
    twice = exists().where(other.kind == mine.kind, same[subsidy.kind], or_(earlier, elsewhere))
    found = rows(
        select(mine.place).where(mine.subsidy_id == subsidy.id, twice).order_by(mine.place)
    )
    return [each["place"] for each in found]


def number_of(found: Row) -> str:
    """Return the number of a worker's document in full."""
    return sealed.opened(TABLE, "worker_number", found)


def places_of(found: Iterable[Row]) -> dict[UUID, int]:
    """Return the place of each line by its public id."""
    return {each["public_id"]: each["place"] for each in found}
