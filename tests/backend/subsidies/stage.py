"""Who is on the stage? Founders, tenants, graduates, a park that claims, and two of the bureau."""

from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import time_machine

from backend import clock, workdays
from backend.access import Principal
from backend.accounts import sealed
from backend.applications.kinds import Kind
from backend.cases import actions as cases
from backend.cases import publicity
from backend.db import new_id
from backend.subsidies import actions, claiming, queries, reviewing
from backend.subsidies.kinds import Outcome, SubsidyKind, WhyNot
from backend.subsidies.workflow import APPROVED, PRICED, WITHIN, Status
from tests import filing
from tests.backend.internships.stage import credit_code
from tests.factories import REGISTERED
from tests.filing import draft_for_the_bureau
from tests.records import change, look, one, park, person, staff

__all__ = ["credit_code"]
S = Status
BUREAU, SECOND, MANAGER = "demo-bureau", "demo-bureau-2", "demo-manager"
# Monday; every day that is named beside it is worked out from this one.
MONDAY = date(2026, 11, 23)
CODE = REGISTERED["credit_code"]
# A number of the standard's form that is not given out, of somebody born in 1990.
NUMBER = "152201199001010001"
OF_A_CASE = "application_id = (SELECT id FROM application WHERE public_id = :key)"
WAY = (S.PUBLISHED, S.GRANTED, S.PAYABLE)
BASIS = (
    '{"kind": "at_least", "lower": "10000.00", "upper": null, "as_of": "2026-11-23",'
    ' "policy": "xingan_2022", "rests_on": []}'
)


@contextmanager
def on(day: str | date, hour: int = 9):
    """Be there at an hour of a day in Shanghai."""
    moment = clock.start_of(date.fromisoformat(str(day))) + timedelta(hours=hour)
    with time_machine.travel(moment, tick=False):
        yield


def asked(her: Principal, number: int | None = None) -> dict:
    """A submitted case; with a number, of a venture of that number."""
    venture = REGISTERED | ({} if number is None else {"credit_code": credit_code(number)})
    draft = draft_for_the_bureau(her, Kind.STARTUP_SUBSIDY, venture=venture)
    return filing.handed_in(draft, her)


def approve_case(case: dict, by: str = BUREAU) -> dict:
    return cases.approve(case["id"], seen=seen(case), by=staff(by))


def qualified(name: str = "qiqige", number: int | None = None) -> tuple[Principal, dict, dict]:
    """Somebody whose case was approved, the case and the subsidy."""
    her = person(name)
    case = asked(her, number)
    approve_case(case)
    return her, case, subsidy_of(case, her)


def publish(case: dict) -> None:
    """Publish a decision until the end of its days."""
    publicity.publicise(case["id"], seen=seen(case), by=staff(BUREAU))
    end_publicity()


def end_publicity() -> None:
    """Let every period that runs be over."""
    change(
        "UPDATE publicity SET starts_on = :day, ends_on = :day WHERE ended_at IS NULL",
        day=clock.today() - timedelta(days=1),
    )
    for each in publicity.over():
        publicity.end(each)


def at(
    status: Status, name: str = "qiqige", number: int | None = None
) -> tuple[Principal, dict, dict]:
    """Somebody whose subsidy stands at a status of the way, brought there without its clicks."""
    her, case, _ = qualified(name, number)
    for each in WAY[: WAY.index(status) + 1]:
        _put(each, OF_A_CASE, case["id"])
    return her, case, subsidy_of(case, her)


def _put(status: Status, whose: str, key: Any) -> None:
    """Let a subsidy stand at the next status; what is granted are ten thousand yuan."""
    limit = WITHIN.get(status)
    change(
        "UPDATE subsidy SET status = :status, due_on = :due, version = version + 1,"
        " amount = CASE WHEN :granted THEN 1000000 END,"
        " basis = CASE WHEN :granted THEN CAST(:basis AS jsonb) END,"
        " proposed_by = CASE WHEN :granted THEN a.id END,"
        " approved_by = CASE WHEN :approved THEN b.id END,"
        " approved_on = CASE WHEN :approved THEN CAST(:today AS date) END"
        " FROM staff a, staff b"
        f" WHERE a.username = 'demo-bureau' AND b.username = 'demo-bureau-2' AND {whose}",
        status=status.name,
        due=limit and workdays.after(clock.today(), limit),
        granted=status in PRICED,
        approved=status in APPROVED,
        basis=BASIS,
        today=clock.today(),
        key=key,
    )


