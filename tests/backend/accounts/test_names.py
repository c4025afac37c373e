"""Can this be somebody's name, and how is it shown? (reliability.md G3, §6.7)"""

import pytest

from backend.accounts import names
from backend.accounts.names import NameFault, NameRefused

MONGOLIAN = "\u182e\u1823\u1829\u182d\u1823\u182f"
F = NameFault
KEPT = {
    "plain": ("其其格", "其其格"),
    "TX-06": ("其\u200b其\u200c格\u200d\ufeff", "其其格"),
    "TX-08": ("Ame\u0301lie", "Am\u00e9lie"),
    "TX-09": ("𠮷田", "𠮷田"),
    "TX-10": (f"{MONGOLIAN}\u180e\u1820", f"{MONGOLIAN}\u180e\u1820"),
    "Mongolian words": (f"{MONGOLIAN}  {MONGOLIAN}", f"{MONGOLIAN} {MONGOLIAN}"),
    "TX-11-middle-dot": ("阿布都·热合曼", "阿布都·热合曼"),
    "TX-11-bullet": ("阿布都•热合曼", "阿布都·热合曼"),
    "TX-11-hyphenation-point": ("阿布都‧热合曼", "阿布都·热合曼"),
    "TX-11-katakana-dot": ("阿布都・热合曼", "阿布都·热合曼"),
    "TX-11-wide-stop": ("阿布都．热合曼", "阿布都·热合曼"),
    "TX-12-one": ("其", "其"),
    "TX-12-fifty": ("其" * 50, "其" * 50),
    "fifty of plane 2": ("𠮷" * 50, "𠮷" * 50),
    "surrounded": (" \u3000其其格 ", "其其格"),
    "spread as on a form": ("张\u3000三", "张三"),
    "Latin": ("Ｊean-Luc  O'Brien Jr.", "Jean-Luc O'Brien Jr."),
    "a zero that is a character": ("张〇", "张〇"),
    "TX-23": ("null", "null"),
}
REFUSED = {
    "TX-05-override": ("其\u202e格", {F.CHARACTERS}),
    "TX-05-isolate": ("其\u2067格\u2069", {F.CHARACTERS}),
    "a right-to-left mark": ("其\u200f格", {F.CHARACTERS}),
    "TX-07": ("a" + "\u0301" * 1000, {F.LENGTH, F.STACKED}),
    "TX-07-short": ("a" + "\u0316" * 5, {F.STACKED}),
    "TX-12-fifty-one": ("其" * 51, {F.LENGTH}),
    "TX-13-empty": ("", {F.BLANK}),
    "TX-13-spaces": ("   ", {F.BLANK}),
    "TX-13-wide": ("\u3000\u3000", {F.BLANK}),
    "only zero width": ("\u200b\ufeff", {F.BLANK}),
    "TX-01": ("其\x00格", {F.CHARACTERS}),
    "TX-02": ("其\ud800", {F.PRIVATE}),
    "TX-14-tab": ("其\t格", {F.CHARACTERS}),
    "TX-14-line": ("其\n格", {F.CHARACTERS}),
    "TX-15": ("<script>", {F.CHARACTERS}),
    "TX-18": ("=其其格", {F.CHARACTERS}),
    "TX-22-private": ("\ue000其", {F.PRIVATE}),
    "TX-22-unassigned": ("其\u0378", {F.PRIVATE}),
    "emoji": ("其其格\U0001f600", {F.CHARACTERS}),
    "a digit": ("其其格1", {F.CHARACTERS}),
    "no letter": ("···", {F.CHARACTERS}),
    "two faults": ("\ue000" + "1" * 50, {F.LENGTH, F.PRIVATE, F.CHARACTERS}),
}


@pytest.mark.parametrize(("written", "kept"), list(KEPT.values()), ids=list(KEPT))
def test_a_name_is_kept_in_one_form(written, kept):
    assert kept == names.read(written)


@pytest.mark.parametrize(("written", "expected"), list(REFUSED.values()), ids=list(REFUSED))
def test_every_fault_of_a_name_is_named_at_once(written, expected):
    with pytest.raises(NameRefused) as refused:
        names.read(written)

    assert expected == set(refused.value.faults)
    assert written.strip() == "" or written not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("其其格", "其**"),
        ("欧阳修远", "欧阳**"),
        ("司马光", "司马*"),
        # Of two characters the second is no surname.
        ("欧阳", "欧*"),
        ("张", "*"),
        ("𠮷田", "𠮷*"),
        ("阿布都·热合曼", "阿**·***"),
        ("Anna Li", "A******"),
        (MONGOLIAN, "\u182e*****"),
    ],
)
def test_only_the_surname_is_shown(name, shown):
    assert shown == names.masked(name)
