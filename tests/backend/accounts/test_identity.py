"""Is this the number of a citizen's document? (reliability.md G1)

All numbers are of sequence 000, which is not given out; but for one, the example that
GB 11643-1999 itself works out. Check characters were worked out by hand.
"""

from datetime import date

import pytest

from backend.accounts import identity
from backend.accounts.identity import DocumentType, NumberFault, NumberRefused

TODAY = date(2026, 11, 23)
ID_01, ID_02, ID_04 = "152201199001010001", "15220119900101001X", "11010519491231002X"
LEAP = "152223199602290000"
F = NumberFault


def faults(written: str, today: date = TODAY) -> set[NumberFault]:
    with pytest.raises(NumberRefused) as refused:
        identity.read(written, today)
    assert len(refused.value.faults) == len(set(refused.value.faults))
    return set(refused.value.faults)


ACCEPTED = {
    "ID-01": (ID_01, ID_01),
    "ID-02": (ID_02, ID_02),
    "ID-03": (ID_02.lower(), ID_02),
    "ID-13": (LEAP, LEAP),
    # 512301, Wanxian, was abolished in 1997.
    "ID-15": ("512301199001010004", "512301199001010004"),
    "ID-23": ("１５２２０１１９９００１０１００１Ｘ", ID_02),
    "ID-23-small-x": ("１５２２０１１９９００１０１００１ｘ", ID_02),
    "ID-24-spaces": ("152201 19900101 0001", ID_01),
    "ID-24-dashes": ("152201-19900101-0001", ID_01),
    "surrounded": (f" \u3000{ID_01} ", ID_01),
    "the first day of 1900": ("152201190001010000", "152201190001010000"),
}


@pytest.mark.parametrize(("written", "kept"), list(ACCEPTED.values()), ids=list(ACCEPTED))
def test_a_number_is_kept_in_one_form(written, kept):
    assert kept == identity.read(written, TODAY).digits


def test_id04_the_standards_own_example_has_its_check_character():
    assert "X" == identity.check_character(ID_04)
    assert date(1949, 12, 31) == identity.read(ID_04, TODAY).born_on


@pytest.mark.parametrize("last", sorted(set("0123456789X") - {"1"}))
def test_id05_every_other_check_character_is_refused(last):
    assert {F.CHECK} == faults(ID_01[:17] + last)


def test_id06_every_single_changed_digit_is_refused():
    changed = [
        ID_01[:place] + digit + ID_01[place + 1 :]
        for place in range(17)
        for digit in "0123456789"
        if digit != ID_01[place]
    ]

    assert 153 == len(changed)
    assert all(faults(number) for number in changed)


@pytest.mark.parametrize(
    ("number", "unlike_neighbours"), [(ID_01, 11), (ID_02, 12), (ID_04, 15), (LEAP, 10)]
)
def test_id07_every_two_swapped_neighbours_are_refused(number, unlike_neighbours):
    swapped = [
        number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        for place in range(17)
        if number[place] != number[place + 1]
    ]

    assert unlike_neighbours == len(swapped)
    assert all(faults(each) for each in swapped)


REFUSED = {
    "ID-08": ("152201201002290009", {F.BIRTH}),
    "no leap day in 1900": ("152201190002290008", {F.BIRTH}),
    "ID-09": ("152201201513010005", {F.BIRTH}),
    "ID-10": ("152201199001000006", {F.BIRTH}),
    "ID-12": ("152201189912310006", {F.ANCIENT}),
    "ID-14": ("00000019900101000X", {F.REGION}),
    "no such province": ("160000199001010004", {F.REGION}),
    "a permit of no region": ("810101199001010002", {F.REGION}),
    "ID-28": ("911101199001010007", {F.FOREIGN}),
    "ID-21": ("152201900101001", {F.OLD_LENGTH}),
    "ID-22-17": ("15220119900101000", {F.LENGTH}),
    "ID-22-19": ("1522011990010100011", {F.LENGTH}),
    "ID-25": ("١٥٢٢٠١١٩٩٠٠١٠١٠٠٠١", {F.CHARACTERS}),
    "ID-26": ("\u200b152201199001010001", {F.CHARACTERS, F.LENGTH}),
    "zero width in place of a digit": ("\u200b52201199001010001", {F.CHARACTERS}),
    "superscript": ("¹52201199001010001", {F.CHARACTERS}),
    "X inside": ("1522011990X1010001", {F.CHARACTERS}),
    "X in Cyrillic": ("15220119900101001\u0425", {F.CHARACTERS}),
    "a line feed": ("152201199001010001\n", {F.CHARACTERS, F.LENGTH}),
    "nothing": ("", {F.LENGTH}),
    # 29 February 2010 of no province with a wrong check character: all three at once.
    "everything": ("162201201002290009", {F.REGION, F.BIRTH, F.CHECK}),
}


@pytest.mark.parametrize(("written", "expected"), list(REFUSED.values()), ids=list(REFUSED))
def test_every_fault_of_a_number_is_named_at_once(written, expected):
    assert expected == faults(written)


def test_id11_somebody_born_tomorrow_is_refused_and_somebody_born_today_is_not():
    assert {F.FUTURE} == faults(ID_01, date(1989, 12, 31))
    assert 0 == identity.read(ID_01, date(1990, 1, 1)).age_on(date(1990, 1, 1))


@pytest.mark.parametrize(
    "number", ["810000199001010000", "820000199001010002", "830000199001010004"]
)
def test_id27_a_residence_permit_is_known_by_its_region(number):
    assert DocumentType.RESIDENCE_PERMIT is identity.read(number, TODAY).document
    assert DocumentType.RESIDENT_CARD is identity.read(ID_01, TODAY).document


@pytest.mark.parametrize(
    ("number", "day", "age", "minor"),
    [
        (ID_01, date(2005, 12, 31), 15, True),
        (ID_01, date(2006, 1, 1), 16, True),
        (ID_01, date(2007, 12, 31), 17, True),
        (ID_01, date(2008, 1, 1), 18, False),
        (ID_01, date(2059, 12, 31), 69, False),
        (ID_01, date(2060, 1, 1), 70, False),
        # Of 29 February: a year older on 1 March of a common year, on the day in a leap year.
        (LEAP, date(2014, 2, 28), 17, True),
        (LEAP, date(2014, 3, 1), 18, False),
        (LEAP, date(2016, 2, 29), 20, False),
    ],
    ids=["ID-16", "ID-17", "ID-18", "ID-19", "ID-20-69", "ID-20-70", "28.2.", "1.3.", "29.2."],
)
def test_one_is_a_year_older_on_the_birthday_itself(number, day, age, minor):
    told = identity.read(number, TODAY)

    assert (age, minor) == (told.age_on(day), told.is_minor_on(day))


def test_neither_a_refusal_nor_a_number_that_is_printed_quotes_it():
    with pytest.raises(NumberRefused) as refused:
        identity.read(ID_01[:17] + "2", TODAY)

    assert "1990" not in f"{refused.value!r} {refused.value} {identity.read(ID_01, TODAY)!r}"
