"""What is there to deliver, and who takes it? Planted pushes and a WeChat that does as told."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import current_app, has_app_context

from backend import clock
from backend.db import new_id
from backend.wechat.outcome import Outcome, Word
from notifications.models import Lane
from tests.records import change, look, one, person

TEMPLATE = "tenancy_result"
TEMPLATES = {TEMPLATE: "TENANCY_RESULT", "held": "HELD"}
ACCEPTED = Outcome(Word.ACCEPTED, errcode=0, msgid="7")


class FakeWeChat:
    """Answers with the outcomes that it was given, the last of them for ever.

    It refuses to be called by whoever can reach the records: nobody telephones while holding a
    transaction.
    """

    def __init__(self, *outcomes: Outcome, before: Callable[[], None] = lambda: None):
        self.outcomes = list(outcomes) or [ACCEPTED]
        self.before = before
        self.app = current_app._get_current_object()
        self.sent: list[tuple[str, str, str, Mapping[str, str]]] = []

    def send(self, openid: str, template_id: str, page: str, data: Mapping[str, str]) -> Outcome:
        assert not has_app_context()
        self.sent.append((openid, template_id, page, data))
        with self.app.app_context():
            self.before()
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]


def plant(
    count: int = 1, name: str | None = None, *, lane: Lane = Lane.DECISION, template: str = TEMPLATE
) -> list[int]:
    """Put so many pending pushes into the ledger; return their keys.

    They go to one person if she is named, else each to a person of its own, first to qiqige.
    """
    found = []
    for number in range(count):
        her = person(name or f"{'qiqige' if number == 0 else number}")
        now = clock.now()
        event = one(
            "INSERT INTO event (public_id, name, subject_kind, subject_id, at, particulars,"
            " announced_at) VALUES (:id, 'application.approved', 'application', 0, :now, '{}',"
            " :now) RETURNING id",
            id=new_id(),
            now=now,
        )
        message = one(
            "INSERT INTO message (public_id, event_id, event, person_id, title, body, link,"
            " created_at) VALUES (:id, :event, 'application.approved', :her, 't', 'b', 'l', :now)"
            " RETURNING id",
            id=new_id(),
            event=event,
            her=her.id,
            now=now,
        )
        found.append(
            one(
                "INSERT INTO delivery (message_id, person_id, channel, lane, template, page,"
                " content, status, attempts, claim_epoch, next_try_at, expires_at) VALUES"
                " (:message, :her, 'wechat', :lane, :template, 'pages/x', CAST(:words AS jsonb),"
                " 'PENDING', 0, 0, :due, :expires) RETURNING id",
                message=message,
                lane=lane.name,
                template=template,
                her=her.id,
                words=f'{{"thing1": "push {number}"}}',
                # A moment apart, and long enough ago for the clock of the database.
                due=now - timedelta(seconds=60) + timedelta(milliseconds=number),
                expires=now + timedelta(hours=24),
            )
        )
    return found


def row(key: int) -> dict[str, Any]:
    """A push as it stands, with the seconds until its next try and the end of its lease."""
    (found,) = look(
        "SELECT *, extract(epoch FROM next_try_at - clock_timestamp())::float AS waits_s,"
        " extract(epoch FROM lease_until - clock_timestamp())::float AS leased_s"
        " FROM delivery WHERE id = :key",
        key=key,
    )
    return found


def statuses() -> list[str]:
    """The status of every push, in the order in which they were planted."""
    return [each["status"] for each in look("SELECT status FROM delivery ORDER BY id")]


def alter(key: int, what: str) -> None:
    """Change a push behind everybody's back."""
    assert 1 == change(f"UPDATE delivery SET {what} WHERE id = :key", key=key)
