"""Internships: from the list of posts to the paid stipend."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.internships import actions, attendance, hosts, listing, posts, queries, venture
from backend.internships.workflow import STEPS
from miniprogram_api import cursors
from miniprogram_api.operations import Routes
from miniprogram_api.routes.applications import ONE as APPLICATION
from miniprogram_api.schemas import internships as shapes
from miniprogram_api.schemas.tenancies import Signature

routes = Routes("internships", __name__, description="见习与孵化")
ONE = "/internships/<uuid:internship_id>"
MONTH = f"{ONE}/months/<month>"
# What every step of the workflow promises.
A_STEP: dict[str, Any] = {
    "gives": shapes.WholeInternshipSchema,
    "key": "key",
    "if_match": True,
    "versioned": True,
    "steps": STEPS,
}


@routes.operation(
    "POST",
    "/hosts",
    "createHost",
    body=shapes.NewHost,
    gives=shapes.HostSchema,
    status=201,
    key="key",
    may_refuse=(403,),
)
def create_host(by: Principal, body: dict[str, Any]) -> dict[str, Any]:
    """Enter a carrier that offers internships into the register."""
    return hosts.create(by=by, **body)


@routes.operation(
    "GET", "/hosts", "listHosts", query=shapes.HostQuery, gives=shapes.HOST_PAGE, may_refuse=(403,)
)
def list_hosts(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """The register, newest first, as far as it is the clerk's county's."""
    return cursors.page("listHosts", {}, by, query, lambda **at: listing.hosts(by, **at))


@routes.operation(
    "POST",
    "/hosts/<uuid:host_id>/invitations",
    "inviteContact",
    gives=shapes.InvitationSchema,
    status=201,
    key="key",
)
def invite_contact(by: Principal, host_id: UUID) -> dict[str, Any]:
    """A code, shown once, that lets one person speak for the host; an unused one is void."""
    return hosts.invite(host_id, by=by)


@routes.operation(
    "POST",
    "/invitations/accept",
    "acceptInvitation",
    body=shapes.InvitationCode,
    gives=shapes.HostSchema,
    key="key",
    may_refuse=(409,),
)
def accept_invitation(by: Principal, body: dict[str, Any]) -> dict[str, Any]:
    """Speak for the host that the code belongs to."""
    return hosts.accept_invitation(body["code"], by=by)


@routes.operation(
    "POST",
    "/hosts/<uuid:host_id>/posts",
    "createPost",
    body=shapes.NewPost,
    gives=shapes.PostSchema,
    status=201,
    key="key",
    versioned=True,
)
def create_post(by: Principal, host_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Offer places from a day on."""
    return posts.create(host_id, by=by, **body)


@routes.operation(
    "POST",
    "/posts/<uuid:post_id>/close",
    "closePost",
    gives=shapes.PostSchema,
    key="key",
    if_match=True,
    versioned=True,
)
def close_post(by: Principal, post_id: UUID, seen: int) -> dict[str, Any]:
    """Offer a post no longer; whoever has a place keeps it."""
    return posts.close(post_id, seen=seen, by=by)


@routes.operation("GET", "/posts", "listPosts", query=shapes.PostQuery, gives=shapes.POST_PAGE)
def list_posts(by: Principal | None, query: dict[str, Any]) -> dict[str, Any]:
    """The open posts of a county or of the league, newest first."""
    county = {"county": query["county"]}
    return cursors.page("listPosts", county, by, query, lambda **at: listing.posts(**county, **at))


@routes.operation(
    "GET", "/posts/<uuid:post_id>", "getPost", gives=shapes.PostSchema, versioned=True
)
def get_post(post_id: UUID) -> dict[str, Any]:
    """One post, with its places."""
    return listing.post(post_id)


