"""What do we keep of a message and of each attempt to push it?"""

from datetime import date, datetime
from enum import Enum as Words
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Json, Model, Numbered, term


class Status(Words):
    """What became of a push. The inbox message is there whatever this says."""

    PENDING = "等待发送"
    CLAIMED = "准备发送"
    SENDING = "正在发送"
    ACCEPTED = "微信已受理"
    REJECTED = "未订阅或微信未受理"
    FAILED = "发送失败"
    RETRY_WAIT = "稍后重试"
    UNKNOWN = "结果未知"
    DELIVERED = "已送达"
    REFUSED = "用户未收到"
    SKIPPED = "无需推送"
    CANCELLED = "已取消"
    EXPIRED = "超过时限"


class Lane(Words):
    """Which way a push takes, so that no decision waits behind a notice to thousands."""

    DECISION = "本人事项"
    BROADCAST = "群发通知"


class Message(Numbered, Model):
    """One reader's copy of what happened: this row is the notification.

    The reader is a person or a staff account. Only people's copies are pushed to WeChat. `wording`
    is the version of the words by which it was written; a notice has its own words, and none.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("event_id", "person_id"),
        # Of staff alone, or it would be as good as the first one for finding a person's copy: the
        # planner took it where it knew no better, and read all copies of an event for each of them.
        Index(
            "uq_message_event_id_staff_id",
            "event_id",
            "staff_id",
            unique=True,
            postgresql_where=text("staff_id IS NOT NULL"),
        ),
        CheckConstraint("(person_id IS NULL) <> (staff_id IS NULL)", name="one_reader"),
        Index("ix_message_inbox", "person_id", "id"),
        Index("ix_message_staff_inbox", "staff_id", "id"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    event: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    title: Mapped[str]
    body: Mapped[str]
    link: Mapped[str]
    wording: Mapped[str | None] = mapped_column(ForeignKey("wording.version"))
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Delivery(Model):
    """One push of one message: the ledger, not the queue, holds its truth.

    A polite one waits for the morning and keeps to what somebody may hear in a week.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("message_id", "channel"),
        Index(
            "ix_delivery_due",
            "lane",
            "next_try_at",
            "id",
            postgresql_where=text("status IN ('PENDING', 'RETRY_WAIT')"),
        ),
        # A person has one push under way at most (WeChat's error 43108).
        Index(
            "uq_delivery_under_way",
            "person_id",
            unique=True,
            postgresql_where=text("status IN ('CLAIMED', 'SENDING')"),
        ),
        Index("ix_delivery_sent_to", "person_id", "intent_at"),
        Index(
            "ix_delivery_in_doubt",
            "settled_at",
            postgresql_where=text("status = 'UNKNOWN' AND resent_at IS NULL"),
        ),
        Index(
            "ix_delivery_provider_id",
            "provider_id",
            postgresql_where=text("provider_id IS NOT NULL"),
        ),
        Index(
            "ix_delivery_of_notice",
            "notice_id",
            "id",
            postgresql_where=text("notice_id IS NOT NULL"),
        ),
        Index(
            "ix_delivery_of_notice_open",
            "notice_id",
            postgresql_where=text(
                "notice_id IS NOT NULL"
                " AND status IN ('PENDING', 'CLAIMED', 'SENDING', 'RETRY_WAIT')"
            ),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"))
    channel: Mapped[str]
    lane: Mapped[Lane] = mapped_column(term(Lane))
    polite: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    template: Mapped[str]
    page: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    status: Mapped[Status] = mapped_column(term(Status))
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None]
    claim_epoch: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    intent_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    resent_at: Mapped[datetime | None]
    errcode: Mapped[int | None]
    detail: Mapped[str | None]
    provider_id: Mapped[str | None]


class Digest(Model):
    """The digests of one week: `event_id` is the event from which all of them grow.

    They list what was written after `since` and until `until`. Those up to `told_to`, by the keys
    of people, have theirs.
    """

    __tablename__ = "digest"
    __table_args__ = (
        CheckConstraint("extract(isodow FROM week_on) = 1", name="monday"),
        CheckConstraint("since < until", name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    week_on: Mapped[date] = mapped_column(unique=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), unique=True)
    told_to: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]


class SendPace(Model):
    """The one row that says when the next push may leave."""

    __tablename__ = "send_pace"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    free_at: Mapped[datetime]


class Unread(Model):
    """How many messages a reader has not read; a trigger of `message` keeps it."""

    __tablename__ = "unread"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (staff_id IS NULL)", name="one_reader"),
        CheckConstraint("messages >= 0", name="not_below_nothing"),
        UniqueConstraint("person_id", "staff_id", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    messages: Mapped[int]


class Why(Words):
    """Why the number of pushes that somebody has left changed."""

    GRANTED = "用户同意"
    SPENT = "已发送"
    GONE = "微信告知已无次数"
    TOLD = "微信告知同意"
    WITHDRAWN = "微信告知拒收"


class Credit(Model):
    """How many pushes of one template a person has left, as far as we know (订阅次数)."""

    __tablename__ = "credit"
    __table_args__ = (CheckConstraint("remaining >= 0", name="not_below_nothing"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    template: Mapped[str] = mapped_column(primary_key=True)
    remaining: Mapped[int]
    changed_at: Mapped[datetime]


class CreditEntry(Model):
    """One change of that number; each try of a push stands here once at most."""

    __tablename__ = "credit_entry"
    __table_args__ = (
        Index("ix_credit_entry_person", "person_id", "id"),
        Index(
            "uq_credit_entry_try",
            "delivery_id",
            "claim_epoch",
            unique=True,
            postgresql_where=text("delivery_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    template: Mapped[str]
    why: Mapped[Why] = mapped_column(term(Why))
    change: Mapped[int]
    remaining: Mapped[int]
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    claim_epoch: Mapped[int | None]
    at: Mapped[datetime]


class Callback(Model):
    """What WeChat has told us, once however often it was told: `digest` is that of the message.

    The message names people, so it is sealed, and is forgotten some days after it was taken up.
    """

    __tablename__ = "callback"
    __table_args__ = (
        Index(
            "ix_callback_due",
            "next_try_at",
            postgresql_where=text("processed_at IS NULL"),
        ),
        Index("ix_callback_processed_at", "processed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    message: Mapped[str]
    told_at: Mapped[datetime | None]
    came_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    next_try_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
