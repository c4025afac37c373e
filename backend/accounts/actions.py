"""How do people and staff sign in, stay signed in and leave?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend import clock, vault
from backend.access import Audience, Principal, Role, can
from backend.accounts import attempts, proofs, queries
from backend.accounts.models import Identity, Person, Session, Staff
from backend.audit.actions import record
from backend.db import action, new_id, session
from backend.errors import Invalid, NotFound, NotSignedIn

CITIZEN_SESSION = timedelta(days=7)
STAFF_SESSION = timedelta(hours=12)
CHALLENGE = timedelta(minutes=5)
# A phone that asked twice at once must not be taken for a thief.
REFRESH_GRACE = timedelta(seconds=10)


@dataclass(frozen=True)
class Opened:
    """A session to make tokens for."""

    session_id: UUID
    audience: Audience
    holder_id: int
    public_id: UUID
    name: str
    role: Role
    refresh_number: int
    expires_at: datetime


@action
def sign_in_person(openid: str, unionid: str | None, *, device: str) -> Opened:
    """Open a session for whoever holds the openid; create the person on first use."""
    now = clock.now()
    person = _person_of(openid)
    if person is None:
        person = _new_person(openid, unionid, now)
    if person.disabled_at:
        raise NotSignedIn("该账号已停用，请联系人社局")
    opened = _open(Audience.CITIZEN, person, now, CITIZEN_SESSION, device, confirmed=True)
    record("session.opened", "person", person.id, None)
    return opened


def check_password(username: str, *, password: str, network: str, device: str) -> Opened:
    """Check the first factor and open an unconfirmed session of five minutes.

    The try is counted first, in a transaction of its own, and no connection is held while the
    hash is computed. Raise TooMany, or NotSignedIn in the same words and time for an unknown
    name and a wrong password.
    """
    attempts.note("password", username, network)
    kept = queries.password_hash_of(username)
    if not proofs.is_password(kept, password):
        raise NotSignedIn("用户名或密码有误")
    return open_challenge(username, network=network, device=device)


@action
def open_challenge(username: str, *, network: str, device: str) -> Opened:
    """Open the unconfirmed session that only the second factor turns into a real one."""
    staff = session.scalars(select(Staff).where(Staff.username == username)).one()
    attempts.forget("password", username, network)
    return _open(Audience.STAFF, staff, clock.now(), CHALLENGE, device, confirmed=False)


def check_totp(session_id: UUID, code: str) -> Opened:
    """Count the try at the second factor, then check it; raise TooMany or NotSignedIn."""
    account = queries.challenged(session_id)
    if account is None:
        raise NotSignedIn("登录已过期，请重新输入密码")
    attempts.note("totp", account, network="")
    return confirm_totp(session_id, code)


@action
def confirm_totp(session_id: UUID, code: str) -> Opened:
    """Check the second factor and replace the challenge by a real session with a new id.

    Raise NotSignedIn for a wrong or used code and for a challenge that is over.
    """
    challenge = session.scalar(
        select(Session).where(Session.id == session_id).with_for_update(of=Session)
    )
    if challenge is None or challenge.ended_at or challenge.confirmed:
        raise NotSignedIn("登录已过期，请重新输入密码")
    staff = session.scalars(
        select(Staff).where(Staff.id == challenge.staff_id).with_for_update()
    ).one()
    now = clock.now()
    secret = vault.keys().unseal(totp_place(staff.public_id), staff.totp_secret)
    step = proofs.totp_step(secret, code, now, staff.totp_step)
    if step is None:
        raise NotSignedIn("动态验证码有误或已使用")
    staff.totp_step = step
    _end(challenge, "confirmed", now)
    attempts.forget("totp", staff.username, None)
    opened = _open(Audience.STAFF, staff, now, STAFF_SESSION, challenge.device, confirmed=True)
    record("session.opened", "staff", staff.id, None)
    return opened


@action
def refresh(session_id: UUID, refresh_number: int) -> Opened | None:
    """Rotate the refresh token of a session; return None when a used one ended the session.

    Within ten seconds of its rotation a used token is a phone that asked twice, and only raises
    NotSignedIn; later it is a stolen one, and the whole session ends.
    """
    now = clock.now()
    found = session.scalar(select(Session).where(Session.id == session_id).with_for_update())
    if found is None or queries.session_of(session_id) is None or not found.confirmed:
        raise NotSignedIn
    if found.refresh_number == refresh_number:
        found.refresh_number += 1
        found.refreshed_at = found.seen_at = now
        return _opened(found, _holder(found))
    if now - found.refreshed_at > REFRESH_GRACE or found.refresh_number - refresh_number > 1:
        _end(found, "refresh token reused", now)
        record("session.revoked", *_subject(found), None)
        return None
    raise NotSignedIn("登录状态已刷新，请使用新的凭证")


@action
def end_session(session_id: UUID, *, by: Principal) -> None:
    """End a session of one's own, this one or another; raise NotFound for anybody else's."""
    found = session.scalar(select(Session).where(Session.id == session_id).with_for_update())
    thing = {"person_id": found.person_id, "staff_id": found.staff_id} if found else {}
    if found is None or found.ended_at or not can(by, "endOtherSession", thing):
        raise NotFound
    _end(found, "signed out", clock.now())
    record("session.ended", *_subject(found), by)


@action
def create_staff(
    username: str,
    *,
    name: str,
    role: Role,
    password: str,
    totp_secret: str,
    county: str | None = None,
    policy: str = "mlps",
) -> bool:
    """Create an account unless the name is taken; tell whether it was created.

    Raise Invalid for a password that the policy forbids.
    """
    if weakness := proofs.weakness(password, policy):
        raise Invalid(errors=[{"pointer": "#/password", "detail": weakness}])
    if session.scalar(select(Staff.id).where(Staff.username == username)):
        return False
    public_id = new_id()
    staff = Staff(
        public_id=public_id,
        username=username,
        name=name,
        role=role,
        county=county,
        password_hash=proofs.hash_password(password),
        totp_secret=vault.keys().seal(totp_place(public_id), totp_secret),
        created_at=clock.now(),
    )
    session.add(staff)
    session.flush()
    record("staff.created", "staff", staff.id, None, role=role.name.lower())
    return True


def totp_place(public_id: UUID) -> str:
    """Name the place to which a sealed TOTP secret is bound."""
    return f"staff|totp_secret|{public_id}"


def _person_of(openid: str) -> Person | None:
    return session.scalar(
        select(Person)
        .join(Identity, Identity.person_id == Person.id)
        .where(Identity.provider == "wechat", Identity.subject == openid)
    )


def _new_person(openid: str, unionid: str | None, now: datetime) -> Person:
    """Create a person and her identity; a twin request that was quicker wins."""
    person = Person(created_at=now)
    session.add(person)
    session.flush()
    taken = session.execute(
        insert(Identity)
        .values(
            person_id=person.id, provider="wechat", subject=openid, unionid=unionid, created_at=now
        )
        .on_conflict_do_nothing()
        .returning(Identity.id)
    ).scalar()
    if taken is not None:
        return person
    session.delete(person)
    session.flush()
    found = _person_of(openid)
    assert found is not None
    return found


def _open(
    audience: Audience,
    holder: Person | Staff,
    now: datetime,
    life: timedelta,
    device: str,
    *,
    confirmed: bool,
) -> Opened:
    opened = Session(
        audience=audience,
        person_id=holder.id if isinstance(holder, Person) else None,
        staff_id=holder.id if isinstance(holder, Staff) else None,
        credential_version=holder.credential_version,
        device=device[:100],
        confirmed=confirmed,
        created_at=now,
        seen_at=now,
        refreshed_at=now,
        expires_at=now + life,
    )
    session.add(opened)
    session.flush()
    return _opened(opened, holder)


def _opened(found: Session, holder: Person | Staff) -> Opened:
    return Opened(
        session_id=found.id,
        audience=found.audience,
        holder_id=holder.id,
        public_id=holder.public_id,
        name=holder.name,
        role=Role.ENTREPRENEUR if isinstance(holder, Person) else holder.role,
        refresh_number=found.refresh_number,
        expires_at=found.expires_at,
    )


def _holder(found: Session) -> Person | Staff:
    holder = (
        session.get(Person, found.person_id)
        if found.person_id
        else session.get(Staff, found.staff_id)
    )
    assert holder is not None
    return holder


def _subject(found: Session) -> tuple[str, int]:
    if found.person_id:
        return "person", found.person_id
    assert found.staff_id
    return "staff", found.staff_id


def _end(found: Session, why: str, now: datetime) -> None:
    found.ended_at, found.ended_why = now, why
