"""How does the bureau look through a claim, line by line?"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from backend import clock
from backend.access import Principal
from backend.db import action, session
from backend.errors import Invalid
from backend.subsidies import lines
from backend.subsidies.kinds import Outcome, WhyNot
from backend.subsidies.models import Subsidy, SubsidyLine, SubsidyReturn
from backend.subsidies.taking import View, moved, seen_now, taken

Faults = list[dict[str, str]]
JOBS = "{venture}（新增就业 {number} 人）"
NO_SUCH = "申报中没有这一行"
TWICE = "同一行只能列一次"
ALL_OF_THEM = "请对每一行作出结论，还缺第 {places} 行"
NO_REASON = "不认可的，至少选择一个原因"
NO_NEED = "认可的，不填原因"
SAY_WHICH = "选择“其他”时请说明原因"


@action
def send_back(
    public_id: UUID, *, seen: int, by: Principal, items: Sequence[Mapping[str, Any]]
) -> View:
    """Have a claim put right, with every item at once; meanwhile the bureau's clock rests.

    Raise Invalid for an item on a line that is none of the claim's.
    """
    case = taken("returnClaim", "send_back", public_id, seen, by)
    claim = case.subsidy
    known = lines.places_of(lines.of(claim.id))
    faults = [
        {"pointer": f"#/items/{place}/line_id", "detail": NO_SUCH}
        for place, each in enumerate(items)
        if each["line_id"] is not None and each["line_id"] not in known
    ]
    if faults:
        raise Invalid(errors=faults)
    before = select(func.count()).where(SubsidyReturn.subsidy_id == claim.id)
    session.add(
        SubsidyReturn(
            subsidy_id=claim.id,
            round=(session.scalar(before) or 0) + 1,
            items=[{"line": known.get(each["line_id"]), "text": each["text"]} for each in items],
            asked_by=by.id,
            asked_at=clock.now(),
        )
    )
    moved(case)
    return seen_now(case)


@action
def review(
    public_id: UUID,
    *,
    seen: int,
    by: Principal,
    decided: Sequence[Mapping[str, Any]],
    note: str,
) -> View:
    """Accept or refuse each line, with coded reasons; what is refused may be claimed for again.

    With one line accepted the claim goes on, with none it is over. Raise Invalid with every fault,
    AlreadySubsidised where a line that was refused before has been claimed for elsewhere.
    """
    verb = "review" if _accepts(decided) else "reject"
    case = taken("reviewClaim", verb, public_id, seen, by)
    claim = case.subsidy
    there = lines.locked(claim)
    if faults := _faults(there, decided):
        raise Invalid(errors=faults)
    with lines.once():
        for each in decided:
            _decide(there[each["line_id"]], each)
    claim.reviewed_by, claim.note = by.id, note
    if verb == "reject":
        claim.reasons = _every_reason(there)
        lines.release(claim)
    moved(case)
    return seen_now(case)


def accepted(claim: Subsidy) -> str:
    """Name the firms of a claim whose households or jobs were accepted, and how many there are."""
    there = [line for line in lines.locked(claim).values() if line.outcome is Outcome.ACCEPTED]
    if claim.venture is not None:
        return JOBS.format(venture=claim.venture, number=len(there))
    return "、".join(str(line.name) for line in there)


def reopened(claim: Subsidy) -> None:
    """Let a locked claim be looked through anew: an objection to it was right."""
    claim.reviewed_by, claim.note = None, ""
    for line in lines.locked(claim).values():
        line.outcome, line.reasons, line.note = None, [], ""


def _accepts(decided: Sequence[Mapping[str, Any]]) -> bool:
    return any(each["outcome"] is Outcome.ACCEPTED for each in decided)


def _decide(line: SubsidyLine, said: Mapping[str, Any]) -> None:
    line.outcome, line.note = said["outcome"], said["note"]
    line.reasons = [reason.name for reason in said["reasons"]]
    line.counts = line.outcome is Outcome.ACCEPTED


def _every_reason(there: Mapping[UUID, SubsidyLine]) -> list[str]:
    return list(dict.fromkeys(name for line in there.values() for name in line.reasons))


def _faults(there: Mapping[UUID, SubsidyLine], decided: Sequence[Mapping[str, Any]]) -> Faults:
    faults, named = [], [each["line_id"] for each in decided]
    for place, each in enumerate(decided):
        for name, words in _wrong(there, each, twice=each["line_id"] in named[:place]).items():
            faults.append({"pointer": f"#/lines/{place}/{name}", "detail": words})
    left = [line.place + 1 for key, line in there.items() if key not in named]
    if left:
        words = ALL_OF_THEM.format(places="、".join(map(str, left)))
        faults.append({"pointer": "#/lines", "detail": words})
    return faults


def _wrong(
    there: Mapping[UUID, SubsidyLine], said: Mapping[str, Any], *, twice: bool
) -> dict[str, str]:
    refused, reasons = said["outcome"] is Outcome.REFUSED, said["reasons"]
    wrong = {
        "line_id": (said["line_id"] not in there, NO_SUCH),
        "outcome": (twice, TWICE),
        "reasons": (refused != bool(reasons), NO_REASON if refused else NO_NEED),
        "note": (WhyNot.OTHER in reasons and not said["note"], SAY_WHICH),
    }
    return {name: words for name, (is_so, words) in wrong.items() if is_so}
