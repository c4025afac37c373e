"""Who waits for a decision? Hundreds of people at once, brought in without their clicks."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from flask import Flask
from sqlalchemy import insert, select, text

from backend import clock
from backend.accounts import actions as accounts
from backend.accounts.models import Identity, Person
from backend.applications.kinds import Kind
from backend.applications.models import Application
from backend.applications.workflow import Status
from backend.db import new_id, session
from backend.parks.kinds import UnitKind
from backend.parks.models import Park, Unit
from backend.wechat.simulator import people
from backend.wechat.simulator.world import APPID
from miniprogram_api import auth
from tests.factories import Caller


class Case(NamedTuple):
    """A submitted application and whose it is."""

    id: UUID
    applicant_id: int
    openid: str

    @property
    def path(self) -> str:
        return f"/applications/{self.id}"


def submitted(
    app: Flask, count: int, *, starts_on: str = "2027-01-01", months: int = 12, park: str = "P05"
) -> list[Case]:
    """Bring in people who have each submitted an application for the same period."""
    now = clock.now()
    with app.app_context():
        openids = [people.openid_of(new_id().hex, APPID) for _ in range(count)]
        persons = _inserted(Person, [{"created_at": now} for _ in openids], Person.id)
        _inserted(
            Identity,
            [
                {"person_id": person, "provider": "wechat", "subject": openid, "created_at": now}
                for person, openid in zip(persons, openids, strict=True)
            ],
            Identity.id,
        )
        park_id = session.scalar(select(Park.id).where(Park.key == park))
        space = {"unit_kind": "office", "starts_on": starts_on, "term_months": months}
        ids = [new_id() for _ in openids]
        _inserted(
            Application,
            [
                {
                    "public_id": public_id,
                    "number": f"RZ-{public_id}",
                    "kind": Kind.TENANCY,
                    "status": Status.SUBMITTED,
                    "applicant_id": person,
                    "park_id": park_id,
                    "jurisdiction_code": "152201",
                    "changed_at": now,
                    "sections": {"space": space},
                    "held_since": now,
                    "created_at": now,
                    "submitted_at": now,
                }
                for public_id, person in zip(ids, persons, strict=True)
            ],
            Application.id,
        )
        session.commit()
        session.remove()
    return [Case(*each) for each in zip(ids, persons, openids, strict=True)]


def desks(app: Flask, count: int, *, park: str = "P05") -> list[UUID]:
    """Give a park so many desks more."""
    with app.app_context():
        park_id = session.scalar(select(Park.id).where(Park.key == park))
        ids = [new_id() for _ in range(count)]
        units = [
            {"public_id": id_, "park_id": park_id, "code": f"T-{id_}", "kind": UnitKind.DESK}
            for id_ in ids
        ]
        _inserted(Unit, units, Unit.id)
        session.commit()
        session.remove()
    return ids


def signed_in(app: Flask, openid: str) -> Caller:
    """Return a caller for whoever holds the openid."""
    with app.test_request_context():
        opened = accounts.sign_in_person(openid, None, device="")
        return Caller(app, auth.tokens(opened)["access_token"])


def ask(app: Flask, statement: str, **values: Any) -> Sequence[Any]:
    """Return the rows of a statement, in a transaction of its own."""
    with app.app_context():
        result = session.execute(text(statement), values)
        found = result.all() if result.returns_rows else []
        session.commit()
        session.remove()
    return found


def count(app: Flask, what: str, **values: Any) -> int:
    """Count the rows behind `FROM …`."""
    return int(ask(app, f"SELECT count(*) FROM {what}", **values)[0][0])


def no_job_waits(app: Flask) -> None:
    """Take the jobs away, as a worker would."""
    ask(app, "DELETE FROM procrastinate_jobs WHERE status = 'todo'")


def far(rounds: int) -> str:
    """Return the first day of a year of its own for each round."""
    return str(clock.today().replace(month=1, day=1) + timedelta(days=366 * (rounds + 1)))


def _inserted(model: Any, values: list[dict[str, Any]], key: Any) -> list[Any]:
    statement = insert(model).returning(key, sort_by_parameter_order=True)
    return list(session.scalars(statement, values))
