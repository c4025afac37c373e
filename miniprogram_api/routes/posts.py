"""Hosts and posts: who offers internships, which, and which of them is chosen."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.internships import hosts, listing, posts
from backend.texts.kinds import Looked
from miniprogram_api import cursors
from miniprogram_api.operations import Routes
from miniprogram_api.routes.applications import ONE as APPLICATION
from miniprogram_api.schemas import posts as shapes

routes = Routes("posts", __name__, description="见习单位与岗位")


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
def create_post(
    by: Principal, host_id: UUID, body: dict[str, Any], looked: Looked | None
) -> dict[str, Any]:
    """Offer places from a day on; what a contact wrote may have to be looked at before."""
    return posts.create(host_id, by=by, looked=looked, **body)


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
    return listing.shown(post_id)


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
