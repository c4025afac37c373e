"""How do parks come in, and how is a unit held?"""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.exc import IntegrityError

from backend import clock
from backend.accounts.models import Staff
from backend.db import action, constraint_of, session
from backend.errors import Invalid, UnitTaken
from backend.parks import pinyin, queries
from backend.parks.kinds import HoldingKind, Tier, UnitKind
from backend.parks.models import Division, Holding, Park, ParkManager, ParkTier, Unit

SEED = Path(__file__).parent / "seed"
CLOSES = "该场地自 {} 起停用"
SEEDING = 8_021_975  # the advisory lock that lets one seed in at a time


@action
def seed_parks() -> int:
    """Bring in the divisions and the listed parks that are not there yet; return how many came.

    What staff have changed since is left alone.
    """
    _one_at_a_time()
    source = tomllib.loads((SEED / "parks.toml").read_text("utf-8"))
    for division in source["division"]:
        session.execute(insert(Division).values(**division).on_conflict_do_nothing())
    return sum(_seed_park(park, source["list"]) for park in source["park"])


@action
def seed_demo() -> None:
    """Bring in invented units, places and kinds of a few parks, for trying things out only."""
    _one_at_a_time()
    source = tomllib.loads((SEED / "demo.toml").read_text("utf-8"))
    for each in source["park"]:
        park = session.scalars(select(Park).where(Park.key == each["key"])).one()
        if park.is_demo:
            continue
        park.is_demo, park.updated_at = True, clock.now()
        for name in ("address", "types", "longitude", "latitude", "phone"):
            setattr(park, name, each.get(name))
        for unit in each["unit"]:
            session.add(
                Unit(
                    park_id=park.id,
                    code=unit["code"],
                    kind=UnitKind[unit["kind"].upper()],
                    floor_area_m2=unit.get("floor_area_m2"),
                    is_demo=True,
                )
            )


@action
def appoint_manager(username: str, *, park_key: str) -> None:
    """Let a staff account run a park from today on; appointing twice changes nothing."""
    park_id = session.scalars(select(Park.id).where(Park.key == park_key)).one()
    staff_id = session.scalars(select(Staff.id).where(Staff.username == username)).one()
    if park_id not in queries.managed_by(staff_id):
        session.add(ParkManager(park_id=park_id, staff_id=staff_id, since_on=clock.today()))


def hold(
    park_id: int,
    unit_id: UUID,
    first: date,
    end: date,
    *,
    application_id: UUID,
    kind: HoldingKind = HoldingKind.TENANCY,
) -> Holding:
    """Hold a unit over [first, end) inside the running transaction.

    The row lock makes approvals of one unit wait for each other, so that the loser can be told
    why; the exclusion constraint below holds even without it. Raise Invalid for a unit that is
    not this park's, UnitTaken for one that is held on any of these days.
    """
    unit = session.scalar(
        select(Unit).where(Unit.public_id == unit_id, Unit.park_id == park_id).with_for_update()
    )
    if unit is None or (unit.closed_on and unit.closed_on < end):
        raise Invalid(errors=[{"pointer": "#/unit_id", "detail": "本园区没有可用的该场地"}])
    period = Range(first, end)
    _refuse_if_held(unit, first, end)
    holding = Holding(
        unit_id=unit.id,
        kind=kind,
        during=period,
        application_id=application_id,
        created_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(holding)
            session.flush()
    except IntegrityError as error:
        if constraint_of(error) != "ex_holding_unit":
            raise
        raise UnitTaken from None
    return holding


def extend(application_id: UUID, end: date) -> None:
    """Hold what an application was granted for longer, inside the running transaction.

    Raise Invalid where the unit will be closed by then, UnitTaken where somebody has it already on
    one of the days to come. The row lock and the exclusion constraint do what they do in `hold`.
    """
    holding, unit = _held_by(application_id)
    if unit.closed_on and unit.closed_on < end:
        raise Invalid(errors=[{"pointer": "#/ends_on", "detail": CLOSES.format(unit.closed_on)}])
    before = holding.during.upper
    assert before is not None  # What an application was granted has an end.
    _refuse_if_held(unit, before, end)
    try:
        with session.begin_nested():
            holding.during = Range(holding.during.lower, end)
            session.flush()
    except IntegrityError as error:
        if constraint_of(error) != "ex_holding_unit":
            raise
        raise UnitTaken from None


def shorten(application_id: UUID, end: date) -> None:
    """Let go, from a day on, of what an application was granted, inside the transaction."""
    holding, _ = _held_by(application_id)
    holding.during = Range(holding.during.lower, end)
    session.flush()


def free(application_id: UUID) -> None:
    """Let go of what an application was granted, inside the running transaction."""
    session.execute(delete(Holding).where(Holding.application_id == application_id))


def _held_by(application_id: UUID) -> tuple[Holding, Unit]:
    """Lock the unit that an application was granted, as `hold` does."""
    holding = session.scalars(select(Holding).where(Holding.application_id == application_id)).one()
    unit = session.scalars(select(Unit).where(Unit.id == holding.unit_id).with_for_update()).one()
    return holding, unit


def _refuse_if_held(unit: Unit, first: date, end: date) -> None:
    other = session.scalars(
        select(Holding)
        .where(Holding.unit_id == unit.id, Holding.during.overlaps(Range(first, end)))
        .order_by(Holding.during)
    ).first()
    if other is None:
        return
    free = queries.free_units(unit.park_id, first, end)
    until = f"至 {other.during.upper} 前" if other.during.upper else "起长期"
    raise UnitTaken(
        f"场地 {unit.code} 自 {other.during.lower} {until}已被占用，请改选其他场地或日期",
        unit_id=str(unit.public_id),
        held_from=str(other.during.lower),
        held_until=str(other.during.upper) if other.during.upper else None,
        free_units=[{"id": str(each["public_id"]), "code": each["code"]} for each in free],
    )


def _one_at_a_time() -> None:
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SEEDING})


def _seed_park(park: Mapping[str, Any], lists: list[Mapping[str, Any]]) -> bool:
    name, aliases = park["name"], park.get("aliases", [])
    sounds = [word for text_ in (name, *aliases) for word in _sounds(text_)]
    new = session.scalar(
        insert(Park)
        .values(
            public_id=UUID(park["id"]),
            key=park["key"],
            name=name,
            aliases=aliases,
            pinyin=pinyin.spelled(name),
            initials=pinyin.initials(name),
            search_text=pinyin.searchable(name, *aliases, *sounds),
            jurisdiction_code=park["jurisdiction_code"],
            jurisdiction_source=park["jurisdiction_source"],
            updated_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(Park.id)
    )
    if new is None:
        return False
    by_number = {each["number"]: each for each in lists}
    for entry in park["listed"]:
        source = by_number[entry["list"]]
        session.add(
            ParkTier(
                park_id=new,
                tier=Tier[source["tier"].upper()],
                list_number=entry["list"],
                item_number=entry["item"],
                listed_on=source["on"],
            )
        )
    return True


def _sounds(name: str) -> tuple[str, str]:
    return pinyin.spelled(name), pinyin.initials(name)
