"""By which words do we write, since when, and how do they look at their longest? For the bureau.

A preview is filled in with the longest names in the records, so that what a card cuts off is seen
before anybody gets it. Nothing here writes.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from backend.access import Principal, Relation, can
from backend.db import Row as Record
from backend.db import rows
from backend.errors import NotAllowed, NotFound
from backend.parks import queries as parks
from notifications import fields, wordings
from notifications.filling import filled
from notifications.rows import Row
from notifications.samples import Names, sample
from notifications.templates import TEMPLATES
from notifications.wordings import ROWS, Version, Wording

View = dict[str, Any]
BY_NAME = {(row.event, row.reader.name.lower()): row for row in ROWS}
# By what we write now; everything else is history.
CURRENT = frozenset(each.version for each in wordings.all_of_them())
LABELS: Mapping[str | None, str] = {each.name.lower(): each.value for each in Relation}


def listed(by: Principal) -> list[View]:
    """Return every row and every card with its present version; raise NotAllowed to all others."""
    allow("listMessageTemplates", by)
    since = wordings.since()
    return [_of_version(each, since.get(each.version)) for each in wordings.all_of_them()]


def preview(event: str, reader: str, *, by: Principal) -> View:
    """Return a row with its words filled in for each channel, and the versions before it.

    Raise NotAllowed to all but the bureau, NotFound for a row that is not there.
    """
    allow("previewMessage", by)
    row = found(event, reader)
    version, kept = wordings.of_row(row), _kept(event, reader)
    since = {each["version"]: each["since"] for each in kept}
    known = sample_of(row)
    said = filled(row, known)
    return {
        **_of_version(version, since.get(version.version)),
        "inbox": {"title": said.title, "body": said.body, "link": said.link},
        "card": _card(row, known, said.card) if row.template else None,
        "earlier": [each for each in kept if each["version"] != version.version],
    }


def wording(version: str, *, by: Principal) -> View:
    """Return words by their version, whether we still write by them or not.

    Raise NotAllowed to all but the bureau, NotFound for a version that was never kept.
    """
    allow("getWording", by)
    kept = wordings.kept(version)
    if kept is None:
        raise NotFound
    about = {name: kept[name] for name in Version._fields}
    return _of_version(Version(**about), kept["since"])


def allow(operation: str, by: Principal) -> None:
    """Raise NotAllowed to whoever may not look at the words."""
    if not can(by, operation, {}):
        raise NotAllowed


def found(event: str, reader: str) -> Row:
    """Return the row that tells an event to a reader; raise NotFound where there is none."""
    row = BY_NAME.get((event, reader))
    if row is None:
        raise NotFound
    return row


def sample_of(row: Row) -> dict[str, Any]:
    """Return the longest words that a row may have to hold, as the records are now."""
    return sample(row.event, Names(**parks.longest_names()))


def _card(row: Row, known: Mapping[str, Any], said: Mapping[str, str]) -> View:
    """Show a card as WeChat would: each key with its rule, and what had to be cut for it."""
    card = TEMPLATES[row.template]
    return {
        "template": row.template,
        "title": card.title,
        "version": wordings.of_card(row.template).version,
        "keys": [
            {
                "key": key,
                "title": card.keys[key],
                "rule": fields.RULES[fields.kind_of(key)],
                "words": words,
                "said": said[key],
                "length": len(said[key]),
                "was_cut": said[key] != words.format_map(known),
            }
            for key, words in row.push.items()
        ],
    }


def _kept(event: str, reader: str) -> list[Record]:
    """Return the versions of a row that were ever kept, newest first."""
    of_it = (Wording.event == event) & (Wording.reader == reader)
    asked = select(Wording.version, Wording.since).where(of_it)
    return list(rows(asked.order_by(Wording.since.desc(), Wording.version)))


def _of_version(version: Version, since: datetime | None) -> View:
    words = version.words
    return {
        "version": version.version,
        "since": since,
        "event": version.event,
        "reader": version.reader,
        "reader_label": LABELS.get(version.reader),
        "template": version.template,
        "title": words["title"],
        "body": words.get("body"),
        "link": words.get("link"),
        "keys": _keys(words.get("card", words.get("keys", {})).items()),
        "is_current": version.version in CURRENT,
    }


def _keys(items: Iterable[tuple[str, str]]) -> list[View]:
    return [{"key": key, "words": words} for key, words in sorted(items)]
