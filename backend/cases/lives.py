"""What follows from the end of a case, kind by kind?

One row for each kind: what an approval grants, what begins once the decision has been published,
and what is let go of when the decision is set aside, or when the case is over for good.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from backend.access import Principal
from backend.applications.kinds import Kind
from backend.applications.models import Application
from backend.cases import granting
from backend.cases.granting import Wish
from backend.internships import placing as internships
from backend.loans import consequences
from backend.loans import queries as loans
from backend.subsidies import consequences as following
from backend.subsidies import queries as subsidies
from backend.tenancies import endings, placing, stays

Follow = Callable[[Application, Principal | None], None]


def nothing(application: Application, by: Principal | None) -> None:
    """Follow with nothing."""


def no_sequel(application: UUID) -> None:
    """Tell nothing beyond the case itself."""


class Life(NamedTuple):
    """What follows; `grant` tells whether the applicant goes on waiting for what was granted.

    `published` follows when a period is over without an objection, `signable` when nothing stands
    in the way of signatures any more: no publication, and no gap.
    `sequel` tells, for the timeline of the case, what happened since and who has to act.
    """

    grant: Callable[[Application, Wish, Principal], bool] = granting.no_place
    published: Follow = nothing
    signable: Follow = nothing
    set_aside: Follow = nothing
    over: Follow = nothing
    sequel: Callable[[UUID], dict[str, Any] | None] = no_sequel


LIVES: Mapping[Kind, Life] = {
    Kind.TENANCY: Life(
        granting.a_place,
        signable=placing.signable,
        set_aside=endings.given_up,
        over=endings.closed,
        sequel=stays.sequel,
    ),
    Kind.GUARANTEE_LOAN: Life(
        granting.a_loan,
        published=consequences.published,
        set_aside=consequences.set_aside,
        over=consequences.given_up,
        sequel=loans.sequel,
    ),
    Kind.STARTUP_SUBSIDY: Life(
        granting.a_subsidy,
        published=following.published,
        set_aside=following.set_aside,
        over=following.given_up,
        sequel=subsidies.sequel,
    ),
    Kind.INTERNSHIP: Life(
        granting.a_post,
        signable=internships.signable,
        set_aside=internships.given_up,
        over=internships.given_up,
    ),
}
