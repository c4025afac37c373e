"""How many would a notice reach, and how many has it reached? By county and group, never by name.

Whole numbers are exact, since somebody answers for them; cells of fewer than ten are not shown.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, func, literal_column, select, text

from backend.db import Row, rows
from backend.notices.models import NoticeReader
from backend.profiles.audience import FEWEST, GROUPS
from notifications import cards
from notifications.models import Status
from notifications.reach import OF_READERS, REACH, UNSENT, Reach, loud

Holds = Callable[[Row], bool]
SAMPLES = 5
ACTED = """EXISTS (SELECT FROM application WHERE applicant_id = r.person_id AND kind = n.acts_on
           AND submitted_at > m.created_at)"""
STATE = f"""CASE
    WHEN r.opted_out THEN 'OPTED_OUT'
    WHEN n.status = 'CANCELLED' AND coalesce(d.status, 'PENDING') IN ({UNSENT}) THEN 'CANCELLED'
    WHEN d.status = 'SKIPPED' AND d.detail = 'digest' THEN 'DIGEST'
    WHEN d.id IS NOT NULL THEN d.status
    ELSE 'WAITING' END"""
REPORT = f"""
SELECT r.county, r.groups, {STATE} AS state, m.read_at IS NOT NULL AS opened, {ACTED} AS acted,
       count(*) AS people
FROM {OF_READERS} GROUP BY 1, 2, 3, 4, 5
"""
LABELS = {each.name: each.value for each in Status} | {
    "OPTED_OUT": Reach.OPTED_OUT.value,
    "DIGEST": Reach.DIGEST.value,
    "WAITING": "尚未轮到",
}
# What has left, as far as anybody can know.
SENT = frozenset({"ACCEPTED", "DELIVERED", "REFUSED"})


def frozen(notice_id: int) -> FromClause:
    """Return the people whom a notice was submitted for."""
    of_it = NoticeReader.notice_id == notice_id
    return select(*NoticeReader.__table__.columns).where(of_it).subquery("r")


def counted(readers: FromClause, at: datetime, *, urgent: bool = False) -> dict[str, Any]:
    """Count readers by how a notice would reach them if it left at a moment.

    `quiet` are those of the reachable whose telephone would not ring before the morning.
    """
    reach: ColumnElement[Any] = literal_column(REACH).label("reach")
    columns = (readers.c.county, readers.c.groups, reach)
    found = rows(
        select(*columns, func.count().label("people")).select_from(readers).group_by(*columns)
    )
    by_reach = _sums(found, "reach")
    reachable = by_reach["REACHABLE"]
    sleeps = not urgent and loud(at) != at
    return {
        "people": sum(by_reach.values()),
        "by_reach": {each.name.lower(): by_reach[each.name] for each in Reach},
        "quiet": reachable if sleeps else 0,
        "cells": list(_cells(found, {"reachable": lambda each: each["reach"] == "REACHABLE"})),
    }


def samples(notice: Mapping[str, Any], readers: FromClause, at: datetime) -> list[dict[str, Any]]:
    """Render the notice for five of its readers, of whom nothing but her reach is told."""
    chosen = rows(
        select(literal_column(REACH).label("reach"))
        .select_from(readers)
        .order_by(func.md5(func.concat(readers.c.notice_id, ":", readers.c.person_id)))
        .limit(SAMPLES)
    )
    rings = at if notice["urgent_why"] else loud(at)
    shown, card = cards.copy(notice), cards.card(notice, rings)
    reached = [Reach[each["reach"]] for each in chosen]
    return [
        shown | {"reach": each, "card": card if each is Reach.REACHABLE else {}} for each in reached
    ]


def report(notice_id: int) -> dict[str, Any]:
    """Say what became of everybody for whom a notice is; the states add up to all of them."""
    found = rows(text(REPORT), id=notice_id)
    states = _sums(found, "state")
    kinds: Mapping[str, Holds] = {
        "sent": lambda each: each["state"] in SENT,
        "delivered": lambda each: each["state"] == "DELIVERED",
        "opened": lambda each: each["opened"],
        "acted": lambda each: each["acted"],
    }
    return {
        "people": sum(states.values()),
        "states": [
            {"state": name.lower(), "state_label": LABELS[name], "people": many}
            for name, many in sorted(states.items())
        ],
        **{
            name: sum(each["people"] for each in found if holds(each))
            for name, holds in kinds.items()
        },
        "cells": list(_cells(found, kinds)),
    }


def _sums(found: Iterable[Row], key: str) -> Counter[str]:
    sums: Counter[str] = Counter()
    for each in found:
        sums[each[key]] += each["people"]
    return sums


def _cells(found: Sequence[Row], kinds: Mapping[str, Holds]) -> Iterator[dict[str, Any]]:
    """Yield a cell for each county and group, "" being everybody of the county."""
    counties = sorted({each["county"] for each in found}, key=lambda code: (code is None, code))
    for county in counties:
        here = [each for each in found if each["county"] == county]
        for group in ("", *GROUPS):
            members = [each for each in here if not group or group in each["groups"]]
            tallied = {
                name: sum(each["people"] for each in members if holds(each))
                for name, holds in {"people": lambda each: True, **kinds}.items()
            }
            shown = {n: None if many < FEWEST else many for n, many in tallied.items()}
            yield {"county": county, "group": group, **shown}
