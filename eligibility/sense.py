"""Do the parts of an expression fit together, and is every name declared?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from eligibility import nodes
from eligibility.facts import NUMBERS, Dictionary, FactSpec

CONDITION, NUMBER, DAY, QUOTED = "condition", "number", "day", "quoted code"
KIND_OF_TYPE = {"bool": CONDITION, "date": DAY, "enum": "enum", "code": "code", "text": "text"}
KIND_OF_TYPE |= dict.fromkeys(NUMBERS, NUMBER)
EQUALITY = ("==", "!=")


@dataclass
class Vocabulary:
    """Every name an expression may use: facts, rules, parameters' units, rulings' readings."""

    dictionary: Dictionary
    rules: frozenset[str] = frozenset()
    units: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)


def faults_of(node: Any, vocabulary: Vocabulary, wanted: str = CONDITION) -> list[tuple[int, str]]:
    """Return every fault of a parsed expression with its column; none means it makes sense."""
    reading = Vocabulary(
        vocabulary.dictionary, vocabulary.rules, vocabulary.units, vocabulary.readings
    )
    _expect(node, wanted, reading, "")
    return reading.faults


def _expect(node: Any, wanted: str, words: Vocabulary, series: str) -> None:
    found = _kind(node, words, series)
    if found and found != wanted:
        words.faults.append((node.column, f"a {wanted} is expected here, this is a {found}"))


def _kind(node: Any, words: Vocabulary, series: str) -> str:
    """Return the kind of a node, or "" after noting what is wrong with it."""
    return str(KINDS[type(node)](node, words, series))


def _spec(name: str, column: int, words: Vocabulary, series: str) -> FactSpec | None:
    spec = words.dictionary.get(name)
    if spec is None:
        words.faults.append((column, f"{name} is no declared fact, rule or word"))
    elif spec.type == "series" or spec.series not in ("", series):
        words.faults.append((column, f"{name} belongs to a series; ask every, exists or count"))
    else:
        return spec
    return None


def _fact(node: nodes.Fact, words: Vocabulary, series: str) -> str:
    if node.name in words.rules:
        return CONDITION
    spec = _spec(node.name, node.column, words, series)
    return KIND_OF_TYPE[spec.type] if spec else ""


def _literal(node: nodes.Literal, words: Vocabulary, series: str) -> str:
    if isinstance(node.value, bool):
        return CONDITION
    return NUMBER if isinstance(node.value, int) else QUOTED


def _parameter(node: nodes.Parameter, words: Vocabulary, series: str) -> str:
    if node.name not in words.units:
        words.faults.append((node.column, f"p.{node.name} is no declared parameter"))
        return ""
    scope = _spec(node.scope, node.column, words, series) if node.scope else None
    if scope and scope.type != "code":
        words.faults.append((node.column, f"{node.scope} is no code and cannot scope a parameter"))
    return NUMBER


def _shift(node: nodes.Shift, words: Vocabulary, series: str) -> str:
    _expect(node.day, DAY, words, series)
    if not isinstance(node.day, nodes.Fact | nodes.AsOf):
        words.faults.append((node.column, "months are added to a fact or to as_of"))
    if not isinstance(node.months, nodes.Literal | nodes.Parameter):
        words.faults.append((node.column, "months(n) takes a number or a parameter"))
    _expect(node.months, NUMBER, words, series)
    return DAY


def _arithmetic(node: nodes.Arithmetic, words: Vocabulary, series: str) -> str:
    for side in (node.left, node.right):
        _expect(side, NUMBER, words, series)
    if node.op == "*" and _reads_facts(node.left) and _reads_facts(node.right):
        words.faults.append((node.column, "of two factors one has to be a constant"))
    divisor = node.right.value if isinstance(node.right, nodes.Literal) else 0
    if node.op == "//" and not (isinstance(divisor, int) and divisor > 0):
        words.faults.append((node.column, "a divisor is a positive number, written out"))
    return NUMBER


def _reads_facts(node: Any) -> bool:
    varies = (nodes.Fact, nodes.Tally, nodes.MonthlySum, nodes.Choose)
    return any(
        isinstance(each, varies) or (isinstance(each, nodes.Parameter) and bool(each.scope))
        for each in nodes.walk(node)
    )


def _monthly_sum(node: nodes.MonthlySum, words: Vocabulary, series: str) -> str:
    _expect(node.parameter, NUMBER, words, series)
    _expect(node.start, DAY, words, series)
    _expect(node.months, NUMBER, words, series)
    if node.parameter.scope:
        words.faults.append((node.column, "monthly_sum takes a parameter without a scope"))
    return NUMBER


def _combination(node: nodes.AllOf | nodes.AnyOf, words: Vocabulary, series: str) -> str:
    for each in node.children:
        _expect(each, CONDITION, words, series)
    return CONDITION


def _not(node: nodes.Not, words: Vocabulary, series: str) -> str:
    _expect(node.condition, CONDITION, words, series)
    return CONDITION


def _rows(node: nodes.Rows | nodes.Tally, words: Vocabulary, series: str) -> str:
    if series:
        words.faults.append((node.column, "a series inside a series"))
    if not words.dictionary.of_series(node.series):
        words.faults.append((node.column, f"no fact is declared with series = {node.series!r}"))
    else:
        _expect(node.predicate, CONDITION, words, node.series)
    return NUMBER if isinstance(node, nodes.Tally) else CONDITION


def _choose(node: nodes.Choose, words: Vocabulary, series: str) -> str:
    declared, written = words.readings.get(node.ruling), [name for name, _ in node.branches]
    if declared is None:
        words.faults.append((node.column, f"r.{node.ruling} is no declared ruling"))
    elif sorted(declared) != sorted(written):
        words.faults.append((node.column, f"r.{node.ruling} has readings {', '.join(declared)}"))
    kinds = {_kind(branch, words, series) for _, branch in node.branches} - {""}
    if len(kinds) > 1 or not kinds <= {CONDITION, NUMBER}:
        words.faults.append((node.column, "the branches are all conditions or all numbers"))
    return kinds.pop() if len(kinds) == 1 else ""


def _in(node: nodes.In, words: Vocabulary, series: str) -> str:
    spec = _spec(node.fact, node.column, words, series)
    if spec and spec.type not in ("enum", "code"):
        words.faults.append((node.column, f"{node.fact} is no enum or code"))
    for value in node.values:
        _fits(spec, value, node.column, words)
    return CONDITION


def _fits(spec: FactSpec | None, value: Any, column: int, words: Vocabulary) -> None:
    if spec and spec.values and value not in spec.values:
        words.faults.append((column, f"{spec.name} is one of {', '.join(spec.values)}"))


def _compare(node: nodes.Compare, words: Vocabulary, series: str) -> str:
    kinds = _kind(node.left, words, series), _kind(node.right, words, series)
    if "" not in kinds:
        _comparable(node, kinds, words)
        for fact, literal in ((node.left, node.right), (node.right, node.left)):
            if isinstance(fact, nodes.Fact) and fact.name in words.dictionary:
                _suits(words.dictionary[fact.name], literal, words)
    return CONDITION


def _comparable(node: nodes.Compare, kinds: tuple[str, str], words: Vocabulary) -> None:
    left, right = kinds
    kind = right if left == QUOTED else left
    if QUOTED not in kinds and left != right:
        words.faults.append((node.column, f"a {left} cannot be compared with a {right}"))
    elif kind in (NUMBER, CONDITION) and QUOTED in kinds:
        words.faults.append((node.column, f"a {kind} cannot be compared with a quoted code"))
    elif kind in (CONDITION, "code", "text", QUOTED) and node.op not in EQUALITY:
        words.faults.append((node.column, f"a {kind} has no order"))
    elif kind == "enum" and QUOTED not in kinds:
        words.faults.append((node.column, "an enum is compared with one of its values"))
    elif kind == CONDITION and not isinstance(node.right, nodes.Literal):
        words.faults.append((node.column, "a condition is compared only with true or false"))


def _suits(spec: FactSpec, other: Any, words: Vocabulary) -> None:
    if isinstance(other, nodes.Literal) and isinstance(other.value, str):
        if spec.type == "date":
            _is_day(other, words)
        else:
            _fits(spec, other.value, other.column, words)
    if spec.type == "yuan" and isinstance(other, nodes.Literal):
        words.faults.append((other.column, "an amount of money is compared with a parameter"))
    if isinstance(other, nodes.Parameter) and (spec.type == "yuan") != (
        words.units.get(other.name) == "fen"
    ):
        words.faults.append((other.column, f"p.{other.name} is not in the unit of {spec.name}"))


def _is_day(literal: nodes.Literal, words: Vocabulary) -> None:
    try:
        date.fromisoformat(str(literal.value))
    except ValueError:
        words.faults.append((literal.column, f"{literal.value} is no day of the calendar"))


KINDS: dict[type, Any] = {
    nodes.Fact: _fact,
    nodes.Literal: _literal,
    nodes.AsOf: lambda node, words, series: DAY,
    nodes.Parameter: _parameter,
    nodes.Shift: _shift,
    nodes.Arithmetic: _arithmetic,
    nodes.MonthlySum: _monthly_sum,
    nodes.AllOf: _combination,
    nodes.AnyOf: _combination,
    nodes.Not: _not,
    nodes.Rows: _rows,
    nodes.Tally: _rows,
    nodes.Choose: _choose,
    nodes.In: _in,
    nodes.Compare: _compare,
}
