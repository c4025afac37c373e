"""What does a condition still lack, said in SQL?

As `eligibility.gaps` says it of one case: the facts of every leaf that is not known and stands
under nothing that is decided.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, or_, true

from backend.profiles.predicates import Predicate, in_conflict, missed, sides, usable
from backend.profiles.spans import COLUMNS, held
from eligibility.bound import Consensus, Constant, children_of, facts_in


class Lacking:
    """What one condition lacks on a day, collected over all its leaves.

    `facts` says for each fact where it is lacking, `hopeless` where something else is: a fact
    that the person cannot tell, a parameter, or readings that surely differ.
    """

    def __init__(self, condition: Any, as_of: date):
        """Walk through the condition, which as a whole is taken to be not known."""
        self.as_of = as_of
        self.facts: dict[str, list[Predicate]] = {}
        self.hopeless: list[Predicate] = []
        self._collect(condition, [])

    def at_most(self, count: int) -> Predicate:
        """Return where no more than so many facts are lacking, and nothing else."""
        lacking: list[ColumnElement[int]] = [
            case((or_(*where), 1), else_=0) for where in self.facts.values()
        ]
        few = sum(lacking, start=literal(0)) <= count
        return and_(few, *(missed(each) for each in self.hopeless))

    def _collect(self, node: Any, open_above: Sequence[Predicate]) -> None:
        if isinstance(node, Constant):
            if node.value is None:
                self.hopeless.append(and_(true(), *open_above))
            return
        if isinstance(node, Consensus):
            readings = [sides(branch, self.as_of) for _, branch in node.branches]
            differ = [or_(*(s.yes for s in readings)), or_(*(s.no for s in readings))]
            self.hopeless.append(and_(*open_above, *differ))
        for child in children_of(node):
            self._collect(child, [*open_above, sides(child, self.as_of).unknown])
        if not children_of(node):
            for fact in facts_in(node):
                self._lacks(fact, open_above)

    def _lacks(self, fact: str, open_above: Sequence[Predicate]) -> None:
        kept = held(fact)
        least, most = COLUMNS[kept.names[0]], COLUMNS[kept.names[-1]]
        exact = least == most if len(kept.names) > 1 else least.is_not(None)
        where = and_(*open_above, missed(and_(exact, usable(fact, self.as_of))))
        if kept.spec.who != "self":
            self.hopeless.append(where)
            return
        self.facts.setdefault(fact, []).append(where)
        self.hopeless.append(and_(where, in_conflict(fact)))
