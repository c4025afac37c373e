"""In which order were they drawn, and can anybody rerun it?

The whole of the draw, with the standard library and nothing else. Text is UTF-8, hashes are written
in lower-case hexadecimal, and `|` stands for itself. What is published of a draw is enough:

1. When a draw is announced a secret of 32 random bytes is made, and its SHA-256 is published: the
   *commitment*. From then on nobody can choose another secret.
2. The *code* of a ticket is the first 16 digits of the SHA-256 of `draw|entry`, where `draw` is
   the id of the draw and `entry` that of her place on the list. Nobody chooses it; she can work
   out her own, and nobody else knows what it was made from.
3. When the list is closed its *text* is: the id of the draw and a newline, then a line for each
   ticket in the order of the codes: class, a blank, code, a newline. The class is a whole number;
   a lower one comes first. The SHA-256 of this text is published: the *list hash*.
4. The *seed* is HMAC-SHA256 with the secret (32 bytes) as key and the list hash (64 digits) as
   message. Whoever knows one of the two cannot choose the other.
5. The *lot* of a ticket is HMAC-SHA256 with the seed (32 bytes) as key and the code as message.
6. The order is: by class, then by lot as text, then by code. The first has place 1.

Whoever gives up after the list was closed keeps her ticket: nobody else's place moves by it.

`python -m backend.draws.lots FILE` reruns what `getDraw` has answered, and says what is wrong.
"""

import hashlib
import hmac
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

NAME = "xingan-draw-1"
CODE_DIGITS = 16


class Entrant(NamedTuple):
    """A ticket of the closed list; a lower rank comes first."""

    rank: int
    code: str


def commitment(secret: bytes) -> str:
    """Return what is published of the secret when a draw is announced."""
    return hashlib.sha256(secret).hexdigest()


def code(draw: str, entry: str) -> str:
    """Return the code of whoever has this place on the list."""
    return hashlib.sha256(f"{draw}|{entry}".encode()).hexdigest()[:CODE_DIGITS]


def text(draw: str, entrants: Iterable[Entrant]) -> str:
    """Return the closed list as it is hashed."""
    lines = sorted(entrants, key=lambda each: each.code)
    return "".join([f"{draw}\n", *(f"{each.rank} {each.code}\n" for each in lines)])


def list_hash(draw: str, entrants: Iterable[Entrant]) -> str:
    """Return what is published of the list when it is closed."""
    return hashlib.sha256(text(draw, entrants).encode()).hexdigest()


def order(secret: bytes, list_sha256: str, entrants: Iterable[Entrant]) -> list[str]:
    """Return the codes as they were drawn."""
    seed = hmac.digest(secret, list_sha256.encode(), "sha256")

    def lot(each: Entrant) -> tuple[int, str, str]:
        return each.rank, hmac.digest(seed, each.code.encode(), "sha256").hex(), each.code

    return [each.code for each in sorted(entrants, key=lot)]


def faults(published: Mapping[str, Any]) -> list[str]:
    """Say what is wrong with a draw as it was published; nothing, if all of it follows.

    Copies of the commitment and of the list hash that somebody has kept since they were published
    belong in the place of those given here.
    """
    tickets = published["tickets"]
    entrants = [Entrant(each["class_rank"], each["code"]) for each in tickets]
    if published["secret"] is None:
        return ["尚未开奖，没有可以核验的结果"]
    secret, found = bytes.fromhex(published["secret"]), []
    if len(secret) != 32 or commitment(secret) != published["commitment"]:
        found.append("种子与公告时的承诺值不符")
    if len({each.code for each in entrants}) != len(entrants):
        found.append("签号有重复")
    if list_hash(published["id"], entrants) != published["list_sha256"]:
        found.append("名单与封存时的校验值不符")
    drawn = sorted(tickets, key=lambda each: each["place"] or 0)
    if [each["place"] for each in drawn] != list(range(1, len(drawn) + 1)):
        found.append("名次不连续")
    if [each["code"] for each in drawn] != order(secret, published["list_sha256"], entrants):
        found.append("名次与算法结果不符")
    return found


def main(arguments: list[str]) -> int:
    """Rerun a published draw; print its order, or what is wrong with it."""
    published = json.loads(Path(arguments[0]).read_text("utf-8"))
    wrong = faults(published)
    for each in wrong:
        print(each)
    if not wrong:
        for each in sorted(published["tickets"], key=lambda ticket: ticket["place"]):
            print(each["place"], each["class_rank"], each["code"])
        print("一致")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
