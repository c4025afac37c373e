"""How are a row's words filled in? As a whole, or not at all.

Nobody is told half a sentence: a row that names what is not known of its subject is refused before
anything of its event is written.
"""

from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import Any, NamedTuple

from notifications import fields
from notifications.rows import Row

Known = Mapping[str, Any]


class Unsaid(LookupError):
    """A row names particulars that its subject does not give; all of them are named."""

    def __init__(self, row: Row, missing: frozenset[str]):
        """Say which row it is, and what is missing; nothing of whom it is about."""
        self.missing = missing
        named = ", ".join(sorted(missing))
        super().__init__(
            f"{row.event} cannot be told to {row.reader.name.lower()}: {named} missing"
        )


class Filled(NamedTuple):
    """What one reader is told: in the inbox, and on the card, which is empty without a push."""

    title: str
    body: str
    link: str
    card: dict[str, str]


@cache
def blanks(words: str) -> frozenset[str]:
    """Return the names of the particulars that words have blanks for."""
    return frozenset(name for _, name, _, _ in Formatter().parse(words) if name is not None)


def named_by(row: Row) -> frozenset[str]:
    """Return every particular that a row has to be given."""
    said = (row.title, row.body, row.link, *row.push.values())
    return frozenset().union(*map(blanks, said))


def filled(row: Row, known: Known) -> Filled:
    """Fill a row in; raise Unsaid for all that is missing, Unfit for what no card can hold.

    An empty word is one: nobody had anything to add. None says that it is not known.
    """
    if missing := frozenset(name for name in named_by(row) if known.get(name) is None):
        raise Unsaid(row, missing)
    title, body, link = (each.format_map(known) for each in (row.title, row.body, row.link))
    return Filled(title, body, link, card(row, known))


def card(row: Row, known: Known) -> dict[str, str]:
    """Return the words on the card, cut as WeChat takes them."""
    at = str(known.get("at", ""))
    return {key: fields.fit(key, said.format_map(known), at) for key, said in row.push.items()}
