"""Messages: the inbox is the record, WeChat only a nudge."""

from typing import Any
from uuid import UUID

from flask import current_app

from backend.access import Principal
from miniprogram_api import cursors
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import messages as shapes
from miniprogram_api.schemas.shared import Paging
from notifications import grants, inbox, preferences

routes = Routes("messages", __name__, description="消息")


@routes.operation("GET", "/messages", "listMessages", query=Paging, gives=shapes.MESSAGE_PAGE)
def list_messages(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """The caller's messages, newest first, each with what became of its push."""
    limit = query["limit"]
    position = cursors.unpack(query["cursor"], "listMessages", {}, by)
    found = inbox.listed(by, after=position and position[0], limit=limit + 1)
    more = len(found) > limit
    last = cursors.pack([found[limit - 1]["id"]], "listMessages", {}, by) if more else None
    return {"items": found[:limit], "next_cursor": last}


@routes.operation("GET", "/messages/unread", "countUnread", gives=shapes.UnreadSchema)
def count_unread(by: Principal) -> dict[str, int]:
    """How many messages the caller has not read."""
    return {"unread": inbox.unread(by)}


@routes.operation(
    "POST",
    "/messages/<uuid:message_id>/read",
    "markRead",
    gives=shapes.MessageSchema,
    key="natural",
)
def mark_read(by: Principal, message_id: UUID) -> dict[str, Any]:
    """Note that the message was read; reading it again changes nothing."""
    return inbox.mark_read(message_id, by=by)


@routes.operation("GET", "/messages/templates", "listTemplates", gives=shapes.AskingListSchema)
def list_templates(by: Principal) -> dict[str, Any]:
    """After which taps to ask for leave to push, for which cards, and how many are left."""
    numbers = current_app.extensions["settings"].wechat_templates
    return {"items": grants.moments(by, numbers)}


@routes.operation(
    "POST",
    "/messages/subscriptions",
    "recordSubscription",
    body=shapes.Subscription,
    gives=shapes.LeftListSchema,
    key="key",
)
def record_subscription(by: Principal, body: dict[str, Any]) -> Any:
    """Write down what WeChat's dialog gave back; one key for each time it was shown."""
    given = {each["template"]: each["answer"] for each in body["answers"]}
    return grants.record(given, by=by)


@routes.operation("GET", "/me/preferences", "getPreferences", gives=shapes.PreferencesSchema)
def get_preferences(by: Principal) -> dict[str, Any]:
    """Of which topics of notices the caller wants to hear each time, once a week, or never."""
    return preferences.of(by)


@routes.operation(
    "PUT",
    "/me/preferences",
    "setPreferences",
    body=shapes.Wishes,
    gives=shapes.PreferencesSchema,
    key="natural",
)
def set_preferences(by: Principal, body: dict[str, Any]) -> dict[str, Any]:
    """Say of which topics she wants to hear never or once a week; her case is always told."""
    return preferences.choose(body["muted"], weekly=body["weekly"], by=by)
