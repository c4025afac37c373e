"""Of all that was said about a fact, what counts?

The strongest source counts first, then the newest day. What a person declares never outweighs
what is proven; where the two differ, staff hear of it. Two proven statements of equal strength
and day that differ leave the fact unknown, and in conflict.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from typing import Any, NamedTuple

from backend.access import Role
from eligibility.facts import FactSpec


class Source(Enum):
    """Who says so."""

    SELF = "本人申报"
    PARK = "园区登记"
    BANK = "银行反馈"
    DOCUMENT = "证明材料"
    STAFF = "工作人员认定"
    REG = "登记信息"

    @property
    def word(self) -> str:
        """Return the engine's word for it."""
        return self.name.lower()


S = Source
STRENGTH: Mapping[Source, int] = {
    S.SELF: 0,
    S.PARK: 1,
    S.BANK: 1,
    S.DOCUMENT: 2,
    S.STAFF: 3,
    S.REG: 4,
}

# As which source each role may speak; None is the system itself, reading a register or a park's
# own records. Who stands in no row says nothing.
SPEAKERS: Mapping[Role | None, frozenset[Source]] = {
    Role.ENTREPRENEUR: frozenset({S.SELF}),
    Role.PARK_MANAGER: frozenset({S.PARK}),
    Role.BUREAU_STAFF: frozenset({S.STAFF, S.DOCUMENT, S.REG, S.BANK}),
    None: frozenset({S.PARK, S.BANK, S.REG}),
}

# What these say holds for the day on which they say it, unless they name another.
SPEAK_OF_TODAY = frozenset({S.SELF, S.PARK, S.STAFF})


class Statement(NamedTuple):
    """What one source said of one fact; without a value it takes back all it said before.

    The value is written as the engine writes it for JSON, `number` is the order of recording and
    `by` the staff account that wrote it down.
    """

    name: str
    value: Any
    source: Source
    observed_on: date
    number: int = 0
    by: int | None = None


class Finding(NamedTuple):
    """What counts of one fact; in a conflict none of the statements does."""

    statement: Statement | None
    conflict: bool = False
    disputed: bool = False


class Weighed(NamedTuple):
    """What counts of everything said about a person.

    `conflicts` names facts that are unknown because proofs differ, `disputed` those that are
    proven and of which the person says something else.
    """

    known: Mapping[str, Statement]
    conflicts: frozenset[str]
    disputed: frozenset[str]


def weighed(statements: Iterable[Statement]) -> Weighed:
    """Decide every fact by itself."""
    said: dict[str, list[Statement]] = {}
    for each in sorted(statements, key=lambda statement: statement.number):
        said.setdefault(each.name, []).append(each)
    found = {name: finding(each) for name, each in said.items()}
    return Weighed(
        {name: each.statement for name, each in found.items() if each.statement is not None},
        frozenset(name for name, each in found.items() if each.conflict),
        frozenset(name for name, each in found.items() if each.disputed),
    )


def finding(statements: Iterable[Statement]) -> Finding:
    """Decide one fact from what was said of it, in the order of recording."""
    standing = _standing(statements)
    if not standing:
        return Finding(None)
    rank = max((STRENGTH[each.source], each.observed_on) for each in standing)
    best = [each for each in standing if (STRENGTH[each.source], each.observed_on) == rank]
    if any(each.value != best[0].value for each in best):
        return Finding(None, conflict=True)
    declared = max(
        (each for each in standing if each.source is S.SELF),
        key=lambda each: (each.observed_on, each.number),
        default=best[0],
    )
    return Finding(best[-1], disputed=declared.value != best[-1].value)


def _standing(statements: Iterable[Statement]) -> list[Statement]:
    """Return what was neither taken back nor put right by the same hand on the same day."""
    standing: dict[tuple[Source, int | None, date], Statement] = {}
    for each in statements:
        if each.value is None:
            standing = {key: kept for key, kept in standing.items() if key[0] is not each.source}
        else:
            hand = None if each.source is S.SELF else each.by
            standing[each.source, hand, each.observed_on] = each
    return sorted(standing.values(), key=lambda statement: statement.number)


def may_tell(spec: FactSpec, source: Source) -> bool:
    """Tell whether a source may speak of a fact at all.

    A person declares only what the dictionary asks of her; a judgement is made by staff, or
    stands in the register that the dictionary names.
    """
    if source is S.SELF:
        return spec.who == "self"
    return spec.who != "staff" or source is S.STAFF or source.word in spec.source
