"""Who is on the stage? A host with its contact, posts, and interns at every point of their way."""

from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import time_machine

from backend import clock
from backend.access import Principal
from backend.applications.kinds import Kind
from backend.cases import actions as cases
from backend.internships import actions, attendance, hosts, posts, queries, sweeping, venture
from backend.internships.kinds import HostKind
from tests.factories import ULANHOT
from tests.filing import draft_for_the_bureau, handed_in
from tests.records import look, one, person, staff

LICENCE = "91152201MA0N0TRE41"
FIRST = date(2027, 1, 4)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(number: int) -> str:
    """A code of no firm, with the check character of GB 32100-2015."""
    code = f"91152201MA0N{number:05d}"
    total = sum(ALPHABET.index(each) * pow(3, place, 31) for place, each in enumerate(code))
    return code + ALPHABET[(31 - total % 31) % 31]


@contextmanager
def on(day: str | date, hour: int = 9):
    """Be there at an hour of a day in Shanghai."""
    moment = clock.start_of(date.fromisoformat(str(day))) + timedelta(hours=hour)
    with time_machine.travel(moment, tick=False):
        yield


def host(number: int = 0, county: str = ULANHOT) -> dict:
    return hosts.create(
        kind=HostKind.INNOVATION_BASE,
        name=f"见习基地{number}",
        credit_code=credit_code(number),
        jurisdiction_code=county,
        by=staff("demo-bureau"),
    )


def contact(of: dict, name: str = "contact") -> Principal:
    """Somebody who speaks for a host."""
    code = hosts.invite(of["id"], by=staff("demo-bureau"))["code"]
    her = person(name)
    hosts.accept_invitation(code, by=her)
    return her


def post(
    of: dict | None = None, *, places: int = 1, months: int = 6, starts_on: Any = None
) -> dict:
    return posts.create(
        (of or host())["id"],
        title="电商运营见习",
        duties="参与选品和直播。",
        starts_on=starts_on or clock.today(),
        months=months,
        places=places,
        by=staff("demo-bureau"),
    )


def applicant(name: str = "qiqige", for_: dict | None = None) -> tuple[Principal, dict]:
    """Somebody with a submitted application for a post."""
    her = person(name)
    begun = draft_for_the_bureau(her, Kind.INTERNSHIP)
    if for_ is not None:
        posts.choose(begun["id"], post=for_["id"], by=her)
    return her, handed_in(begun, her)


def approve(case: dict, by: Principal | None = None) -> dict:
    return cases.approve(case["id"], seen=version(case), by=by or staff("demo-bureau"))


def granted(
    name: str = "qiqige", *, speaker: str = "contact", number: int = 0, **wish: Any
) -> tuple[Principal, Principal, dict]:
    """An intern who was granted a post, whoever speaks for the host, and the internship."""
    its = host(number)
    speaks = contact(its, speaker)
    her, case = applicant(name, post(its, **wish))
    approve(case)
    return her, speaks, internship_of(case, her)


def signed(its: dict, by: Principal, text: str | None = None) -> dict:
    """Sign what lies before her, or another text."""
    sha256 = text or queries.agreement(its["id"], by)["sha256"]
    return actions.sign(its["id"], seen=fresh(its)["version"], by=by, sha256=sha256)


def begun(name: str = "qiqige", **wish: Any) -> tuple[Principal, Principal, dict]:
    """An internship that all three have signed."""
    her, speaks, its = granted(name, **wish)
    for by in (her, speaks, staff("demo-bureau")):
        its = signed(its, by)
    return her, speaks, its


def attend(its: dict, month: str, *parties: Principal, **said: Any) -> dict:
    given = {"present": True, "days": None, "words": ""} | said
    for by in parties:
        its = attendance.confirm(its["id"], month, by=by, **given)
    return its


def over(first: date = FIRST, **wish: Any) -> tuple[Principal, Principal, dict]:
    """An internship that has ended on its day, all its months confirmed."""
    with on(first):
        her, speaks, its = begun(**wish)
    with on(fresh(its)["until_on"]):
        sweeping.sweep()
        for month in queries.months_of(fresh(its)["id"]):
            attend(its, month["name"], her, speaks)
        return her, speaks, queries.get(its["id"], her)


def told(its: dict, her: Principal, registered_on: date) -> dict:
    return venture.confirm(
        its["id"],
        seen=fresh(its)["version"],
        by=her,
        credit_code=LICENCE,
        registered_on=registered_on,
    )


def accepted(its: dict) -> dict:
    return venture.accept(its["id"], seen=fresh(its)["version"], by=staff("demo-bureau"))


def version(case: dict) -> int:
    return one("SELECT version FROM application WHERE public_id = :id", id=case["id"])


def status_of(case: dict) -> str:
    return one("SELECT status FROM application WHERE public_id = :id", id=case["id"])


def fresh(its: dict) -> dict:
    (found,) = look("SELECT * FROM internship WHERE public_id = :id", id=its["id"])
    return found


def internship_of(case: dict, her: Principal) -> dict:
    public_id = one(
        "SELECT i.public_id FROM internship i JOIN application a ON a.id = application_id"
        " WHERE a.public_id = :id ORDER BY i.id DESC LIMIT 1",
        id=case["id"],
    )
    return queries.get(public_id, her)


def events() -> list[str]:
    found = look("SELECT name FROM event WHERE subject_kind = 'internship' ORDER BY id")
    return [each["name"].removeprefix("internship.") for each in found]


def messages(event: str) -> int:
    return one("SELECT count(*) FROM message WHERE event = :name", name=f"internship.{event}")


# Places that are counted, and people who have one, post by post.
COUNTED = """
SELECT p.filled, p.places, count(i.id) AS taken
FROM post p LEFT JOIN internship i ON i.post_id = p.id AND i.status <> 'CANCELLED'
GROUP BY p.id
"""


def the_places_agree() -> None:
    """Hold what the posts count against the internships that there are."""
    for each in look(COUNTED):
        assert each["taken"] == each["filled"], f"{each['filled']} counted, {each['taken']} there"
        assert each["filled"] <= each["places"], "more people than places"
