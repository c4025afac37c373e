"""What can somebody do about a policy, by one tap?"""

from collections.abc import Mapping
from uuid import UUID

from backend.applications.kinds import TERMS, Kind
from backend.matches.kinds import What

KINDS: Mapping[str, Kind] = {terms.benefit: kind for kind, terms in TERMS.items()}
Button = dict[str, str]


def button(what: What, benefit: str, under_way: Mapping[Kind, UUID]) -> Button:
    """Return the words of the button and the page it opens.

    `under_way` are her cases by their kind, drafts too.
    """
    kind = KINDS.get(benefit)
    if kind is not None and kind in under_way:
        return _to("继续办理", f"pages/applications/detail?id={under_way[kind]}")
    if what is What.POSSIBLE:
        return _to("补充资料", f"pages/me/facts?benefit={benefit}")
    if kind is None or what is What.LOST:
        return _to("查看办法", f"pages/benefits/detail?id={benefit}")
    return _to("去申请", f"pages/applications/new?kind={kind.name.lower()}")


def _to(label: str, page: str) -> Button:
    return {"label": label, "page": page}
