import threading
import time

import pytest

from backend.wechat.simulator.mischief import KINDS, Mischief, planned


@pytest.fixture
def mischief():
    return Mischief()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("busy", "errcode -1"),
        (-1, "errcode -1"),
        ("45009", "errcode 45009"),
        (43101, "errcode 43101"),
        (500, "status 500"),
        ("502", "status 502"),
        ("half", "half"),
    ],
)
def test_a_kind_is_a_word_a_status_or_an_error_code(kind, name):
    assert planned("send", kind).name == name


@pytest.mark.parametrize(
    ("endpoint", "kind", "more"),
    [
        ("post", "busy", {}),
        ("send", "naughty", {}),
        ("send", "slow", {"minutes": 1}),
        ("send", "slow", {"name": "x"}),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(endpoint, kind, more):
    with pytest.raises(ValueError):
        planned(endpoint, kind, **more)


def test_a_spoilt_answer_means_a_message_carried_out_and_a_refusal_one_that_is_not():
    assert {kind for kind, done in KINDS.items() if done} == {
        "slow",
        "hang",
        "half",
        "close",
        "reset",
        "drip",
    }
    assert planned("send", "half").carried_out
    assert not planned("send", "half", carried_out=False).carried_out


def test_a_row_is_used_as_often_as_it_says(mischief):
    mischief.add(planned("send", "busy", times=2))

    assert [bool(mischief.next_for("send", None)) for _ in range(3)] == [True, True, False]


def test_a_row_without_a_number_lasts_until_cleared(mischief):
    mischief.add(planned("send", "busy"))
    assert all(mischief.next_for("send", None) for _ in range(50))

    mischief.clear()

    assert mischief.next_for("send", None) is None


def test_rows_are_used_in_the_order_in_which_they_were_planned(mischief):
    mischief.add(planned("send", 45011, times=1))
    mischief.add(planned("send", 500, times=1))

    assert [mischief.next_for("send", None).name for _ in range(2)] == [
        "errcode 45011",
        "status 500",
    ]


def test_a_row_is_for_its_endpoint_and_its_person_only(mischief):
    mischief.add(planned("send", "busy", openid="o1"))

    assert mischief.next_for("login", None) is None
    assert mischief.next_for("send", "o2") is None
    assert mischief.next_for("send", "o1")


def test_a_star_is_every_endpoint(mischief):
    mischief.add(planned("*", "busy"))

    assert all(mischief.next_for(endpoint, None) for endpoint in ("login", "token", "send"))


def test_the_gate_holds_as_many_as_it_is_told_and_lets_them_go(mischief):
    mischief.hold(2)
    threads = [threading.Thread(target=mischief.wait_at_gate) for _ in range(3)]
    for thread in threads:
        thread.start()
    wait_until(lambda: mischief.held == 2)
    wait_until(lambda: sum(thread.is_alive() for thread in threads) == 2)

    mischief.release()
    for thread in threads:
        thread.join(5)

    assert (mischief.held, [thread.is_alive() for thread in threads]) == (0, [False] * 3)


def wait_until(true, seconds=5.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "never came true"
        time.sleep(0.01)
