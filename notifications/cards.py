"""What does a notice look like in an inbox, and on WeChat's card?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from notifications import fields

PAGE = "pages/notices/detail?id={id}"


def copy(notice: Mapping[str, Any]) -> dict[str, str]:
    """Return the inbox message of a notice."""
    link = PAGE.format(id=notice["public_id"])
    return {"title": notice["title"], "body": notice["summary"], "link": link}


def card(notice: Mapping[str, Any], at: datetime) -> dict[str, str]:
    """Return the words on the card, cut as WeChat takes them."""
    words = {"thing1": notice["title"], "thing2": notice["summary"], "date3": fields.moment(at)}
    return {key: fields.fit(key, said) for key, said in words.items()}
