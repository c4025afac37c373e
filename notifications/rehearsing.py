"""How does somebody of the bureau see a card on her own telephone?

The only addressee is the phone in her hand: she shows it with a code of `wx.login`, and who is
behind it is forgotten with the call. The intent is committed before WeChat is asked, as for any
push; whoever dies in between leaves a card whose fate is unknown, and the same key never sends it
again.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum as Words
from typing import Any, NamedTuple, Protocol

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from backend import clock
from backend.access import Principal
from backend.accounts import attempts
from backend.audit.actions import record
from backend.db import Model, Numbered, action, beside_the_action, new_id, row, session, term
from backend.db import Row as Record
from backend.errors import Invalid, KeyBusy, KeyReused, NotFound
from backend.idempotency import KEPT_FOR
from backend.wechat.errors import CodeRefused
from backend.wechat.identity import Identity
from backend.wechat.outcome import Outcome, Word
from notifications import previewing, wordings
from notifications.filling import Filled, filled
from notifications.rows import Row
from notifications.wordings import Version, Wording

View = dict[str, Any]
# Longer than the slots, the sign-in and the send of one call may take together.
PATIENCE = timedelta(seconds=20)
LONGEST_DETAIL = 200
INBOX_ONLY = "这条消息只进站内信，没有微信卡片"


class Fate(Words):
    """What became of a card that was tried."""

    ACCEPTED = "微信已受理"
    REJECTED = "微信未受理"
    NOT_SENT = "没有发出"
    UNCONFIGURED = "模板编号未配置"
    UNKNOWN = "结果未知"


class Rehearsal(Numbered, Model):
    """One try of a card by somebody of the bureau; of her phone nothing is kept.

    `key` is that of her request, so that it sends once; it is given free when nothing left.
    """

    __tablename__ = "rehearsal"
    __table_args__ = (
        UniqueConstraint("staff_id", "key"),
        CheckConstraint("(settled_at IS NULL) = (fate IS NULL)", name="settled"),
        Index(
            "ix_rehearsal_provider_id",
            "provider_id",
            postgresql_where=text("provider_id IS NOT NULL"),
        ),
    )

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    key: Mapped[str | None]
    wording: Mapped[str] = mapped_column(ForeignKey("wording.version"))
    began_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    fate: Mapped[Fate | None] = mapped_column(term(Fate))
    errcode: Mapped[int | None]
    detail: Mapped[str | None]
    provider_id: Mapped[str | None]


class Reaches(Protocol):
    """What we need of WeChat; neither is repeated."""

    def sign_in(self, code: str) -> Identity:
        """Say who is behind a code."""

    def send(self, openid: str, template_id: str, page: str, data: Mapping[str, str]) -> Outcome:
        """Lay one card before a person and say what became of it."""


class Begun(NamedTuple):
    """A try that is written down, and whether it is this very call that makes it."""

    id: int
    is_mine: bool


BECOMES = {
    Word.ACCEPTED: Fate.ACCEPTED,
    Word.REJECTED: Fate.REJECTED,
    Word.FAILED: Fate.REJECTED,
    Word.RETRY: Fate.NOT_SENT,
    Word.UNKNOWN: Fate.UNKNOWN,
}
# What the codes mean that somebody may meet who tries a card.
MEANINGS: Mapping[int | None, str] = {
    -1: "微信系统繁忙，请稍后再试",
    40003: "该微信账号不属于本小程序",
    40037: "模板编号有误，请核对配置",
    41030: "卡片打开的页面不存在或尚未发布",
    43101: "没有订阅次数：没有点“允许”、已拒收，或次数已用完",
    43107: "订阅消息或模板已被微信封禁",
    43108: "同一微信账号同时有其他消息，请稍后再试",
    45009: "当日发送额度已用完",
    45168: "文字含有敏感词",
    47003: "有字段不符合微信的规则，请核对模板",
}


def send(
    event: str,
    reader: str,
    code: str,
    *,
    key: str,
    is_repeated: bool,
    wechat: Reaches,
    templates: Mapping[str, str],
    by: Principal,
) -> View:
    """Send the card of a row, with sample words, to whoever shows her phone by a code.

    `is_repeated` says that the key was answered before. Raise NotAllowed to all but the bureau,
    NotFound for a row that is not there or has no card, TooMany after ten tries in an hour, Invalid
    for a code that will not do, KeyBusy while the same request runs, KeyReused for another row, and
    whatever the sign-in raises.
    """
    previewing.allow("testSend", by)
    told = previewing.found(event, reader)
    if not told.template:
        raise NotFound(INBOX_ONLY)
    card = filled(told, previewing.sample_of(told))
    begun, said = None, None
    if not is_repeated:
        with beside_the_action():
            begun = _begun(told, key, by)
            if begun.is_mine:
                said = _tried(begun.id, card, templates.get(told.template), code, wechat)
    return settle(begun, said, by=by)


def _begun(told: Row, key: str, by: Principal) -> Begun:
    version = wordings.of_row(told)
    before = _before(key, version, by)
    if before is None:
        attempts.note("rehearsal", str(by.public_id), network="")
        before = begin(version, key, by=by)
    return before


@action
def begin(version: Version, key: str, *, by: Principal) -> Begun:
    """Write down that a card is about to be tried; a twin finds what the first has written."""
    wordings.keep([version])
    _free(key, by)
    begun = session.scalar(
        insert(Rehearsal)
        .values(
            public_id=new_id(),
            staff_id=by.id,
            key=key,
            wording=version.version,
            began_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(Rehearsal.id)
    )
    if begun is None:
        before = _before(key, version, by)
        assert before is not None
        return before
    about = {"told": version.event, "reader": version.reader, "wording": version.version}
    record("rehearsal.begun", "rehearsal", begun, by, **about)
    return Begun(begun, is_mine=True)


def _before(key: str, version: Version, by: Principal) -> Begun | None:
    """Find what came of this key before; raise KeyBusy while nobody can tell, KeyReused."""
    kept = row(
        select(*Rehearsal.__table__.columns).where(
            Rehearsal.staff_id == by.id,
            Rehearsal.key == key,
            Rehearsal.began_at > clock.now() - KEPT_FOR,
        )
    )
    if kept is None:
        return None
    if kept["wording"] != version.version:
        raise KeyReused
    if kept["settled_at"] is None and kept["began_at"] > clock.now() - PATIENCE:
        raise KeyBusy(retry_after=1)
    return Begun(kept["id"], is_mine=False)


def _free(key: str, by: Principal) -> None:
    """Let a key that no client may use any more be as good as new."""
    old = (Rehearsal.key == key) & (Rehearsal.began_at <= clock.now() - KEPT_FOR)
    session.execute(update(Rehearsal).where(Rehearsal.staff_id == by.id, old).values(key=None))


def _tried(begun: int, said: Filled, template_id: str | None, code: str, wechat: Reaches) -> View:
    """Ask who shows her phone, send the card at once, and say what WeChat made of it."""
    if template_id is None:
        return {"fate": Fate.UNCONFIGURED}
    try:
        openid = wechat.sign_in(code).openid
    except CodeRefused:
        give_up(begun)
        raise Invalid(errors=[{"pointer": "#/code", "detail": CodeRefused.detail}]) from None
    except Exception:
        give_up(begun)
        raise
    outcome = wechat.send(openid, template_id, said.link, said.card)
    return {
        "fate": BECOMES[outcome.word],
        "errcode": outcome.errcode,
        "detail": outcome.detail[:LONGEST_DETAIL] or None,
        "provider_id": outcome.msgid,
    }


@action
def give_up(begun: int) -> None:
    """Write down that nothing left, and give the key free: nobody was behind the code."""
    _settle(begun, {"fate": Fate.NOT_SENT, "key": None})


@action
def settle(begun: Begun | None, said: View | None, *, by: Principal) -> View:
    """Write down what became of a card and tell it; of one whose sender has died, nobody knows."""
    if begun is None:
        # The answer that was given before has been forgotten in this very moment.
        raise KeyBusy(retry_after=1)
    _settle(begun.id, said or {"fate": Fate.UNKNOWN})
    return _told(begun.id)


def _settle(begun: int, said: View) -> None:
    still = (Rehearsal.id == begun) & Rehearsal.settled_at.is_(None)
    session.execute(update(Rehearsal).where(still).values(settled_at=clock.now(), **said))


def _told(begun: int) -> View:
    found: Record | None = row(
        select(*Rehearsal.__table__.columns, Wording.event, Wording.reader, Wording.template)
        .join(Wording, Wording.version == Rehearsal.wording)
        .where(Rehearsal.id == begun)
    )
    assert found is not None
    return {
        **found,
        "id": found["public_id"],
        "status": found["fate"],
        "meaning": MEANINGS.get(found["errcode"]),
    }


def is_one(number: str | None) -> bool:
    """Tell whether a receipt with this number is of a card that was only tried."""
    asked = select(Rehearsal.id).where(Rehearsal.provider_id == number)
    return number is not None and row(asked) is not None
