"""How is an amount granted, by two people, paid, refused, and got back?"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from backend import clock
from backend.access import Principal, Relation
from backend.applications import taking as applications
from backend.db import action, session
from backend.errors import Invalid
from backend.policies.queries import snapshot
from backend.profiles.actions import stated, tell
from backend.subsidies import bounds, lines, queries, verdict
from backend.subsidies.bounds import Bounds
from backend.subsidies.kinds import Ground, Outcome, SubsidyKind, WhyNot
from backend.subsidies.models import Subsidy, SubsidyLine, SubsidyPayment, SubsidyRecovery
from backend.subsidies.taking import Taken, View, moved, seen_now, taken
from eligibility.quantities import money
from eligibility.values import yuan

Faults = list[dict[str, str]]
MISSING, SURPLUS = "必填", "此项不适用，请勿填写"
NO_SUCH = "不是审核认可的申报行"
TWICE = "同一行只能列一次"
ALL_OF_THEM = "请核定每一行认可的金额，还缺第 {places} 行"
NO_REASON = "至少选择一个原因"
SAY_WHICH = "选择“其他”时请说明原因"
NOT_AS_APPROVED = "应与核定的补贴金额一致：{total} 元"
OUT_OF_TIME = "应在复核通过之后（{first} 起）、今天或以前"
TOO_MUCH = "不能超过已拨付的 {total} 元"
BEFORE_PAID = "应在拨付之后（{first} 起）、今天或以前"
# What the records know once it is paid, so that nobody has to ask her.
RECEIVED = "startup_subsidy_received"


@action
def grant(
    public_id: UUID,
    *,
    seen: int,
    by: Principal,
    amount: str | None,
    given: Sequence[Mapping[str, Any]],
) -> View:
    """Grant an amount, or one for each accepted line, in yuan; another one approves it.

    Only where the policy names the very sum may it be left out. Raise Invalid with every fault, an
    amount outside of today's bounds with the dated number that stands against it.
    """
    case = taken("grantSubsidy", "grant", public_id, seen, by)
    subsidy = case.subsidy
    known = snapshot(clock.today())
    today = bounds.of(subsidy.kind, subsidy.jurisdiction_code, known)
    if subsidy.kind is SubsidyKind.STARTUP:
        fen, faults = _of_her(today, amount, given)
    else:
        fen, faults = _of_lines(subsidy, today, amount, given)
    if faults:
        raise Invalid(errors=faults)
    found = queries.find(public_id)
    assert found is not None
    said = verdict.of(found)
    kept = {name: said[name] for name in ("value", "flags", "flag_labels")}
    subsidy.amount, subsidy.basis, subsidy.proposed_by = fen, today.as_json() | kept, by.id
    moved(case)
    return seen_now(case)


@action
def approve(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Approve, as another person, what a colleague has granted."""
    case = taken("approveSubsidy", "approve", public_id, seen, by)
    case.subsidy.approved_by, case.subsidy.approved_on = by.id, clock.today()
    moved(case)
    return seen_now(case)


@action
def send_back(public_id: UUID, *, seen: int, by: Principal, why: str) -> View:
    """Have the amount looked at again; what was granted is gone."""
    case = taken("returnSubsidy", "return", public_id, seen, by)
    subsidy = case.subsidy
    for line in lines.locked(subsidy).values():
        line.amount = None
    subsidy.amount = subsidy.basis = subsidy.proposed_by = None
    moved(case, why=why)
    return seen_now(case)


@action
def refuse(
    public_id: UUID, *, seen: int, by: Principal, reasons: Sequence[WhyNot], note: str
) -> View:
    """Pay nothing, for coded reasons; the application, or the claim, is over.

    Raise Invalid without a reason, or without words where the reason is another one.
    """
    case = taken("refuseSubsidy", "refuse", public_id, seen, by)
    if not reasons:
        raise Invalid(errors=[{"pointer": "#/reasons", "detail": NO_REASON}])
    if WhyNot.OTHER in reasons and not note:
        raise Invalid(errors=[{"pointer": "#/note", "detail": SAY_WHICH}])
    case.subsidy.reasons, case.subsidy.note = [reason.name for reason in reasons], note
    lines.release(case.subsidy)
    moved(case)
    _completed(case)
    return seen_now(case)


