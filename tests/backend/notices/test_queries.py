"""Which notices does somebody find, and what may everybody read?"""

from datetime import date

import pytest
import time_machine

from backend.db import new_id
from backend.errors import NotFound
from backend.notices import queries
from backend.notices.kinds import Topic
from notifications import broadcasting
from tests.backend.notices import stage
from tests.backend.notices.stage import ARSHAN, MORNING, ULANHOT, clerk, league, second

pytestmark = pytest.mark.usefixtures("in_mended_app")


def titles(found) -> list[str]:
    return [each["title"] for each in found]


def found_by(**asked) -> list[str]:
    return titles(queries.published(limit=10, **asked))


class TestForStaff:
    def test_the_league_sees_all_and_a_county_its_own_newest_first(self):
        for title, scope in (("一", "league"), ("二", ULANHOT), ("三", ARSHAN)):
            stage.draft(title=title, scope=scope)

        listed = {
            name: titles(queries.listed(by, after=None, limit=10))
            for name, by in (("league", second()), ("county", clerk("of-ulanhot", ULANHOT)))
        }

        assert {"league": ["三", "二", "一"], "county": ["二"]} == listed

    def test_a_page_goes_on_where_it_stopped(self):
        for title in "一二三":
            stage.draft(title=title)

        first = queries.listed(league(), after=None, limit=2)

        assert ["一"] == titles(queries.listed(league(), after=first[-1]["row"], limit=2))


class TestPublished:
    @pytest.fixture(autouse=True)
    def on_a_morning(self):
        with time_machine.travel(MORNING, tick=True):
            yield

    def test_nothing_is_read_before_it_has_left(self):
        made = stage.scheduled()

        assert [] == found_by()
        with pytest.raises(NotFound):
            queries.get_published(made["id"])
        with pytest.raises(NotFound):
            queries.get_published(new_id())

    def test_then_anybody_reads_all_of_it_and_nothing_else(self):
        made = stage.begun()

        found = queries.get_published(made["id"])

        assert (made["title"], made["body"], False) == (
            found["title"],
            found["body"],
            found["withdrawn"],
        )
        assert not {"audience", "people", "proposed_by", "figures"} & found.keys()

    def test_words_topics_counties_and_days_narrow_the_list(self):
        stage.begun(
            title="补贴开始申报",
            in_force_from=date(2026, 12, 1),
            in_force_until=date(2026, 12, 31),
        )
        stage.begun(title="贷款100%贴息", scope=ULANHOT, topics=[Topic.LOAN, Topic.POLICY])

        both = ["贷款100%贴息", "补贴开始申报"]
        assert both == found_by()
        assert ["补贴开始申报"] == found_by(q="申报 补贴开始")
        assert [] == found_by(q="补贴开始 没有这个词")
        assert ["贷款100%贴息"] == found_by(q="100%贴")
        assert [] == found_by(q="100_贴")
        assert ["贷款100%贴息"] == found_by(topic=Topic.POLICY)
        assert (both, both[1:]) == (found_by(county=ULANHOT), found_by(county=ARSHAN))
        for day, expected in (
            (date(2026, 11, 30), both[:1]),
            (date(2026, 12, 1), both),
            (date(2026, 12, 31), both),
            (date(2027, 1, 1), both[:1]),
        ):
            assert expected == found_by(on=day), day

    def test_one_that_was_withdrawn_is_not_listed_and_says_why(self):
        stage.crowd(101)
        made = stage.begun()
        assert [made["title"]] == found_by()

        broadcasting.cancel(made["id"], why="金额有误", seen=made["version"], by=league())

        assert [] == found_by()
        found = queries.get_published(made["id"])
        assert (True, "金额有误") == (found["withdrawn"], found["withdrawn_why"])
