"""How does an expression look once every condition is either a leaf or a combination of leaves?

Sub-rules are put in place of their names, `not` is pushed down to the leaves, chains and nested
combinations are flattened. A leaf is then a comparison, a membership, a flag or a negated flag,
and its canonical text is the key of its label.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from eligibility import nodes
from eligibility.nodes import Node

OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", "<=": ">", ">": "<="}


def normal(node: Node, rules: Mapping[str, Node], *, negated: bool = False) -> Node:
    """Return the condition in normal form; `rules` holds the sub-rules, already normal.

    No `Not` remains, and no name of a rule.
    """
    match node:
        case nodes.Not(condition):
            return normal(condition, rules, negated=not negated)
        case nodes.Literal(value):
            return replace(node, value=bool(value) != negated)
        case nodes.Fact(name) if name in rules:
            return _inlined(name, rules, negated)
        case nodes.Fact(name, column):
            return nodes.Flag(name, negated, column)
        case nodes.Flag() | nodes.In():
            return replace(node, negated=node.negated != negated)
        case nodes.AllOf() | nodes.AnyOf():
            return _combination(node, rules, negated)
    return _compound(node, rules, negated)


def _compound(node: Node, rules: Mapping[str, Node], negated: bool) -> Node:
    match node:
        case nodes.Compare():
            return _comparison(node, rules, negated)
        case nodes.Rows(quantifier, _, predicate):
            inner = normal(predicate, rules, negated=negated)
            swapped = "exists" if quantifier == "every" else "every"
            return replace(node, quantifier=swapped if negated else quantifier, predicate=inner)
        case nodes.Choose(_, branches):
            inside = tuple((name, normal(b, rules, negated=negated)) for name, b in branches)
            return replace(node, branches=inside)
    raise TypeError(f"not a condition: {node!r}")


def _inlined(name: str, rules: Mapping[str, Node], negated: bool) -> Node:
    inner = normal(rules[name], {}, negated=negated)
    if isinstance(inner, nodes.AllOf | nodes.AnyOf):
        return replace(inner, rule=name)
    return inner


def _combination(node: nodes.AllOf | nodes.AnyOf, rules: Mapping[str, Node], negated: bool) -> Node:
    shape = type(node) if not negated else OTHER[type(node)]
    children: list[Node] = []
    for each in node.children:
        child = normal(each, rules, negated=negated)
        if isinstance(child, shape) and not child.rule:
            children += child.children
        else:
            children.append(child)
    if len(children) == 1 and not node.rule:
        return children[0]
    return shape(tuple(children), node.rule, node.column)


OTHER: dict[type, Any] = {nodes.AllOf: nodes.AnyOf, nodes.AnyOf: nodes.AllOf}


def _comparison(node: nodes.Compare, rules: Mapping[str, Node], negated: bool) -> Node:
    op = OPPOSITE[node.op] if negated else node.op
    for flag, literal in ((node.left, node.right), (node.right, node.left)):
        if isinstance(flag, nodes.Fact) and isinstance(literal, nodes.Literal):
            if isinstance(literal.value, bool):
                wanted = literal.value == (op == "==")
                return nodes.Flag(flag.name, not wanted, node.column)
    return replace(node, op=op, left=term(node.left, rules), right=term(node.right, rules))


def term(node: Any, rules: Mapping[str, Node]) -> Any:
    """Return a number or a day with the conditions inside it (of `count`) in normal form."""
    if isinstance(node, nodes.Tally):
        return replace(node, predicate=normal(node.predicate, rules))
    if isinstance(node, nodes.Choose):
        return replace(node, branches=tuple((n, term(b, rules)) for n, b in node.branches))
    inner = {
        each.name: term(getattr(node, each.name), rules)
        for each in fields(node)
        if hasattr(getattr(node, each.name), "__dataclass_fields__")
    }
    return replace(node, **inner) if inner else node
