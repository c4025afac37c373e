"""What does a row of the catalogue look like, and which two kinds of rows are there?"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from backend.access import Relation

DETAIL = "pages/applications/detail?id={id}"
NO_PUSH: Mapping[str, str] = MappingProxyType({})


class Row(NamedTuple):
    """One reader of one event. Where DECIDER is told, the handler alone is once there is one.

    `title`, `body` and the values of `push` are filled in with the particulars that
    `fanout.particulars` collects. `template` names the WeChat template; its number is a setting
    of the installation. `push` maps the template's keys to their words; staff have an inbox, but no
    push. `once_overdue`: told only when the day of the case has passed.
    """

    event: str
    reader: Relation
    title: str
    body: str
    link: str
    template: str = ""
    push: Mapping[str, str] = NO_PUSH
    once_overdue: bool = False


def to_her(
    event: str, title: str, body: str, *, phrase: str, on: str, thing: str, of: str = "application"
) -> Row:
    """Tell the applicant of her case, in the inbox and on WeChat's card of results."""
    card = {"thing1": "{office}", "phrase2": phrase, "date3": on, "thing4": thing}
    reader = Relation.APPLICANT
    return Row(f"{of}.{event}", reader, title, body, DETAIL, "tenancy_result", card)


def to_staff(
    reader: Relation,
    event: str,
    title: str,
    body: str,
    *,
    once_overdue: bool = False,
    of: str = "application",
) -> Row:
    """Tell staff of a case, in their inbox alone."""
    return Row(f"{of}.{event}", reader, title, body, DETAIL, once_overdue=once_overdue)
