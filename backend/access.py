"""May she?

One pure function, `can`, over one table, which names for each operation the relations that open it
(see `backend.parties`). What stands in no row is closed.
"""

from collections.abc import Mapping
from typing import Any

from backend.parties import (
    OPEN,
    THE_BUREAU,
    Audience,
    Principal,
    Relation,
    Role,
    relations,
)

__all__ = ["THE_BUREAU", "Audience", "Principal", "Relation", "Role", "relations"]

R = Relation
PARTIES = frozenset({R.APPLICANT, R.DECIDER, R.OVERSEER})
OF_A_HOST = frozenset({R.CONTACT, R.OVERSEER})
OF_AN_INTERNSHIP = frozenset({R.APPLICANT, R.CONTACT, R.DECIDER})
INSTITUTIONS = frozenset({R.GUARANTOR, R.BANK})
SIGNED_IN = frozenset({R.ENTREPRENEUR, R.STAFF})

# operation: the relations that open it. House rule: every route's operationId has a row here.
PERMISSIONS: Mapping[str, frozenset[Relation]] = {
    "checkHealth": OPEN,
    "checkReadiness": OPEN,
    "getOpenapi": OPEN,
    "getProblem": OPEN,
    "listDivisions": OPEN,
    "listParks": OPEN,
    "getPark": OPEN,
    "listParkUnits": OPEN,
    "listReasons": OPEN,
    "listBenefits": OPEN,
    "getBenefit": OPEN,
    "listParameters": OPEN,
    "listStages": OPEN,
    "screen": OPEN,
    "askNext": OPEN,
    "whatIf": OPEN,
    "saveScreening": OPEN,
    "getScreening": OPEN,
    "claimScreening": frozenset({R.ENTREPRENEUR}),
    "getFacts": frozenset({R.ENTREPRENEUR}),
    "setFacts": frozenset({R.ENTREPRENEUR}),
    "listPolicyChanges": frozenset({R.STAFF}),
    "getPolicyChange": frozenset({R.REGULATOR, R.PROPOSER, R.CONFIRMER}),
    "previewPolicyChange": frozenset({R.REGULATOR, R.PROPOSER, R.CONFIRMER}),
    "setParameter": frozenset({R.REGULATOR}),
    "decideRuling": frozenset({R.REGULATOR}),
    "confirmPolicyChange": frozenset({R.CONFIRMER}),
    "dropPolicyChange": frozenset({R.PROPOSER, R.CONFIRMER}),
    "loginWechat": OPEN,
    "loginStaff": OPEN,
    "confirmTotp": OPEN,
    "refreshSession": OPEN,
    "endSession": SIGNED_IN,
    "listSessions": SIGNED_IN,
    "endOtherSession": frozenset({R.OWNER}),
    "getMe": SIGNED_IN,
    "bindIdentity": frozenset({R.ENTREPRENEUR}),
    "bindPhone": frozenset({R.ENTREPRENEUR}),
    "listDuplicates": frozenset({R.CLERK}),
    "createApplication": frozenset({R.ENTREPRENEUR}),
    "listApplications": SIGNED_IN,
    "getApplication": PARTIES | {R.ADVISER},
    "getTimeline": PARTIES,
    "suggestAnswers": frozenset({R.APPLICANT}),
    "updateApplication": frozenset({R.APPLICANT}),
    "submitApplication": frozenset({R.APPLICANT}),
    "withdrawApplication": frozenset({R.APPLICANT}),
    "nudgeApplication": frozenset({R.APPLICANT}),
    "resolveCorrection": frozenset({R.APPLICANT}),
    "claimCase": frozenset({R.DECIDER}),
    "releaseCase": frozenset({R.DECIDER}),
    "returnForCorrection": frozenset({R.DECIDER, R.SUPERVISOR}),
    "recallCorrection": frozenset({R.DECIDER}),
    "approveApplication": frozenset({R.DECIDER}),
    "rejectApplication": frozenset({R.DECIDER}),
    "getConsequences": frozenset({R.APPLICANT}),
    "joinWaitingList": frozenset({R.APPLICANT}),
    "leaveWaitingList": frozenset({R.APPLICANT}),
    "getWaiting": PARTIES,
    "listTenancies": SIGNED_IN,
    "getTenancy": PARTIES,
    "getAgreement": PARTIES,
    "amendAgreement": frozenset({R.DECIDER}),
    "signAgreement": frozenset({R.APPLICANT, R.DECIDER}),
    "acceptOffer": frozenset({R.APPLICANT}),
    "declineOffer": frozenset({R.APPLICANT}),
    "createHost": frozenset({R.OVERSEER}),
    "listHosts": frozenset({R.CLERK}),
    "inviteContact": frozenset({R.OVERSEER}),
    "acceptInvitation": frozenset({R.ENTREPRENEUR}),
    "createPost": OF_A_HOST,
    "closePost": OF_A_HOST,
    "listPosts": OPEN,
    "getPost": OPEN,
    "choosePost": frozenset({R.APPLICANT}),
    "getChosenPost": PARTIES,
    "listInternships": SIGNED_IN,
    "getInternship": OF_AN_INTERNSHIP | {R.OVERSEER},
    "getInternshipAgreement": OF_AN_INTERNSHIP | {R.OVERSEER},
    "amendInternshipAgreement": frozenset({R.DECIDER}),
    "signInternshipAgreement": OF_AN_INTERNSHIP,
    "confirmAttendance": frozenset({R.APPLICANT, R.CONTACT}),
    "settleMonth": frozenset({R.DECIDER}),
    "completeInternship": OF_AN_INTERNSHIP,
    "confirmVenture": frozenset({R.APPLICANT}),
    "acceptVenture": frozenset({R.DECIDER}),
    "returnVenture": frozenset({R.DECIDER}),
    "approveStipend": frozenset({R.APPROVER}),
    "returnStipend": frozenset({R.APPROVER}),
    "recordStipendPayment": frozenset({R.DECIDER}),
    "recoverStipend": frozenset({R.DECIDER}),
    "reopenCase": frozenset({R.SUPERVISOR}),
    "declareConflict": frozenset({R.DECIDER, R.OVERSEER}),
    "transferCase": frozenset({R.DECIDER, R.SUPERVISOR}),
    "listColleagues": frozenset({R.DECIDER, R.SUPERVISOR}),
    "addNote": frozenset({R.DECIDER, R.OVERSEER}),
    "listNotes": frozenset({R.DECIDER, R.OVERSEER}),
    "askOpinion": frozenset({R.DECIDER, R.SUPERVISOR}),
    "listOpinions": frozenset({R.DECIDER, R.OVERSEER, R.ADVISER}),
    "giveOpinion": frozenset({R.ADVISER}),
    "publiciseDecision": frozenset({R.DECIDER}),
    "listPublicity": OPEN,
    "objectToDecision": frozenset({R.ENTREPRENEUR}),
    "listObjections": frozenset({R.DECIDER, R.OVERSEER}),
    "getObjection": frozenset({R.OWNER, R.DECIDER, R.OVERSEER}),
    "answerObjection": frozenset({R.SUPERVISOR}),
    "decideInBulk": frozenset({R.STAFF}),
    "getBatch": frozenset({R.OWNER, R.SUPERVISOR}),
    "undoBatch": frozenset({R.OWNER, R.SUPERVISOR}),
    "getCaseFacts": frozenset({R.DECIDER, R.OVERSEER}),
    "recordFacts": frozenset({R.DECIDER, R.OVERSEER}),
    "recordDecision": frozenset({R.DECIDER, R.OVERSEER}),
    "listDecisions": PARTIES,
    "getDecision": PARTIES | {R.REGULATOR},
    "overrideVerdict": frozenset({R.REGULATOR}),
    "countOverrides": frozenset({R.REGULATOR}),
    "uploadDocument": frozenset({R.ENTREPRENEUR}),
    "listDocuments": frozenset({R.ENTREPRENEUR}),
    "getDocument": frozenset({R.OWNER}),
    "removeDocument": frozenset({R.OWNER}),
    "listOpenings": frozenset({R.OWNER}),
    "openDocument": frozenset({R.DECIDER, R.OVERSEER}),
    "downloadDocument": frozenset({R.OWNER, R.DECIDER, R.OVERSEER}),
    "listPapers": PARTIES,
    "attachDocument": frozenset({R.APPLICANT}),
    "getLoanRoutes": frozenset({R.ENTREPRENEUR}),
    "listLoans": SIGNED_IN,
    "getLoan": PARTIES | INSTITUTIONS,
    "recordReferral": frozenset({R.DECIDER}),
    "recordBankState": INSTITUTIONS | {R.DECIDER},
    "openContact": INSTITUTIONS,
    "listInstitutions": frozenset({R.CLERK}),
    "createInstitution": frozenset({R.CLERK}),
    "listMessages": SIGNED_IN,
    "countUnread": SIGNED_IN,
    "markRead": frozenset({R.OWNER}),
}

