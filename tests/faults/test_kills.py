"""Is anything lost or done twice when any part is killed at any moment?"""

import random

import pytest

from tests.faults.stack import TARGETS, Clients, accounts, kill_at_random, settled, still_open
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


def test_after_a_kill_of_each_part_nothing_is_lost_and_nothing_done_twice(stack, figures):
    survive(stack, figures, people=60, kills=5, apart_s=1.2, seed=5)


@pytest.mark.reliability
def test_after_40_kills_nothing_is_lost_and_nothing_done_twice(stack, figures):
    survive(stack, figures, people=1000, kills=40, apart_s=3.0, seed=40)
