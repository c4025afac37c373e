"""Who wins when several move one notice in the same moment, or stop it while it leaves?"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from sqlalchemy import text

from backend.access import Role
from backend.db import action, session
from backend.errors import Refusal
from backend.notices import actions
from backend.notices.models import Notice
from backend.notices.taking import noted
from notifications import broadcasting, expansion, ledger
from notifications.models import Lane
from tests.backend.notices import stage
from tests.backend.notices.stage import MORNING, league
from tests.records import at_once, change, look, new_staff, one

pytestmark = pytest.mark.usefixtures("simulator")
ENDS = {
    "notice.approved": "SCHEDULED",
    "notice.cancelled": "CANCELLED",
    "notice.refused": "REFUSED",
}
Approve = Callable[..., Any]


def race(number: int, approve: Approve = actions.approve) -> None:
    """Two colleagues approve, one refuses and the writer cancels, all having seen the same."""
    made = stage.submitted()
    others = [new_staff(f"clerk {number}.{n}", Role.BUREAU_STAFF) for n in range(2)]
    said, key = {"seen": made["version"]}, made["id"]
    calls = (
        lambda: approve(key, people=made["people"], by=others[0], **said),
        lambda: approve(key, people=made["people"], by=others[1], **said),
        lambda: actions.refuse(key, why="金额有误", by=others[0], **said),
        lambda: broadcasting.cancel(key, why="不发了", by=league(), **said),
    )

    got = at_once(4, lambda place: calls[(place + number) % 4]())

    broken = [each for each in got if isinstance(each, Exception) and not isinstance(each, Refusal)]
    assert [] == broken
    one_won(stage.key_of(key), got)


def one_won(key: int, got: list[Any]) -> None:
    """One was right; notice, events and answers say the same."""
    (found,) = look("SELECT * FROM notice WHERE id = :id", id=key)
    told = Counter(
        each["name"]
        for each in look(
            "SELECT name FROM event WHERE subject_kind = 'notice' AND subject_id = :id", id=key
        )
    )
    ends = {name: told[name] for name in ENDS if told[name]}
    assert 1 == sum(ends.values()), f"{ends} for one notice"
    (end,) = ends
    assert ENDS[end] == found["status"]
    assert (end == "notice.approved") is (found["approved_by"] is not None)
    assert 1 == sum(isinstance(each, dict) for each in got)


def test_of_two_approvals_a_refusal_and_a_cancellation_exactly_one_happens(in_own_app):
    for number in range(4):
        race(number)


@pytest.mark.reliability
def test_of_two_approvals_a_refusal_and_a_cancellation_exactly_one_happens_60_times(in_own_app):
    for number in range(60):
        race(number)


@action
def approve_unlocked(public_id: Any, *, people: int, seen: int, by: Any) -> Any:
    """Look where the notice stands, then move it, without a lock or a second look: the bug."""
    key = {"id": public_id}
    stands = session.execute(text("SELECT status FROM notice WHERE public_id = :id"), key).scalar()
    if stands != "AWAITING_APPROVAL":
        raise Refusal
    session.execute(text("SELECT pg_sleep(0.2)"))
    session.execute(
        text(
            "UPDATE notice SET status = 'SCHEDULED', approved_by = :by, approved_at = now()"
            " WHERE public_id = :id"
        ),
        key | {"by": by.id},
    )
    noted("approved", session.query(Notice).filter_by(public_id=public_id).one(), by)
    return {}


def test_an_approval_that_does_not_look_again_is_caught(in_own_app):
    change("ALTER TABLE notice DISABLE TRIGGER notice_legal_step")

    with pytest.raises(AssertionError, match="for one notice|assert"):
        for number in range(8):
            race(number, approve_unlocked)


def many_workers(tell: Callable[[int], Any] = expansion.tell) -> None:
    """Four workers tell the same notice at once, portion after portion."""
    stage.crowd(300)
    made = stage.scheduled()
    key = stage.key_of(made["id"])
    expansion.start(key)
    change("UPDATE notice SET released_at = now()")

    got = at_once(4, lambda _: [tell(key) for _ in range(3)])

    assert [] == [each for each in got if isinstance(each, Exception)]
    expansion.sweep()
    told = one("SELECT count(*) FROM message WHERE person_id IS NOT NULL")
    assert 300 == told, f"{told} messages"
    assert 300 == one("SELECT count(*) FROM delivery")


def test_four_workers_tell_everybody_once(in_own_app):
    with time_machine.travel(MORNING, tick=True):
        many_workers()


@action
def tell_unlocked(notice_id: int) -> None:
    """Tell whoever has no message yet, and rely on that look: the planted bug."""
    event = session.scalar(text("SELECT event_id FROM notice WHERE id = :id"), {"id": notice_id})
    waiting = session.scalars(
        text(
            "SELECT person_id FROM notice_reader r WHERE NOT EXISTS (SELECT FROM message m"
            " WHERE m.person_id = r.person_id AND m.event_id = :event)"
        ),
        {"event": event},
    ).all()
    session.execute(text("SELECT pg_sleep(0.3)"))
    session.execute(
        text(
            "INSERT INTO message (public_id, event_id, event, person_id, title, body, link,"
            " created_at) SELECT uuidv7(), :event, 'notice.published', unnest(CAST(:to AS"
            " bigint[])), 't', 'b', 'l', now()"
        ),
        {"event": event, "to": list(waiting)},
    )


def test_workers_that_look_and_then_tell_are_caught(in_own_app):
    change("ALTER TABLE message DROP CONSTRAINT uq_message_event_id_person_id")

    with (
        time_machine.travel(MORNING, tick=True),
        pytest.raises(AssertionError, match="messages"),
    ):
        many_workers(tell_unlocked)


def intend(ids: list[int], me: str) -> frozenset[int]:
    return ledger.step((), ids, me)


def stopped_while_it_leaves(
    intend: Callable[[list[int], str], frozenset[int]] = intend,
) -> None:
    """After the answer to a cancellation nothing begins any more, however much was claimed."""
    stage.crowd(40)
    made = stage.begun()
    change("UPDATE delivery SET next_try_at = now() - interval '1 s', expires_at = now() + '1 h'")
    claimed = [
        each["id"] for _ in range(2) for each in ledger.claim("me", Lane.BROADCAST, rate=1000)
    ]
    assert 40 == len(claimed)
    began: list[int] = []
    late: list[int] = []
    over: list[bool] = []

    def send(_: int) -> None:
        for each in claimed:
            after = bool(over)
            going = intend([each], "me")
            (late if after else began).extend(going)

    def stop(_: int) -> None:
        broadcasting.cancel(made["id"], why="金额有误", seen=made["version"], by=league())
        over.append(True)

    got = at_once(2, lambda place: (send, stop)[place](place))

    assert [None, None] == got
    assert [] == late, f"{len(late)} began after the stop"
    change("UPDATE delivery SET status = 'ACCEPTED' WHERE status = 'SENDING'")
    expansion.sweep()
    expected = {"accepted": len(began), "cancelled": 40 - len(began)}
    assert {name: many for name, many in expected.items() if many} == stage.states(made)


def test_after_a_cancellation_nothing_begins_any_more(in_own_app):
    with time_machine.travel(MORNING, tick=True):
        stopped_while_it_leaves()


@action
def intend_anyway(ids: list[int], me: str) -> frozenset[int]:
    """Begin what was claimed, whatever became of the notice meanwhile: the planted bug."""
    session.execute(text("SELECT pg_sleep(0.02)"))
    begun = session.scalars(
        text(
            "UPDATE delivery SET status = 'SENDING' WHERE id = ANY(:ids) AND status = 'CLAIMED'"
            " RETURNING id"
        ),
        {"ids": ids},
    )
    return frozenset(begun)


def test_a_sender_that_does_not_ask_is_caught(in_own_app):
    with (
        time_machine.travel(MORNING, tick=True),
        pytest.raises(AssertionError, match="began after the stop"),
    ):
        stopped_while_it_leaves(intend_anyway)
