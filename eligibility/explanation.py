"""How did the answer come about, condition by condition?"""

from typing import Any

from eligibility import nodes, quantities
from eligibility.bound import Comparison, Consensus, Constant, Window, facts_in
from eligibility.expression import canonical
from eligibility.facts import Facts
from eligibility.judging import Judge
from eligibility.values import consensus, k_all, k_any

Tree = dict[str, Any]


def explained(node: Any, judge: Judge, facts: Facts) -> Tree:
    """Return the tree of a bound condition for JSON: raw values, and the key of each label.

    Nothing is skipped: a part that can no longer change the whole still shows its own value.
    Every leaf has what there is (`have`), what is needed (`need`), where the number comes from
    (`param`), who said so (`source`) and when (`observed`).
    """
    match node:
        case nodes.AllOf(children, rule):
            inner = [explained(each, judge, facts) for each in children]
            return _combined("all", k_all(each["value"] for each in inner), inner, rule)
        case nodes.AnyOf(children, rule):
            inner = [explained(each, judge, facts) for each in children]
            return _combined("any", k_any(each["value"] for each in inner), inner, rule)
        case Consensus(ruling, branches):
            return _undecided(ruling, branches, judge, facts)
        case Window():
            return _over_rows(node, judge, facts)
    return _leaf(node, judge, facts)


def _combined(op: str, value: Any, children: list[Tree], rule: str) -> Tree:
    tree: Tree = {"op": op, "value": value, "children": children}
    if rule:
        tree["rule"] = rule
    return tree


def _undecided(ruling: str, branches: Any, judge: Judge, facts: Facts) -> Tree:
    inner = {name: explained(branch, judge, facts) for name, branch in branches}
    return {
        "op": "choose",
        "ruling": ruling,
        "value": consensus(each["value"] for each in inner.values()),
        "branches": {name: each["value"] for name, each in inner.items()},
        "children": list(inner.values()),
    }


def _over_rows(node: Window, judge: Judge, facts: Facts) -> Tree:
    rows = judge.rows(node) or ()
    keys = node.keys or [row.get(node.key) for row in rows]
    inner = [explained(node.over.predicate, judge.inside(row), facts) for row in rows]
    for key, each in zip(keys, inner, strict=False):
        each["row"] = key
    quantifier = node.over.quantifier if isinstance(node.over, nodes.Rows) else "count"
    tree: Tree = {"op": quantifier, "series": node.over.series, "value": judge.value(node)}
    tree |= {"children": inner, **_origin(node.over.series, facts)}
    return tree


def _leaf(node: Any, judge: Judge, facts: Facts) -> Tree:
    tree: Tree
    match node:
        case nodes.Flag(fact, negated):
            tree = {"op": "is_not" if negated else "is", "fact": fact, "label": canonical(node)}
            tree["have"] = judge.fact(fact)
        case nodes.In(fact, values, negated):
            tree = {"op": "not_in" if negated else "in", "fact": fact, "label": canonical(node)}
            tree |= {"have": judge.fact(fact), "need": list(values)}
        case Constant(_, label, missing):
            tree = {"op": "constant", "label": label}
            if missing:
                tree["lacks"] = list(missing)
        case _:
            tree = _compared(node, judge)
    tree["value"] = judge.value(node)
    for row in getattr(node, "rows", ())[:1]:
        tree["param"] = row
    return tree | (_origin(tree["fact"], facts) if "fact" in tree else {})


def _compared(node: Comparison, judge: Judge) -> Tree:
    have, need = (
        quantities.as_json(judge.term(node.left)),
        quantities.as_json(judge.term(node.right)),
    )
    tree: Tree = {"op": node.op, "have": have, "need": need, "label": node.label}
    reads = facts_in(node)
    first = reads[0]
    if len(reads) == 1:
        tree["fact"] = first
    else:
        tree["facts"] = {name: quantities.as_json(judge.fact(name)) for name in reads}
    if unit := judge.dictionary[first].unit:
        tree["unit"] = unit
    return tree


def _origin(name: str, facts: Facts) -> Tree:
    known = facts.known(name)
    if known is None:
        return {}
    tree: Tree = {"source": known.source}
    if known.observed_on is not None:
        tree["observed"] = known.observed_on.isoformat()
    for reason, names in (("stale", facts.stale), ("conflict", facts.conflicts)):
        if name in names:
            tree["reason"] = reason
    return tree
