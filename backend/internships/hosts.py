"""How do hosts come into the register, and who speaks for them?"""

import base64
import hashlib
import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from backend import clock
from backend.access import Principal, can
from backend.audit.actions import record
from backend.db import action, constraint_of, new_id, session
from backend.errors import Invalid, InvitationSpent, NotAllowed
from backend.internships import listing
from backend.internships.kinds import INVITED, HostKind
from backend.internships.models import Host, Invitation
from backend.parks import queries as parks

View = dict[str, Any]
# 80 random bits, which people can read to each other: 16 letters and digits.
CODE_BYTES = 10
KNOWN = "该统一社会信用代码已登记"
NO_COUNTY = "请选择盟内的旗县市"


@action
def create(
    *, kind: HostKind, name: str, credit_code: str, jurisdiction_code: str, by: Principal
) -> View:
    """Enter a host into the register.

    Raise NotAllowed outside of the clerk's county, Invalid for one that is there or no county.
    """
    if not parks.is_county(jurisdiction_code):
        raise Invalid(errors=[{"pointer": "#/jurisdiction_code", "detail": NO_COUNTY}])
    now, public_id = clock.now(), new_id()
    if not can(by, "createHost", {"jurisdiction_code": jurisdiction_code, "submitted_at": now}):
        raise NotAllowed
    host = Host(
        public_id=public_id,
        kind=kind,
        name=name,
        credit_code=credit_code,
        jurisdiction_code=jurisdiction_code,
        created_by=by.id,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(host)
            session.flush()
    except IntegrityError as error:
        if constraint_of(error) != "uq_host_credit_code":
            raise
        raise Invalid(errors=[{"pointer": "#/credit_code", "detail": KNOWN}]) from None
    record("host.created", "host", host.id, by)
    return listing.host(public_id)


@action
def invite(public_id: UUID, *, by: Principal) -> View:
    """Make a code that lets one person speak for the host; one that lay unused is void.

    The code is told once; what is kept is its hash. Raise NotFound for a foreign host.
    """
    host_id = listing.host_id("inviteContact", public_id, by)
    now = clock.now()
    # Whoever invites at the same moment waits, so that one code is left.
    session.execute(select(Host.id).where(Host.id == host_id).with_for_update())
    session.execute(
        delete(Invitation).where(Invitation.host_id == host_id, Invitation.used_at.is_(None))
    )
    code = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode()
    invitation = Invitation(
        host_id=host_id,
        sha256=hashed(code),
        made_by=by.id,
        made_at=now,
        expires_at=now + INVITED,
    )
    session.add(invitation)
    session.flush()
    record("host.contact_invited", "host", host_id, by)
    return {"code": code, "expires_at": invitation.expires_at}


@action
def accept_invitation(code: str, *, by: Principal) -> View:
    """Let whoever holds the code speak for the host, in the place of anybody before her.

    Raise InvitationSpent for a code that is unknown, used or too old.
    """
    now = clock.now()
    host_id = session.scalar(
        update(Invitation)
        .where(
            Invitation.sha256 == hashed(code),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
        .values(used_at=now, used_by=by.id)
        .returning(Invitation.host_id)
    )
    if host_id is None:
        raise InvitationSpent
    host = session.get_one(Host, host_id, with_for_update=True)
    host.contact_id = by.id
    session.flush()
    record("host.contact_bound", "host", host_id, by)
    return listing.host(host.public_id)


def hashed(code: str) -> str:
    """Return the hash of a code, however it was typed: no blanks or dashes, any case."""
    plain = "".join(each for each in code.upper() if each.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
