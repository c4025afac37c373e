"""Between which bounds may an amount be granted today, and on which dated numbers do they rest?

The rule of the policy says so, asked about one person, one household or one job. A floor or a
ceiling never becomes a number by itself: staff name it, and it is held against the bound.
"""

from datetime import date
from typing import Any, NamedTuple

from backend.policies.queries import current
from backend.screenings.pages import parameter
from backend.subsidies.kinds import TERMS, SubsidyKind
from eligibility.engine import assess
from eligibility.expression import parameters_of
from eligibility.facts import read
from eligibility.parameters import LEAGUE, Snapshot
from eligibility.values import yuan

Numbers = tuple[dict[str, Any], ...]
WRONG = {
    "exact": "应为 {lower} 元（{why}）",
    "at_least": "不得低于 {lower} 元（{why}）",
    "at_most": "不得超过 {upper} 元（{why}）",
}
NO_NUMBER = "政策中没有登记当天适用的金额标准，暂不能核定"


class Bounds(NamedTuple):
    """The kind of an amount, its figures in fen, and the numbers of the day behind them."""

    kind: str
    lower: int | None
    upper: int | None
    as_of: date
    policy: str
    rests_on: Numbers

    @property
    def exact(self) -> int | None:
        """Return the only amount there is, where the policy names one."""
        return self.lower if self.kind == "exact" and self.lower == self.upper else None

    def fault(self, fen: int) -> str | None:
        """Say why an amount cannot be granted, with the number that stands against it."""
        if self.kind in WRONG and self.lower is None and self.upper is None:
            return NO_NUMBER
        too_low = self.lower is not None and fen < self.lower
        too_high = self.upper is not None and fen > self.upper
        if not (too_low or too_high):
            return None
        figures = {n: each and yuan(each) for n, each in self._figures().items()}
        return WRONG[self.kind].format(why=self._why(), **figures)

    def as_json(self) -> dict[str, Any]:
        """Write it down as it is kept with what was granted."""
        figures = {n: None if each is None else yuan(each) for n, each in self._figures().items()}
        return {
            "kind": self.kind,
            **figures,
            "as_of": self.as_of.isoformat(),
            "policy": self.policy,
            "rests_on": list(self.rests_on),
        }

    def _figures(self) -> dict[str, int | None]:
        return {"lower": self.lower, "upper": self.upper}

    def _why(self) -> str:
        return "；".join(
            f"{each['label']}，{each['valid_from']} 起，{each['source']}" for each in self.rests_on
        )


def of(kind: SubsidyKind, county: str, known: Snapshot) -> Bounds:
    """Return the bounds of one unit of a subsidy in a county, by the numbers of a day."""
    policy, day = current(), known.as_of
    rule = policy.rules[TERMS[kind].rule]
    facts = read(policy.dictionary, {**TERMS[kind].one, "county_code": county}, day)
    worth = assess(policy, rule.id, facts, known, day).amount
    names = parameters_of(rule.amount.value) if rule.amount and rule.amount.value else ()
    found = (known.row(name, scope) for name in sorted(names) for scope in (LEAGUE, county))
    numbers = tuple(_dated(parameter(row)) for row in found if row is not None)
    assert worth is not None  # With so little known the rule cannot say no.
    return Bounds(worth.kind, worth.lower, worth.upper, day, policy.version, numbers)


def _dated(number: dict[str, Any]) -> dict[str, Any]:
    """Write the days of a number as they stand in JSON."""
    return {n: each.isoformat() if isinstance(each, date) else each for n, each in number.items()}
