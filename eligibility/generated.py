"""How does a bound condition become one fast Python function?

For every condition two plain Python conditions are written: one that is met where the answer is
surely yes, one where it is surely no; neither is met where it is not known. So three values cost
no more than two, and Python's own `and`, `or` and early returns do the work. The text is made
from bound nodes only (names of declared facts, numbers, days), never from what anybody entered.
"""

import builtins
from collections.abc import Callable, Mapping
from typing import Any

from eligibility import nodes, rows, values
from eligibility.bound import Comparison, Consensus, Constant, Window
from eligibility.facts import Dictionary
from eligibility.normal import OPPOSITE
from eligibility.numbers import number, series
from eligibility.values import Tri

Verdict = Callable[[Mapping[str, Any]], Tri]
ORDER: dict[str, Callable[[int, int], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def function(condition: Any, dictionary: Dictionary) -> Verdict:
    """Return a function from known values to True, False or None."""
    source, names = text(condition, dictionary)
    space: dict[str, Any] = {"__builtins__": ALLOWED, **names}
    exec(compile(source, "<eligibility>", "exec"), space)  # noqa: S102
    verdict: Verdict = space["verdict"]
    return verdict


ALLOWED = {name: getattr(builtins, name) for name in ("all", "any")}
# What the text of a function calls by name.
CALLED = {"tally": rows.tally, "counting": rows.counting}
CALLED |= {name: getattr(values, name) for name in ("same", "plus", "minus", "times")}
CALLED |= {name: getattr(values, name) for name in ("divided", "lowest", "highest", "hull")}


def text(condition: Any, dictionary: Dictionary) -> tuple[str, dict[str, Any]]:
    """Return the source of the function and the constants it names."""
    writer = Writer(dictionary)
    body = writer.body(condition)
    lines = ["def verdict(facts):", "    get = facts.get", *(f"    {line}" for line in body)]
    return "\n".join(lines) + "\n", {**CALLED, **writer.names}


class Writer:
    """Writes two conditions for every node: surely yes, and surely no."""

    def __init__(self, dictionary: Dictionary):
        """Begin without constants."""
        self.dictionary = dictionary
        self.names: dict[str, Any] = {}

    def named(self, constant: Any) -> str:
        """Return a name for a value that has no literal of its own."""
        name = f"constant_{len(self.names)}"
        self.names[name] = constant
        return name

    def body(self, condition: Any) -> list[str]:
        """Write the statements of the function; an `all` leaves at its first sure no."""
        if isinstance(condition, nodes.AllOf):
            return self.sequence(condition, leave="False", stay="True")
        if isinstance(condition, nodes.AnyOf):
            return self.sequence(condition, leave="True", stay="False")
        yes, no = self.yes(condition), self.no(condition)
        return [f"if {yes}: return True", f"if {no}: return False", "return None"]

    def sequence(self, node: nodes.AllOf | nodes.AnyOf, leave: str, stay: str) -> list[str]:
        """Write one step a child: leave at once, or go on and remember what was not known."""
        lines = ["unknown = False"]
        for child in node.children:
            yes, no = self.yes(child), self.no(child)
            leaving, staying = (yes, no) if leave == "True" else (no, yes)
            if isinstance(child, nodes.Flag):
                leaves = str((leave == "True") != child.negated)
                stays = str((stay == "True") != child.negated)
                lines.append(f"flag = get({child.fact!r})")
                leaving, staying = f"flag is {leaves}", f"flag is {stays}"
            lines += [
                f"if not ({staying}):",
                f"    if {leaving}: return {leave}",
                "    unknown = True",
            ]
        return [*lines, f"return None if unknown else {stay}"]

    def yes(self, node: Any, get: str = "get") -> str:
        """Write the condition that is met where the answer is surely yes."""
        return self._sure(node, get, sure=True)

    def no(self, node: Any, get: str = "get") -> str:
        """Write the condition that is met where the answer is surely no."""
        return self._sure(node, get, sure=False)

    def _sure(self, node: Any, get: str, *, sure: bool) -> str:
        match node:
            case nodes.AllOf() | nodes.AnyOf():
                joined = isinstance(node, nodes.AllOf) == sure
                return self._joined(node.children, get, sure, "and" if joined else "or")
            case Consensus(_, branches):
                return self._joined([b for _, b in branches], get, sure, "and")
            case Constant(value):
                return str(value is sure)
            case nodes.Flag(fact, negated):
                return f"{self._get(fact, get)}({fact!r}) is {sure != negated}"
            case nodes.In(fact, members, negated):
                return self._member(fact, members, get, inside=sure != negated)
            case Window():
                return self._window(node, get, sure)
        return self._comparison(node, get, sure)

    def _joined(self, children: Any, get: str, sure: bool, word: str) -> str:
        return f"({f' {word} '.join(self._sure(each, get, sure=sure) for each in children)})"

    def _get(self, fact: str, get: str) -> str:
        """Return where a fact is looked up: inside rows, those of the series are in the row."""
        return get if self.dictionary[fact].series else "get"

    def _member(self, fact: str, members: Any, get: str, *, inside: bool) -> str:
        among, value = self.named(frozenset(members)), f"{self._get(fact, get)}({fact!r})"
        if inside:
            return f"{value} in {among}"
        return f"((code := {value}) is not None and code not in {among})"

    def _window(self, node: Window, get: str, sure: bool) -> str:
        word = "all" if (node.over.quantifier == "every") == sure else "any"  # type: ignore[union-attr]
        guard, each = series(node, self)
        inner = self._sure(node.over.predicate, "row.get", sure=sure)
        return f"({guard} and {word}({inner} for row in {each}))"

    def _comparison(self, node: Comparison, get: str, sure: bool) -> str:
        op = node.op if sure else OPPOSITE[node.op]
        if (members := self._ranked(node, op)) is not None:
            return self._member(node.left.name, members, get, inside=True)
        left, right = number(node.left, self, get), number(node.right, self, get)
        guards = " and ".join(dict.fromkeys([*left.guards, *right.guards]))
        holds = f"{left.text} {op} {right.text}"
        if op in ("==", "!=") and (left.loose or right.loose):
            holds = f"same({left.text}, {right.text}) is {op == '=='}"
        return f"({guards} and {holds})"

    def _ranked(self, node: Comparison, op: str) -> list[str] | None:
        """Return the values of an enum that meet the comparison, or None for another kind."""
        spec = self.dictionary[node.left.name] if isinstance(node.left, nodes.Fact) else None
        if spec is None or spec.type != "enum":
            return None
        rank = spec.values.index(node.right.value)
        return [value for place, value in enumerate(spec.values) if ORDER[op](place, rank)]
