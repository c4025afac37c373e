"""Can the order of a draw be worked out by anybody, and is nobody able to choose it?"""

import copy
import json
from collections import Counter
from hashlib import sha256
from typing import Any

import pytest

from backend.draws import lots
from backend.draws.lots import Entrant

DRAW = "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10"
SECRET = bytes(range(32))
# Worked out with `sha256sum` and `openssl dgst -sha256 -mac HMAC`: four places on the list, the
# first of the second class.
ENTRIES = [f"00000000-0000-7000-8000-00000000000{n}" for n in (1, 2, 3, 4)]
CODES = ["d434a5f952bc0d9a", "7a82df8d8b14f107", "f737e5b96cb2665d", "0887be810364e8e8"]
ENTRANTS = [Entrant(rank, code) for rank, code in zip((2, 1, 1, 1), CODES, strict=True)]
COMMITMENT = "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"
LIST_SHA256 = "36496f3be5ead79fb2f4bf3e353d14dc11a2c1df35273fab3281f619c2060522"
DRAWN = [CODES[2], CODES[3], CODES[1], CODES[0]]


def published(**changed: Any) -> dict[str, Any]:
    tickets = [
        {"code": each.code, "class_rank": each.rank, "place": DRAWN.index(each.code) + 1}
        for each in ENTRANTS
    ]
    whole = {
        "id": DRAW,
        "commitment": COMMITMENT,
        "list_sha256": LIST_SHA256,
        "secret": SECRET.hex(),
        "tickets": tickets,
    }
    return copy.deepcopy(whole | changed)


def by_definition(key: bytes, message: bytes) -> bytes:
    """HMAC as RFC 2104 writes it down, from the hash alone."""
    key = key.ljust(64, b"\0")
    inner = sha256(bytes(each ^ 0x36 for each in key) + message).digest()
    return sha256(bytes(each ^ 0x5C for each in key) + inner).digest()


def rerun(draw: dict[str, Any]) -> list[str]:
    """The order as a stranger works it out from what is published, with nothing of ours."""
    rows = sorted((each["code"], each["class_rank"]) for each in draw["tickets"])
    whole = "\n".join([draw["id"], *(f"{rank} {code}" for code, rank in rows), ""])
    listed = sha256(whole.encode()).hexdigest()
    seed = by_definition(bytes.fromhex(draw["secret"]), listed.encode())
    keyed = [(rank, by_definition(seed, code.encode()).hex(), code) for code, rank in rows]
    return [code for _, _, code in sorted(keyed)]


class TestAKnownDraw:
    def test_the_codes_are_those_of_the_known_vector(self):
        assert CODES == [lots.code(DRAW, each) for each in ENTRIES]

    def test_so_are_the_commitment_and_the_hash_of_the_list(self):
        assert COMMITMENT == lots.commitment(SECRET)
        assert LIST_SHA256 == lots.list_hash(DRAW, ENTRANTS)

    def test_and_the_order_which_has_the_better_class_first(self):
        assert DRAWN == lots.order(SECRET, LIST_SHA256, ENTRANTS)

    def test_in_whatever_order_the_list_is_read(self):
        turned = list(reversed(ENTRANTS))

        assert LIST_SHA256 == lots.list_hash(DRAW, turned)
        assert DRAWN == lots.order(SECRET, LIST_SHA256, turned)

    def test_a_stranger_gets_the_same_order(self):
        assert DRAWN == rerun(published())


class TestVerifying:
    def test_an_honest_draw_has_no_fault(self):
        assert [] == lots.faults(published())

    def test_a_park_that_rolls_again_is_noticed(self):
        """The planted bug: another secret, after the first one did not please."""
        other = bytes(32)
        drawn = lots.order(other, LIST_SHA256, ENTRANTS)
        draw = published(secret=other.hex())
        for each in draw["tickets"]:
            each["place"] = drawn.index(each["code"]) + 1

        assert ["种子与公告时的承诺值不符"] == lots.faults(draw)

    def test_a_list_that_was_changed_after_it_was_closed_is_noticed(self):
        """The planted bug: one of four is somebody else."""
        draw = published()
        draw["tickets"][0]["code"] = "ffffffffffffffff"

        assert "名单与封存时的校验值不符" in lots.faults(draw)

    def test_so_is_whoever_was_put_into_another_class(self):
        draw = published()
        draw["tickets"][0]["class_rank"] = 1

        assert "名单与封存时的校验值不符" in lots.faults(draw)

    def test_so_are_two_who_changed_places(self):
        draw = published()
        one, two = draw["tickets"][:2]
        one["place"], two["place"] = two["place"], one["place"]

        assert ["名次与算法结果不符"] == lots.faults(draw)

    @pytest.mark.parametrize("place", [None, 1, 5])
    def test_so_is_a_place_that_nobody_or_that_two_have(self, place):
        draw = published()
        draw["tickets"][0]["place"] = place

        assert "名次不连续" in lots.faults(draw)

    def test_so_is_a_ticket_that_is_there_twice(self):
        draw = published()
        draw["tickets"].append(dict(draw["tickets"][0], place=5))

        assert "签号有重复" in lots.faults(draw)

    def test_before_the_draw_there_is_nothing_to_verify(self):
        assert ["尚未开奖，没有可以核验的结果"] == lots.faults(published(secret=None))

    def test_from_the_command_line_it_prints_the_order_or_the_faults(self, tmp_path, capsys):
        for name, draw, code, last in (
            ("good", published(), 0, "一致"),
            ("bad", published(secret="00" * 32), 2, "名次与算法结果不符"),
        ):
            path = tmp_path / name
            path.write_text(json.dumps(draw), "utf-8")
            assert code == lots.main([str(path)])
            assert last == capsys.readouterr().out.splitlines()[-1]


class TestNobodyChooses:
    def test_another_list_gives_everybody_another_lot(self):
        """Who knows the secret cannot take one away and know that the others stay as they are."""
        fewer = ENTRANTS[:3]
        seeds = {lots.list_hash(DRAW, each) for each in (ENTRANTS, fewer)}

        assert 2 == len(seeds)

    def test_of_many_secrets_each_of_the_24_orders_comes_up_as_often(self):
        """Chi-square with 23 degrees of freedom stays below 49.7 in 999 of 1000 such series."""
        same = [Entrant(1, each) for each in CODES]
        listed = lots.list_hash(DRAW, same)
        times = 4800
        seen = Counter(
            tuple(lots.order(sha256(f"seed {n}".encode()).digest(), listed, same))
            for n in range(times)
        )

        expected = times / 24
        assert 24 == len(seen)
        assert sum((count - expected) ** 2 / expected for count in seen.values()) < 49.7

    def test_an_order_that_follows_the_code_would_be_noticed_by_that(self):
        """The planted bug: a lot that does not rest on the seed."""
        same = [Entrant(1, each) for each in CODES]
        seen = Counter(tuple(sorted(each.code for each in same)) for _ in range(24))

        assert sum((count - 1) ** 2 for count in seen.values()) > 49.7
