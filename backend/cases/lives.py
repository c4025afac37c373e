"""What follows from the end of a case, kind by kind?

One row for each kind: what an approval grants, what begins once the decision has been published,
and what is let go of when the decision is set aside, or when the case is over for good.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from backend.access import Principal
from backend.applications.kinds import Kind
from backend.applications.models import Application
from backend.cases import granting
from backend.cases.granting import Wish
from backend.internships import placing as internships
from backend.tenancies import endings

Follow = Callable[[Application, Principal | None], None]


def nothing(application: Application, by: Principal | None) -> None:
    """Follow with nothing."""


class Life(NamedTuple):
    """What follows; `grant` tells whether the applicant goes on waiting for what was granted."""

    grant: Callable[[Application, Wish, Principal], bool] = granting.no_place
    published: Follow = nothing
    set_aside: Follow = nothing
    over: Follow = nothing


LIVES: Mapping[Kind, Life] = {
    Kind.TENANCY: Life(granting.a_place, set_aside=endings.given_up, over=endings.closed),
    Kind.GUARANTEE_LOAN: Life(),
    Kind.STARTUP_SUBSIDY: Life(),
    Kind.INTERNSHIP: Life(
        granting.a_post, set_aside=internships.given_up, over=internships.given_up
    ),
}
