"""What became of a push in the end, by WeChat's own word?

A receipt names the push by its number, if we know that; else it is of the last push of its template
to that person. It may come before our own result is committed, twice, or in another order, and must
never turn what was delivered into anything else.
"""

import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import text

from backend.accounts import withdrawing
from backend.db import Row, row, session
from backend.wechat.event import Event
from notifications import grants, rehearsing
from notifications.models import Status

log = logging.getLogger(__name__)
# WeChat tells of seconds, by a clock of its own.
SKEW = timedelta(seconds=5)
# No push lives longer than a day.
LONGEST = timedelta(days=1)
SUCCESS, ERRCODE = "0", re.compile("-?[0-9]{1,9}")
# What a receipt may change into what. Nothing leads away from DELIVERED.
BECOMES: Mapping[Status, tuple[str, ...]] = {
    Status.DELIVERED: ("ACCEPTED", "UNKNOWN", "REFUSED"),
    Status.REFUSED: ("ACCEPTED", "UNKNOWN"),
}
_PUSH = (
    "SELECT id, person_id, template, claim_epoch, status, intent_at"
    " FROM delivery WHERE channel = 'wechat' AND"
)
_NUMBERED = text(f"{_PUSH} provider_id = :number FOR UPDATE")
_LAST = text(f"""
    {_PUSH} person_id = :person AND template = :template AND provider_id IS NULL
        AND intent_at > :first AND intent_at <= :last
        AND status IN ('SENDING', 'ACCEPTED', 'UNKNOWN', 'REFUSED')
    ORDER BY intent_at DESC, id DESC LIMIT 1 FOR UPDATE
""")
_SETTLE = text("""
    UPDATE delivery SET status = :status, errcode = :errcode, detail = :detail,
           provider_id = coalesce(provider_id, :number),
           settled_at = coalesce(settled_at, clock_timestamp())
    WHERE id = :id
""")


def settle(event: Event, at: datetime, names: Mapping[str, str]) -> bool:
    """Settle, inside an action, the pushes that a message is of; False if one is not there yet."""
    return all([_settle(event.openid, item, at, names) for item in event.items])


def _settle(
    openid: str | None, item: Mapping[str, str], at: datetime, names: Mapping[str, str]
) -> bool:
    """Settle one push; False while it is unknown or its own sender has not written it down."""
    errcode = item.get("ErrorCode", "")
    if not ERRCODE.fullmatch(errcode):
        log.warning("a receipt that does not say what became of its push")
        return True
    number, template = item.get("MsgID"), names.get(item.get("TemplateId", ""))
    push = _numbered(number)
    if push is None and rehearsing.is_one(number):
        # Somebody of the bureau tried a card on her own phone; it is no push of ours.
        return True
    push = push or (openid and template and _last(openid, template, at)) or None
    if push is None or push["status"] == Status.SENDING.name:
        return False
    becomes = Status.DELIVERED if errcode == SUCCESS else Status.REFUSED
    if push["status"] in BECOMES[becomes]:
        _write(push, becomes, item, number)
        in_doubt = push["status"] == Status.UNKNOWN.name and becomes is Status.DELIVERED
        if in_doubt and not withdrawing.is_closed(push["person_id"]):
            # To WeChat's second it might have left before it was granted.
            grants.used(push, push["intent_at"] or at)
    return True


def _numbered(number: str | None) -> Row | None:
    if number is None:
        return None
    return row(_NUMBERED, number=number)


def _last(openid: str, template: str, at: datetime) -> Row | None:
    """Return the last push that had left by then and has no number of its own."""
    holder = withdrawing.holder_of(openid)
    if holder is None:
        return None
    return row(
        _LAST,
        person=holder["person_id"],
        template=template,
        first=at - LONGEST,
        last=at + SKEW,
    )


def _write(push: Row, becomes: Status, item: Mapping[str, str], number: str | None) -> None:
    refused = becomes is Status.REFUSED
    session.execute(
        _SETTLE,
        {
            "id": push["id"],
            "status": becomes.name,
            "errcode": int(item["ErrorCode"]),
            "detail": item.get("ErrorStatus", "")[:200] if refused else "",
            "number": number,
        },
    )
