"""How does a list go on where it stopped?

A cursor is signed, lives an hour, and fits only the list, the filters and the reader it was
made for.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from backend.access import Principal
from backend.errors import Malformed

LIFE_S = 3600
DEFAULT_LIMIT = 20


def pack(position: Sequence[Any], operation: str, asked: Any, by: Principal | None) -> str:
    """Return the cursor behind a position."""
    return str(_serializer(operation, asked, by).dumps(list(position)))


def unpack(cursor: str | None, operation: str, asked: Any, by: Principal | None) -> Any:
    """Return the position behind a cursor; raise Malformed for any that does not fit."""
    if cursor is None:
        return None
    try:
        return _serializer(operation, asked, by).loads(cursor, max_age=LIFE_S)
    except BadData:
        raise Malformed(
            errors=[{"pointer": "?cursor", "detail": "翻页凭证无效或已过期，请从头查询"}]
        ) from None


def page(
    operation: str,
    asked: Mapping[str, Any],
    by: Principal | None,
    query: Mapping[str, Any],
    find: Callable[..., Sequence[Any]],
) -> dict[str, Any]:
    """Return a page of what is found newest first, by the number of its row.

    `asked` are the filters; `find` takes `after` and `limit`.
    """
    filters, limit = {name: str(value) for name, value in asked.items()}, query["limit"]
    after = unpack(query["cursor"], operation, filters, by)
    found = find(after=after and after[0], limit=limit + 1)
    more = len(found) > limit
    next_ = pack((found[limit - 1]["row"],), operation, filters, by) if more else None
    return {"items": found[:limit], "next_cursor": next_}


def _serializer(operation: str, asked: Any, by: Principal | None) -> URLSafeTimedSerializer:
    reader = f"{by.audience.value}:{by.id}" if by else "anyone"
    filters = hashlib.sha256(orjson.dumps(asked, default=str, option=orjson.OPT_SORT_KEYS))
    salt = f"cursor:{operation}:{reader}:{filters.hexdigest()}"
    return URLSafeTimedSerializer(current_app.extensions["cursor_key"], salt=salt)
