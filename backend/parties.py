"""Who is asking, and how does she stand to a thing?

A principal stands in *relations* to a thing: she is its applicant, he decides it. Each relation is
a pure question about the row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any
from uuid import UUID

Holds = Callable[["Principal", Mapping[str, Any]], bool]
# The office of a case that the bureau decides; otherwise its park does.
THE_BUREAU = "bureau"


class Role(Enum):
    """What somebody is to the system; staff hold exactly one."""

    ENTREPRENEUR = "创业者"
    PARK_MANAGER = "园区管理员"
    BUREAU_STAFF = "人社局工作人员"
    BUREAU_ADMIN = "系统管理员"
    AUDITOR = "审计员"
    PARTNER = "合作机构"


class Audience(Enum):
    """Whom a token was made for. Each side has keys of its own."""

    CITIZEN = "citizen"
    STAFF = "staff"


@dataclass(frozen=True)
class Principal:
    """The one who asks, as the records know them at this moment.

    `id` is the person's or the account's key. `county` is None for the whole league. `person`
    is the citizen account of a staff member, where it is known, `institution` the bank or guarantor
    for which a partner reports.
    """

    audience: Audience
    id: int
    public_id: UUID
    session_id: UUID
    role: Role
    name: str = ""
    county: str | None = None
    parks: frozenset[int] = frozenset()
    person: int | None = None
    institution: int | None = None


class Relation(Enum):
    """How a principal stands to a thing."""

    ANYONE = "任何人"
    ENTREPRENEUR = "已登录的创业者"
    STAFF = "已登录的工作人员"
    OWNER = "本人"
    APPLICANT = "申请人"
    DECIDER = "本园区管理员"
    OVERSEER = "辖区人社局工作人员"
    SUPERVISOR = "上一级人社局工作人员"
    HANDLER = "承办人"
    PREDECESSOR = "原承办人"
    ADVISER = "被征求意见单位工作人员"
    SYSTEM = "系统"
    CLERK = "人社局工作人员"
    REGULATOR = "有权拟定政策口径的人社局工作人员"
    PROPOSER = "拟定人"
    CONFIRMER = "复核人"
    CONTACT = "见习单位联系人"
    APPROVER = "另一名人社局工作人员"
    GUARANTOR = "担保机构"
    BANK = "经办银行"
    CLAIMANT = "申报园区管理员"
    ADMINISTRATOR = "系统管理员"


def is_owner(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether the thing belongs to this very account."""
    if principal.audience is Audience.CITIZEN:
        return principal.id == thing.get("person_id")
    return principal.id == thing.get("staff_id")


