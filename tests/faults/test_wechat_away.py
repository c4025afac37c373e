"""WeChat does not answer at all: who notices, and who must not?"""

import threading
import time
from typing import Any

import pytest

from backend.wechat.simulator import people
from backend.wechat.simulator.server import Simulator
from backend.wechat.simulator.world import APPID
from tests.faults.pushes import connected, push_of, send_due, time_passes
from tests.faults.stack import Clients, Stack, accounts, settled
from tests.races.at_once import kind_of, p95, timed_at_once
from tests.races.crowd import signed_in, submitted
from tests.running_system import Client, free_port, wait_until


def test_with_wechat_down_the_message_is_in_the_inbox_and_the_push_leaves_later(own_world):
    app, port = own_world.app, free_port()
    away = Simulator(port).start()
    wechat = connected(away)
    wechat.warm_up()
    away.stop()
    (case,) = submitted(app, 1)
    wish = {"unit_id": own_world.units()[0]["id"]}

    approved = own_world.staff().post(f"{case.path}/approve", wish, etag='"1"')
    assert 200 == approved.status_code
    inbox = signed_in(app, case.openid).get("/messages").json["items"]
    assert ["application.approved"] == [message["event"] for message in inbox]
    for _ in range(3):
        send_due(app, wechat)
        assert "RETRY_WAIT" == push_of(app, case).status
        time_passes(app)

    with Simulator(port) as back:
        back.account.tokens = away.account.tokens
        send_due(app, wechat)
        assert "ACCEPTED" == push_of(app, case).status
        assert 1 == len(back.log(endpoint="send"))


@pytest.mark.reliability
def test_after_20_s_without_wechat_everything_leaves_by_itself(stack, figures):
    stack.running.simulator.kill(stay_down=True)
    try:
        clients = Clients(stack, 20).start()
        book = clients.wait()
        time.sleep(20)
    finally:
        stack.running.simulator.start()
    back = time.monotonic()

    wait_until(lambda: settled(stack.app, book.persons), 120)

    figures(all_sent_after_wechat_is_back_s=time.monotonic() - back)
    account = accounts(stack.app, book, stack.running.arrivals())
    account.balance(kills=0)
    assert {"ACCEPTED": 20} == account.statuses


def reading_meanwhile(stack: Stack, until: threading.Event) -> list[float]:
    """Read one thing after the other until told to stop; return how long each took."""
    anybody, park = Client(stack.running.port), stack.world.park_id()
    her = anybody.signed_in(str(signed_in(stack.app, people.openid_of("r", APPID)).token))
    seconds = []
    while not until.is_set():
        for client, path in ((anybody, f"/parks/{park}"), (her, "/me"), (her, "/messages")):
            answer = client.get(path)
            assert answer.status_code == 200, answer.text
            seconds.append(answer.seconds)
        time.sleep(0.02)
    return seconds


def reads_beside(stack: Stack, sign_ins: int) -> tuple[list[Any], list[float]]:
    """Let people sign in at once while others read; return both."""
    done, seconds = threading.Event(), list[float]()
    reader = threading.Thread(target=lambda: seconds.extend(reading_meanwhile(stack, done)))
    reader.start()
    time.sleep(0.3)
    anybody = Client(stack.running.port)
    codes = [{"code": f"demo:p{number}:{time.monotonic_ns()}"} for number in range(sign_ins)]
    answers = timed_at_once(
        [lambda code=code: anybody.post("/session/wechat", code) for code in codes]
    )
    time.sleep(0.3)
    done.set()
    reader.join()
    return answers, seconds


def test_20_sign_ins_into_a_hung_wechat_hear_503_and_leave_other_reads_alone(stack, figures):
    stack.running.wish("POST", "misbehaviours", endpoint="*", kind="hang")

    answers, seconds = reads_beside(stack, 20)

    slowest = max(each.seconds for each in answers)
    figures(
        reads=len(seconds),
        reads_p95_s=p95(seconds),
        reads_worst_s=max(seconds),
        slowest_503_s=slowest,
    )
    assert {"503 wechat-unavailable"} == {kind_of(each.result) for each in answers}
    assert all(each.result.headers["Retry-After"] for each in answers)
    # Well within the 3.5 s for which a hung sign-in holds its thread.
    assert p95(seconds) <= 3
