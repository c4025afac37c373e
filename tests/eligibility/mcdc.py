"""Has every condition of every rule been seen to decide the answer, both ways?

Modified condition/decision coverage, in its masking form: for each leaf there has to be a case
in which it holds and one in which it does not, and in each turning only this leaf round turns
the whole answer round, from a sure yes to a sure no or back. A sub-rule counts as one leaf
in the rules that name it; its own leaves count in its own scenarios.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from eligibility import nodes
from eligibility.bound import Consensus, Window, children_of
from eligibility.expression import canonical
from eligibility.judging import Judge
from eligibility.policy import Policy
from eligibility.ready import ready
from eligibility.values import Tri, consensus, k_all, k_any, k_not
from tests.eligibility.scenarios import Case

Side = tuple[str, str, bool]
# A leaf turned round: its label, and the row it stands in where there are rows.
Turned = tuple[str, int | None] | None


def sides(policy: Policy) -> dict[Side, bool]:
    """Return every rule, leaf and side that has to be seen."""
    return {
        (rule.id, label, side): False
        for rule in policy.rules.values()
        for expression in (rule.applies, rule.when)
        if expression is not None
        for label in labels(expression, top=True)
        for side in (True, False)
    }


def labels(node: Any, *, top: bool = False) -> Iterator[str]:
    """Yield the labels of a rule's own leaves, and the names of the sub-rules it has."""
    rule = getattr(node, "rule", "")
    if rule and not top:
        yield f"rule {rule}"
    elif isinstance(node, nodes.LEAVES):
        yield canonical(node)
    elif not isinstance(node, nodes.Literal):
        for part in nodes.parts(node):
            yield from labels(part)


def measured(policy: Policy, cases: Iterable[Case]) -> dict[Side, bool]:
    """Return for every side whether some case has seen it decide."""
    seen = sides(policy)
    for case in cases:
        for side in decided(case):
            if side in seen:
                seen[side] = True
    return seen


def decided(case: Case) -> Iterator[Side]:
    """Yield the leaves that decide the answer of one case, with the side they are on."""
    rule = ready(case.policy, case.rule, case.snapshot, case.as_of)
    judge = Judge(case.policy.dictionary, case.known.values)
    applicable = True if rule.applies is None else value(rule.applies, judge, None, top=True)
    parts = [rule.applies] if rule.applies is not None else []
    parts += [rule.when] if applicable is True else []
    for part in parts:
        before = value(part, judge, None, top=True)
        for turned, side in known_leaves(part, judge, top=True):
            after = value(part, judge, turned, top=True)
            if before is not None and after is not None and before is not after:
                yield case.rule, turned[0], side


def label_of(node: Any) -> str:
    """Return the label of a bound leaf, or the name of a sub-rule."""
    if rule := getattr(node, "rule", ""):
        return f"rule {rule}"
    return getattr(node, "label", "") or canonical(node)


def known_leaves(
    node: Any, judge: Judge, *, top: bool = False, row: int | None = None
) -> Iterator[tuple[tuple[str, int | None], bool]]:
    """Yield the leaves of a bound condition whose value is known, with that value."""
    if isinstance(node, Window):
        for place, each in enumerate(judge.rows(node) or ()):
            yield from known_leaves(node.over.predicate, judge.inside(each), row=place)
    elif (top or not getattr(node, "rule", "")) and children_of(node):
        for child in children_of(node):
            yield from known_leaves(child, judge, row=row)
    elif (found := judge.value(node)) is not None:
        yield (label_of(node), row), found


def value(
    node: Any, judge: Judge, turned: Turned, *, top: bool = False, row: int | None = None
) -> Tri:
    """Return the value of a bound condition with one leaf turned round."""
    if (top or not getattr(node, "rule", "")) and children_of(node):
        inner = [value(each, judge, turned, row=row) for each in children_of(node)]
        combine = {nodes.AllOf: k_all, nodes.AnyOf: k_any, Consensus: consensus}[type(node)]
        return combine(inner)
    if isinstance(node, Window):
        return _over_rows(node, judge, turned)
    found = judge.value(node)
    return k_not(found) if turned == (label_of(node), row) else found


def _over_rows(node: Window, judge: Judge, turned: Turned) -> Tri:
    rows = judge.rows(node)
    if rows is None:
        return None
    inner = [
        value(node.over.predicate, judge.inside(each), turned, row=place)
        for place, each in enumerate(rows)
    ]
    return k_all(inner) if node.over.quantifier == "every" else k_any(inner)
