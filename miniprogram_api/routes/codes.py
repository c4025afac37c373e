"""Codes: what is printed or sent out to lead people here, and how often it did."""

from typing import Any
from uuid import UUID

from flask import Response, current_app

from backend.access import Principal
from backend.codes import actions, making, queries
from backend.wechat.codes import MEDIA
from miniprogram_api import cursors
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import codes as shapes
from miniprogram_api.schemas.shared import Paging

routes = Routes("codes", __name__, description="小程序码与链接")
ONE = "/codes/<uuid:code_id>"


@routes.operation(
    "POST",
    "/codes",
    "createCode",
    body=shapes.NewEntryCode,
    gives=shapes.WholeEntryCodeSchema,
    status=201,
    key="key",
    versioned=True,
    may_refuse=(403,),
)
def create_code(by: Principal, body: dict[str, Any]) -> dict[str, Any]:
    """Make a code for a park, or for a poster that may lead to one."""
    return actions.create(by=by, park=body.pop("park_id"), **body)


@routes.operation("GET", "/codes", "listCodes", query=Paging, gives=shapes.CODE_PAGE)
def list_codes(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """The codes of a manager's parks or of a clerk's county, newest first."""
    return cursors.page("listCodes", {}, by, query, lambda **at: queries.listed(by, **at))


@routes.operation("GET", ONE, "getCode", gives=shapes.WholeEntryCodeSchema, versioned=True)
def get_code(by: Principal, code_id: UUID) -> dict[str, Any]:
    """One code, and how often it was opened on each day."""
    return queries.get(code_id, by)


@routes.operation(
    "POST",
    f"{ONE}/revoke",
    "revokeCode",
    gives=shapes.WholeEntryCodeSchema,
    key="key",
    if_match=True,
    versioned=True,
    may_refuse=(410,),
)
def revoke_code(by: Principal, code_id: UUID, seen: int) -> dict[str, Any]:
    """Let a code lead nowhere from now on."""
    return actions.revoke(code_id, seen=seen, by=by)


@routes.operation(
    "POST",
    "/codes/open",
    "openCode",
    body=shapes.ScannedCode,
    gives=shapes.OpenedCodeSchema,
    key="natural",
    may_refuse=(404, 410),
)
def open_code(body: dict[str, Any]) -> dict[str, Any]:
    """What a scanned code leads to; it is counted, and nobody is noted."""
    return actions.open_by_token(body["token"])


@routes.operation(
    "POST",
    f"{ONE}/image",
    "drawCode",
    gives=shapes.WholeEntryCodeSchema,
    versioned=True,
    may_refuse=(410, 503),
)
def draw_code(by: Principal, code_id: UUID) -> dict[str, Any]:
    """Have the picture drawn, unless there is one; WeChat is asked once, however many ask us."""
    return making.draw(code_id, by=by, ask=current_app.extensions["wechat"].draw_code)


@routes.operation("GET", f"{ONE}/image", "getCodeImage", gives=None, media=MEDIA, may_refuse=(410,))
def get_code_image(by: Principal, code_id: UUID) -> Response:
    """The picture of a code, once it was drawn."""
    found = queries.picture(code_id, by)
    return Response(found["content"], mimetype=found["media_type"])


@routes.operation(
    "POST",
    f"{ONE}/link",
    "linkCode",
    gives=shapes.WholeEntryCodeSchema,
    versioned=True,
    may_refuse=(410, 503),
)
def link_code(by: Principal, code_id: UUID) -> dict[str, Any]:
    """Have a link made that opens the same; a new one only where the last is about to end."""
    return making.link(code_id, by=by, ask=current_app.extensions["wechat"].make_link)
