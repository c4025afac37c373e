"""Who hears of a text that no machine has cleared, and of one that has to be written anew?"""

from collections.abc import Mapping
from types import MappingProxyType

from backend.access import Relation
from backend.texts.kinds import Place
from notifications.rows import DETAIL, Row

# Where whoever typed the words finds them again; an objection has no page of its own.
PAGES: Mapping[Place, str] = MappingProxyType(
    {
        Place.OBJECTION: "pages/messages/index",
        Place.ATTENDANCE: "pages/internships/detail?id={subject}",
        Place.EARLY_END: "pages/internships/detail?id={subject}",
        Place.POST: "pages/posts/detail?id={subject}",
    }
)
# Where staff find them, by what they belong to.
OF_ROOT: Mapping[str, str] = MappingProxyType(
    {
        "application_id": DETAIL,
        "subsidy_id": "pages/subsidies/detail?id={id}",
        "post_id": "pages/posts/detail?id={id}",
    }
)
TEXTS = (
    Row(
        "text.to_rewrite",
        Relation.OWNER,
        "有内容需要修改",
        "您填写的{typed}（{number}，{field}）需要修改。{why}"
        "您提交的事项照常办理；如何修改，请联系{office}。",
        "{page}",
        "tenancy_result",
        {"thing1": "{office}", "phrase2": "需要修改", "date3": "{at}", "thing4": "有内容需要修改"},
    ),
    Row(
        "text.flagged",
        Relation.DECIDER,
        "有文字需要复核",
        "{office}收到的{typed}（{number}）中有文字需要人工复核，请阅读后确认。",
        "{staff_page}",
    ),
)


def page_of(place: Place) -> str:
    """Return the page on which whoever typed the words finds them."""
    return PAGES.get(place, DETAIL)
