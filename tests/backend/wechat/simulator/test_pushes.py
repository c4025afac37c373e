"""Does the stand-in tell of events as WeChat does, as insistently, and as badly as it is told?"""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from backend import clock
from backend.variables import DEVELOPMENT
from backend.wechat import event as events
from backend.wechat.callback import Door
from backend.wechat.simulator.server import Simulator
from tests.backend.wechat.simulator.test_server import ask, send

KEYS = (DEVELOPMENT["WECHAT_ENCODING_AES_KEY"],)


class Listener:
    """A server of a mini-program: opens what is pushed, and answers as it was told."""

    def __init__(self, appid: str):
        self.heard: list[events.Event] = []
        self.answers: list[tuple[int, bytes]] = []
        door, listener = Door.of(appid, DEVELOPMENT["WECHAT_CALLBACK_TOKEN"], KEYS), self

        class Conversation(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = dict(parse_qsl(urlsplit(self.path).query))
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.heard.append(events.of(door.opened(query, body, clock.now())))
                status, said = (listener.answers or [(200, b"success")]).pop(0)
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Conversation)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/wechat/callback"


@pytest.fixture
def listener(simulator: Simulator) -> Iterator[Listener]:
    found = Listener(simulator.appid)
    going = threading.Thread(target=found.server.serve_forever, args=(0.02,), daemon=True)
    going.start()
    ask(simulator, "POST", "callback", address=found.address)
    yield found
    found.server.shutdown()
    found.server.server_close()


def pushes(simulator: Simulator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(simulator, "GET", "pushes")[1]["pushes"]
    return found


def test_after_a_message_its_receipt_is_pushed_with_its_number(simulator, listener):
    number = send(simulator).json()["msgid"]

    (pushed,) = pushes(simulator)
    assert ("success", 1) == (pushed["answer"], pushed["attempts"])
    (heard,) = listener.heard
    assert "subscribe_msg_sent_event" == heard.kind
    assert simulator.openid_of("其其格") == heard.openid
    assert ("TENANCY_RESULT", str(number), "0") == tuple(
        heard.items[0][name] for name in ("TemplateId", "MsgID", "ErrorCode")
    )


def test_a_message_that_is_refused_has_none(simulator, listener):
    send(simulator, template_id="unknown")

    assert [] == pushes(simulator)


@pytest.mark.parametrize(("answer", "left"), [("accept", 2), ("reject", 1)])
def test_an_answer_to_the_dialog_is_pushed_and_counts(simulator, listener, answer, left):
    her = simulator.openid_of("其其格")
    simulator.set_credits(her, "TENANCY_RESULT", 1)
    ask(simulator, "POST", "callback", receipts=False)

    ask(simulator, "POST", "grants", openid=her, template_id="TENANCY_RESULT", answer=answer)
    codes = [send(simulator).json()["errcode"] for _ in range(3)]

    pushes(simulator)
    assert [answer] == [each.items[0]["SubscribeStatusString"] for each in listener.heard]
    assert left == codes.count(0)
    simulator.set_credits(her, "TENANCY_RESULT", None)


def test_it_insists_three_times_in_all(simulator, listener):
    listener.answers = [(500, b"success"), (200, b"fail"), (403, b""), (200, b"success")]

    ask(simulator, "POST", "events", events=[{"Event": "debug_demo"}])

    (pushed,) = pushes(simulator)
    assert (3, "403") == (pushed["attempts"], pushed["answer"])
    assert 3 == len(listener.heard)


@pytest.mark.parametrize("said", [b"success", b""])
def test_success_and_nothing_at_all_are_both_an_answer(simulator, listener, said):
    listener.answers = [(503, b""), (200, said)]

    ask(simulator, "POST", "events", events=[{"Event": "debug_demo"}])

    (pushed,) = pushes(simulator)
    assert (2, "success") == (pushed["attempts"], pushed["answer"])


def test_nobody_listens(simulator, listener):
    listener.server.shutdown()
    listener.server.server_close()

    ask(simulator, "POST", "events", events=[{"Event": "debug_demo"}])

    assert ["no answer"] == [each["answer"] for each in pushes(simulator)]


def test_told_so_it_pushes_everything_thrice_and_in_any_order(simulator, listener):
    ask(simulator, "POST", "callback", times=3, shuffled=True, late_s=0.05)

    ask(simulator, "POST", "events", events=[{"Event": f"e{number}"} for number in range(5)])

    pushes(simulator)
    kinds = [each.kind for each in listener.heard]
    assert sorted([f"e{number}" for number in range(5)] * 3) == sorted(kinds)
    assert [f"e{number}" for number in range(5)] * 3 != kinds


def test_without_an_address_nothing_is_pushed(simulator):
    send(simulator)

    assert [] == pushes(simulator)


def test_its_secrets_are_not_told_and_an_unknown_wish_is_refused(simulator):
    status, told = ask(simulator, "POST", "callback", times=2)

    assert (200, {"address", "receipts", "times", "shuffled", "late_s"}) == (status, set(told))
    assert 400 == ask(simulator, "POST", "callback", colour="red")[0]
