"""How is a loan referred, and how are the states reported that bank and guarantor decide?"""

from datetime import date
from uuid import UUID

from backend import clock
from backend.access import Principal, Relation
from backend.applications import taking as applications
from backend.db import action
from backend.errors import Invalid
from backend.loans import institutions, queries, workflow
from backend.loans.institutions import Faults, fault
from backend.loans.kinds import REFUSALS, InstitutionKind, Report, WhyRefused
from backend.loans.models import Loan
from backend.loans.taking import Taken, View, moved, taken
from eligibility.quantities import money

NO_SUCH = "请选择办理本旗县市贷款的{kind}"
NOT_YET = "不能晚于今天"
BEFORE_THAT = "不能早于上一状态的日期（{day}）"
MISSING, SURPLUS = "必填", "此项不适用于所选状态，请勿填写"
TOO_MUCH = "不能超过申请金额 {amount} 元"


@action
def refer(public_id: UUID, *, seen: int, by: Principal, bank: UUID, guarantor: UUID) -> View:
    """Pass the applicant on to a bank and a guarantor; raise Invalid for those who do not serve."""
    case = taken("recordReferral", "refer", public_id, seen, by)
    county = case.application.jurisdiction_code
    asked = {InstitutionKind.BANK: bank, InstitutionKind.GUARANTOR: guarantor}
    found = {kind: institutions.serving(public, kind, county) for kind, public in asked.items()}
    _refuse(
        [
            fault(f"{kind.name.lower()}_id", NO_SUCH.format(kind=kind.value))
            for kind, institution in found.items()
            if institution is None
        ]
    )
    case.loan.bank_id = found[InstitutionKind.BANK]
    case.loan.guarantor_id = found[InstitutionKind.GUARANTOR]
    moved(case, clock.today())
    return queries.get(public_id, by)


@action
def report(
    public_id: UUID,
    *,
    seen: int,
    by: Principal,
    state: Report,
    on: date,
    amount: str | None = None,
    reason: WhyRefused | None = None,
) -> View:
    """Write down what bank or guarantor decided on a day; the amount, in yuan, once it is paid.

    Payment and refusal complete the application. Raise Invalid with every fault.
    """
    case = taken("recordBankState", state.name.lower(), public_id, seen, by)
    fen = None if amount is None else money(amount)
    _refuse([*_about_the_day(case.loan, on), *_about_the_rest(case, state, fen, reason)])
    loan = case.loan
    if fen is not None:
        loan.amount, loan.disbursed_on = fen, on
    loan.why_refused, loan.refused_by = reason, REFUSALS.get(state)
    moved(case, on, **({"reason": reason.name.lower()} if reason else {}))
    if state in workflow.CLOSING:
        ended = applications.taken_as(Relation.SYSTEM, "complete", case.application, by)
        applications.moved(ended)
    return queries.get(public_id, by)


def _refuse(faults: Faults) -> None:
    if faults:
        raise Invalid(errors=faults)


def _about_the_day(loan: Loan, on: date) -> Faults:
    if on > clock.today():
        return [fault("on", NOT_YET)]
    if on < loan.state_on:
        return [fault("on", BEFORE_THAT.format(day=loan.state_on))]
    return []


def _about_the_rest(
    case: Taken, state: Report, amount: int | None, reason: WhyRefused | None
) -> Faults:
    """Say what is missing or does not belong to what is reported."""
    needed = {
        "amount": (state is Report.DISBURSED, amount),
        "reason": (state in REFUSALS, reason),
    }
    faults = [
        fault(name, MISSING if wanted else SURPLUS)
        for name, (wanted, given) in needed.items()
        if wanted == (given is None)
    ]
    asked = case.application.sections["loan"]["amount"]
    if amount is not None and not faults and amount > money(asked):
        faults.append(fault("amount", TOO_MUCH.format(amount=asked)))
    return faults