@routes.operation(
    "PUT",
    f"{APPLICATION}/post",
    "choosePost",
    body=shapes.ChosenPost,
    gives=shapes.PostSchema,
    key="natural",
    may_refuse=(403, 409),
)
def choose_post(by: Principal, application_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say which post an application is for, while it is in her hands."""
    return posts.choose(application_id, post=body["post_id"], by=by)


@routes.operation("GET", f"{APPLICATION}/post", "getChosenPost", gives=shapes.PostSchema)
def get_chosen_post(by: Principal, application_id: UUID) -> dict[str, Any]:
    """The post that an application is for."""
    return listing.chosen(application_id, by)


@routes.operation(
    "GET",
    "/internships",
    "listInternships",
    query=shapes.InternshipQuery,
    gives=shapes.INTERNSHIP_PAGE,
)
def list_internships(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """The intern's own, a host's or a county's, newest first."""
    asked = {"status": query["status"]}
    return cursors.page(
        "listInternships", asked, by, query, lambda **at: queries.listed(by, **asked, **at)
    )


@routes.operation("GET", ONE, "getInternship", gives=shapes.WholeInternshipSchema, versioned=True)
def get_internship(by: Principal, internship_id: UUID) -> dict[str, Any]:
    """One internship with its months, its window, and what the caller may do now."""
    return queries.get(internship_id, by)


@routes.operation(
    "GET",
    f"{ONE}/agreement",
    "getInternshipAgreement",
    gives=shapes.InternshipAgreementSchema,
    versioned=True,
)
def get_internship_agreement(by: Principal, internship_id: UUID) -> dict[str, Any]:
    """The text of the agreement, its SHA-256, and who has signed it."""
    return queries.agreement(internship_id, by)


@routes.operation(
    "POST",
    f"{ONE}/agreement",
    "amendInternshipAgreement",
    verbs=("amend",),
    body=shapes.AmendedInternship,
    **A_STEP,
)
def amend_internship_agreement(
    by: Principal, internship_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Change the first day or what was agreed besides; signatures on the text before are gone."""
    return actions.amend(internship_id, seen=seen, by=by, **body)


@routes.operation(
    "POST", f"{ONE}/sign", "signInternshipAgreement", verbs=("sign",), body=Signature, **A_STEP
)
def sign_internship_agreement(
    by: Principal, internship_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Sign the text with this SHA-256; the third signature lets the internship begin."""
    return actions.sign(internship_id, seen=seen, by=by, sha256=body["sha256"])


@routes.operation(
    "PUT",
    MONTH,
    "confirmAttendance",
    verbs=("attend",),
    body=shapes.Attendance,
    gives=shapes.WholeInternshipSchema,
    key="natural",
    versioned=True,
    may_refuse=(403, 409),
)
def confirm_attendance(
    by: Principal, internship_id: UUID, month: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Answer for one's own side; the month counts once both say that she was there."""
    return attendance.confirm(internship_id, month, by=by, **body)


@routes.operation(
    "POST", f"{MONTH}/settle", "settleMonth", verbs=("settle",), body=shapes.Settlement, **A_STEP
)
def settle_month(
    by: Principal, internship_id: UUID, month: str, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Decide on a month that both do not confirm."""
    return attendance.settle(internship_id, month, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/complete",
    "completeInternship",
    verbs=("end_early",),
    body=shapes.EarlyEnd,
    **A_STEP,
)
def complete_internship(
    by: Principal, internship_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """End an internship before its day, with a reason; on its day it ends by itself."""
    return actions.end_early(internship_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/venture",
    "confirmVenture",
    verbs=("confirm_venture",),
    body=shapes.ToldVenture,
    **A_STEP,
)
def confirm_venture(
    by: Principal, internship_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Say within the window that the business is registered."""
    return venture.confirm(internship_id, seen=seen, by=by, **body)


@routes.operation(
    "POST", f"{ONE}/venture/accept", "acceptVenture", verbs=("accept_venture",), **A_STEP
)
def accept_venture(by: Principal, internship_id: UUID, seen: int) -> dict[str, Any]:
    """Accept the licence and put the stipend forward, month by month."""
    return venture.accept(internship_id, seen=seen, by=by)


@routes.operation(
    "POST",
    f"{ONE}/venture/return",
    "returnVenture",
    verbs=("return_venture",),
    body=shapes.StipendReason,
    **A_STEP,
)
def return_venture(
    by: Principal, internship_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Have the licence put right, with a reason and a last day."""
    return venture.give_back(internship_id, seen=seen, by=by, **body)


@routes.operation(
    "POST", f"{ONE}/stipend/approve", "approveStipend", verbs=("approve_stipend",), **A_STEP
)
def approve_stipend(by: Principal, internship_id: UUID, seen: int) -> dict[str, Any]:
    """Approve, as another person, what a colleague has put forward."""
    return venture.approve(internship_id, seen=seen, by=by)


@routes.operation(
    "POST",
    f"{ONE}/stipend/return",
    "returnStipend",
    verbs=("return_stipend",),
    body=shapes.StipendReason,
    **A_STEP,
)
def return_stipend(
    by: Principal, internship_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Have the stipend looked at again."""
    return venture.send_back(internship_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/stipend/payment",
    "recordStipendPayment",
    verbs=("pay",),
    body=shapes.NewStipendPayment,
    **A_STEP,
)
def record_stipend_payment(
    by: Principal, internship_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Record what was paid, when and under which number; the application is completed."""
    return venture.pay(internship_id, seen=seen, by=by, **body)


@routes.operation(
    "POST",
    f"{ONE}/stipend/recover",
    "recoverStipend",
    verbs=("recover",),
    body=shapes.StipendReason,
    **A_STEP,
)
def recover_stipend(
    by: Principal, internship_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Record that a stipend had to be given back, and why."""
    return venture.recover(internship_id, seen=seen, by=by, **body)
