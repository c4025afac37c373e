"""How is the text of an expression read, and what is refused?

The text is read with Python's own parser and then taken over form by form: what is not named
here is refused with its column. Nothing is ever run.
"""

import ast
from collections.abc import Callable
from typing import Any

from eligibility import nodes
from eligibility.nodes import Node

LONGEST = 8_000
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
}
WORDS = ("all", "any", "min", "max", "months", "every", "exists", "count", "choose", "monthly_sum")
ALLOWED = "allowed are facts, rules, p.name, as_of, numbers, 'codes', == != < <= > >= in, + - * //"


class ExpressionRefused(ValueError):
    """An expression outside the language; `line` and `column` count from 1."""

    def __init__(self, column: int, detail: str, line: int = 1):
        """Keep where it is and what would be right."""
        self.line, self.column, self.detail = line, column, detail
        super().__init__(f"line {line}, column {column}: {detail}")


def parse(text: str) -> Node:
    """Return the expression; raise ExpressionRefused where it is outside the language."""
    if len(text) > LONGEST:
        raise ExpressionRefused(1, f"longer than {LONGEST} characters")
    try:
        # The brackets let an expression stand on several lines.
        tree = ast.parse(f"(\n{text}\n)", mode="eval").body
    except SyntaxError as error:
        line, column = max(1, (error.lineno or 2) - 1), error.offset or 1
        raise ExpressionRefused(column, f"not an expression; {ALLOWED}", line) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionRefused(1, "not an expression that can be read") from None
    if tree.lineno == 1:
        # The whole begins with our own bracket: one of the text's own closed it.
        raise ExpressionRefused(1, "empty, or its brackets do not match")
    try:
        return _node(tree)
    except RecursionError:
        raise ExpressionRefused(1, "nested too deeply") from None


def _refuse(tree: Any, detail: str) -> ExpressionRefused:
    return ExpressionRefused(tree.col_offset + 1, detail, tree.lineno - 1)


def _node(tree: ast.expr) -> Node:
    reader = READERS.get(type(tree))
    if reader is None:
        raise _refuse(tree, f"{type(tree).__name__} is not allowed; {ALLOWED}")
    return reader(tree)


def _name(tree: ast.Name) -> Node:
    column = tree.col_offset + 1
    if tree.id in ("true", "false"):
        return nodes.Literal(tree.id == "true", column)
    if tree.id in WORDS or tree.id in ("p", "r"):
        raise _refuse(tree, f"{tree.id} cannot stand alone")
    return nodes.AsOf(column) if tree.id == "as_of" else nodes.Fact(tree.id, column)


def _constant(tree: ast.Constant) -> Node:
    value = tree.value
    if isinstance(value, bool) or not isinstance(value, int | str) or tree.kind:
        raise _refuse(tree, "literals are whole numbers, true, false and 'quoted codes'")
    if isinstance(value, str) and not value.isprintable():
        raise _refuse(tree, "a code has no control characters")
    return nodes.Literal(value, tree.col_offset + 1)


def _attribute(tree: ast.Attribute) -> Node:
    if not isinstance(tree.value, ast.Name) or tree.value.id != "p":
        raise _refuse(tree, "a dot stands only in p.name, and in r.name inside choose")
    return nodes.Parameter(tree.attr, column=tree.col_offset + 1)


def _scoped(tree: ast.Subscript) -> Node:
    parameter = _node(tree.value)
    if not isinstance(parameter, nodes.Parameter) or not isinstance(tree.slice, ast.Name):
        raise _refuse(tree, "brackets stand only in p.name[code_fact]")
    return nodes.Parameter(parameter.name, tree.slice.id, tree.col_offset + 1)


def _unary(tree: ast.UnaryOp) -> Node:
    if isinstance(tree.op, ast.Not):
        return nodes.Not(_node(tree.operand), tree.col_offset + 1)
    inner = tree.operand
    if isinstance(tree.op, ast.USub) and isinstance(inner, ast.Constant):
        if isinstance(inner.value, int) and not isinstance(inner.value, bool):
            return nodes.Literal(-inner.value, tree.col_offset + 1)
    raise _refuse(tree, "of the unary signs only `not` and a number's minus are allowed")


def _binary(tree: ast.BinOp) -> Node:
    op = ARITHMETIC.get(type(tree.op))
    if op is None:
        raise _refuse(tree, "of arithmetic only + - * // are allowed; write shares as a * 100")
    if _is_call(tree.right, "months") and op in "+-":
        months = _arguments(tree.right, 1)[0]
        return nodes.Shift(_node(tree.left), 1 if op == "+" else -1, months, tree.col_offset + 1)
    return nodes.Arithmetic(op, _node(tree.left), _node(tree.right), tree.col_offset + 1)


