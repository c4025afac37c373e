"""What does a notice look like in an inbox, and on WeChat's card?

Its words are those of whoever wrote it. Where they go is a row like others, which stands in no
catalogue: whom a notice is for has it from `notifications.expansion`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.access import Relation
from notifications import fields, filling
from notifications.rows import Row

PAGE = "pages/notices/detail?id={id}"
NOTICE = Row(
    "notice.published",
    Relation.ENTREPRENEUR,
    "{title}",
    "{summary}",
    PAGE,
    "policy_notice",
    {"thing1": "{title}", "thing2": "{summary}", "date3": "{at}"},
)


def copy(notice: Mapping[str, Any]) -> dict[str, str]:
    """Return the inbox message of a notice."""
    link = PAGE.format(id=notice["public_id"])
    return {"title": notice["title"], "body": notice["summary"], "link": link}


def card(notice: Mapping[str, Any], at: datetime) -> dict[str, str]:
    """Return the words on the card, cut as WeChat takes them."""
    return filling.card(NOTICE, {**notice, "at": fields.moment(at)})
