from datetime import date
from decimal import Decimal
from enum import Enum
from uuid import UUID

import pytest
from marshmallow import ValidationError

from miniprogram_api.schemas.strict import (
    CreditCode,
    Day,
    Id,
    Label,
    Month,
    OneOf,
    Part,
    Phone,
    Point,
    Strict,
    Text,
    Whole,
    YesNo,
)

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
MONGOLIAN = "\u182e\u1823\u1829\u182d\u1823\u182f"
ONE_LINE = Text(most=50)
LINES = Text(most=50, lines=True)
PEOPLE = Whole(least=1, most=500)
LIMIT = Whole(least=1, most=100, metadata={"in_query": True})
DAY = Day()
TRUTHFUL = YesNo()
QUERY_YES_NO = YesNo(metadata={"in_query": True})
ID = Id()
AN_ID = "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10"


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("2027-03", date(2027, 3, 1)),
        ("1900-01", date(1900, 1, 1)),
        ("2100-12", date(2100, 12, 1)),
        ("1899-12", None),
        ("2101-01", None),
        ("2027-00", None),
        ("2027-13", None),
        ("2027-3", None),
        ("2027-03-01", None),
        ("２０２７-03", None),
        (202703, None),
        (None, None),
    ],
)
def test_a_month_is_written_in_one_way_and_is_its_first_day_inside(written, first):
    if first:
        assert first == Month().deserialize(written)
    else:
        with pytest.raises(ValidationError):
            Month().deserialize(written)


class Colour(Enum):
    RED = "红"
    DEEP_RED = "深红"


def test_an_unknown_field_is_refused_with_every_other_fault_at_once():
    class Wish(Strict):
        name = Text(most=5, required=True)
        size = Whole(least=1, required=True)

    with pytest.raises(ValidationError) as refused:
        Wish().load({"size": 0, "role": "bureau_admin"})

    assert {"name", "size", "role"} == set(refused.value.messages)


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        pytest.param(ONE_LINE, "\U0001f600", "\U0001f600", id="TX-03-emoji"),
        pytest.param(LINES, "字" * 43 + FAMILY, "字" * 43 + FAMILY, id="TX-04-fifty-code-points"),
        pytest.param(ONE_LINE, "其\u200b其\u200c格\u200d\ufeff", "其其格", id="TX-06-in-a-name"),
        pytest.param(LINES, "甲\u200d乙\u200b", "甲\u200d乙\u200b", id="TX-06-in-a-text"),
        pytest.param(ONE_LINE, "e\u0301", "\u00e9", id="TX-08-nfd"),
        pytest.param(ONE_LINE, "\u00e9", "\u00e9", id="TX-08-nfc"),
        pytest.param(ONE_LINE, "𠮷", "𠮷", id="TX-09-rare-hanzi"),
        pytest.param(ONE_LINE, MONGOLIAN, MONGOLIAN, id="TX-10-mongolian"),
        pytest.param(
            ONE_LINE,
            f"{MONGOLIAN}\u180e\u1820",
            f"{MONGOLIAN}\u180e\u1820",
            id="TX-10-vowel-separator",
        ),
        pytest.param(ONE_LINE, "阿布都·热合曼", "阿布都·热合曼", id="TX-11-middle-dot"),
        pytest.param(ONE_LINE, "阿布都•热合曼", "阿布都·热合曼", id="TX-11-bullet"),
        pytest.param(ONE_LINE, "其", "其", id="TX-12-one"),
        pytest.param(ONE_LINE, "其" * 50, "其" * 50, id="TX-12-fifty"),
        pytest.param(LINES, "甲\n乙", "甲\n乙", id="TX-14-line-break-in-a-text"),
        pytest.param(ONE_LINE, "<script>", "<script>", id="TX-15"),
        pytest.param(ONE_LINE, "${7*7}%s%n", "${7*7}%s%n", id="TX-16"),
        pytest.param(ONE_LINE, "' OR 1=1--", "' OR 1=1--", id="TX-17"),
        pytest.param(ONE_LINE, "=cmd|'/c calc'!A1", "=cmd|'/c calc'!A1", id="TX-18"),
        pytest.param(ONE_LINE, "null", "null", id="TX-23"),
        pytest.param(ONE_LINE, " 其 ", "其", id="outer-spaces"),
    ],
)
def test_words_are_kept(field, given, kept):
    assert kept == field.deserialize(given)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        pytest.param(LINES, "字" * 44 + FAMILY, id="TX-04-fifty-one-code-points"),
        pytest.param(ONE_LINE, "其\u202e格", id="TX-05-right-to-left"),
        pytest.param(ONE_LINE, "其\u2066格", id="TX-05-isolate"),
        pytest.param(ONE_LINE, "a" + "\u0301" * 1000, id="TX-07-zalgo"),
        pytest.param(ONE_LINE, "其" * 51, id="TX-12-fifty-one"),
        pytest.param(ONE_LINE, "", id="TX-13-empty"),
        pytest.param(ONE_LINE, "   ", id="TX-13-spaces"),
        pytest.param(ONE_LINE, "\u3000\u3000", id="TX-13-ideographic-spaces"),
        pytest.param(ONE_LINE, "\u200b\u200d", id="TX-13-zero-width-only"),
        pytest.param(ONE_LINE, "甲\t乙", id="TX-14-tab"),
        pytest.param(ONE_LINE, "甲\r乙", id="TX-14-cr"),
        pytest.param(ONE_LINE, "甲\n乙", id="TX-14-lf"),
        pytest.param(LINES, "甲\x1b乙", id="TX-14-escape-in-a-text"),
        pytest.param(ONE_LINE, "甲\x7f乙", id="TX-14-delete"),
        pytest.param(ONE_LINE, "\ue000", id="TX-22-private-use"),
        pytest.param(ONE_LINE, "\u0378", id="TX-22-unassigned"),
        pytest.param(ONE_LINE, None, id="TX-23-null"),
        pytest.param(ONE_LINE, 7, id="TX-a-number"),
        pytest.param(ONE_LINE, ["其"], id="TX-a-list"),
        pytest.param(ONE_LINE, {"其": 1}, id="TX-an-object"),
        pytest.param(ONE_LINE, True, id="TX-true"),
    ],
)
def test_words_are_refused(field, given):
    with pytest.raises(ValidationError):
        field.deserialize(given)


