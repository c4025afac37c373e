"""Identity: who the caller is and how to reach her, asked for only where a step needs it."""

from typing import Any

from flask import current_app

from backend.access import Principal
from backend.accounts import bindings, claims
from miniprogram_api import cursors
from miniprogram_api.operations import Routes
from miniprogram_api.schemas import identity as shapes
from miniprogram_api.schemas.shared import Paging

routes = Routes("identity", __name__, description="身份与联系方式")


@routes.operation(
    "PUT",
    "/me/identity",
    "bindIdentity",
    body=shapes.Told,
    gives=shapes.IdentitySchema,
    key="natural",
    may_refuse=(429,),
)
def bind_identity(by: Principal, body: dict[str, Any]) -> Any:
    """Tell one's name and document number; telling the same again changes nothing."""
    return bindings.bind_identity(body["name"], body["number"], by=by)


@routes.operation(
    "PUT",
    "/me/phone",
    "bindPhone",
    body=shapes.PhoneCode,
    gives=shapes.PhoneSchema,
    key="natural",
    may_refuse=(429,),
)
def bind_phone(by: Principal, body: dict[str, Any]) -> Any:
    """Show one's phone with a code of WeChat's phone button; the one before is replaced."""
    ask = current_app.extensions["wechat"].phone_of
    return bindings.bind_phone(body["code"], ask=ask, by=by)


@routes.operation(
    "GET",
    "/duplicates",
    "listDuplicates",
    query=Paging,
    gives=shapes.DUPLICATE_PAGE,
    may_refuse=(403,),
)
def list_duplicates(by: Principal, query: dict[str, Any]) -> dict[str, Any]:
    """Pairs of accounts that share a document or a phone, newest first, for staff to settle."""
    limit = query["limit"]
    position = cursors.unpack(query["cursor"], "listDuplicates", {}, by)
    found = claims.duplicates(by, after=position and position[0], limit=limit + 1)
    more = len(found) > limit
    last = cursors.pack([found[limit - 1]["id"]], "listDuplicates", {}, by) if more else None
    return {"items": found[:limit], "next_cursor": last}