def is_applicant(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether she is the one who applied."""
    return principal.audience is Audience.CITIZEN and principal.id == thing.get("applicant_id")


def is_decider(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether the case is his office's to decide, and he has no part in it himself.

    A draft is nobody's business but the applicant's.
    """
    holds = is_overseer if thing.get("office") == THE_BUREAU else _runs_the_park
    return holds(principal, thing) and not _has_a_part(principal, thing)


def _runs_the_park(principal: Principal, thing: Mapping[str, Any]) -> bool:
    return (
        principal.audience is Audience.STAFF
        and principal.role is Role.PARK_MANAGER
        and thing.get("submitted_at") is not None
        and thing.get("park_id") in principal.parks
    )


def _has_a_part(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether a member of staff applied herself, or is too near to whoever did."""
    is_herself = principal.person is not None and principal.person == thing.get("applicant_id")
    return is_herself or principal.id in (thing.get("recused") or ())


def is_overseer(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether the thing lies in the bureau clerk's county, or she has the whole league.

    She sees nothing of a case in which she has a part.
    """
    return (
        principal.audience is Audience.STAFF
        and principal.role is Role.BUREAU_STAFF
        and thing.get("submitted_at") is not None
        and "jurisdiction_code" in thing
        and principal.county in (None, thing["jurisdiction_code"])
        and not _has_a_part(principal, thing)
    )


def is_supervisor(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether the clerk stands above whoever decides this case, and took no part in it.

    Above a park stands the bureau of its county, above that the league.
    """
    stands_above = principal.county is None or thing.get("office") != THE_BUREAU
    return (
        is_overseer(principal, thing)
        and stands_above
        and principal.id not in (thing.get("handler_id"), thing.get("decided_by"))
    )


def is_clerk(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether she works for the bureau, in whatever county."""
    return principal.audience is Audience.STAFF and principal.role is Role.BUREAU_STAFF


def is_handler(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether the case is in this very account's hands, and still may be."""
    return (
        principal.audience is Audience.STAFF
        and principal.id == thing.get("handler_id")
        and (is_decider(principal, thing) or is_overseer(principal, thing))
    )


def is_predecessor(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether the case was in this very account's hands until it was handed on."""
    return principal.audience is Audience.STAFF and principal.id == thing.get("from_staff")


def is_adviser(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether her office is being asked what it thinks of the case, and she may say it."""
    if principal.role is Role.PARK_MANAGER:
        is_asked = not principal.parks.isdisjoint(thing.get("advising_parks") or ())
    else:
        is_asked = is_clerk(principal, thing) and principal.county in (
            thing.get("advising_counties") or ()
        )
    return is_asked and not _has_a_part(principal, thing)


def is_regulator(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether a number or reading of this scope is hers to care for.

    The league's staff care for all of them, a county's only for what holds in that county alone.
    """
    return (
        principal.audience is Audience.STAFF
        and principal.role is Role.BUREAU_STAFF
        and "scope" in thing
        and principal.county in (None, thing["scope"])
        and not _has_a_part(principal, thing)
    )


def is_proposer(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether the proposal is this very account's."""
    return principal.audience is Audience.STAFF and principal.id == thing.get("proposed_by")


def is_confirmer(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether he may be the second person: a regulator who is not the proposer.

    Two accounts of one person are one person.
    """
    return is_regulator(principal, thing) and _is_second(principal, thing)


def is_contact(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether she speaks for the host of an internship that is not her own."""
    return (
        principal.audience is Audience.CITIZEN
        and principal.id == thing.get("contact_id")
        and principal.id != thing.get("applicant_id")
    )


def is_approver(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether he may decide the case too, and it was another person who put it forward."""
    return is_decider(principal, thing) and _is_second(principal, thing)


def _is_second(principal: Principal, thing: Mapping[str, Any]) -> bool:
    return thing.get("proposed_by") not in (None, principal.id) and (
        principal.person is None or principal.person != thing.get("proposed_by_person")
    )


def is_guarantor(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether it was referred to the guarantor for whom this account reports."""
    return _reports_for(principal, thing.get("guarantor_id"))


def is_bank(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether it was referred to the bank for which this account reports."""
    return _reports_for(principal, thing.get("bank_id"))


def is_claimant(principal: Principal, thing: Mapping[str, Any]) -> bool:
    """Tell whether he runs the park that claims for its graduates, or for jobs at a firm of it."""
    return (
        principal.audience is Audience.STAFF
        and principal.role is Role.PARK_MANAGER
        and thing.get("claiming_park") in principal.parks
    )


def _reports_for(principal: Principal, institution: int | None) -> bool:
    return (
        principal.audience is Audience.STAFF
        and principal.role is Role.PARTNER
        and institution is not None
        and principal.institution == institution
    )


RELATIONS: Mapping[Relation, Holds] = {
    Relation.ANYONE: lambda principal, thing: True,
    Relation.ENTREPRENEUR: lambda principal, thing: principal.audience is Audience.CITIZEN,
    Relation.STAFF: lambda principal, thing: principal.audience is Audience.STAFF,
    Relation.OWNER: is_owner,
    Relation.APPLICANT: is_applicant,
    Relation.DECIDER: is_decider,
    Relation.OVERSEER: is_overseer,
    Relation.SUPERVISOR: is_supervisor,
    Relation.HANDLER: is_handler,
    Relation.PREDECESSOR: is_predecessor,
    Relation.ADVISER: is_adviser,
    Relation.SYSTEM: lambda principal, thing: False,
    Relation.CLERK: is_clerk,
    Relation.REGULATOR: is_regulator,
    Relation.PROPOSER: is_proposer,
    Relation.CONFIRMER: is_confirmer,
    Relation.CONTACT: is_contact,
    Relation.APPROVER: is_approver,
    Relation.GUARANTOR: is_guarantor,
    Relation.BANK: is_bank,
    Relation.CLAIMANT: is_claimant,
    Relation.ADMINISTRATOR: lambda principal, thing: (
        principal.audience is Audience.STAFF and principal.role is Role.BUREAU_ADMIN
    ),
}

# Of whom nobody has to know anything.
OPEN = frozenset({Relation.ANYONE})
ALL = frozenset(RELATIONS)


def relations(
    principal: Principal | None,
    thing: Mapping[str, Any],
    among: frozenset[Relation] = ALL,
) -> frozenset[Relation]:
    """Return every relation, of those that matter, in which the principal stands to the thing."""
    if principal is None:
        return OPEN
    return frozenset([name for name, holds in _tests(among) if holds(principal, thing)])


@lru_cache(maxsize=32)
def _tests(among: frozenset[Relation]) -> tuple[tuple[Relation, Holds], ...]:
    return tuple((name, RELATIONS[name]) for name in among)
