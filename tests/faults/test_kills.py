"""Is anything lost or done twice when any part is killed at any moment?"""

import os
import random
import signal
import time

import pytest

from tests.faults.pushes import connected, send_due
from tests.faults.stack import (
    TARGETS,
    Book,
    Clients,
    Stack,
    accounts,
    kill_at_random,
    settled,
    still_open,
)
from tests.races.crowd import ask, submitted
from tests.running_system import wait_until


def survive(stack, figures, *, people: int, kills: int, apart_s: float, seed: int) -> None:
    chance = random.Random(seed)
    targets = [target for _ in range(-(-kills // len(TARGETS))) for target in TARGETS][:kills]
    chance.shuffle(targets)
    clients = Clients(stack, people).start()

    killed = kill_at_random(stack, clients, targets, apart_s=apart_s, seed=seed)
    book = clients.wait()
    stack.recover()
    took = wait_until(
        lambda: settled(stack.app, book.persons),
        120,
        what=lambda: (still_open(stack.app, book.persons), stack.running.worker.last_words()),
    )

    account = accounts(stack.app, book, stack.running.arrivals())
    figures(
        people=people, seed=seed, kills=dict(killed), slowest_s=book.slowest_s, settled_after_s=took
    )
    figures(**vars(account))
    assert killed.total() == kills, "the clients were done before the last kill"
    account.balance(killed.total())


@pytest.mark.reliability
def test_after_a_kill_of_each_part_nothing_is_lost_and_nothing_done_twice(stack, figures):
    survive(stack, figures, people=40, kills=5, apart_s=1.0, seed=5)


@pytest.mark.reliability
def test_after_40_kills_nothing_is_lost_and_nothing_done_twice(stack, figures):
    survive(stack, figures, people=1000, kills=40, apart_s=3.0, seed=40)


def stop_at_rest(stack: Stack) -> None:
    """Stop the WAL writer while it sleeps: in the midst of a write it would hold up everybody."""
    walwriter = stack.child_of_postgres("walwriter")
    rests = "SELECT wait_event FROM pg_stat_activity WHERE backend_type = 'walwriter'"
    os.kill(walwriter, signal.SIGSTOP)
    while ask(stack.app, rests)[0][0] != "WalWriterMain":
        os.kill(walwriter, signal.SIGCONT)
        time.sleep(0.01)
        os.kill(walwriter, signal.SIGSTOP)


def test_commits_that_postgres_only_promised_are_noticed_to_be_lost(stack, figures):
    database = "ALTER DATABASE xingan {} synchronous_commit"
    hang_up = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    stack.running.worker.kill(stay_down=True)
    ask(stack.app, database.format("SET") + " = off")
    ask(stack.app, f"{hang_up} AND datname = 'xingan'")
    try:
        stop_at_rest(stack)
        book = Clients(stack, 4).start().wait()
        stack.kill("postgres", random.Random())
        wait_until(stack.database_answers)
    finally:
        ask(stack.app, database.format("RESET"))
        ask(stack.app, f"{hang_up} AND datname = 'xingan'")
        stack.running.worker.start()

    account = accounts(stack.app, book, [])
    figures(acknowledged=len(book.approved), lost=account.lost)
    with pytest.raises(AssertionError, match="'lost': [1-9]"):
        account.balance(kills=1)


PLANTED = {
    "unknown": "UPDATE delivery SET status = 'UNKNOWN' WHERE id = (SELECT min(id) FROM delivery)",
    "unfinished": "UPDATE delivery SET status = 'SENDING' WHERE status = 'UNKNOWN'",
    "keys_stuck": "UPDATE idempotency_key SET answer = NULL",
    "events_too_many": "INSERT INTO event (public_id, name, subject_kind, subject_id, at,"
    " particulars) SELECT gen_random_uuid(), name, subject_kind, subject_id, at, particulars"
    " FROM event WHERE name = 'application.approved'",
    "messages_wrong": "INSERT INTO message (public_id, event_id, event, person_id, title, body,"
    " link, created_at) SELECT gen_random_uuid(), (SELECT max(id) FROM event), event, person_id,"
    " title, body, link, created_at FROM message LIMIT 1",
    "deliveries_wrong": "DELETE FROM credit_entry;"
    " DELETE FROM delivery WHERE id = (SELECT min(id) FROM delivery)",
    "holdings_too_many": "ALTER TABLE holding DROP CONSTRAINT uq_holding_application_id;"
    " ALTER TABLE holding DROP CONSTRAINT ex_holding_unit; INSERT INTO holding (public_id, unit_id,"
    " kind, during, application_id, created_at) SELECT gen_random_uuid(), unit_id, kind, during,"
    " application_id, created_at FROM holding LIMIT 1",
    "applications_too_many": "INSERT INTO application (public_id, number, kind, status,"
    " applicant_id, park_id, jurisdiction_code, sections, held_since, created_at, changed_at,"
    " reasons, note, version)"
    " SELECT gen_random_uuid(), 'twice', kind, 'WITHDRAWN', applicant_id, park_id,"
    " jurisdiction_code, sections, held_since, created_at, changed_at, reasons, note, version"
    " FROM application LIMIT 1",
    "lost": "DELETE FROM holding",
}


def test_whatever_is_lost_doubled_or_stuck_shows_in_the_account(own_world, simulator):
    app, manager, units = own_world.app, own_world.staff(), own_world.units()
    cases = submitted(app, 2)
    ids = [str(case.id) for case in cases]
    for case, unit in zip(cases, units, strict=False):
        wish = {"unit_id": unit["id"]}
        assert 200 == manager.post(f"{case.path}/approve", wish, etag='"1"').status_code
    send_due(app, connected(simulator))
    book = Book([case.openid for case in cases], ids, ids, ids)
    came = simulator.log(endpoint="send")
    accounts(app, book, came).balance(kills=0)

    for column, arrivals in {"sent_twice": came * 2, "accepted_unsent": []}.items():
        with pytest.raises(AssertionError, match=column):
            accounts(app, book, arrivals).balance(kills=0)
    for column, planted in PLANTED.items():
        ask(app, planted)
        with pytest.raises(AssertionError, match=column):
            accounts(app, book, came).balance(kills=0)
