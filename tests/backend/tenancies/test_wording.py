"""What does the agreement say, and is it the same for both?"""

import hashlib
from datetime import date

from backend.tenancies import wording
from backend.tenancies.grounds import Fee
from backend.tenancies.relief import Waived

DAY = date(2026, 11, 24)
BLANKS = {
    "number": "RZ-2026-000001",
    "applicant": "其其格",
    "venture": "",
    "park": "恒隆创业广场",
    "unit": "B201",
    "kind": "办公用房",
    "starts_on": "2027-01-01",
    "ends_on": "2027-12-31",
    "relief": "房租：未约定减免；",
    "special": "",
}


def test_the_hash_is_that_of_the_text_and_the_same_each_time():
    one, two = (wording.agreement(DAY, **BLANKS) for _ in range(2))

    assert one == two
    assert hashlib.sha256(one.text.encode("utf-8")).hexdigest() == one.sha256


def test_any_other_word_is_another_hash():
    hashes = {wording.agreement(DAY, **BLANKS | {name: "别的"}).sha256 for name in sorted(BLANKS)}

    assert len(BLANKS) == len(hashes)


def test_every_blank_is_in_the_text_and_braces_in_words_stay_words():
    told = wording.agreement(DAY, **{name: f"《{name}》" for name in BLANKS})
    braced = wording.agreement(DAY, **BLANKS | {"special": "{park} {0} {"})

    assert all(f"《{name}》" in told.text for name in BLANKS)
    assert "{park} {0} {" in braced.text


def test_the_text_speaks_of_unit_term_relief_duties_and_exit():
    text = wording.agreement(DAY, **BLANKS).text

    for heading in ("场地", "期限", "费用减免", "双方责任", "退出"):
        assert heading in text
    assert "其他约定\n无。" in text


def test_what_is_waived_is_told_fee_by_fee_and_what_was_not_agreed_too():
    year = (date(2027, 1, 1), date(2028, 1, 1))
    later = (date(2028, 1, 1), date(2028, 7, 1))

    told = wording.relief(
        [Waived(Fee.RENT, *year, 100), Waived(Fee.RENT, *later, 50), Waived(Fee.WATER, *year, 30)]
    )

    assert [
        "房租：自 2027-01-01 至 2027-12-31 减免 100%，自 2028-01-01 至 2028-06-30 减免 50%；",
        "水费：自 2027-01-01 至 2027-12-31 减免 30%；",
        "电费：未约定减免；",
        "物业费：未约定减免；",
    ] == told.splitlines()
