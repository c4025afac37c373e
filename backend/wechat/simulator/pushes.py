"""What does WeChat tell the mini-program's server, and how insistently?

Source: each message is signed and sealed anew, waits five seconds for its answer, and is sent three
times in all until somebody says `success`, or nothing, under HTTP 200. Told so, the stand-in sends
everything several times over, in another order, or late.
"""

import json
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from random import SystemRandom
from typing import Any

import requests

from backend import clock
from backend.variables import DEVELOPMENT
from backend.wechat.callback import Door, seal, sign

ATTEMPTS, ANSWER_S, PAUSE_S = 3, 5.0, 0.2
ACCOUNT = "gh_000000000000"
SAID = ("success", "")


def request(door: Door, message: bytes, now: datetime) -> tuple[dict[str, str], bytes]:
    """Return the query and the body in which a message travels."""
    stamp, nonce = str(int(now.timestamp())), str(secrets.randbelow(10**9))
    sealed = seal(message, door.keys[0], door.appid)
    query = {
        "signature": sign(door.token, stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "encrypt_type": "aes",
        "msg_signature": sign(door.token, stamp, nonce, sealed),
    }
    return query, json.dumps({"ToUserName": ACCOUNT, "Encrypt": sealed}).encode()


@dataclass(slots=True)
class Wishes:
    """Where to push, whether by itself after each send, and what to do to what is pushed."""

    address: str = ""
    token: str = DEVELOPMENT["WECHAT_CALLBACK_TOKEN"]
    key: str = DEVELOPMENT["WECHAT_ENCODING_AES_KEY"]
    receipts: bool = True
    times: int = 1
    shuffled: bool = False
    late_s: float = 0.0


class Pushes:
    """The messages on their way, and what became of each."""

    def __init__(self, appid: str):
        """Push nothing until there is an address."""
        self._appid = appid
        self._wishes = Wishes()
        self._log: list[dict[str, Any]] = []
        self._under_way: list[threading.Thread] = []

    def wish(self, **wishes: Any) -> dict[str, Any]:
        """Change where and how to push; return all of it without the secrets."""
        self._wishes = Wishes(**(asdict(self._wishes) | wishes))
        return {n: v for n, v in asdict(self._wishes).items() if n not in ("token", "key")}

    def tell(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Push events, as wished, from a thread of its own."""
        if not self._wishes.address:
            return
        messages = [_message(each) for each in events] * self._wishes.times
        if self._wishes.shuffled:
            SystemRandom().shuffle(messages)
        going = threading.Thread(target=self._push, args=(self._wishes, messages), daemon=True)
        self._under_way = [*(each for each in self._under_way if each.is_alive()), going]
        going.start()

    def popup(self, openid: str, template_id: str, answer: str = "accept") -> None:
        """Tell that somebody has answered the dialog."""
        item = {"TemplateId": template_id, "SubscribeStatusString": answer, "PopupScene": "0"}
        self.tell([_event("subscribe_msg_popup_event", openid, item)])

    def receipt(self, openid: str, template_id: str, number: int) -> None:
        """Tell that a card has reached somebody, if receipts are wished for."""
        item = {"TemplateId": template_id, "MsgID": str(number)}
        item |= {"ErrorCode": "0", "ErrorStatus": "success"}
        if self._wishes.receipts:
            self.tell([_event("subscribe_msg_sent_event", openid, item)])

    def log(self) -> list[dict[str, Any]]:
        """Wait for what is under way; return each push with its attempts and its last answer."""
        for each in self._under_way:
            each.join()
        return list(self._log)

    def clear(self) -> None:
        """Forget the wishes and the log."""
        self._wishes = Wishes()
        self._log = []

    def _push(self, wishes: Wishes, messages: Sequence[bytes]) -> None:
        door = Door.of(self._appid, wishes.token, (wishes.key,))
        time.sleep(wishes.late_s)
        with requests.Session() as line:
            for message in messages:
                self._log.append(_insist(line, wishes.address, door, message))


def _insist(line: requests.Session, address: str, door: Door, message: bytes) -> dict[str, Any]:
    answer = "no answer"
    for attempt in range(1, ATTEMPTS + 1):
        query, body = request(door, message, clock.now())
        try:
            said = line.post(address, params=query, data=body, timeout=ANSWER_S)
            if said.status_code == 200 and said.text in SAID:
                return {"message": json.loads(message), "attempts": attempt, "answer": "success"}
            answer = str(said.status_code)
        except requests.RequestException:
            answer = "no answer"
        time.sleep(PAUSE_S)
    return {"message": json.loads(message), "attempts": ATTEMPTS, "answer": answer}


def _message(event: Mapping[str, Any]) -> bytes:
    whole = {"ToUserName": ACCOUNT, "CreateTime": int(time.time()), "MsgType": "event", **event}
    return json.dumps(whole, ensure_ascii=False).encode()


def _event(kind: str, openid: str, item: Mapping[str, str]) -> dict[str, Any]:
    return {"FromUserName": openid, "Event": kind, "List": item}
