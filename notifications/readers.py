"""Whose accounts are meant when the catalogue names the reader of a message?"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from backend.applications import staffing
from backend.loans import queries as loans
from backend.notices import staffing as notices
from backend.parties import (
    Principal,
    Relation,
    Role,
    is_adviser,
    is_approver,
    is_claimant,
    is_clerk,
    is_confirmer,
    is_decider,
    is_handler,
    is_predecessor,
    is_proposer,
    is_regulator,
    is_supervisor,
)

# The columns of a message that name its reader.
Reader = dict[str, int]
Case = Mapping[str, Any]


def applicant(case: Case) -> list[Reader]:
    """Return her who applied; nobody did where a park claims."""
    return [{"person_id": case["applicant_id"]}] if case["applicant_id"] else []


def owner(case: Case) -> list[Reader]:
    """Return the person whose thing it is; nobody where she wants to hear of it no more."""
    return [{"person_id": case["person_id"]}] if case["person_id"] else []


def handler(case: Case) -> list[Reader]:
    """Return whoever has the case in hand, if anybody."""
    return _readers(staffing.of(case, is_handler))


def predecessor(case: Case) -> list[Reader]:
    """Return whoever had the case in hand before, if she still has to do with it."""
    return _readers(staffing.of(case, is_predecessor))


def office(case: Case) -> list[Reader]:
    """Return whoever has the case in hand, else everybody who may decide it."""
    return handler(case) or _readers(_nearest(staffing.of(case, is_decider)))


def above(case: Case) -> list[Reader]:
    """Return whoever stands above the office, the county's staff rather than the league's."""
    return _readers(_nearest(staffing.of(case, is_supervisor)))


def asked(case: Case) -> list[Reader]:
    """Return everybody of the offices that are asked about the case."""
    return _readers(staffing.of(case, is_adviser))


def contact(case: Case) -> list[Reader]:
    """Return whoever speaks for the host, if anybody does."""
    return [{"person_id": case["contact_id"]}] if case["contact_id"] else []


def second(case: Case) -> list[Reader]:
    """Return whoever may approve what a colleague has put forward."""
    return _readers(_nearest(staffing.of(case, is_approver)))


def claimant(case: Case) -> list[Reader]:
    """Return whoever runs the park that claims; nobody where a person applied."""
    return _readers(staffing.of(case, is_claimant))


def bank(case: Case) -> list[Reader]:
    """Return the accounts of the bank to which a loan was referred."""
    return _reporting_for(case["bank_id"])


def guarantor(case: Case) -> list[Reader]:
    """Return the accounts of the guarantor to whom a loan was referred."""
    return _reporting_for(case["guarantor_id"])


def confirmer(notice: Case) -> list[Reader]:
    """Return whoever may be the second person of a notice."""
    return _readers(_nearest(notices.of(notice, is_confirmer)))


def proposer(notice: Case) -> list[Reader]:
    """Return whoever wrote a notice, while she works for the bureau."""
    return _readers(notices.of(notice, is_proposer))


def regulator(notice: Case) -> list[Reader]:
    """Return everybody who may stop a notice or let it go on."""
    return _readers(_nearest(notices.of(notice, is_regulator)))


def bureau(notice: Case) -> list[Reader]:
    """Return everybody who answers for a notice: the staff of its county, and the league's."""
    return _readers(notices.of(notice, is_clerk))


READERS: Mapping[Relation, Callable[[Case], list[Reader]]] = {
    Relation.APPLICANT: applicant,
    Relation.OWNER: owner,
    Relation.HANDLER: handler,
    Relation.PREDECESSOR: predecessor,
    Relation.DECIDER: office,
    Relation.SUPERVISOR: above,
    Relation.CONTACT: contact,
    Relation.APPROVER: second,
    Relation.ADVISER: asked,
    Relation.BANK: bank,
    Relation.GUARANTOR: guarantor,
    Relation.CLAIMANT: claimant,
    Relation.CONFIRMER: confirmer,
    Relation.PROPOSER: proposer,
    Relation.REGULATOR: regulator,
    Relation.CLERK: bureau,
}


def _nearest(found: list[Principal]) -> list[Principal]:
    """Leave out the league's staff unless there is nobody else."""
    return [e for e in found if e.role is not Role.BUREAU_STAFF or e.county] or found


def _reporting_for(institution: int | None) -> list[Reader]:
    return [{"staff_id": each} for each in loans.reporters_of(institution)]


def _readers(principals: Iterable[Principal]) -> list[Reader]:
    return [{"staff_id": each.id} for each in principals]
