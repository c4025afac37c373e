"""One request of one key, sent many times at once: how often does the telephone ring?"""

import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from backend.access import Principal
from backend.db import row
from backend.errors import KeyBusy
from backend.wechat.identity import Identity
from backend.wechat.outcome import Outcome, Word
from notifications import rehearsing, wordings
from notifications.catalogue import readers_of
from notifications.rehearsing import Fate, Rehearsal
from tests.records import at_once, look, staff

MANY = 6
TEMPLATES = {"tenancy_result": "TENANCY_RESULT"}
Send = Callable[["Ringing", Principal], Any]


class Ringing:
    """WeChat, which takes its time and counts the cards; a code is good for everybody who asks."""

    def __init__(self) -> None:
        self.cards, self._lock = 0, threading.Lock()
        self.looked = threading.Barrier(MANY)

    def sign_in(self, code: str) -> Identity:
        return Identity("oHerOwnPhone", None)

    def send(self, *card: Any) -> Outcome:
        with self._lock:
            self.cards += 1
        time.sleep(0.2)
        return Outcome(Word.ACCEPTED, 0)


def product(phone: Ringing, by: Principal) -> Any:
    return rehearsing.send(
        "application.approved",
        "applicant",
        "a-code",
        key="a-key",
        is_repeated=False,
        templates=TEMPLATES,
        wechat=phone,
        by=by,
    )


def raced(send: Send) -> tuple[int, list[Any]]:
    """Return how many cards came, and what each of the twins was told."""
    phone, by = Ringing(), staff("demo-bureau")
    told = at_once(MANY, lambda _: send(phone, by))
    return phone.cards, told


def test_twins_with_one_key_send_one_card_and_nobody_is_told_anything_else(in_app):
    cards, told = raced(product)

    assert 1 == cards
    # Whoever comes again after that has the same answer as the first, and no second card.
    again = product(phone := Ringing(), staff("demo-bureau"))
    assert (Fate.ACCEPTED, 0) == (again["status"], phone.cards)
    assert again in told
    assert all(each == again or isinstance(each, KeyBusy) for each in told)
    assert 1 == len(look("SELECT 1 FROM event WHERE name = 'rehearsal.begun'"))


def look_and_send(phone: Ringing, by: Principal) -> Any:
    """The planted bug: whoever looks and finds nothing sends, and writes it down afterwards."""
    found = row(select(Rehearsal.id).where(Rehearsal.key == "a-key"))
    phone.looked.wait(10)
    if found is None:
        phone.send()
        (version,) = map(wordings.of_row, readers_of("application.approved"))
        begun = rehearsing.begin(version, "a-key", by=by)
        return rehearsing.settle(begun, {"fate": Fate.ACCEPTED}, by=by)
    return None


def test_looking_before_sending_would_send_one_for_each_twin(in_app):
    cards, _ = raced(look_and_send)

    assert MANY == cards