def _comparison(tree: ast.Compare) -> Node:
    terms = [tree.left, *tree.comparators]
    links = tuple(
        _link(tree, left, op, right)
        for left, op, right in zip(terms, tree.ops, terms[1:], strict=False)
    )
    return links[0] if len(links) == 1 else nodes.AllOf(links, column=tree.col_offset + 1)


def _link(tree: ast.Compare, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Node:
    if isinstance(op, ast.In | ast.NotIn):
        return _member(tree, left, right, negated=isinstance(op, ast.NotIn))
    if type(op) not in COMPARISONS:
        raise _refuse(tree, "comparisons are == != < <= > >= and in")
    return nodes.Compare(COMPARISONS[type(op)], _node(left), _node(right), left.col_offset + 1)


def _member(tree: ast.Compare, left: ast.expr, right: ast.expr, *, negated: bool) -> Node:
    fact = _node(left)
    if not isinstance(fact, nodes.Fact) or not isinstance(right, ast.Set):
        raise _refuse(tree, "write: fact in {'a', 'b'}")
    codes = [_node(each) for each in right.elts]
    values = [c.value for c in codes if isinstance(c, nodes.Literal) and isinstance(c.value, str)]
    if len(values) != len(codes) or len(set(values)) != len(values):
        raise _refuse(right, "a set holds different quoted codes")
    return nodes.In(fact.name, tuple(sorted(values)), negated, left.col_offset + 1)


def _is_call(tree: ast.expr, word: str) -> bool:
    return isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == word


def _arguments(tree: Any, count: int | None) -> list[Node]:
    if tree.keywords or not tree.args or count not in (None, len(tree.args)):
        raise _refuse(tree, f"{tree.func.id} takes {count or 'one or more'} plain arguments")
    return [_node(each) for each in tree.args]


def _call(tree: ast.Call) -> Node:
    word = tree.func.id if isinstance(tree.func, ast.Name) else ""
    if word not in CALLS:
        raise _refuse(tree, f"the only words with brackets are {', '.join(WORDS)}")
    return CALLS[word](tree)


def _all(tree: Any) -> Node:
    return nodes.AllOf(tuple(_arguments(tree, None)), column=tree.col_offset + 1)


def _any(tree: Any) -> Node:
    return nodes.AnyOf(tuple(_arguments(tree, None)), column=tree.col_offset + 1)


def _pair(tree: Any) -> Node:
    left, right = _arguments(tree, 2)
    return nodes.Arithmetic(tree.func.id, left, right, tree.col_offset + 1)


def _rows(tree: Any) -> Node:
    series, predicate = _arguments(tree, 2)
    if not isinstance(series, nodes.Fact):
        raise _refuse(tree, f"write: {tree.func.id}(series, condition)")
    if tree.func.id == "count":
        return nodes.Tally(series.name, predicate, tree.col_offset + 1)
    return nodes.Rows(tree.func.id, series.name, predicate, tree.col_offset + 1)


def _choose(tree: Any) -> Node:
    ruling: Any = tree.args[0] if len(tree.args) == 1 else None
    named = isinstance(ruling, ast.Attribute) and isinstance(ruling.value, ast.Name)
    if not named or ruling.value.id != "r" or len(tree.keywords) < 2:
        raise _refuse(tree, "write: choose(r.ruling, reading=…, other_reading=…)")
    if any(each.arg is None for each in tree.keywords):
        raise _refuse(tree, "every branch of choose has the name of its reading")
    branches = tuple((each.arg, _node(each.value)) for each in tree.keywords)
    return nodes.Choose(ruling.attr, tuple(sorted(branches)), tree.col_offset + 1)


def _monthly_sum(tree: Any) -> Node:
    parameter, start, months = _arguments(tree, 3)
    if not isinstance(parameter, nodes.Parameter) or not isinstance(start, nodes.Fact):
        raise _refuse(tree, "write: monthly_sum(p.name, first_day, months)")
    return nodes.MonthlySum(parameter, start, months, tree.col_offset + 1)


def _months(tree: Any) -> Node:
    raise _refuse(tree, "months(n) stands only after a day: day + months(n)")


CALLS: dict[str, Callable[[Any], Node]] = {
    "all": _all,
    "any": _any,
    "min": _pair,
    "max": _pair,
    "every": _rows,
    "exists": _rows,
    "count": _rows,
    "choose": _choose,
    "monthly_sum": _monthly_sum,
    "months": _months,
}
READERS: dict[type[ast.expr], Callable[[Any], Node]] = {
    ast.Name: _name,
    ast.Constant: _constant,
    ast.Attribute: _attribute,
    ast.Subscript: _scoped,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Compare: _comparison,
    ast.Call: _call,
}