@pytest.mark.parametrize("blank", ["", "  ", "\u3000"])
def test_tx13_a_text_that_may_be_empty_may_also_be_blank(blank):
    assert "" == Text(most=10, least=0).deserialize(blank)


def test_tx20_a_text_that_is_far_too_long_is_refused():
    with pytest.raises(ValidationError):
        ONE_LINE.deserialize("字" * 300_000)


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        (PEOPLE, 1, 1),
        (PEOPLE, 500, 500),
        (PEOPLE, Decimal("3.0"), 3),
        (LIMIT, "1", 1),
        (LIMIT, "100", 100),
        (Whole(least=0), 2**31 - 1, 2**31 - 1),
        (Whole(least=-5), -5, -5),
    ],
)
def test_whole_numbers_are_kept(field, given, kept):
    value = field.deserialize(given)

    assert (kept, int) == (value, type(value))


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(-1, id="NM-01"),
        pytest.param(0, id="NM-02"),
        pytest.param(Decimal("-0.0"), id="NM-03"),
        pytest.param(Decimal("0.005"), id="NM-04"),
        pytest.param("1e400", id="NM-05-1e400"),
        pytest.param(Decimal("99999999999.99"), id="NM-05-eleven-digits"),
        pytest.param("１２", id="NM-06-full-width"),
        pytest.param("1_0", id="NM-06-underscore"),
        pytest.param("٣", id="NM-06-arabic-indic"),
        pytest.param(" 1 ", id="NM-06-spaces"),
        pytest.param("3", id="NM-06-digits-as-text"),
        pytest.param(True, id="NM-07-true"),
        pytest.param(Decimal("1.9"), id="NM-08"),
        pytest.param(1.9, id="NM-08-float"),
        pytest.param(501, id="NM-09-over-the-bound"),
        pytest.param(2**31, id="NM-09-2-31"),
        pytest.param(2**63, id="NM-09-2-63"),
        pytest.param(Decimal("1e30"), id="NM-09-1e30"),
        pytest.param(2**53 + 1, id="NM-10"),
        pytest.param(None, id="NM-null"),
        pytest.param([1], id="NM-a-list"),
    ],
)
def test_whole_numbers_are_refused(given):
    with pytest.raises(ValidationError):
        PEOPLE.deserialize(given)


