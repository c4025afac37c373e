"""What does an approval give, by kind?  For use inside an action, once the case is locked."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from backend.access import Principal
from backend.applications.models import Application
from backend.errors import AlreadyTenant, Invalid
from backend.internships import placing as internships
from backend.loans import consequences as loans
from backend.subsidies import consequences as subsidies
from backend.tenancies import admissions, placing
from backend.tenancies import queries as tenancies
from eligibility.dates import add_months

NO_UNIT = "请选择场地；申请人在候补名单上时，可以先通过、再等候场地"
NOT_YET = "未选择场地时，入驻日期和期限以申请为准，请勿填写"
NO_PLACE = "此类申请不涉及场地，请勿填写"


class Wish(NamedTuple):
    """Which unit is granted, from when and for how long; None leaves it to what was asked for."""

    unit: UUID | None = None
    starts_on: date | None = None
    term_months: int | None = None

    def faults(self, words: str) -> list[dict[str, str]]:
        """Say of each that is given that it does not belong there."""
        given = {"unit_id": self.unit, "starts_on": self.starts_on, "term_months": self.term_months}
        return [{"pointer": f"#/{n}", "detail": words} for n, value in given.items() if value]


def a_place(application: Application, wish: Wish, by: Principal) -> bool:
    """Grant a unit, or let whoever is on a waiting list wait for one; tell whether she waits.

    Whoever named several parks waits in all of them. Raise Invalid, UnitTaken or AlreadyTenant, as
    `approve` says.
    """
    if wish.unit is None:
        admissions.wait_in_all(application, by)
        _refuse_unless_waiting(application, wish)
        admissions.ask(application, by)
        return True
    space = application.sections["space"]
    first = wish.starts_on or date.fromisoformat(space["starts_on"])
    end = add_months(first, wish.term_months or space["term_months"])
    placing.grant(application, wish.unit, first, end, by=by)
    return False


def no_place(application: Application, wish: Wish, by: Principal) -> bool:
    """Grant what was asked for, which takes no room; raise Invalid when a unit is named."""
    if faults := wish.faults(NO_PLACE):
        raise Invalid(errors=faults)
    return False


def a_post(application: Application, wish: Wish, by: Principal) -> bool:
    """Grant a place of the post that was chosen; raise Invalid or PostFull, as `approve` says."""
    no_place(application, wish, by)
    internships.grant(application, by)
    return False


def a_loan(application: Application, wish: Wish, by: Principal) -> bool:
    """Qualify for a loan; raise Invalid when a unit is named, AlreadyBorrowing for a second one."""
    no_place(application, wish, by)
    loans.qualified(application, by)
    return False


def a_subsidy(application: Application, wish: Wish, by: Principal) -> bool:
    """Begin a subsidy, of which the amount is granted once the decision has been published.

    Raise Invalid when a unit is named or the venture has no code, AlreadySubsidised for a second.
    """
    no_place(application, wish, by)
    subsidies.qualified(application, by)
    return False


def _refuse_unless_waiting(application: Application, wish: Wish) -> None:
    faults = wish.faults(NOT_YET)
    if not tenancies.is_waiting(application.id):
        faults.insert(0, {"pointer": "#/unit_id", "detail": NO_UNIT})
    elif tenancies.is_housed(
        application.applicant_id, application.sections.get("venture", {}).get("credit_code")
    ):
        raise AlreadyTenant
    if faults:
        raise Invalid(errors=faults)
