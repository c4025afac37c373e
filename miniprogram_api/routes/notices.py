"""Notices: written by one, approved by another, sent to an audience, read by anybody."""

from typing import Any
from uuid import UUID

from backend.access import Principal
from backend.notices import actions, queries
from backend.notices.workflow import STEPS
from miniprogram_api import cursors
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import audiences
from miniprogram_api.schemas import notices as shapes
from notifications import broadcasting

routes = Routes("notices", __name__, description="政策通知")
ONE = "/notices/<uuid:notice_id>"
STEP: dict[str, Any] = {
    "gives": shapes.NoticeSchema,
    "key": "key",
    "if_match": True,
    "versioned": True,
    "steps": STEPS,
}


@routes.operation(
    "POST",
    "/notices",
    "createNotice",
    body=shapes.NewNotice,
    gives=shapes.NoticeSchema,
    status=201,
    key="key",
    versioned=True,
    may_refuse=(403,),
)
def create_notice(by: Principal, body: dict[str, Any]) -> dict[str, Any]:
    """Begin a notice; nothing leaves before a second person has approved it."""
    scope = body.pop("scope")
    return actions.create(body, scope=scope, by=by)


@routes.operation(
    "GET",
    "/notices",
    "listNotices",
    query=shapes.NoticeQuery,
    gives=shapes.NOTICE_PAGE,
    may_refuse=(403,),
)
def list_notices(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """The notices that are the caller's business, newest first."""
    return cursors.page("listNotices", {}, by, query, lambda **at: queries.listed(by, **at))


@routes.operation(
    "GET", ONE, "getNotice", gives=shapes.WholeNoticeSchema, versioned=True, live=True
)
def get_notice(by: Principal, notice_id: UUID) -> dict[str, Any]:
    """One notice, what was counted for its approval, and what became of it by county and group."""
    return broadcasting.whole(notice_id, by=by)


@routes.operation(
    "PUT",
    ONE,
    "updateNotice",
    body=shapes.NoticeWords,
    gives=shapes.NoticeSchema,
    key="natural",
    if_match=True,
    versioned=True,
    steps=STEPS,
    verbs=("update",),
)
def update_notice(
    by: Principal, notice_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Write a draft anew, as a whole."""
    return actions.update(notice_id, body, seen=seen, by=by)


@routes.operation(
    "GET",
    f"{ONE}/audience",
    "previewAudience",
    query=audiences.AtMoment,
    gives=audiences.AudienceSchema,
    may_refuse=(422,),
)
def preview_audience(by: Principal, notice_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """How many it is for by county and group, how it would reach them, and five samples."""
    return broadcasting.preview(notice_id, at=query["at"], by=by)


@routes.operation("POST", f"{ONE}/submit", "submitNotice", verbs=("submit",), **STEP)
def submit_notice(by: Principal, notice_id: UUID, seen: int) -> dict[str, Any]:
    """Hand a notice to a second person; words, people and numbers stay as they are."""
    return broadcasting.submit(notice_id, seen=seen, by=by)


@routes.operation(
    "POST", f"{ONE}/approve", "approveNotice", body=shapes.PeopleCounted, verbs=("approve",), **STEP
)
def approve_notice(
    by: Principal, notice_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Let a notice be sent, as its second person, who names its number and whether it is urgent."""
    return actions.approve(notice_id, **body, seen=seen, by=by)


@routes.operation(
    "POST", f"{ONE}/refuse", "refuseNotice", body=shapes.NoticeStopped, verbs=("refuse",), **STEP
)
def refuse_notice(
    by: Principal, notice_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Do not let a notice be sent, with a reason."""
    return actions.refuse(notice_id, why=body["why"], seen=seen, by=by)


@routes.operation(
    "POST", f"{ONE}/schedule", "scheduleNotice", body=shapes.Sending, verbs=("schedule",), **STEP
)
def schedule_notice(
    by: Principal, notice_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """Say when an approved notice begins to leave; it is published then."""
    return actions.schedule(notice_id, send_at=body["send_at"], seen=seen, by=by)


@routes.operation(
    "POST", f"{ONE}/pause", "pauseNotice", body=shapes.NoticeStopped, verbs=("pause",), **STEP
)
def pause_notice(by: Principal, notice_id: UUID, seen: int, body: dict[str, Any]) -> dict[str, Any]:
    """Let nothing more of it leave until it is resumed."""
    return broadcasting.pause(notice_id, why=body["why"], seen=seen, by=by)


@routes.operation("POST", f"{ONE}/resume", "resumeNotice", verbs=("resume",), **STEP)
def resume_notice(by: Principal, notice_id: UUID, seen: int) -> dict[str, Any]:
    """Go on where it was paused."""
    return broadcasting.resume(notice_id, seen=seen, by=by)


@routes.operation(
    "POST", f"{ONE}/cancel", "cancelNotice", body=shapes.NoticeStopped, verbs=("cancel",), **STEP
)
def cancel_notice(
    by: Principal, notice_id: UUID, seen: int, body: dict[str, Any]
) -> dict[str, Any]:
    """End it for everybody whom it has not reached."""
    return broadcasting.cancel(notice_id, why=body["why"], seen=seen, by=by)


@routes.operation(
    "GET",
    f"{ONE}/deliveries",
    "listDeliveries",
    query=shapes.NoticeQuery,
    gives=shapes.PUSH_PAGE,
)
def list_deliveries(by: Principal, notice_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """What became of each push, newest first, without the people."""
    asked = {"notice": notice_id}
    return cursors.page(
        "listDeliveries",
        asked,
        by,
        query,
        lambda **at: broadcasting.deliveries(notice_id, by=by, **at),
    )


@routes.operation(
    "GET",
    "/published-notices",
    "listPublishedNotices",
    query=shapes.PublishedQuery,
    gives=shapes.PUBLISHED_PAGE,
)
def list_published_notices(query: dict[str, Any]) -> dict[str, Any]:
    """What the bureau has published, newest first, to be searched by anybody."""
    asked = {
        "q": query["q"],
        "topic": query["topic"],
        "county": query["county"],
        "on": query["in_force_on"],
    }
    return cursors.page(
        "listPublishedNotices", asked, None, query, lambda **at: queries.published(**asked, **at)
    )


@routes.operation(
    "GET",
    "/published-notices/<uuid:notice_id>",
    "getPublishedNotice",
    gives=shapes.PublishedNoticeSchema,
)
def get_published_notice(notice_id: UUID) -> dict[str, Any]:
    """One published notice; one that was withdrawn says so."""
    return queries.get_published(notice_id)