@pytest.mark.parametrize(
    "given",
    ["0", "-1", "101", str(10**20), str(2**63 - 1), "٣", "１", "1_0", " 1", "1 ", "+1", "01", "-0"]
    + ["1.0", "1e1", "0x1", "", "one", "9" * 5000],
)
def test_qs06_whole_numbers_of_a_query_are_refused(given):
    with pytest.raises(ValidationError):
        LIMIT.deserialize(given)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("1900-01-01", date(1900, 1, 1)),
        ("2100-12-31", date(2100, 12, 31)),
    ],
)
def test_days_are_kept(given, kept):
    assert kept == DAY.deserialize(given)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("2024-02-30", id="DT-01"),
        pytest.param("2023-02-29", id="DT-02"),
        pytest.param("1900-02-29", id="DT-02-no-leap-century"),
        pytest.param("2024-04-31", id="DT-03"),
        pytest.param("0000-01-01", id="DT-04"),
        pytest.param("0001-01-01", id="DT-05-first"),
        pytest.param("9999-12-31", id="DT-05-last"),
        pytest.param("1899-12-31", id="DT-05-before-1900"),
        pytest.param("2101-01-01", id="DT-05-after-2100"),
        pytest.param("20240101", id="DT-06-basic"),
        pytest.param("2024-W01-1", id="DT-06-week"),
        pytest.param("2024/1/1", id="DT-07-slashes"),
        pytest.param("2024年1月1日", id="DT-07-chinese"),
        pytest.param("2024-1-1", id="DT-08"),
        pytest.param("2024-01-01T00:00:00", id="DT-09-no-zone"),
        pytest.param("2024-01-01T00:00:00Z", id="DT-10-Z"),
        pytest.param("2024-01-01T00:00:00+08:00", id="DT-10-offset"),
        pytest.param("2016-12-31T23:59:60Z", id="DT-11-leap-second"),
        pytest.param("٢٠٢٤-01-01", id="DT-arabic-indic"),
        pytest.param("２０２４-01-01", id="DT-full-width"),
        pytest.param("2024-01-01\n", id="DT-line-break"),
        pytest.param(" 2024-01-01", id="DT-space"),
        pytest.param("-024-01-01", id="DT-sign"),
        pytest.param(20240101, id="DT-a-number"),
        pytest.param(None, id="DT-null"),
        pytest.param("", id="DT-empty"),
    ],
)
def test_days_are_refused(given):
    with pytest.raises(ValidationError):
        DAY.deserialize(given)


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        (TRUTHFUL, True, True),
        (TRUTHFUL, False, False),
        (QUERY_YES_NO, "true", True),
        (QUERY_YES_NO, "false", False),
    ],
)
def test_true_and_false_are_kept(field, given, kept):
    assert kept is field.deserialize(given)


@pytest.mark.parametrize(
    ("field", "given"),
    [(TRUTHFUL, given) for given in ("true", "on", "yes", "1", 1, 0, Decimal(1), "", None, [])]
    + [(QUERY_YES_NO, given) for given in ("True", "TRUE", "1", "0", "on", "yes", "", "t")],
)
def test_nm18_nothing_like_true_or_false_is_taken_for_it(field, given):
    with pytest.raises(ValidationError):
        field.deserialize(given)


def test_an_option_is_known_by_its_lower_case_name():
    assert Colour.DEEP_RED is OneOf(Colour).deserialize("deep_red")
    assert "deep_red" == OneOf(Colour, raw=True).deserialize("deep_red")


@pytest.mark.parametrize("given", ["RED", "Red", "红", "red ", "blue", "", 1, None, ["red"]])
def test_qs14_anything_but_an_option_is_refused(given):
    with pytest.raises(ValidationError):
        OneOf(Colour).deserialize(given)


def test_an_option_and_its_label_go_out_as_name_and_official_term():
    class Shown(Strict):
        colour = OneOf(Colour)
        colour_label = Label(attribute="colour")

    shown = Shown().dump({"colour": Colour.RED})

    assert {"colour": "red", "colour_label": "红"} == shown


