"""What may be said about an audience? Every fault of what was said, at once.

An audience is JSON: `{"all": […]}`, `{"any": […]}`, `{"not": …}` around leaves that name a group,
a county, a stage, or a benefit with the result that it has.
"""

from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any

from backend.notices.kinds import STAGES

RESULTS = {"true": "符合", "false": "不符合", "unknown": "尚不能确定"}
DEEPEST, MOST = 6, 60
INNER = frozenset({"all", "any", "not"})
TOO_MANY = f"条件不能超过{MOST}个"
NO_SUCH = "请填写 all、any、not、group、county、stage 或 benefit 与 result"
Faults = Iterator[dict[str, str]]


class Known:
    """The names that leaves may use."""

    def __init__(self, groups: Set[str], counties: Set[str], benefits: Set[str]):
        """Keep them; benefits are those that can be asked of everybody at once."""
        self.group, self.county, self.benefit = groups, counties, benefits
        self.stage = STAGES.keys()


def faults(said: Any, known: Known, pointer: str = "#/audience") -> list[dict[str, str]]:
    """Return everything that is wrong with an audience, each with its place."""
    if sum(1 for _ in _parts(said)) > MOST:
        return [{"pointer": pointer, "detail": TOO_MANY}]
    return list(_faults(said, known, pointer, 1))


def leaves(said: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every leaf of what was said, as deep as may be said."""
    return (each for each in _parts(said) if not INNER & each.keys())


def _parts(said: Any, depth: int = 1) -> Iterator[Mapping[str, Any]]:
    """Yield what was said and everything within it."""
    if isinstance(said, Mapping) and depth <= DEEPEST:
        yield said
        for key in INNER & said.keys():
            within = said[key] if isinstance(said[key], list) else [said[key]]
            for each in within:
                yield from _parts(each, depth + 1)


def _faults(said: Any, known: Known, pointer: str, depth: int) -> Faults:
    if depth > DEEPEST:
        yield {"pointer": pointer, "detail": f"条件的层次不能超过{DEEPEST}层"}
        return
    keys = frozenset(said) if isinstance(said, Mapping) else frozenset()
    read = READERS.get(keys)
    if read is None:
        yield {"pointer": pointer, "detail": NO_SUCH}
        return
    yield from read(said, known, pointer, depth)


def _several(key: str) -> Callable[..., Faults]:
    def read(said: Any, known: Known, pointer: str, depth: int) -> Faults:
        given = said[key]
        if not isinstance(given, list):
            yield {"pointer": f"{pointer}/{key}", "detail": "应为列表"}
            return
        if len(given) > MOST:
            yield {"pointer": f"{pointer}/{key}", "detail": TOO_MANY}
            return
        if not given and key == "any":
            yield {"pointer": f"{pointer}/{key}", "detail": "至少应有一个条件"}
        for place, each in enumerate(given):
            yield from _faults(each, known, f"{pointer}/{key}/{place}", depth + 1)

    return read


def _opposite(said: Any, known: Known, pointer: str, depth: int) -> Faults:
    yield from _faults(said["not"], known, f"{pointer}/not", depth + 1)


def _named(key: str) -> Callable[..., Faults]:
    def read(said: Any, known: Known, pointer: str, depth: int) -> Faults:
        given = said[key]
        if not isinstance(given, str) or given not in getattr(known, key):
            yield {"pointer": f"{pointer}/{key}", "detail": "不在可选范围内"}
        if "result" in said and (
            not isinstance(said["result"], str) or said["result"] not in RESULTS
        ):
            yield {"pointer": f"{pointer}/result", "detail": "请填写 true、false 或 unknown"}

    return read


READERS: Mapping[frozenset[str], Callable[..., Faults]] = {
    frozenset({"all"}): _several("all"),
    frozenset({"any"}): _several("any"),
    frozenset({"not"}): _opposite,
    frozenset({"group"}): _named("group"),
    frozenset({"county"}): _named("county"),
    frozenset({"stage"}): _named("stage"),
    frozenset({"benefit", "result"}): _named("benefit"),
}
