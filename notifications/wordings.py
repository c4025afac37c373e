"""By which words was a message written, years later?

The words stand in code. Each version of a row or a card is kept once, from the first process on
that writes by it, and is known by its hash; each message names the version of its row.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import CheckConstraint, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from backend import clock
from backend.db import Json, Model, row, rows, session
from backend.db import Row as Record
from notifications.cards import NOTICE
from notifications.catalogue import CATALOGUE
from notifications.rows import Row
from notifications.templates import TEMPLATES

# Everything by which we write: what fan-out tells of events, and a notice to many.
ROWS = (*CATALOGUE, NOTICE)
# Of a few thousand versions no two share their first twelve digits.
DIGITS = 12


class Wording(Model):
    """Words as they once stood: those of a row of the catalogue, else those of a card.

    Rows are only ever added. A wording that comes back after another is the one that it was.
    """

    __tablename__ = "wording"
    __table_args__ = (
        CheckConstraint("(event IS NULL) = (reader IS NULL)", name="whose"),
        CheckConstraint("event IS NOT NULL OR template IS NOT NULL", name="of_what"),
        Index("ix_wording_of_row", "event", "reader", "since"),
    )

    version: Mapped[str] = mapped_column(primary_key=True)
    event: Mapped[str | None]
    reader: Mapped[str | None]
    template: Mapped[str | None]
    words: Mapped[dict[str, Any]] = mapped_column(Json)
    since: Mapped[datetime]


class Version(NamedTuple):
    """Words with their hash, before anybody has kept them."""

    version: str
    event: str | None
    reader: str | None
    template: str | None
    words: Mapping[str, Any]


# What is there already is not touched, so that nobody waits for anybody but for a new version.
_KEEP = text("""
    INSERT INTO wording (version, event, reader, template, words, since)
    SELECT said.version, said.event, said.reader, said.template, CAST(said.words AS jsonb), :now
    FROM unnest(CAST(:versions AS text[]), CAST(:events AS text[]), CAST(:readers AS text[]),
                CAST(:templates AS text[]), CAST(:words AS text[]))
        AS said (version, event, reader, template, words)
    ORDER BY said.version
    ON CONFLICT DO NOTHING
""")


def of_row(row: Row) -> Version:
    """Return the words of a row, its card's included."""
    reader, template = row.reader.name.lower(), row.template or None
    said = {"title": row.title, "body": row.body, "link": row.link}
    about = {"event": row.event, "reader": reader, "template": template}
    words = {**about, **said, "card": dict(row.push)}
    return Version(_hash(words), row.event, reader, template, words)


def of_card(name: str) -> Version:
    """Return the words of a card: its title and those of its keys, as WeChat shows them."""
    card = TEMPLATES[name]
    words = {"template": name, "title": card.title, "keys": dict(card.keys)}
    return Version(_hash(words), None, None, name, words)


def all_of_them() -> Iterator[Version]:
    """Yield the version of every row and of every card as they stand in code."""
    yield from map(of_row, ROWS)
    yield from map(of_card, TEMPLATES)


def keep(versions: Iterable[Version]) -> None:
    """See to it, inside an action, that versions are kept; whoever comes second adds nothing."""
    found = list(versions)
    if not found:
        return
    session.execute(
        _KEEP,
        {
            "versions": [each.version for each in found],
            "events": [each.event for each in found],
            "readers": [each.reader for each in found],
            "templates": [each.template for each in found],
            "words": [_canonical(each.words).decode() for each in found],
            "now": clock.now(),
        },
    )


def kept(version: str) -> Record | None:
    """Return the words that were kept under a version."""
    return row(select(*Wording.__table__.columns).where(Wording.version == version))


def since() -> dict[str, datetime]:
    """Return since when each version is kept, in use or not."""
    found = rows(select(Wording.version, Wording.since))
    return {each["version"]: each["since"] for each in found}


def _hash(words: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(words)).hexdigest()[:DIGITS]


def _canonical(words: Mapping[str, Any]) -> bytes:
    """Write words as anybody can write them again: keys in order, no spaces, UTF-8."""
    return orjson.dumps(words, option=orjson.OPT_SORT_KEYS)
