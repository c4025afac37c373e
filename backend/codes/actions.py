"""How does a code come about, how is it opened and counted, and how does it end?"""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend import clock
from backend.access import Principal, can
from backend.audit.actions import record
from backend.codes import kinds, queries
from backend.codes.kinds import CodeKind
from backend.codes.models import Code, CodeOpenings
from backend.db import action, new_id, session
from backend.errors import CodeRevoked, Invalid, NotAllowed, NotFound, Outdated
from backend.parks import queries as parks

View = dict[str, Any]
THE_LEAGUE = "152200"
WHICH_PARK = "请选择园区"
NO_SUCH = "没有这个园区"


@action
def create(*, kind: CodeKind, park: UUID | None, label: str, by: Principal) -> View:
    """Make a code for a park or a poster, which may lead to a park.

    Raise Invalid for an unknown park or none where one is needed, NotAllowed for a foreign one.
    """
    found = parks.find(park) if park else None
    if found is None and (park or kind is CodeKind.PARK):
        detail = NO_SUCH if park else WHICH_PARK
        raise Invalid(errors=[{"pointer": "#/park_id", "detail": detail}])
    park_id, now = found["id"] if found else None, clock.now()
    county = found["jurisdiction_code"] if found else by.county or THE_LEAGUE
    if not can(by, "createCode", queries.thing(park_id, county, now)):
        raise NotAllowed
    code = Code(
        public_id=new_id(),
        token=kinds.new_token(),
        kind=kind,
        park_id=park_id,
        jurisdiction_code=county,
        label=label,
        created_by=by.id,
        created_at=now,
    )
    session.add(code)
    session.flush()
    record("code.created", "code", code.id, by)
    return queries.get(code.public_id, by)


@action
def revoke(public_id: UUID, *, seen: int, by: Principal) -> View:
    """Let a code lead nowhere from now on, whoever scans it.

    Raise NotFound for a foreign one, Outdated, CodeRevoked for one that is revoked already.
    """
    code = session.scalar(select(Code).where(Code.public_id == public_id).with_for_update())
    queries.opened("revokeCode", public_id, by)
    assert code is not None
    if code.version != seen:
        raise Outdated(seen=seen, current=code.version)
    if code.revoked_at is not None:
        raise CodeRevoked
    code.revoked_at, code.revoked_by, code.version = clock.now(), by.id, code.version + 1
    session.flush()
    record("code.revoked", "code", code.id, by)
    return queries.get(public_id, by)


@action
def open_by_token(token: str) -> View:
    """Tell what a code leads to and count it; who opened it is kept nowhere.

    Raise NotFound for a token that is none, CodeRevoked for one that leads nowhere any more.
    """
    found = queries.of_token(token) if kinds.TOKEN.fullmatch(token) else None
    if found is None:
        raise NotFound
    if found["revoked_at"] is not None:
        raise CodeRevoked
    counted = insert(CodeOpenings).values(code_id=found["id"], day=clock.today(), opens=1)
    session.execute(
        counted.on_conflict_do_update(
            index_elements=[CodeOpenings.code_id, CodeOpenings.day],
            set_={"opens": CodeOpenings.opens + 1},
        )
    )
    park = found["park_public_id"]
    return {
        "kind": found["kind"],
        "park_id": park,
        "park_name": found["park_name"],
        "page": kinds.leads_to(park),
    }