def published(name: str = "qiqige", number: int | None = None) -> tuple[Principal, dict, dict]:
    """Somebody to whose subsidy nobody objected."""
    return at(S.PUBLISHED, name, number)


def step(verb: Any, its: dict, by: str | Principal = BUREAU, **said: Any) -> dict:
    """A step on a subsidy as it stands now."""
    who = staff(by) if isinstance(by, str) else by
    return verb(its["id"], seen=version(its), by=who, **said)


def grant(its: dict, amount: str | None = "10000.00", by: str = BUREAU, **said: Any) -> dict:
    return step(actions.grant, its, by, amount=amount, given=said.get("given", ()))


def approve(its: dict, by: str = SECOND) -> dict:
    return step(actions.approve, its, by)


def payable(name: str = "qiqige", number: int | None = None) -> tuple[Principal, dict, dict]:
    """Somebody who only waits for her ten thousand yuan."""
    return at(S.PAYABLE, name, number)


def pay(its: dict, amount: str = "10000.00", **said: Any) -> dict:
    given = {"paid_on": clock.today(), "voucher": "财拨 2026-0815"} | said
    return step(actions.pay, its, amount=amount, **given)


def household(number: int, **said: Any) -> dict:
    """A household of which the park's records know nothing."""
    return {
        "name": f"毕业户{number}",
        "credit_code": credit_code(number),
        "registered_on": date(2025, 3, 1),
        "moved_out_on": date(2026, 10, 31),
        "evidence": "营业执照；场地交接单",
    } | said


def claim(
    *given: dict, kind: SubsidyKind = SubsidyKind.INCUBATION, tenancy: Any = None, by: str = MANAGER
) -> dict:
    """A draft of the park's; of one household unless others are named."""
    lines = given or (household(1),)
    named = {"park": park()["public_id"], "tenancy": tenancy}
    return claiming.create(kind, **named, given=lines, by=staff(by))


def submitted(*given: dict, **said: Any) -> dict:
    return step(claiming.submit, claim(*given, **said), MANAGER)


def decided(its: dict, *refused: int, why: tuple[WhyNot, ...] = (WhyNot.NOT_MOVED_OUT,)) -> dict:
    """Accept every line but those that are named by their places."""
    said = [
        {
            "line_id": each["id"],
            "outcome": Outcome.REFUSED if place in refused else Outcome.ACCEPTED,
            "reasons": list(why) if place in refused else [],
            "note": "",
        }
        for place, each in enumerate(fresh(its)["lines"])
    ]
    return step(reviewing.review, its, decided=said, note="")


def published_claim(*given: dict, refused: tuple[int, ...] = (), **said: Any) -> dict:
    """A claim to which nobody objected, brought to the end of its days without them."""
    its = decided(submitted(*given, **said), *refused)
    for each in (S.PUBLICISED, S.PUBLISHED):
        _put(each, "subsidy.public_id = :key", its["id"])
    return fresh(its)


def amounts(its: dict, *yuan: str | None) -> list[dict]:
    """What is granted for each accepted line, in their order."""
    there = [each for each in fresh(its)["lines"] if each["outcome"] is Outcome.ACCEPTED]
    return [{"line_id": e["id"], "amount": y} for e, y in zip(there, yuan, strict=True)]


