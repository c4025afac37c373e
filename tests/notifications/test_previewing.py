"""How do the words look before anybody gets them? With the longest names in the records."""

import pytest

from backend.db import action
from backend.errors import NotAllowed, NotFound
from backend.wechat.simulator.field_rules import fits
from notifications import previewing, wordings
from notifications.catalogue import CATALOGUE, readers_of
from notifications.templates import TEMPLATES
from tests.backend.parks.appendix import LONGEST_NAME
from tests.records import change, look, person, staff

pytestmark = pytest.mark.usefixtures("in_mended_app")
APPROVED = ("application.approved", "applicant")
CLERK = "demo-bureau"
PAIRS = [(row.event, row.reader.name.lower()) for row in wordings.ROWS]


def clerk():
    return staff(CLERK)


def shown(event: str, reader: str = "applicant") -> dict:
    return previewing.preview(event, reader, by=clerk())


def on_card(view: dict, key: str) -> dict:
    (found,) = (each for each in view["card"]["keys"] if each["key"] == key)
    return found


class TestList:
    def test_every_row_and_every_card_is_listed_with_its_version(self):
        found = previewing.listed(clerk())

        assert len(CATALOGUE) + 1 + len(TEMPLATES) == len(found)
        assert all(each["is_current"] and each["since"] is None for each in found)
        cards = [each for each in found if each["event"] is None]
        assert {"申请办理结果通知", "政策通知提醒", "政策匹配提醒"} == {
            each["title"] for each in cards
        }

    def test_since_is_when_the_first_process_began_to_write_by_it(self):
        row = readers_of(APPROVED[0])[0]
        action(wordings.keep)([wordings.of_row(row)])
        (kept,) = look("SELECT since FROM wording")

        known = [each for each in previewing.listed(clerk()) if each["since"]]

        assert [(*APPROVED, "申请人", kept["since"])] == [
            (each["event"], each["reader"], each["reader_label"], each["since"]) for each in known
        ]

    def test_looking_writes_nothing(self):
        previewing.listed(clerk())
        shown(*APPROVED)

        assert [] == look("SELECT * FROM wording")


class TestPreview:
    def test_every_row_can_be_shown_and_every_card_would_be_taken(self):
        for found in (shown(*pair) for pair in PAIRS):
            assert "{" not in found["inbox"]["title"] + found["inbox"]["body"], found["event"]
            for each in found["card"]["keys"] if found["card"] else ():
                assert fits(each["key"], each["said"]), (found["event"], each)
                assert each["length"] == len(each["said"])

    def test_the_longest_name_of_a_park_is_cut_on_the_card_and_whole_in_the_inbox(self):
        found = shown(*APPROVED)

        office = on_card(found, "thing1")
        # 21 characters, of which 19 and the dots stay.
        assert ("项目名称", "{office}", 20, True) == (
            office["title"],
            office["words"],
            office["length"],
            office["was_cut"],
        )
        assert LONGEST_NAME[:19] + "…" == office["said"]
        assert LONGEST_NAME in found["inbox"]["body"]
        result = on_card(found, "phrase2")
        assert ("审核结果", "审核通过", 4, False) == (
            result["title"],
            result["said"],
            result["length"],
            result["was_cut"],
        )
        assert "5 个汉字" in result["rule"]

    def test_a_name_with_a_dot_stands_in_it_as_it_is(self):
        found = shown("application.transferred", "predecessor")

        assert "孛儿只斤·阿拉坦乌力吉" in found["inbox"]["body"]
        assert found["card"] is None

    def test_what_the_bureau_decides_is_shown_with_the_longest_name_of_its_counties(self):
        # 科尔沁右翼前旗 and 科尔沁右翼中旗 have seven characters each, the others fewer.
        assert on_card(shown("loan.referred"), "thing1")["said"] in (
            "科尔沁右翼前旗人社局",
            "科尔沁右翼中旗人社局",
        )

    def test_a_longer_name_in_the_records_is_seen_at_once(self):
        change("UPDATE park SET name = name || '（阿尔山分园）' WHERE name = :n", n=LONGEST_NAME)

        assert f"{LONGEST_NAME}（阿尔山分园）" in shown(*APPROVED)["inbox"]["body"]

    def test_the_card_of_a_notice_is_shown_like_others(self):
        found = shown("notice.published", "entrepreneur")

        assert "政策通知提醒" == found["card"]["title"]
        assert on_card(found, "thing2")["was_cut"]

    def test_words_of_before_are_named_newest_first_and_can_be_read(self):
        (row,) = readers_of(APPROVED[0])
        older = [wordings.of_row(row._replace(title=each)) for each in ("通过", "已通过")]
        for each in (*older, wordings.of_row(row)):
            action(wordings.keep)([each])

        found = shown(*APPROVED)

        assert [older[1].version, older[0].version] == [e["version"] for e in found["earlier"]]
        read = previewing.wording(older[0].version, by=clerk())
        assert ("通过", False, APPROVED) == (
            read["title"],
            read["is_current"],
            (read["event"], read["reader"]),
        )
        assert previewing.wording(found["version"], by=clerk())["is_current"]

    @pytest.mark.parametrize(
        ("event", "reader"),
        [("application.burnt", "applicant"), ("application.approved", "bank"), ("", "")],
    )
    def test_a_row_that_is_not_there_is_not_found(self, event, reader):
        with pytest.raises(NotFound):
            shown(event, reader)

    def test_a_version_that_was_never_kept_is_not_found(self):
        (row,) = readers_of(APPROVED[0])

        with pytest.raises(NotFound):
            previewing.wording(wordings.of_row(row).version, by=clerk())


@pytest.mark.parametrize("who", ["demo-manager", "demo-bank", "a citizen"])
def test_only_the_bureau_looks_at_the_words(who):
    by = person() if who == "a citizen" else staff(who)
    for look_at in (
        lambda: previewing.listed(by),
        lambda: previewing.preview(*APPROVED, by=by),
        lambda: previewing.wording("x", by=by),
    ):
        with pytest.raises(NotAllowed):
            look_at()
