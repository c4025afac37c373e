"""What is there to tell one person, and why is it so now?  By the engine, from her own facts."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from backend.matches import reasons
from backend.matches.kinds import QUESTIONS, Cause, What, stage
from backend.screenings.answers import Ground
from eligibility.engine import Assessment, assess
from eligibility.turning import last_day, since, value_on
from eligibility.values import Tri

log = logging.getLogger(__name__)
# A benefit, its last day, and how many days ahead somebody has heard of that.
Told = tuple[str, date, int]
# What the engine has to say where the statement found that there may be something to tell.
ANSWERS: Mapping[What, Tri] = {
    What.ELIGIBLE: True,
    What.CLOSING: True,
    What.POSSIBLE: None,
    What.LOST: False,
}


class News(NamedTuple):
    """One policy of which there is something to tell, as `models.PolicyMatchItem` keeps it."""

    what: What
    cause: Cause
    why: str
    found: Assessment
    on: date | None
    closes_on: date | None = None
    ahead: int | None = None


@dataclass(frozen=True)
class Looked:
    """One person as the rules find her: how she stood, how she stands now, what she has heard.

    `applied` are the benefits for which she has a case under way, of which she hears there.
    `changed` are the facts of which we have been told since we last looked.
    """

    met: frozenset[str]
    unmet: frozenset[str]
    now_met: frozenset[str]
    now_unmet: frozenset[str]
    closing: frozenset[str]
    judged_on: date | None
    wants_losses: bool
    applied: frozenset[str] = frozenset()
    told: frozenset[Told] = frozenset()
    changed: frozenset[str] = frozenset()

    @property
    def candidates(self) -> Iterator[tuple[str, What]]:
        """Yield each benefit of which there may be something to tell, and what."""
        new, possible = self.now_met - self.met, self.unmet - self.now_unmet - self.now_met
        yield from ((each, What.ELIGIBLE) for each in new - self.applied)
        yield from ((each, What.CLOSING) for each in (self.closing & self.met) - self.applied)
        yield from ((each, What.POSSIBLE) for each in possible - self.applied)
        if self.wants_losses:
            yield from ((each, What.LOST) for each in self.met & self.now_unmet)

    @property
    def still_met(self) -> frozenset[str]:
        """Return what is met, or was when it was last sure: not to know takes nothing away."""
        return (self.met | self.now_met) - self.now_unmet


def news(looked: Looked, on: Ground) -> list[News]:
    """Return everything that there is to tell: what is met first, then what closes soonest."""
    found = [_told(looked, on, benefit, what) for benefit, what in looked.candidates]
    rank = list(What)
    return sorted(
        [each for each in found if each is not None],
        key=lambda each: (
            rank.index(each.what),
            each.closes_on or date.max,
            on.policy.rules[each.found.rule].order,
        ),
    )


def _told(looked: Looked, on: Ground, benefit: str, what: What) -> News | None:
    found = assess(on.policy, benefit, on.facts, on.snapshot, on.as_of)
    if found.value is not ANSWERS[what]:
        # Both ask the same bound expression; where they differ nobody is told anything.
        log.error("the statement and the engine differ about %s: %s", benefit, what.name)
        return None
    if what is What.CLOSING:
        return _closing(looked, on, found)
    if what is What.POSSIBLE and not _can_be_settled(looked, on, found):
        return None
    rule = on.policy.rules[benefit]
    began = since(on.policy, benefit, on.facts, on.snapshot, on.as_of)
    cause = reasons.cause(on, rule, began, looked)
    closes_on = _last_day(on, benefit) if what is What.ELIGIBLE else None
    return News(
        what,
        cause,
        reasons.words(on, rule, cause, began, looked),
        found,
        began,
        closes_on,
        stage((closes_on - on.as_of).days) if closes_on else None,
    )


def _closing(looked: Looked, on: Ground, found: Assessment) -> News | None:
    """Tell of a last day that is near, once at each of the days ahead."""
    closes_on = _last_day(on, found.rule)
    ahead = stage((closes_on - on.as_of).days) if closes_on else None
    if closes_on is None or ahead is None:
        return None
    if any((found.rule, closes_on, each) in looked.told for each in range(ahead + 1)):
        return None
    why = f"最晚 {closes_on} 申请，还有 {(closes_on - on.as_of).days} 天"
    return News(What.CLOSING, Cause.TIME, why, found, None, closes_on, ahead)


def _can_be_settled(looked: Looked, on: Ground, found: Assessment) -> bool:
    """Tell whether time alone has turned a no into "not known", and she can answer the rest."""
    if looked.judged_on is None:
        return False
    asked = (on.policy, found.rule, on.facts, on.snapshot)
    hers = all(gap.kind == "fact" and gap.who == "self" for gap in found.missing)
    few = 0 < len(found.missing) <= QUESTIONS
    return hers and few and value_on(*asked, looked.judged_on) is False


def _last_day(on: Ground, benefit: str) -> date | None:
    return last_day(on.policy, benefit, on.facts, on.snapshot, on.as_of)
