"""The permission list, typed a second time from the contract's roles (api.md §4, §6)."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from backend import access
from backend.access import Audience, Principal, Relation, Role

SOMEBODY = UUID(int=1)
A_MOMENT = datetime(2026, 11, 23, tzinfo=UTC)
ULANHOT, TUQUAN = "152201", "152224"
PARK, OTHER_PARK = 10, 20
BANK, GUARANTOR = 30, 40
# Numbers are shared on purpose: person 1 and account 1 are two different beings.
HER, ANOTHER = 1, 2


def citizen(number: int) -> Principal:
    return Principal(Audience.CITIZEN, number, SOMEBODY, SOMEBODY, Role.ENTREPRENEUR)


def staff(number: int, role: Role, **more: object) -> Principal:
    return replace(Principal(Audience.STAFF, number, SOMEBODY, SOMEBODY, role), **more)


M, B = Role.PARK_MANAGER, Role.BUREAU_STAFF
PRINCIPALS = {
    "nobody": None,
    "she": citizen(HER),
    "another person": citizen(ANOTHER),
    "she, with a forged role": replace(citizen(HER), role=M, parks=frozenset({PARK})),
    "another, with a forged role": replace(citizen(ANOTHER), role=B),
    "the manager": staff(1, M, parks=frozenset({PARK})),
    "a manager of both parks": staff(2, M, parks=frozenset({PARK, OTHER_PARK})),
    "a manager elsewhere": staff(3, M, parks=frozenset({OTHER_PARK}), county=ULANHOT),
    "a manager without a park": staff(4, M),
    "the manager who is herself the applicant": staff(5, M, parks=frozenset({PARK}), person=HER),
    "the manager who is another person": staff(6, M, parks=frozenset({PARK}), person=ANOTHER),
    "the county's clerk": staff(7, B, county=ULANHOT, parks=frozenset({PARK})),
    "another county's clerk": staff(8, B, county=TUQUAN, parks=frozenset({PARK})),
    "the league's clerk": staff(9, B),
    "the administrator": staff(10, Role.BUREAU_ADMIN, parks=frozenset({PARK})),
    "the auditor": staff(11, Role.AUDITOR, parks=frozenset({PARK})),
    "the bank": staff(12, Role.PARTNER, institution=BANK, parks=frozenset({PARK})),
    "the guarantor": staff(13, Role.PARTNER, institution=GUARANTOR, county=ULANHOT),
    "a partner of nobody": staff(14, Role.PARTNER),
    "an auditor with the bank's number": staff(15, Role.AUDITOR, institution=BANK),
}

HERS = {"applicant_id": HER, "park_id": PARK, "jurisdiction_code": ULANHOT}
THINGS = {
    "nothing": {},
    "her draft": {**HERS, "submitted_at": None},
    "her application": {**HERS, "submitted_at": A_MOMENT},
    "another's application": {**HERS, "applicant_id": ANOTHER, "submitted_at": A_MOMENT},
    "her application elsewhere": {
        **HERS,
        "park_id": OTHER_PARK,
        "jurisdiction_code": TUQUAN,
        "submitted_at": A_MOMENT,
    },
    "a submitted thing of no place": {"submitted_at": A_MOMENT},
    "her loan, referred": {
        **HERS,
        "submitted_at": A_MOMENT,
        "office": access.THE_BUREAU,
        "bank_id": BANK,
        "guarantor_id": GUARANTOR,
    },
    "a claim of the park, granted by the county": {
        "claiming_park": PARK,
        "park_id": PARK,
        "applicant_id": None,
        "jurisdiction_code": ULANHOT,
        "submitted_at": A_MOMENT,
        "office": access.THE_BUREAU,
        "proposed_by": 7,
        "decided_by": 7,
        "recused": [],
    },
    "a draft of a claim of the park": {
        "claiming_park": PARK,
        "park_id": PARK,
        "applicant_id": None,
        "jurisdiction_code": ULANHOT,
        "submitted_at": None,
        "office": access.THE_BUREAU,
    },
    "her loan, not referred": {
        **HERS,
        "submitted_at": A_MOMENT,
        "office": access.THE_BUREAU,
        "bank_id": None,
        "guarantor_id": None,
    },
    "her session": {"person_id": HER, "staff_id": None},
    "the manager's session": {"person_id": None, "staff_id": 1},
    "another's message": {"person_id": ANOTHER},
    "a number of the league": {"scope": "league"},
    "a number of the county": {"scope": ULANHOT},
    "the county clerk's proposal": {"scope": ULANHOT, "proposed_by": 7},
    "a post of her host": {
        "contact_id": HER,
        "jurisdiction_code": ULANHOT,
        "submitted_at": A_MOMENT,
    },
    "an internship that the county put forward": {
        **HERS,
        "applicant_id": ANOTHER,
        "contact_id": HER,
        "office": access.THE_BUREAU,
        "submitted_at": A_MOMENT,
        "proposed_by": 7,
    },
    "her internship at her own host": {**HERS, "contact_id": HER, "submitted_at": None},
    "her application, on which others are asked": {
        **HERS,
        "submitted_at": A_MOMENT,
        "advising_parks": [OTHER_PARK],
        "advising_counties": [TUQUAN],
    },
    "her application, to which many are too near": {
        **HERS,
        "submitted_at": A_MOMENT,
        "recused": [1, 3, 7, 8, 9],
        "handler_id": 1,
        "advising_parks": [OTHER_PARK],
        "advising_counties": [TUQUAN],
        "scope": ULANHOT,
    },
    "her application, which its park passed on": {
        **HERS,
        "submitted_at": A_MOMENT,
        "office": "bureau",
        "recused": [1, 2],
    },
}

OPEN = {
    "checkHealth",
    "checkReadiness",
    "getOpenapi",
    "getProblem",
    "listDivisions",
    "listParks",
    "getPark",
    "listParkUnits",
    "listReasons",
    "loginWechat",
    "loginStaff",
    "confirmTotp",
    "refreshSession",
    "listBenefits",
    "getBenefit",
    "listParameters",
    "listStages",
    "screen",
    "askNext",
    "whatIf",
    "saveScreening",
    "getScreening",
    "listPublicity",
    "listPublishedNotices",
    "getPublishedNotice",
    "listPosts",
    "getPost",
    "listDraws",
    "getDraw",
    "wechatCallbackGet",
    "wechatCallbackPost",
    "openCode",
}
FOR_BOTH_SIDES = {
    "endSession",
    "listSessions",
    "getMe",
    "listApplications",
    "listTenancies",
    "listLoans",
    "listSubsidies",
    "listMessages",
    "countUnread",
    "listInternships",
}
FOR_CITIZENS = {
    "listConsents",
    "grantConsent",
    "withdrawConsent",
    "listMatches",
    "getPreferences",
    "setPreferences",
    "listTemplates",
    "recordSubscription",
    "acceptInvitation",
    "createApplication",
    "claimScreening",
    "getFacts",
    "setFacts",
    "objectToDecision",
    "bindIdentity",
    "bindPhone",
    "uploadDocument",
    "listDocuments",
    "getLoanRoutes",
    "getTicket",
}
FOR_STAFF = {
    "listPolicyChanges",
    "decideInBulk",
    "countHeads",
    "listNameplates",
    "listSubsidyCandidates",
    "listWaiting",
    "listCodes",
}
FOR_CLERKS = {
    "listDuplicates",
    "listHosts",
    "listInstitutions",
    "createInstitution",
    "listNotices",
    "listMessageTemplates",
    "previewMessage",
    "getWording",
    "testSend",
}
FOR_ADMINISTRATORS = {"listSweepers"}
READ = {
    "getApplication",
    "getTimeline",
    "getReceipt",
    "listDecisions",
    "getDecision",
    "getWaiting",
    "getChoices",
    "getTenancy",
    "getAgreement",
    "listHeadcounts",
    "getLoan",
    "getSubsidy",
    "listPapers",
    "getChosenPost",
    "getInternship",
    "getInternshipAgreement",
}
ASK = {
    "suggestAnswers",
    "choosePost",
    "signInternshipAgreement",
    "confirmAttendance",
    "completeInternship",
    "confirmVenture",
    "updateApplication",
    "submitApplication",
    "withdrawApplication",
    "resolveCorrection",
    "nudgeApplication",
    "restoreApplication",
    "promiseGap",
    "declineGap",
    "fillGap",
    "getConsequences",
    "attachDocument",
    "rankParks",
    "joinWaitingList",
    "leaveWaitingList",
    "acceptOffer",
    "declineOffer",
    "signAgreement",
    "renewTenancy",
    "getLeaving",
    "leaveTenancy",
    "answerEviction",
    "recordHeadcount",
}
DECIDE = {
    "claimCase",
    "releaseCase",
    "passOnCase",
    "answerAdmission",
    "announceDraw",
    "cancelDraw",
    "returnForCorrection",
    "recallCorrection",
    "allowGap",
    "confirmGap",
    "refuseGap",
    "approveApplication",
    "rejectApplication",
    "publiciseDecision",
    "amendAgreement",
    "signAgreement",
    "transferCase",
    "listColleagues",
    "askOpinion",
    "amendInternshipAgreement",
    "signInternshipAgreement",
    "settleMonth",
    "completeInternship",
    "acceptVenture",
    "returnVenture",
    "recordStipendPayment",
    "recoverStipend",
    "recordReferral",
    "recordBankState",
    "confirmArrival",
    "postponeArrival",
    "grantRenewal",
    "refuseRenewal",
    "suspendTenancy",
    "resumeTenancy",
    "announceEviction",
    "recordHearing",
    "dropEviction",
    "graduateTenant",
    "confirmExitItem",
    "recordHeadcount",
    "confirmHeadcount",
    "returnClaim",
    "reviewClaim",
    "publiciseClaim",
    "listClaimObjections",
    "openWorker",
    "grantSubsidy",
    "refuseSubsidy",
    "recordPayment",
    "recoverSubsidy",
}
# What a bank or a guarantor does with a loan that was referred to it.
REPORT = {"getLoan", "recordBankState", "openContact"}
# Of a host and its posts: whoever speaks for it offers some, the bureau of the county does all.
OFFER = {"createPost", "closePost"}
REGISTER = OFFER | {"createHost", "inviteContact", "listPostTexts", "listCaseMessages"}
# Who speaks for a host, on an internship there; and the second of two people of the bureau.
SPEAK = OFFER | {
    "getInternship",
    "getInternshipAgreement",
    "signInternshipAgreement",
    "confirmAttendance",
    "completeInternship",
}
APPROVE = {"approveStipend", "returnStipend", "approveSubsidy", "returnSubsidy"}
# What a park does with its own claim.
CLAIM = {"getSubsidy", "createClaim", "updateClaim", "submitClaim", "withdrawClaim"}
SUPERVISE = {
    "returnForCorrection",
    "reopenCase",
    "answerObjection",
    "transferCase",
    "listColleagues",
    "askOpinion",
    "getBatch",
    "undoBatch",
    "dropEviction",
    "evictTenant",
}
ADVISE = {"getApplication", "listOpinions", "giveOpinion"}
ASSESS = {
    "listObjections",
    "getObjection",
    "getCaseFacts",
    "recordFacts",
    "recordDecision",
    "openDocument",
    "downloadDocument",
    "dateDocument",
    "listHistory",
    "declareConflict",
    "addNote",
    "listNotes",
    "listOpinions",
    "listClaimObjections",
    "listTexts",
    "listClaimTexts",
    "reviewText",
    "createCode",
    "getCode",
    "revokeCode",
    "drawCode",
    "getCodeImage",
    "linkCode",
}
REGULATE = {
    "setParameter",
    "decideRuling",
    "getPolicyChange",
    "previewPolicyChange",
    "getDecision",
    "overrideVerdict",
    "countOverrides",
    "createNotice",
    "getNotice",
    "previewAudience",
    "listDeliveries",
    "scheduleNotice",
    "pauseNotice",
    "resumeNotice",
    "cancelNotice",
}
SETTLE = {"confirmPolicyChange", "dropPolicyChange", "approveNotice", "refuseNotice"}
# What whoever has put something forward may do with it.
PROPOSE = {
    "getPolicyChange",
    "previewPolicyChange",
    "dropPolicyChange",
    "getNotice",
    "previewAudience",
    "listDeliveries",
    "updateNotice",
    "submitNotice",
}
OWN = {
    "endOtherSession",
    "markRead",
    "getMatch",
    "getObjection",
    "getDocument",
    "dateDocument",
    "removeDocument",
    "downloadDocument",
    "listOpenings",
    "getBatch",
    "undoBatch",
}
EVERY_OPERATION = (
    OPEN
    | FOR_BOTH_SIDES
    | FOR_CITIZENS
    | FOR_STAFF
    | FOR_CLERKS
    | FOR_ADMINISTRATORS
    | READ
    | ASK
    | DECIDE
    | OWN
    | ASSESS
    | REGULATE
    | SETTLE
    | PROPOSE
    | SUPERVISE
    | REGISTER
    | APPROVE
    | ADVISE
    | REPORT
    | CLAIM
)

# What the thing adds to what one may do anyhow. Every pair that is not here adds nothing.
GRANTED = "a claim of the park, granted by the county"
A_DRAFT = "a draft of a claim of the park"
LOANS = ("her loan, referred", "her loan, not referred")
HER_OWN = ("her draft", "her application", "her application elsewhere", *LOANS)
ASKED = "her application, on which others are asked"
TOO_NEAR = "her application, to which many are too near"
PASSED_ON = "her application, which its park passed on"
ELSE_HERS = (ASKED, TOO_NEAR, PASSED_ON)
ADDED = {
    **{("she", thing): READ | ASK for thing in HER_OWN},
    **{("she, with a forged role", thing): READ | ASK for thing in HER_OWN},
    ("another person", "another's application"): READ | ASK,
    ("another, with a forged role", "another's application"): READ | ASK,
    ("she", "her session"): OWN,
    ("she, with a forged role", "her session"): OWN,
    ("another person", "another's message"): OWN,
    ("another, with a forged role", "another's message"): OWN,
    ("the manager", "the manager's session"): OWN,
    ("the manager", "her application"): READ | DECIDE | ASSESS,
    ("the manager", "another's application"): READ | DECIDE | ASSESS,
    ("a manager of both parks", "her application"): READ | DECIDE | ASSESS,
    ("a manager of both parks", "another's application"): READ | DECIDE | ASSESS,
    ("a manager of both parks", "her application elsewhere"): READ | DECIDE | ASSESS,
    ("a manager elsewhere", "her application elsewhere"): READ | DECIDE | ASSESS,
    ("the manager who is herself the applicant", "another's application"): READ | DECIDE | ASSESS,
    ("the manager who is another person", "her application"): READ | DECIDE | ASSESS,
    ("the county's clerk", "her application"): READ | ASSESS | SUPERVISE | REGISTER,
    ("the county's clerk", "another's application"): READ | ASSESS | SUPERVISE | REGISTER,
    ("another county's clerk", "her application elsewhere"): READ | ASSESS | SUPERVISE | REGISTER,
    ("the league's clerk", "her application"): READ | ASSESS | SUPERVISE | REGISTER,
    ("the league's clerk", "another's application"): READ | ASSESS | SUPERVISE | REGISTER,
    ("the league's clerk", "her application elsewhere"): READ | ASSESS | SUPERVISE | REGISTER,
    **{("she", thing): READ | ASK for thing in ELSE_HERS},
    **{("she, with a forged role", thing): READ | ASK for thing in ELSE_HERS},
    ("the manager", ASKED): READ | DECIDE | ASSESS,
    ("a manager of both parks", ASKED): READ | DECIDE | ASSESS | ADVISE,
    ("a manager elsewhere", ASKED): ADVISE,
    ("the manager who is another person", ASKED): READ | DECIDE | ASSESS,
    ("the county's clerk", ASKED): READ | ASSESS | SUPERVISE | REGISTER,
    ("another county's clerk", ASKED): ADVISE,
    ("the league's clerk", ASKED): READ | ASSESS | SUPERVISE | REGISTER,
    # Whoever is too near may do nothing at all, whatever she is.
    ("a manager of both parks", TOO_NEAR): READ | DECIDE | ASSESS | ADVISE,
    ("the manager who is another person", TOO_NEAR): READ | DECIDE | ASSESS,
    # The park has nobody left: the county decides, the league stands above it and may decide too.
    ("the county's clerk", PASSED_ON): READ | ASSESS | DECIDE | REGISTER,
    ("the league's clerk", PASSED_ON): READ | ASSESS | DECIDE | SUPERVISE | REGISTER,
    **{("the county's clerk", loan): READ | ASSESS | DECIDE | REGISTER for loan in LOANS},
    **{
        ("the league's clerk", loan): READ | ASSESS | DECIDE | SUPERVISE | REGISTER
        for loan in LOANS
    },
    **{
        (who, thing): CLAIM
        for who in (
            "the manager",
            "a manager of both parks",
            "the manager who is herself the applicant",
            "the manager who is another person",
        )
        for thing in (GRANTED, A_DRAFT)
    },
    ("the county's clerk", GRANTED): READ | ASSESS | DECIDE | REGISTER | PROPOSE,
    ("the league's clerk", GRANTED): READ | ASSESS | DECIDE | SUPERVISE | REGISTER | APPROVE,
    ("the bank", "her loan, referred"): REPORT,
    ("the guarantor", "her loan, referred"): REPORT,
    ("the league's clerk", "a number of the league"): REGULATE,
    ("the league's clerk", "a number of the county"): REGULATE,
    ("the league's clerk", "the county clerk's proposal"): REGULATE | SETTLE,
    ("the county's clerk", "a number of the county"): REGULATE,
    ("the county's clerk", "the county clerk's proposal"): REGULATE | PROPOSE,
    ("she", "a post of her host"): SPEAK,
    ("she, with a forged role", "a post of her host"): SPEAK,
    ("the county's clerk", "a post of her host"): READ | ASSESS | SUPERVISE | REGISTER,
    ("the league's clerk", "a post of her host"): READ | ASSESS | SUPERVISE | REGISTER,
    ("she", "an internship that the county put forward"): SPEAK,
    ("she, with a forged role", "an internship that the county put forward"): SPEAK,
    ("another person", "an internship that the county put forward"): READ | ASK,
    ("another, with a forged role", "an internship that the county put forward"): READ | ASK,
    ("the county's clerk", "an internship that the county put forward"): READ
    | ASSESS
    | DECIDE
    | REGISTER
    | PROPOSE,
    ("the league's clerk", "an internship that the county put forward"): READ
    | ASSESS
    | DECIDE
    | SUPERVISE
    | REGISTER
    | APPROVE,
    ("she", "her internship at her own host"): READ | ASK,
    ("she, with a forged role", "her internship at her own host"): READ | ASK,
}


def anyhow(principal: Principal | None) -> set[str]:
    if principal is None:
        return OPEN
    if principal.audience is Audience.CITIZEN:
        return OPEN | FOR_BOTH_SIDES | FOR_CITIZENS
    of_her_role = {B: FOR_CLERKS, Role.BUREAU_ADMIN: FOR_ADMINISTRATORS}
    return OPEN | FOR_BOTH_SIDES | FOR_STAFF | of_her_role.get(principal.role, set())


@pytest.mark.parametrize("thing", list(THINGS))
@pytest.mark.parametrize("principal", list(PRINCIPALS))
def test_everyone_may_do_to_each_thing_what_the_table_says_and_nothing_else(principal, thing):
    asking = PRINCIPALS[principal]
    expected = anyhow(asking) | ADDED.get((principal, thing), set())

    actual = {each for each in EVERY_OPERATION if access.can(asking, each, THINGS[thing])}

    assert expected == actual


def test_the_table_above_knows_every_operation():
    assert EVERY_OPERATION == set(access.PERMISSIONS)


@pytest.mark.parametrize("principal", list(PRINCIPALS))
def test_an_operation_without_a_row_is_closed_to_everyone(principal):
    assert not access.can(PRINCIPALS[principal], "eraseEverything", THINGS["her application"])


def test_whoever_is_not_signed_in_stands_in_no_relation_but_anyone():
    assert {Relation.ANYONE} == access.relations(None, THINGS["her application"])


def test_one_principal_may_stand_in_several_relations():
    held = access.relations(PRINCIPALS["the manager"], {**THINGS["her application"], "staff_id": 1})

    assert {Relation.ANYONE, Relation.STAFF, Relation.OWNER, Relation.DECIDER} == held


@pytest.mark.parametrize(
    ("principal", "more", "expected"),
    [
        ("the manager", {"handler_id": 1}, True),
        ("the manager", {"handler_id": 2}, False),
        ("the manager", {"handler_id": None}, False),
        ("the manager", {"handler_id": 1, "recused": [1]}, False),
        ("a manager elsewhere", {"handler_id": 3}, False),
        ("the manager who is herself the applicant", {"handler_id": 5}, False),
        ("the county's clerk", {"handler_id": 7}, True),
        ("another county's clerk", {"handler_id": 8}, False),
        ("she", {"handler_id": HER}, False),
    ],
)
def test_a_case_is_in_the_hands_of_whoever_took_it_on_and_still_may(principal, more, expected):
    thing = {**THINGS["her application"], **more}

    assert expected is (Relation.HANDLER in access.relations(PRINCIPALS[principal], thing))


CITIZENS, STAFF_ONLY = {Audience.CITIZEN}, {Audience.STAFF}
BOTH = {Audience.CITIZEN, Audience.STAFF}
# What both sides of an agreement do.
SHARED = ASK & DECIDE


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        (OPEN, set()),
        (FOR_BOTH_SIDES, BOTH),
        (READ, BOTH),
        (OWN, BOTH),
        (FOR_CITIZENS, CITIZENS),
        (ASK - SHARED, CITIZENS),
        (DECIDE - SHARED, STAFF_ONLY),
        (SHARED, BOTH),
        (FOR_CLERKS, STAFF_ONLY),
    ],
    ids=["open", "both sides", "read", "own", "citizens", "ask", "decide", "sign", "clerks"],
)
def test_a_token_of_the_wrong_side_is_of_no_use(operations, expected):
    for operation in operations:
        assert expected == access.audiences(operation), operation


@pytest.mark.parametrize("relation", sorted(set(Relation) - {Relation.ANYONE}, key=str))
def test_a_relation_holds_only_on_its_sides(relation):
    """`SIDES` turns tokens away before any record is read, so it must not forbid too much."""
    for asking in filter(None, PRINCIPALS.values()):
        for thing in THINGS.values():
            if relation in access.relations(asking, thing):
                assert asking.audience in access.SIDES[relation]


def test_roles_bear_their_official_names():
    # api.md §6 and GLOSSARY: the member is ours, the value the official term.
    assert {
        "ENTREPRENEUR": "创业者",
        "PARK_MANAGER": "园区管理员",
        "BUREAU_STAFF": "人社局工作人员",
        "BUREAU_ADMIN": "系统管理员",
        "AUDITOR": "审计员",
        "PARTNER": "合作机构",
    } == {role.name: role.value for role in Role}


@pytest.mark.parametrize(
    ("principal", "expected"),
    [("the county's clerk", True), ("the league's clerk", True), ("the manager", False)],
)
def test_what_is_the_bureaus_alone_asks_who_one_is_before_anything_else(principal, expected):
    for operation in FOR_CLERKS:
        assert expected is access.admits(PRINCIPALS[principal], operation), operation


def test_where_the_thing_matters_whoever_has_it_asks():
    for operation in READ | ASK | DECIDE | OWN | REGULATE | SUPERVISE:
        assert access.admits(PRINCIPALS["another person"], operation), operation