@action
def pay(
    public_id: UUID, *, seen: int, by: Principal, amount: str, paid_on: date, voucher: str
) -> View:
    """Record that so many yuan were paid, and end the application.

    Raise Invalid for another amount than was approved, or a day before that or to come.
    """
    case = taken("recordPayment", "pay", public_id, seen, by)
    subsidy, fen, wrong = case.subsidy, money(amount), {}
    assert subsidy.amount is not None and subsidy.approved_on is not None
    if fen != subsidy.amount:
        wrong["amount"] = NOT_AS_APPROVED.format(total=yuan(subsidy.amount))
    if not subsidy.approved_on <= paid_on <= clock.today():
        wrong["paid_on"] = OUT_OF_TIME.format(first=subsidy.approved_on)
    _refuse(wrong)
    session.add(
        SubsidyPayment(
            subsidy_id=subsidy.id,
            amount=fen,
            paid_on=paid_on,
            voucher=voucher,
            recorded_by=by.id,
            recorded_at=clock.now(),
        )
    )
    moved(case)
    if subsidy.person_id is not None:
        told = stated({RECEIVED: True}, "reg", paid_on)
        tell(subsidy.person_id, told, by=by, evidence=f"拨付凭证 {voucher}")
    _completed(case)
    return seen_now(case)


@action
def recover(
    public_id: UUID,
    *,
    seen: int,
    by: Principal,
    amount: str,
    recovered_on: date,
    ground: Ground,
    why: str,
) -> View:
    """Record what of a payment came back, when, and for which reason.

    Raise Invalid for more than was paid, or a day before the payment or to come.
    """
    case = taken("recoverSubsidy", "recover", public_id, seen, by)
    paid, fen, wrong = session.get_one(SubsidyPayment, case.subsidy.id), money(amount), {}
    if fen > paid.amount:
        wrong["amount"] = TOO_MUCH.format(total=yuan(paid.amount))
    if not paid.paid_on <= recovered_on <= clock.today():
        wrong["recovered_on"] = BEFORE_PAID.format(first=paid.paid_on)
    if ground is Ground.OTHER and not why:
        wrong["why"] = SAY_WHICH
    _refuse(wrong)
    session.add(
        SubsidyRecovery(
            subsidy_id=case.subsidy.id,
            amount=fen,
            recovered_on=recovered_on,
            ground=ground,
            why=why,
            recorded_by=by.id,
            recorded_at=clock.now(),
        )
    )
    moved(case, ground=ground.name.lower())
    return seen_now(case)


def _of_her(
    today: Bounds, amount: str | None, given: Sequence[Mapping[str, Any]]
) -> tuple[int, Faults]:
    """Return what a person is granted, in fen, and what is wrong with it."""
    wrong = {"lines": SURPLUS} if given else {}
    fen, words = _within(today, amount)
    if words:
        wrong["amount"] = words
    return fen, [{"pointer": f"#/{name}", "detail": each} for name, each in wrong.items()]


def _of_lines(
    subsidy: Subsidy, today: Bounds, amount: str | None, given: Sequence[Mapping[str, Any]]
) -> tuple[int, Faults]:
    """Write on each accepted line what is granted for it; return the sum, and what is wrong."""
    faults: Faults = [{"pointer": "#/amount", "detail": SURPLUS}] if amount is not None else []
    there = {k: line for k, line in lines.locked(subsidy).items() if _is_accepted(line)}
    named: list[UUID] = []
    for place, each in enumerate(given):
        line = there.get(each["line_id"])
        fen, words = _within(today, each["amount"])
        wrong = {"amount": words} if words else {}
        if line is None or each["line_id"] in named:
            wrong["line_id"] = NO_SUCH if line is None else TWICE
        else:
            line.amount = fen or None
        named.append(each["line_id"])
        faults += [{"pointer": f"#/lines/{place}/{n}", "detail": w} for n, w in wrong.items()]
    if left := [line.place + 1 for key, line in there.items() if key not in named]:
        words = ALL_OF_THEM.format(places="、".join(map(str, left)))
        faults.append({"pointer": "#/lines", "detail": words})
    return sum(line.amount or 0 for line in there.values()), faults


def _is_accepted(line: SubsidyLine) -> bool:
    return line.outcome is Outcome.ACCEPTED


def _within(today: Bounds, amount: str | None) -> tuple[int, str | None]:
    """Return an amount in fen, and why it cannot be granted."""
    if amount is None:
        return today.exact or 0, None if today.exact else MISSING
    return money(amount), today.fault(money(amount))


def _refuse(wrong: Mapping[str, str]) -> None:
    if wrong:
        raise Invalid(errors=[{"pointer": f"#/{n}", "detail": words} for n, words in wrong.items()])


def _completed(case: Taken) -> None:
    """Let the application end with what it was for."""
    if case.application is not None:
        ended = applications.taken_as(Relation.SYSTEM, "complete", case.application, case.by)
        applications.moved(ended)
