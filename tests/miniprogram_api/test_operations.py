"""What does a declaration promise, and is it kept?"""

from backend.applications.workflow import STEPS
from miniprogram_api.operations import KEPT, OPERATIONS
from tests.factories import World


def test_an_operation_names_the_steps_that_it_takes(app):
    assert "draft→submitted" == OPERATIONS["submitApplication"].transition
    assert "approved→submitted, rejected→submitted" == OPERATIONS["reopenCase"].transition
    assert OPERATIONS["listParks"].transition is None


def test_every_verb_of_the_workflow_has_an_operation_that_takes_exactly_its_steps(app):
    # Objections are answered, and batches undone, under addresses of their own; the rest ends by
    # itself.
    by_itself = {"lapse", "complete", "end_publicity", "object", "dismiss", "uphold"}
    by_itself |= {"undo", "undo_in_hand"}
    taking = [each for each in OPERATIONS.values() if each.steps is STEPS]

    assert {step.action for step in STEPS} - by_itself == {v for each in taking for v in each.verbs}
    assert all(each.if_match for each in taking)


def test_every_deciding_or_creating_post_needs_a_key(app):
    keyed = {id for id, each in OPERATIONS.items() if each.key == "key"}

    assert {
        "createApplication",
        "submitApplication",
        "withdrawApplication",
        "approveApplication",
        "rejectApplication",
        "nudgeApplication",
        "restoreApplication",
        "allowGap",
        "promiseGap",
        "declineGap",
        "fillGap",
        "confirmGap",
        "refuseGap",
        "claimCase",
        "releaseCase",
        "returnForCorrection",
        "recallCorrection",
        "resolveCorrection",
        "reopenCase",
        "declareConflict",
        "decideInBulk",
        "undoBatch",
        "transferCase",
        "addNote",
        "askOpinion",
        "giveOpinion",
        "publiciseDecision",
        "objectToDecision",
        "answerObjection",
        "amendAgreement",
        "signAgreement",
        "acceptOffer",
        "declineOffer",
        "passOnCase",
        "answerAdmission",
        "announceDraw",
        "cancelDraw",
        "joinWaitingList",
        "leaveWaitingList",
        "claimScreening",
        "setParameter",
        "decideRuling",
        "confirmPolicyChange",
        "dropPolicyChange",
        "recordFacts",
        "recordDecision",
        "overrideVerdict",
        "uploadDocument",
        "openDocument",
        "createHost",
        "inviteContact",
        "acceptInvitation",
        "createPost",
        "closePost",
        "amendInternshipAgreement",
        "signInternshipAgreement",
        "settleMonth",
        "completeInternship",
        "confirmVenture",
        "acceptVenture",
        "returnVenture",
        "approveStipend",
        "returnStipend",
        "recordStipendPayment",
        "recoverStipend",
        "confirmArrival",
        "postponeArrival",
        "renewTenancy",
        "grantRenewal",
        "refuseRenewal",
        "suspendTenancy",
        "resumeTenancy",
        "announceEviction",
        "answerEviction",
        "recordHearing",
        "dropEviction",
        "evictTenant",
        "leaveTenancy",
        "graduateTenant",
        "confirmExitItem",
        "recordHeadcount",
        "confirmHeadcount",
        "createNotice",
        "submitNotice",
        "approveNotice",
        "refuseNotice",
        "scheduleNotice",
        "pauseNotice",
        "resumeNotice",
        "cancelNotice",
        "recordReferral",
        "recordBankState",
        "openContact",
        "createInstitution",
        "createClaim",
        "submitClaim",
        "withdrawClaim",
        "returnClaim",
        "reviewClaim",
        "publiciseClaim",
        "openWorker",
        "grantSubsidy",
        "approveSubsidy",
        "returnSubsidy",
        "refuseSubsidy",
        "recordPayment",
        "recoverSubsidy",
        "recordSubscription",
        "testSend",
        "reviewText",
        "createCode",
        "revokeCode",
    } == keyed


def test_only_the_list_of_parks_is_kept(app):
    assert {"/api/v1/parks": ("listParks", "parks")} == KEPT


def test_a_list_asked_from_a_place_is_never_kept(world: World):
    cache = world.app.extensions["cache"]

    world.anybody.get("/parks?near=122.05,46.08")
    world.anybody.get("/parks?limit=7")

    assert cache.held("parks", "near=122.05,46.08") is None
    assert cache.held("parks", "limit=7") is not None
