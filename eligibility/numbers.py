"""How is a number or a day written in the generated function?"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from eligibility import nodes
from eligibility.bound import ByScope, Hull, Later, Window
from eligibility.dates import add_months
from eligibility.values import hull

FUNCTIONS = {
    "+": "plus",
    "-": "minus",
    "*": "times",
    "//": "divided",
    "min": "lowest",
    "max": "highest",
}


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a number, the guards that are met where all it reads is known.

    A loose number may be an interval, so it is not reckoned with Python's own operators.
    """

    text: str
    guards: tuple[str, ...] = ()
    loose: bool = False


def number(term: Any, writer: Any, get: str) -> Written:
    """Write a bound term."""
    match term:
        case nodes.Literal(value):
            plain = not isinstance(value, date)
            return Written(repr(value) if plain else writer.named(value))
        case nodes.Fact(name):
            return _fact(name, writer, get)
        case Later(fact, months):
            day = _fact(fact, writer, get)
            writer.names["add_months"] = add_months
            return Written(f"add_months({day.text}, {months})", day.guards)
        case nodes.Arithmetic(op, left, right):
            return _reckoned(op, number(left, writer, get), number(right, writer, get))
        case ByScope():
            return _by_scope(term, writer, get)
        case Window():
            return _tally(term, writer)
        case Hull(_, branches):
            return _hull([number(each, writer, get) for _, each in branches])
    raise TypeError(f"{type(term).__name__} stands only in amounts")


def series(node: Window, writer: Any) -> tuple[str, str]:
    """Write the guard that fetches the rows that count, and their name."""
    name = f"rows_of_{node.over.series}"
    keys = writer.named(node.keys)
    fetched = f"counting(get({node.over.series!r}), {node.key!r}, {keys})"
    return f"({name} := {fetched}) is not None", name


def _fact(name: str, writer: Any, get: str) -> Written:
    spec = writer.dictionary[name]
    source = get if spec.series else "get"
    variable = f"fact_{name}"
    guard = f"({variable} := {source}({name!r})) is not None"
    return Written(variable, (guard,), loose=spec.type == "count")


def _reckoned(op: str, left: Written, right: Written) -> Written:
    guards, loose = left.guards + right.guards, left.loose or right.loose
    if loose or op in ("min", "max"):
        return Written(f"{FUNCTIONS[op]}({left.text}, {right.text})", guards, loose)
    return Written(f"({left.text} {op} {right.text})", guards)


def _by_scope(term: ByScope, writer: Any, get: str) -> Written:
    table: dict[str | None, Any] = dict(term.table)
    possible = [*table.values(), *([] if term.otherwise is None else [term.otherwise])]
    known = term.otherwise is not None or writer.dictionary[term.fact].values == tuple(table)
    table[None] = hull(possible) if known else None
    name, variable = writer.named(table), f"scoped_{term.parameter}"
    source = get if writer.dictionary[term.fact].series else "get"
    fetched = f"{name}.get({source}({term.fact!r}), {term.otherwise!r})"
    return Written(variable, (f"({variable} := {fetched}) is not None",), loose=True)


def _tally(term: Window, writer: Any) -> Written:
    guard, name = series(term, writer)
    yes = writer.yes(term.over.predicate, "row.get")
    no = writer.no(term.over.predicate, "row.get")
    return Written(f"tally({name}, lambda row: {yes}, lambda row: {no})", (guard,), loose=True)


def _hull(branches: list[Written]) -> Written:
    guards = tuple(guard for each in branches for guard in each.guards)
    return Written(f"hull(({', '.join(each.text for each in branches)},))", guards, loose=True)
