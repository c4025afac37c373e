"""What is wrong with a proposed number or reading? All of it, at once.

Content comes as JSON brings it (days as text) or already typed. What passes is a row of the
engine, which a preview may try before anybody confirms it.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from backend.errors import Invalid
from eligibility import nodes
from eligibility.expression import rulings_of
from eligibility.parameters import LEAGUE, Parameter, Ruling
from eligibility.policy import Policy

Content = Mapping[str, Any]
Faults = list[dict[str, str]]
COUNTIES = ("152201", "152202", "152221", "152222", "152223", "152224")
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
MOST_VALUE = 10**12
LONGEST = 1000
KINDS = ("decided", "provisional", "open")
PARAMETER_KEYS = frozenset(
    {"name", "scope", "value", "unit", "valid_from", "valid_to", "review_by"}
    | {"source", "clause", "verified", "reason"}
)
RULING_KEYS = frozenset(
    {"name", "in_use", "kind", "valid_from", "valid_to"}
    | {"decided_by", "decided_on", "source", "reason"}
)


class Draft:
    """Reads one proposal, noting every fault with its place."""

    def __init__(self, content: Content, keys: frozenset[str]):
        """Begin with the keys that nobody knows."""
        self.content = content
        self.faults: Faults = []
        for key in sorted(set(content) - keys):
            self.fault(key, "没有这一项")

    def fault(self, key: str, detail: str) -> None:
        """Note what is wrong with one entry."""
        self.faults.append({"pointer": f"#/{key}", "detail": detail})

    def text(self, key: str, *, required: bool = True, default: str = "") -> str:
        """Return a text without blanks around it."""
        given = self.content.get(key, default)
        if given is None and not required:
            return default
        if not isinstance(given, str) or len(given) > LONGEST or "\x00" in given:
            self.fault(key, f"请填写不超过{LONGEST}字的文字")
            return default
        if required and not given.strip():
            self.fault(key, "请填写")
        return given.strip()

    def day(self, key: str, *, required: bool = False) -> date | None:
        """Return a calendar day, or None where none is given."""
        given = self.content.get(key)
        if given is None:
            if required:
                self.fault(key, "请填写日期")
            return None
        day = _day(given)
        if day is None or not EARLIEST <= day <= LATEST:
            self.fault(key, f"请填写{EARLIEST.year}年至{LATEST.year}年间实有的日期")
            return None
        return day

    def period(self) -> tuple[date, date | None]:
        """Return the days from and until which it holds, both included."""
        first, last = self.day("valid_from", required=True), self.day("valid_to")
        if first and last and last < first:
            self.fault("valid_to", "结束日期早于开始日期")
        return first or EARLIEST, last

    def refuse_if_faulty(self) -> None:
        """Raise Invalid with every fault there is."""
        if self.faults:
            raise Invalid(errors=self.faults)


def parameter(policy: Policy, content: Content) -> Parameter:
    """Return the number proposed; raise Invalid with everything that is wrong with it."""
    draft = Draft(content, PARAMETER_KEYS)
    name, scope = draft.text("name"), draft.text("scope", default=LEAGUE)
    declared = policy.readings.declared.get(name)
    unit = draft.text("unit")
    if declared is None:
        draft.fault("name", "政策中没有这个数字")
    elif unit != declared.unit:
        draft.fault("unit", f"单位应为 {declared.unit}")
    if scope not in (LEAGUE, *COUNTIES):
        draft.fault("scope", "请填写全盟（league）或旗县市代码")
    elif declared and scope != LEAGUE and name not in by_county(policy):
        draft.fault("scope", "此数字全盟统一，不能按旗县市设定")
    value = _value(draft, declared.unit if declared else unit)
    first, last = draft.period()
    review_by = draft.day("review_by")
    if last is None and review_by is None and not _faulty(draft, "review_by"):
        draft.fault("review_by", "没有结束日期的，请填写复查日期")
    if review_by and review_by < first:
        draft.fault("review_by", "复查日期早于开始日期")
    verified = draft.content.get("verified", False)
    if not isinstance(verified, bool):
        draft.fault("verified", "请填写是或否")
    source, clause = draft.text("source"), draft.text("clause", required=False)
    draft.text("reason")
    draft.refuse_if_faulty()
    return Parameter(
        name,
        value,
        first,
        last,
        scope=scope,
        unit=unit,
        source=source,
        clause=clause,
        verified=verified,
        review_by=review_by,
    )


def ruling(policy: Policy, content: Content) -> Ruling:
    """Return the reading proposed; raise Invalid with everything that is wrong with it."""
    draft = Draft(content, RULING_KEYS)
    name, kind = draft.text("name"), draft.text("kind", default="decided")
    in_use = draft.text("in_use", required=kind != "open")
    shipped = shipped_ruling(policy, name)
    if kind not in KINDS:
        draft.fault("kind", "请选择 decided、provisional 或 open")
    if shipped is None or shipped.kind == "note":
        draft.fault("name", "没有这个可以裁定的政策口径")
    elif detail := _reading_fault(policy, shipped, kind, in_use):
        draft.fault("in_use", detail)
    decided_by = draft.text("decided_by", required=kind == "decided")
    decided_on = draft.day("decided_on", required=kind == "decided")
    first, last = draft.period()
    draft.text("source")
    draft.text("reason")
    draft.refuse_if_faulty()
    assert shipped is not None
    return Ruling(
        name,
        shipped.readings,
        in_use,
        kind,
        first,
        last,
        decided_by=decided_by,
        decided_on=decided_on,
        points=shipped.points,
    )


def shipped_ruling(policy: Policy, name: str) -> Ruling | None:
    """Return the ruling as the policy came with it, whose readings are those there are."""
    rows = [row for row in policy.readings.rows if isinstance(row, Ruling) and row.id == name]
    return rows[-1] if rows else None


def by_county(policy: Policy) -> frozenset[str]:
    """Return the parameters that may differ by county.

    Some rule looks them up so, or the policy came without any row that holds for all the league.
    """
    uniform = {row.name for row in policy.readings.rows if isinstance(row, Parameter)}
    return frozenset(set(policy.readings.declared) - uniform) | frozenset(
        each.name
        for rule in policy.rules.values()
        for expression in rule.expressions
        for each in nodes.walk(expression)
        if isinstance(each, nodes.Parameter) and each.scope
    )


def computed(policy: Policy) -> frozenset[str]:
    """Return the rulings of which some rule can follow every reading."""
    expressions = (each for rule in policy.rules.values() for each in rule.expressions)
    return frozenset().union(*(rulings_of(each) for each in expressions))


def _reading_fault(policy: Policy, shipped: Ruling, kind: str, in_use: str) -> str:
    if kind == "open":
        return "待定的口径不选读法" if in_use else ""
    if in_use not in shipped.readings:
        return f"读法应为 {'、'.join(shipped.readings)} 之一"
    # Rules only carry the flag of such a ruling: to decide for another reading would clear the
    # flag and leave the answers as they are.
    if shipped.id not in computed(policy) and in_use != shipped.in_use:
        return "规则尚不能按此读法计算，请先更新规则"
    return ""


def _value(draft: Draft, unit: str) -> int:
    value = draft.content.get("value")
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_VALUE:
        draft.fault("value", "请填写不小于零的整数（金额以分为单位）")
        return 0
    if unit == "percent" and value > 100:
        draft.fault("value", "百分比不能大于100")
    return value


def _faulty(draft: Draft, key: str) -> bool:
    return any(each["pointer"] == f"#/{key}" for each in draft.faults)


def _day(given: Any) -> date | None:
    if type(given) is date:
        return given
    try:
        return date.fromisoformat(given) if isinstance(given, str) and len(given) == 10 else None
    except ValueError:
        return None


# What each kind of change is read by, and the entries it has.
READERS: Mapping[str, tuple[Callable[[Policy, Content], Parameter | Ruling], frozenset[str]]] = {
    "parameter": (parameter, PARAMETER_KEYS),
    "ruling": (ruling, RULING_KEYS),
}
