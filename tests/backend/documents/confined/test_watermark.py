"""Are the words really drawn, every sign as itself?"""

from backend.documents.confined import watermark
from backend.documents.kinds import Purpose


def drawn(sign: str) -> bytes:
    return bytes(watermark.font().getmask(sign))


def test_every_sign_of_every_purpose_is_drawn_and_each_unlike_the_others():
    signs = sorted(set("仅限使用" + "".join(each.value for each in Purpose)))
    nothing = drawn("\U0010fffd")  # What a font shows that has not got the sign.

    pictures = {sign: drawn(sign) for sign in signs}

    assert nothing not in pictures.values()
    assert len(signs) == len(set(pictures.values()))


def test_names_that_are_rare_are_drawn_as_well():
    nothing = drawn("\U0010fffd")

    assert nothing not in [drawn(sign) for sign in "䶮㛃其格Ж-0"]


def test_a_tile_is_transparent_but_for_the_words():
    tile = watermark.tile("仅限审核申请使用\n王经理 2026-11-24")

    seen = [alpha for alpha in tile.getchannel("A").get_flattened_data() if alpha]
    assert 0.01 < len(seen) / (tile.width * tile.height) < 0.5
    assert max(seen) < 255 * 0.6  # What lies below can be read through it.
