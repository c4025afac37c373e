"""When are the texts of a request looked at? Before its action, outside of any transaction.

Nothing waits longer for WeChat than its limit for texts, and nothing depends on what comes of it:
the finding is handed to the view and written down together with what was done. A request that was
answered before asks nobody anew.
"""

from collections.abc import Mapping
from typing import Any

from flask import current_app

from backend.access import Audience, Principal
from backend.accounts import queries as accounts
from backend.cases import submitting
from backend.texts import looking
from backend.texts.kinds import ON_FILE, TYPED, Looked, spoken
from miniprogram_api import idempotency


def looked(operation: str, given: Mapping[str, Any]) -> Looked | None:
    """Return what is made of the texts of a request; None where nobody was asked.

    Staff have no openid that WeChat would know, and their words are their office's.
    """
    by: Principal = given["by"]
    if by.audience is not Audience.CITIZEN:
        return None
    texts = _texts(operation, given, by)
    openid = accounts.openid_of(by.id) if texts else None
    if openid is None or idempotency.was_answered(by):
        return None
    wechat = current_app.extensions["wechat"]
    deadline = wechat.text_deadline()
    place = ON_FILE.get(operation) or TYPED[operation].place
    return Looked(place, looking.look(texts, lambda words: wechat.look_at(words, openid, deadline)))


def _texts(operation: str, given: Mapping[str, Any], by: Principal) -> dict[str, str]:
    if operation in ON_FILE:
        return submitting.on_file(operation, given["application_id"], given["seen"], by)
    return spoken(operation, given["body"])
