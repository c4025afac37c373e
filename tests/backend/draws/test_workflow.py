"""Does the table of a draw say what may be done, by whom, and does the database agree?"""

from itertools import permutations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.access import Relation as R
from backend.db import session
from backend.draws.models import _OPEN
from backend.draws.workflow import OPEN, STEPS, Status
from notifications.catalogue import readers_of
from tests.backend.draws.stage import announced

S = Status
LEGAL = {
    (S.ANNOUNCED, "cancel", R.DECIDER, S.CANCELLED),
    (S.ANNOUNCED, "freeze", R.SYSTEM, S.FROZEN),
    (S.FROZEN, "reveal", R.SYSTEM, S.REVEALED),
}
# What else has to be there where a draw comes to stand.
BESIDES = {
    S.FROZEN: ", list_sha256 = 'x', frozen_at = now()",
    S.REVEALED: ", secret = 'x', revealed_at = now()",
    S.CANCELLED: ", why = 'x', cancelled_at = now()",
}


def test_there_are_these_steps_and_no_other():
    assert LEGAL == {(each.status, each.action, each.by, each.to) for each in STEPS}
    assert {S.ANNOUNCED, S.FROZEN} == set(OPEN)
    assert "status IN ('ANNOUNCED', 'FROZEN')" == _OPEN


def test_of_a_draw_as_such_nobody_is_told_but_of_her_ticket_everybody():
    for name in ("announced", *(each.event for each in STEPS)):
        assert () == readers_of(f"draw.{name}")
    for event in ("waiting.draw_announced", "waiting.draw_cancelled", "ticket.issued"):
        assert readers_of(event)


@pytest.mark.usefixtures("simulator")
def test_the_database_knows_the_same_steps(in_app):
    announced()
    for before, after in permutations(S, 2):
        is_legal = (before, after) in {(a, b) for a, _, _, b in LEGAL}
        with session.begin_nested() as savepoint:
            session.execute(text("SET LOCAL session_replication_role = replica"))
            whole = "list_sha256 = NULL, frozen_at = NULL, secret = NULL, revealed_at = NULL"
            session.execute(text(f"UPDATE draw SET status = 'ANNOUNCED', {whole}"))
            for step in {S.REVEALED: (S.FROZEN, S.REVEALED)}.get(before, (before,)):
                session.execute(
                    text(f"UPDATE draw SET status = '{step.name}'{BESIDES.get(step, '')}")
                )
            session.execute(text("SET LOCAL session_replication_role = origin"))
            move = text(f"UPDATE draw SET status = '{after.name}'{BESIDES.get(after, '')}")
            if is_legal:
                session.execute(move)
            else:
                with (
                    pytest.raises(IntegrityError, match="no step|keeps what"),
                    session.begin_nested(),
                ):
                    session.execute(move)
            savepoint.rollback()
    session.rollback()


@pytest.mark.usefixtures("simulator")
@pytest.mark.parametrize(
    "change",
    ["commitment = 'x'", "sealed = 'x'", "places = 2", "draws_at = draws_at + interval '1d'"],
)
def test_what_was_announced_stays_as_it_was(in_app, change):
    announced()

    with pytest.raises(IntegrityError, match="keeps what it has published"):
        session.execute(text(f"UPDATE draw SET {change}"))
    session.rollback()