def test_qs17_an_id_is_taken_in_its_one_form():
    assert UUID(AN_ID) == ID.deserialize(AN_ID)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(AN_ID.replace("-", ""), id="no-dashes"),
        pytest.param("{" + AN_ID + "}", id="braces"),
        pytest.param("urn:uuid:" + AN_ID, id="urn-uuid"),
        pytest.param(AN_ID[:-1], id="35-characters"),
        pytest.param(AN_ID + "0", id="37-characters"),
        pytest.param(AN_ID.replace("0", "g", 1), id="a-g"),
        pytest.param(AN_ID.replace("0", "０", 1), id="full-width"),
        pytest.param(7, id="a-number"),
        pytest.param(None, id="null"),
        pytest.param("", id="empty"),
        pytest.param("urn:" + AN_ID.replace("-", ""), id="urn-and-32-digits"),
        pytest.param(AN_ID.replace("-", "") + "----", id="dashes-at-the-end"),
        pytest.param("0x" + AN_ID[2:], id="0x"),
        pytest.param(AN_ID[:2] + "_" + AN_ID[3:], id="underscore"),
        pytest.param("+" + AN_ID[1:], id="sign"),
        pytest.param(" " + AN_ID[1:], id="space"),
    ],
)
def test_qs17_an_id_in_any_other_form_is_refused(given):
    with pytest.raises(ValidationError):
        ID.deserialize(given)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("13800138000", "13800138000", id="PH-01"),
        pytest.param("+86 138 0013 8000", "13800138000", id="PH-02"),
        pytest.param("008613800138000", "13800138000", id="PH-03"),
        pytest.param("8613800138000", "13800138000", id="PH-04"),
        pytest.param("138-0013-8000", "13800138000", id="PH-05"),
        pytest.param("17012345678", "17012345678", id="PH-09"),
        pytest.param("16612345678", "16612345678", id="PH-10-166"),
        pytest.param("19912345678", "19912345678", id="PH-10-199"),
        pytest.param("0482-8266490", "0482-8266490", id="PH-11-dash"),
        pytest.param("04828266490", "0482-8266490", id="PH-11-no-dash"),
        pytest.param("１３８００１３８０００", "13800138000", id="PH-14-normalised"),
        pytest.param("１３800138000", "13800138000", id="PH-16-normalised"),
    ],
)
def test_a_phone_number_is_kept_in_one_form(given, kept):
    assert kept == Phone().deserialize(given)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("1380013800", id="PH-06"),
        pytest.param("138001380001", id="PH-07"),
        pytest.param("10000138000", id="PH-08-10"),
        pytest.param("11000138000", id="PH-08-11"),
        pytest.param("12000138000", id="PH-08-12"),
        pytest.param("0482-8266490转801", id="PH-12"),
        pytest.param("+852 5123 4567", id="PH-13"),
        pytest.param("1380013800a", id="PH-15"),
        pytest.param("13800138000 13800138001", id="PH-17"),
        pytest.param("13800138000/13800138001", id="PH-17-slash"),
        pytest.param("١٣٨٠٠١٣٨٠٠٠", id="PH-arabic-indic"),
        pytest.param(13800138000, id="PH-a-number"),
        pytest.param("", id="PH-empty"),
        pytest.param("1" * 31, id="PH-overlong"),
    ],
)
def test_anything_but_a_phone_number_is_refused(given):
    with pytest.raises(ValidationError):
        Phone().deserialize(given)


def test_a_credit_code_is_kept_in_upper_case():
    assert "91152201MA0N0TRE41" == CreditCode().deserialize(" 91152201ma0n0tre41 ")


@pytest.mark.parametrize(
    "given",
    ["91152201MA0N0TRE48", "91152201MA0N0TRE4", "91152201MA0N0TRE477", "9115220IMA0N0TRE47"]
    + ["９1152201MA0N0TRE47", "", 911522010000000000, None],
)
def test_a_credit_code_that_does_not_add_up_is_refused(given):
    with pytest.raises(ValidationError):
        CreditCode().deserialize(given)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("122.05,46.08", (122.05, 46.08)),
        ("-180,-90", (-180.0, -90.0)),
        ("180,90", (180.0, 90.0)),
        ("0,0", (0.0, 0.0)),
    ],
)
def test_a_place_is_kept(given, kept):
    assert kept == Point().deserialize(given)


@pytest.mark.parametrize(
    "given",
    ["122.05,91", "181,46.08", "nan,46", "122,NaN", "inf,1", "1e2,46", "122.05", "122.05,46.08,1"]
    + ["122.05;46.08", " 122,46", "122, 46", "１２２,46", "٣,46", ",", "", "1_2,46", "0x1,1", None]
    + ["122.,46", ".5,46", "122.0000000000001,46"],
)
def test_qs19_a_place_off_this_earth_is_refused(given):
    with pytest.raises(ValidationError):
        Point().deserialize(given)


@pytest.mark.parametrize(
    "field",
    [
        Text(most=5, required=True),
        Whole(least=1, required=True),
        Day(required=True),
        YesNo(required=True),
        OneOf(Colour, required=True),
        Id(required=True),
        Phone(required=True),
        CreditCode(required=True),
        Point(required=True),
        Part(Strict.from_dict({}), required=True),
    ],
    ids=lambda field: type(field).__name__,
)
def test_every_sentence_of_every_field_is_chinese(field):
    form = Strict.from_dict({"asked": field})()
    sentences = []
    for wrong in ({}, {"asked": None}, {"asked": [[]]}, {"asked": "\x01"}, {"asked": 10**12}):
        with pytest.raises(ValidationError) as refused:
            form.load(wrong)
        sentences += _sentences(refused.value.messages)

    assert all("\u4e00" <= sentence[0] <= "\u9fff" for sentence in sentences), sentences


def _sentences(faults):
    if isinstance(faults, dict):
        return [each for inner in faults.values() for each in _sentences(inner)]
    return faults
