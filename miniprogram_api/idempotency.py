"""How does a repeated request get the first answer?"""

import re
from collections.abc import Callable
from typing import Any

import orjson
from flask import Response, current_app, request

from backend import idempotency, vault
from backend.access import Principal
from backend.db import around_the_action
from backend.errors import KeyMissing, Malformed
from miniprogram_api import json, uploads

# Published rule: 1 to 255 visible ASCII characters; the quotes of RFC 9651 may be left out.
KEY = re.compile(r'"([\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255})')
KEPT_HEADERS = ("ETag", "Location")


def key(*, required: bool) -> str | None:
    """Return the request's Idempotency-Key; raise KeyMissing or Malformed."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        if required:
            raise KeyMissing
        return None
    matched = KEY.fullmatch(given)
    if matched is None:
        raise Malformed("Idempotency-Key 须为 1 至 255 个可见 ASCII 字符")
    return matched.group(1) or matched.group(2)


def answer_once(
    given: str | None, by: Principal | None, operation: str, answer: Callable[[Any], Response]
) -> Any:
    """Return a context in which the next action runs at most once for this key.

    `answer` turns what the action returns into the response that is kept with it.
    """

    def around(call: Callable[[], Any]) -> Response:
        if given is None:
            return answer(call())
        kept, replayed = idempotency.once(
            _request(given, by, operation), lambda: _packed(answer(call()))
        )
        response = _unpacked(kept)
        if replayed:
            response.headers["Idempotent-Replayed"] = "true"
        return response

    return around_the_action(around)


def was_answered(by: Principal) -> bool:
    """Tell whether this very request, by its key, has come before."""
    given = key(required=False)
    return given is not None and idempotency.is_known(_owner(by), given)


def _owner(by: Principal | None) -> str:
    return f"{by.audience.value}:{by.id}" if by else "anonymous"


def _request(given: str, by: Principal | None, operation: str) -> idempotency.Request:
    sent = json.body if request.mimetype != uploads.MIMETYPE else uploads.fingerprint
    content = json.canonical([request.path, sent(request)]).decode()
    # Keyed, because a plain hash of a document's number could be undone by trying them all.
    newest, *older = vault.keys().indexes("idempotency_key.fingerprint", content)
    return idempotency.Request(
        owner=_owner(by),
        key=given,
        operation=operation,
        fingerprint=newest.encode(),
        older=tuple(each.encode() for each in older),
    )


def _packed(response: Response) -> str:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    return orjson.dumps([response.status_code, headers, response.get_data(as_text=True)]).decode()


def _unpacked(kept: str) -> Response:
    status, headers, text = orjson.loads(kept)
    return current_app.response_class(
        text, status=status, headers=headers, mimetype="application/json"
    )