# Which side of the house a relation can hold for: a token of the other side is refused outright.
SIDES = {
    Relation.ENTREPRENEUR: {Audience.CITIZEN},
    Relation.STAFF: {Audience.STAFF},
    Relation.OWNER: {Audience.CITIZEN, Audience.STAFF},
    Relation.APPLICANT: {Audience.CITIZEN},
    Relation.DECIDER: {Audience.STAFF},
    Relation.OVERSEER: {Audience.STAFF},
    Relation.SUPERVISOR: {Audience.STAFF},
    Relation.HANDLER: {Audience.STAFF},
    Relation.PREDECESSOR: {Audience.STAFF},
    Relation.ADVISER: {Audience.STAFF},
    Relation.SYSTEM: set(),
    Relation.CLERK: {Audience.STAFF},
    Relation.REGULATOR: {Audience.STAFF},
    Relation.PROPOSER: {Audience.STAFF},
    Relation.CONFIRMER: {Audience.STAFF},
    Relation.CONTACT: {Audience.CITIZEN},
    Relation.APPROVER: {Audience.STAFF},
    Relation.GUARANTOR: {Audience.STAFF},
    Relation.BANK: {Audience.STAFF},
}


def can(principal: Principal | None, operation: str, thing: Mapping[str, Any]) -> bool:
    """Tell whether the principal may use the operation on the thing; unknown operations: no."""
    return bool(PERMISSIONS.get(operation, frozenset()) & relations(principal, thing))


def audiences(operation: str) -> frozenset[Audience]:
    """Return whose tokens the operation takes; empty when it takes none, being open."""
    allowed = PERMISSIONS[operation]
    if allowed == OPEN:
        return frozenset()
    return frozenset().union(*(SIDES[relation] for relation in allowed))
