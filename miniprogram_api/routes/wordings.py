"""Wordings: by which words messages are written, how they look, and what was told in a case."""

from typing import Any
from uuid import UUID

from flask import current_app

from backend.access import Principal
from miniprogram_api import cursors, idempotency
from miniprogram_api.operations import Routes
from miniprogram_api.routes.applications import ONE as CASE
from miniprogram_api.schemas import wordings as shapes
from miniprogram_api.schemas.shared import Paging
from notifications import correspondence, previewing, rehearsing

routes = Routes("wordings", __name__, description="消息模板")
ALL = "/message-templates"
ONE = f"{ALL}/<event>/<reader>"


@routes.operation(
    "GET", ALL, "listMessageTemplates", gives=shapes.WordingListSchema, may_refuse=(403,)
)
def list_message_templates(by: Principal) -> dict[str, Any]:
    """Every row and every card by which messages are written, with version and since when."""
    return {"items": previewing.listed(by)}


@routes.operation(
    "GET", ONE, "previewMessage", gives=shapes.MessagePreviewSchema, may_refuse=(403,)
)
def preview_message(by: Principal, event: str, reader: str) -> dict[str, Any]:
    """A row filled in with the longest names there are: in the inbox, and on the card."""
    return previewing.preview(event, reader, by=by)


@routes.operation(
    "GET", "/wordings/<version>", "getWording", gives=shapes.WordingSchema, may_refuse=(403,)
)
def get_wording(by: Principal, version: str) -> dict[str, Any]:
    """The words behind a version that a message names, also long after they were changed."""
    return previewing.wording(version, by=by)


@routes.operation(
    "POST",
    f"{ONE}/test",
    "testSend",
    body=shapes.PhoneInHand,
    gives=shapes.RehearsalSchema,
    key="key",
    may_refuse=(403, 429),
)
def test_send(by: Principal, event: str, reader: str, body: dict[str, Any]) -> dict[str, Any]:
    """Send the card with sample words to the phone in the caller's hand, once."""
    return rehearsing.send(
        event,
        reader,
        body["code"],
        key=idempotency.key(required=True) or "",
        is_repeated=idempotency.was_answered(by),
        wechat=current_app.extensions["wechat"],
        templates=current_app.extensions["settings"].wechat_templates,
        by=by,
    )


@routes.operation(
    "GET", f"{CASE}/messages", "listCaseMessages", query=Paging, gives=shapes.TOLD_PAGE
)
def list_case_messages(by: Principal, application_id: UUID, query: dict[str, Any]) -> Any:
    """What was told in a case, newest first: text, version of its words, and each push's fate."""
    asked = {"application": application_id}
    return cursors.page(
        "listCaseMessages",
        asked,
        by,
        query,
        lambda **at: correspondence.of_case(application_id, by, **at),
    )