def tenant(
    name: str = "tenant", number: int = 50, unit: str = "B201", first: date = date(2027, 1, 1)
) -> tuple[Principal, Any]:
    """A firm in incubation at the park since 5 January 2026, and the public id of its tenancy.

    The days in the ledger of units are others: there, today is not the past.
    """
    her = person(name)
    sections = filing.whole() | {"venture": REGISTERED | {"credit_code": credit_code(number)}}
    sections["space"]["starts_on"] = first
    draft = filing.draft(her, sections=sections)
    case = filing.handed_in(draft, her)
    wish = cases.Wish(unit=one("SELECT public_id FROM unit WHERE code = :code", code=unit))
    cases.approve(case["id"], seen=case["version"], by=staff(), wish=wish)
    change(
        "UPDATE tenancy SET status = 'ACTIVE', expires_at = NULL, starts_on = '2026-01-05'"
        " WHERE person_id = :id",
        id=her.id,
    )
    return her, one("SELECT public_id FROM tenancy WHERE person_id = :id", id=her.id)


def graduate(name: str = "graduate", number: int = 40, unit: str = "B201") -> Any:
    """A household that the park has recorded as graduated, and the public id of its tenancy."""
    her, tenancy = tenant(name, number, unit)
    change(
        "UPDATE tenancy SET status = 'GRADUATED', arrived_on = starts_on, ended_on = '2026-10-30',"
        " ended_why = 'GRADUATED' WHERE person_id = :id",
        id=her.id,
    )
    change(
        "INSERT INTO graduation (tenancy_id, park_id, credit_code, registered_on, moved_out_on,"
        " moved_to, was, recorded_by, recorded_on) SELECT t.id, park_id, credit_code, '2026-02-02',"
        " '2026-10-30', '科技路', 'ACTIVE', s.id, '2026-11-02' FROM tenancy t, staff s"
        " WHERE t.person_id = :id AND username = 'demo-manager'",
        id=her.id,
    )
    return tenancy


def counted(tenancy: Any, month: str, *numbers: str) -> None:
    """Whom the park has confirmed to work at a firm in a month."""
    headcount = one(
        "INSERT INTO headcount (public_id, tenancy_id, park_id, month, declared, told_at, why,"
        " confirmed_at, confirmed_by) SELECT :public, t.id, park_id, :month, false, :now, '', :now,"
        " s.id FROM tenancy t, staff s WHERE t.public_id = :id AND username = 'demo-manager'"
        " RETURNING id",
        public=new_id(),
        id=tenancy,
        month=date.fromisoformat(month),
        now=clock.now(),
    )
    for number in numbers:
        change(
            "INSERT INTO head (public_id, headcount_id, park_id, month, who, name, counted)"
            " SELECT :public, id, park_id, month, :who, '', true FROM headcount WHERE id = :id",
            public=new_id(),
            id=headcount,
            who=sealed.hashes("head.who", number)[0],
        )


def fresh(its: dict, by: str = BUREAU) -> dict:
    return queries.get(its["id"], staff(by))


def seen(case: dict) -> int:
    return one("SELECT version FROM application WHERE public_id = :id", id=case["id"])


def version(its: dict) -> int:
    return one("SELECT version FROM subsidy WHERE public_id = :id", id=its["id"])


def status_of(case: dict) -> str:
    return one("SELECT status FROM application WHERE public_id = :id", id=case["id"])


def statuses() -> list[str]:
    """Where every subsidy stands, in the order of their making."""
    return [each["status"] for each in look("SELECT status FROM subsidy ORDER BY id")]


def subsidy_of(case: dict, by: Principal) -> dict:
    """The newest subsidy of a case."""
    public_id = one(
        "SELECT s.public_id FROM subsidy s JOIN application a ON a.id = application_id"
        " WHERE a.public_id = :id ORDER BY s.id DESC LIMIT 1",
        id=case["id"],
    )
    return queries.get(public_id, by)


def events() -> list[str]:
    found = look("SELECT name FROM event WHERE subject_kind = 'subsidy' ORDER BY id")
    return [each["name"].removeprefix("subsidy.") for each in found]


def told(event: str) -> list[str]:
    """Who was told of an event: 'her' or the account."""
    found = look(
        "SELECT coalesce(staff.username, 'her') AS reader FROM message"
        " LEFT JOIN staff ON staff.id = staff_id WHERE event = :event",
        event=f"subsidy.{event}",
    )
    return sorted(each["reader"] for each in found)
