"""How do the rules of a policy file become rules, each inlined into those that name it?"""

from collections.abc import Mapping
from typing import Any

from eligibility import nodes, sense
from eligibility.expression import ExpressionRefused, facts_of, parse
from eligibility.facts import Dictionary
from eligibility.nodes import Node
from eligibility.normal import normal, term
from eligibility.parameters import Parameter, Readings, Ruling
from eligibility.rules import KINDS_OF_RULE, Conflict, Rule, Worth
from eligibility.sense import CONDITION, NUMBER, Vocabulary
from eligibility.sheets import Reading, several
from eligibility.values import KINDS_OF_AMOUNT

ALLOWED = {
    "id", "clause", "kind", "subject", "when", "applies", "amount", "payer", "discretion",
    "rulings", "points", "order", "due",
}  # fmt: skip
TRUE: Node = nodes.Literal(True)


def conflicts(reading: Reading, dictionary: Dictionary) -> tuple[Conflict, ...]:
    """Return the declared contradictions; they may read facts and the day, no parameters."""
    found = []
    words = Vocabulary(dictionary)
    for table in reading.tables["policy"].get("conflict", ()):
        where = f"conflict {table.get('id', '')}"
        when = _parsed(str(table.get("when", "")), where, words, reading, CONDITION)
        condition = normal(when, {})
        names = several(table.get("facts", ())) or tuple(sorted(facts_of(condition)))
        for name in sorted(set(names) - set(dictionary)):
            reading.fault("policy", where, f"{name} is no declared fact")
        found.append(Conflict(str(table.get("id", "")), condition, names, dictionary))
    return tuple(found)


def rules_of(reading: Reading, dictionary: Dictionary, readings: Readings) -> dict[str, Rule]:
    """Return the rules by id, in the order of the file."""
    tables: dict[str, Mapping[str, Any]] = {}
    for place, table in enumerate(reading.tables["policy"].get("rule", ()), 1):
        rule_id = str(table.get("id", place))
        for detail in _faults_of(table, rule_id, tables, dictionary):
            reading.fault("policy", f"rule {rule_id}", detail)
        tables[rule_id] = table
    return Rulebook(reading, tables, vocabulary(dictionary, readings, frozenset(tables))).rules()


def vocabulary(dictionary: Dictionary, readings: Readings, rules: frozenset[str]) -> Vocabulary:
    """Return the names that the rules may use."""
    units = {name: declared.unit for name, declared in readings.declared.items()}
    units |= {row.name: row.unit for row in readings.rows if isinstance(row, Parameter)}
    choices = {row.id: row.readings for row in readings.rows if isinstance(row, Ruling)}
    return Vocabulary(dictionary, rules, units, choices)


def _faults_of(
    table: Mapping[str, Any], rule_id: str, earlier: Mapping[str, Any], dictionary: Dictionary
) -> list[str]:
    faults = [f"{key} is unknown" for key in sorted(set(table) - ALLOWED)]
    faults += [f"{k} is missing" for k in ("id", "clause", "kind", "when") if not table.get(k)]
    if rule_id in earlier or rule_id in dictionary or not rule_id.isidentifier():
        faults.append("its id is a word of its own, no other rule's and no fact's")
    if table.get("kind") not in KINDS_OF_RULE:
        faults.append(f"kind is one of {', '.join(KINDS_OF_RULE)}")
    if table.get("amount", {}).get("kind", "exact") not in KINDS_OF_AMOUNT:
        faults.append(f"an amount is one of {', '.join(KINDS_OF_AMOUNT)}")
    return faults


def _parsed(text: str, where: str, words: Vocabulary, reading: Reading, wanted: str) -> Node:
    """Return the expression, or plain true after noting why it cannot be used."""
    try:
        node = parse(text)
    except ExpressionRefused as error:
        reading.fault("policy", where, str(error))
        return TRUE
    faults = sense.faults_of(node, words, wanted)
    for column, detail in faults:
        reading.fault("policy", where, f"column {column}: {detail}")
    return TRUE if faults else node


class Rulebook:
    """Brings rules into normal form one by one, those they name first."""

    def __init__(self, reading: Reading, tables: Mapping[str, Any], words: Vocabulary):
        """Begin with no rule done."""
        self.reading, self.tables, self.words = reading, tables, words
        self.done: dict[str, Rule] = {}
        self.open: list[str] = []

    def rules(self) -> dict[str, Rule]:
        """Return all of them."""
        for rule_id in self.tables:
            self.rule(rule_id)
        return {rule_id: self.done[rule_id] for rule_id in self.tables}

    def rule(self, rule_id: str) -> Rule:
        """Return one rule; a rule that in the end names itself is a fault."""
        if rule_id in self.done:
            return self.done[rule_id]
        table = self.tables[rule_id]
        self.open.append(rule_id)
        inner = {name: self.rule(name) for name in self._named(rule_id)}
        conditions = {name: rule.condition for name, rule in inner.items()}
        applies = self._condition(rule_id, "applies", conditions)
        bearing = {
            *several(table.get("rulings", ())),
            *(r for i in inner.values() for r in i.bearing),
        }
        self._declared(rule_id, bearing)
        self.open.pop()
        self.done[rule_id] = Rule(
            id=rule_id,
            clause=str(table.get("clause", "")),
            kind=str(table.get("kind", "")),
            subject=several(table.get("subject", ())),
            when=self._condition(rule_id, "when", conditions) or TRUE,
            applies=applies,
            amount=self._amount(rule_id, table.get("amount"), conditions),
            payer=str(table.get("payer", "")),
            discretion=str(table.get("discretion", "")),
            bearing=tuple(sorted(bearing)),
            points=several(table.get("points", ())),
            order=int(table.get("order", 0)),
            due=table.get("due"),
        )
        return self.done[rule_id]

    def _named(self, rule_id: str) -> list[str]:
        """Return the rules named by a rule, without those that would lead round in a circle."""
        table = self.tables[rule_id]
        texts = (str(table.get("when") or "true"), str(table.get("applies") or "true"))
        named: dict[str, None] = {}
        for text in texts:
            try:
                named |= dict.fromkeys(sorted(facts_of(parse(text)) & set(self.tables)))
            except ExpressionRefused:
                continue  # Noted where the expression itself is read.
        for name in [each for each in named if each in self.open]:
            self.reading.fault("policy", f"rule {rule_id}", f"names {name}, which names it in turn")
            del named[name]
        return list(named)

    def _condition(self, rule_id: str, key: str, inner: Mapping[str, Node]) -> Node | None:
        text = str(self.tables[rule_id].get(key) or "")
        if not text.strip():
            return None
        node = _parsed(text, f"rule {rule_id}, {key}", self.words, self.reading, CONDITION)
        return normal(node, inner)

    def _amount(
        self, rule_id: str, table: Mapping[str, Any] | None, inner: Mapping[str, Node]
    ) -> Worth | None:
        if not table:
            return None
        where, text = f"rule {rule_id}, amount", str(table.get("value") or "")
        kind = str(table.get("kind", ""))
        if bool(text) == (kind in ("unspecified", "in_kind")):
            self.reading.fault(
                "policy", where, "a figure and an unspecified kind exclude each other"
            )
        value = _parsed(text, where, self.words, self.reading, NUMBER) if text else None
        return Worth(
            kind, None if value is None else term(value, inner), str(table.get("unit", ""))
        )

    def _declared(self, rule_id: str, rulings: set[str]) -> None:
        for name in sorted(rulings - set(self.words.readings)):
            self.reading.fault("policy", f"rule {rule_id}", f"{name} is no declared ruling")
