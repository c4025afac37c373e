"""How does a person tell us who she is and where to reach her?

Both are asked for only at the step that needs them. A number or phone leaves this module sealed,
hashed or masked, and in no event, exception or log.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from backend import clock, vault
from backend.access import Principal
from backend.accounts import attempts, claims, numerals, queries, sealed
from backend.accounts.identity import LEAST_AGE, DocumentNumber, DuplicateKind, IdentitySource
from backend.accounts.models import CivilIdentity, CivilNumber, Duplicate, Person, Phone
from backend.audit.actions import record
from backend.db import Row, action, beside_the_action, new_id, session
from backend.errors import IdentityBound, IdentityTaken, Invalid, TooYoung
from backend.wechat.phone import PhoneNumber

# More people than a household on one phone are one matter for staff, not hundreds.
MOST_SHARERS = 20
ABROAD = "目前只能绑定中国大陆的手机号；其他联系电话可以在申请表中填写"


def bind_identity(name: str, number: DocumentNumber, *, by: Principal) -> Row:
    """Bind a name and a document to the account; what is bound already is bound.

    Raise TooYoung; TooMany after ten tries in a day; IdentityTaken when another account has the
    document, which staff will see; IdentityBound when it may not be changed any more.
    """
    if number.age_on(clock.today()) < LEAST_AGE:
        raise TooYoung(errors=[{"pointer": "#/number", "detail": TooYoung.detail}])
    if not claims.is_bound(by.id, name, number.digits):
        with beside_the_action():
            attempts.note("identity", str(by.public_id), network="")
    try:
        return declare_identity(name, number, by=by)
    except IdentityTaken:
        # In a transaction of its own: that of the binding has been rolled back.
        note_claim(number, by=by)
        raise


@action
def declare_identity(name: str, number: DocumentNumber, *, by: Principal) -> Row:
    """Write down who the person says she is, or correct it while nothing rests upon it."""
    _lock(by)
    kept = session.scalar(
        select(CivilIdentity).where(CivilIdentity.person_id == by.id).with_for_update()
    )
    if kept is None:
        kept, event = CivilIdentity(public_id=new_id(), person_id=by.id), "identity.bound"
        kept.bound_at = clock.now()
    elif claims.is_bound(by.id, name, number.digits):
        return _identity(by)
    elif kept.relied_on_at:
        raise IdentityBound
    else:
        event = "identity.corrected"
        kept.corrected_at = clock.now()
    kept.document, kept.source = number.document, IdentitySource.DECLARED
    kept.name = sealed.seal("civil_identity", "name", kept.public_id, name)
    kept.number = sealed.seal("civil_identity", "number", kept.public_id, number.digits)
    session.add(kept)
    session.flush()
    _claim(kept.id, number)
    record(event, "person", by.id, by)
    return _identity(by)


@action
def note_claim(number: DocumentNumber, *, by: Principal) -> None:
    """Write down, for staff, that the person claims a document which another account has."""
    holder = claims.holder_of(number.digits)
    if holder is None or holder["id"] == by.id:
        return
    _note(DuplicateKind.IDENTITY, holder["id"], vault.mask_number(number.digits), by)
    about = str(holder["public_id"])
    record("identity.duplicate_claimed", "person", by.id, by, holder=about)


def rely_on_identity(person_id: int) -> None:
    """Close the identity to the person's own corrections; for use inside an action.

    Whoever submits something on the strength of it calls this; staff can still correct it.
    """
    open_still = (CivilIdentity.person_id == person_id) & CivilIdentity.relied_on_at.is_(None)
    statement = update(CivilIdentity).where(open_still).values(relied_on_at=clock.now())
    session.execute(statement.execution_options(synchronize_session=False))


def bind_phone(code: str, *, ask: Callable[[str, str], PhoneNumber], by: Principal) -> Row:
    """Have WeChat say which phone stands behind a code, and make it the person's.

    `ask` is WeChat's `phone_of` and is called before the transaction. A code that gave the
    present phone is not asked about again, so that a repeated request has the same answer.
    Raise Invalid for a phone from abroad, and whatever WeChat's refusals are.
    """
    number = claims.phone_by_code(by.id, code) or _asked(code, ask, by)
    return set_phone(number, code, by=by)


@action
def set_phone(number: str, code: str, *, by: Principal) -> Row:
    """Make a number the person's phone; the one before is kept with the day it was replaced."""
    _lock(by)
    code_hash = sealed.hashes("phone.code_hash", code)[0]
    kept = session.scalar(
        select(Phone).where(Phone.person_id == by.id, Phone.replaced_at.is_(None))
    )
    if kept and kept.hash in sealed.hashes("phone.hash", number):
        kept.code_hash = code_hash
        return _phone(by)
    if kept:
        kept.replaced_at = clock.now()
        # The one before must be gone first: a person has one phone at a time.
        session.flush()
    _add_phone(new_id(), number, code_hash, by)
    record("phone.changed" if kept else "phone.bound", "person", by.id, by)
    if sharers := claims.holders_of_phone(number, besides=by.id)[:MOST_SHARERS]:
        for other in sharers:
            _note(DuplicateKind.PHONE, other["id"], vault.mask_phone(number), by)
        others = [str(other["public_id"]) for other in sharers]
        record("phone.shared", "person", by.id, by, others=others)
    return _phone(by)


def _lock(by: Principal) -> None:
    """Let one device of a person wait for the other."""
    session.execute(select(Person.id).where(Person.id == by.id).with_for_update(key_share=True))


def _claim(identity_id: int, number: DocumentNumber) -> None:
    """Let the hashes of a number be this identity's; raise IdentityTaken if any is not free.

    Nobody looks first: the primary key decides, and a rival who is not done is waited for.
    """
    session.execute(delete(CivilNumber).where(CivilNumber.identity_id == identity_id))
    wanted = [
        {"hash": each, "identity_id": identity_id}
        for each in sorted(sealed.hashes("civil_number.hash", number.digits))
    ]
    free = insert(CivilNumber).values(wanted).on_conflict_do_nothing().returning(CivilNumber.hash)
    if len(session.scalars(free).all()) < len(wanted):
        raise IdentityTaken


def _asked(code: str, ask: Callable[[str, str], PhoneNumber], by: Principal) -> str:
    openid = queries.openid_of(by.id)
    assert openid is not None
    said = ask(code, openid)
    number = numerals.mobile(said.number) if said.is_mainland else None
    if number is None:
        raise Invalid(errors=[{"pointer": "#/code", "detail": ABROAD}])
    return number


def _add_phone(public_id: UUID, number: str, code_hash: str, by: Principal) -> None:
    phone = Phone(
        public_id=public_id,
        person_id=by.id,
        number=sealed.seal("phone", "number", public_id, number),
        hash=sealed.hashes("phone.hash", number)[0],
        code_hash=code_hash,
        bound_at=clock.now(),
    )
    session.add(phone)
    session.flush()


def _note(kind: DuplicateKind, holder_id: int, masked: str, by: Principal) -> None:
    public_id = new_id()
    noted = insert(Duplicate).values(
        public_id=public_id,
        kind=kind,
        claimant_id=by.id,
        holder_id=holder_id,
        shown=sealed.seal("duplicate", "shown", public_id, masked),
        noted_at=clock.now(),
    )
    session.execute(noted.on_conflict_do_nothing())


def _identity(by: Principal) -> Row:
    found = claims.identity_of(by.id)
    assert found is not None
    return found


def _phone(by: Principal) -> Row:
    session.flush()
    found = claims.phone_of(by.id)
    assert found is not None
    return found
