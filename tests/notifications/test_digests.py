"""What has changed for somebody this week: one message, one push, and nothing where is nothing."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from backend import clock
from backend.consents import actions as consents
from backend.consents.kinds import Purpose
from backend.notices.kinds import Topic
from backend.wechat.simulator.field_rules import fits
from backend.wechat.simulator.templates import PAGES
from backend.wechat.simulator.templates import TEMPLATES as CARDS
from notifications import broadcasting, delivery, digests, expansion, ledger, preferences
from notifications.digests import SHOWN, morning
from notifications.models import Lane
from tests.backend.matches.stage import consent
from tests.backend.notices import stage
from tests.backend.notices.stage import league
from tests.notifications.posts import FakeWeChat
from tests.planned import rows_read
from tests.records import change, look, one

# Monday, 30 November 2026, nine o'clock in Shanghai.
MONDAY, NINE = date(2026, 11, 30), datetime(2026, 11, 30, 1, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def on_a_thursday_before(in_mended_app):
    with time_machine.travel(NINE - timedelta(days=5), tick=True) as now:
        write()  # The digests of that week: nobody had anything.
        now.move_to(NINE - timedelta(days=4))
        yield now


def reader(name: str = "tuya", *, credits: int = 5, weekly: Any = frozenset(Topic)) -> Any:
    """Somebody who wants to hear of everything once a week."""
    her = stage.citizen(name, credits=credits)
    preferences.choose((), weekly=weekly, by=her)
    return her


def digest_of(her: Any) -> dict[str, Any]:
    (found,) = digests_of(her)
    return found


def digests_of(her: Any) -> list[dict[str, Any]]:
    return look(
        "SELECT m.title, m.body, m.link, m.id, d.status, d.detail, d.next_try_at, d.content,"
        " d.polite, d.lane, d.template FROM message m JOIN delivery d ON d.message_id = m.id"
        " WHERE m.event = 'digest.begun' AND m.person_id = :her ORDER BY m.id",
        her=her.id,
    )


def write() -> None:
    """All that there is to do about digests, however many runs it takes."""
    for _ in range(5):
        digests.sweep()


class TestWhen:
    @pytest.mark.parametrize(
        ("week_on", "on"),
        [
            (date(2026, 11, 30), date(2026, 11, 30)),
            # Monday is the Spring Festival's eve or within it, until the 23rd: nobody works.
            (date(2026, 2, 16), date(2026, 2, 16)),
            # The festival ends on Monday the 23rd.
            (date(2026, 2, 23), date(2026, 2, 24)),
            # Labour Day is a Friday; the Monday after is still off, and so is Tuesday.
            (date(2026, 5, 4), date(2026, 5, 6)),
            (date(2026, 9, 28), date(2026, 9, 28)),
        ],
    )
    def test_on_the_first_working_day_of_the_week_at_nine(self, week_on, on):
        found = morning(week_on)

        assert (on, 9, 0) == (found.date(), found.hour, found.minute)

    @pytest.mark.parametrize(
        ("at", "expected"), [(NINE - timedelta(seconds=1), 0), (NINE, 1), (NINE + WEEK / 2, 1)]
    )
    def test_not_before_its_morning_and_all_week_if_it_was_missed(
        self, on_a_thursday_before, at, expected
    ):
        her = reader()
        stage.begun()
        assert not digests.is_due()
        on_a_thursday_before.move_to(at)

        assert bool(expected) is digests.is_due()
        write()

        assert expected == len(digests_of(her))
        assert not digests.is_due()


class TestWhat:
    def test_it_lists_what_she_has_not_read(self, on_a_thursday_before):
        her = reader()
        for title in ("补贴开始申报", "园区招租", "见习岗位"):
            stage.begun(title=title)
        change("UPDATE message SET read_at = now() WHERE title = '园区招租'")
        on_a_thursday_before.move_to(NINE)

        write()

        found = digest_of(her)
        assert "本周与您有关的消息" == found["title"]
        assert "2条消息您还没有阅读：《补贴开始申报》《见习岗位》。" == found["body"]
        assert found["link"] in PAGES

    def test_where_there_is_nothing_there_is_no_message(self, on_a_thursday_before):
        her, other = reader(), reader("naren")
        stage.begun()
        change("UPDATE message SET read_at = now() WHERE person_id = :her", her=her.id)
        on_a_thursday_before.move_to(NINE)

        write()

        assert ([], 1) == (digests_of(her), len(digests_of(other)))

    def test_whoever_wants_to_hear_each_time_has_none(self, on_a_thursday_before):
        her = stage.citizen("tuya", credits=5)
        stage.begun()
        on_a_thursday_before.move_to(NINE)

        write()

        assert [] == digests_of(her)

    def test_what_was_withdrawn_or_is_not_wanted_any_more_is_not_listed(self, on_a_thursday_before):
        her = reader()
        stage.citizen("naren", credits=5)  # For whom it is still under way.
        withdrawn = stage.begun(title="有误", topics=[Topic.SPACE])
        seen = stage.now(withdrawn)["version"]
        broadcasting.cancel(withdrawn["id"], why="金额有误", seen=seen, by=league())
        stage.begun(title="贷款", topics=[Topic.LOAN])
        stage.begun(title="活动", topics=[Topic.ACTIVITY])
        preferences.choose({Topic.LOAN}, weekly={Topic.ACTIVITY}, by=her)
        on_a_thursday_before.move_to(NINE)

        write()

        assert "1条消息您还没有阅读：《活动》。" == digest_of(her)["body"]

    def test_what_policies_have_found_is_listed_while_she_consents(self, on_a_thursday_before):
        her, other = reader(), reader("naren")
        for each in (her, other):
            consent(each)
        stage.begun(title="有政策与您有关")
        change("UPDATE message SET event = 'match.found' WHERE person_id IS NOT NULL")
        consents.withdraw(Purpose.POLICY_MATCHING, by=other)
        on_a_thursday_before.move_to(NINE)

        write()

        assert "1条消息您还没有阅读：《有政策与您有关》。" == digest_of(her)["body"]
        assert [] == digests_of(other)

    def test_messages_about_her_own_case_are_not_listed(self, on_a_thursday_before):
        her = reader()
        stage.begun(title="补贴")
        change("UPDATE message SET event = 'application.approved' WHERE title = '补贴'")
        on_a_thursday_before.move_to(NINE)

        write()

        assert [] == digests_of(her)

    def test_of_very_many_the_first_are_named(self, on_a_thursday_before):
        her = reader()
        stage.begun(title="补贴")
        change(
            "WITH more AS (INSERT INTO event (public_id, name, subject_kind, subject_id, at,"
            " particulars) SELECT gen_random_uuid(), 'x', 'x', 0, now(), '{}'"
            " FROM generate_series(1, :many) RETURNING id)"
            " INSERT INTO message (public_id, event_id, event, person_id, title, body, link,"
            " created_at) SELECT gen_random_uuid(), more.id, event, person_id, title, body, link,"
            " created_at FROM more, message WHERE person_id IS NOT NULL",
            many=SHOWN,
        )
        on_a_thursday_before.move_to(NINE)

        write()

        assert f"{SHOWN + 1}条消息您还没有阅读：{'《补贴》' * SHOWN}等。" == digest_of(her)["body"]

    def test_a_week_goes_on_where_the_one_before_ended(self, on_a_thursday_before):
        """Nothing is listed twice, and nothing is lost between two of them."""
        her = reader()
        stage.begun(title="先")
        on_a_thursday_before.move_to(NINE)
        write()
        on_a_thursday_before.move_to(NINE + timedelta(minutes=5))
        stage.begun(title="后")
        on_a_thursday_before.move_to(NINE + WEEK)

        write()

        first, second = digests_of(her)
        assert ("《先》" in first["body"], "《后》" in second["body"]) == (True, True)
        assert "1条" in second["body"]

    def test_what_is_being_written_as_a_week_is_opened_is_for_the_next_one(
        self, on_a_thursday_before
    ):
        """Its transaction may not have ended when the digests look."""
        her = reader()
        stage.begun(title="先")
        on_a_thursday_before.move_to(NINE - timedelta(seconds=30))
        stage.begun(title="后")
        on_a_thursday_before.move_to(NINE)
        write()
        on_a_thursday_before.move_to(NINE + WEEK)

        write()

        first, second = digests_of(her)
        assert ("1条消息您还没有阅读：《先》。", "1条消息您还没有阅读：《后》。") == (
            first["body"],
            second["body"],
        )


class TestThePush:
    def written(self, travel: Any, **her: Any) -> dict[str, Any]:
        who = reader(**her)
        stage.begun()
        travel.move_to(NINE)
        write()
        return digest_of(who)

    def test_it_takes_the_card_of_notices_and_fits_it(self, on_a_thursday_before):
        found = self.written(on_a_thursday_before)

        (card,) = (each for each in CARDS if each.template_id == "POLICY_NOTICE")
        assert set(card.keys) == set(found["content"])
        assert all(fits(key, said) for key, said in found["content"].items())
        assert "1条消息您还没有阅读" == found["content"]["thing2"]
        assert fits("thing2", "99999条消息您还没有阅读")

    def test_it_keeps_quiet_and_is_spread_over_an_hour(self, on_a_thursday_before):
        found = self.written(on_a_thursday_before)

        assert ("PENDING", True, "BROADCAST") == (found["status"], found["polite"], found["lane"])
        assert NINE <= found["next_try_at"] < NINE + timedelta(hours=1, seconds=5)

    def test_where_no_push_is_left_the_message_is_there_all_the_same(self, on_a_thursday_before):
        found = self.written(on_a_thursday_before, credits=0)

        assert ("SKIPPED", "no_credit") == (found["status"], found["detail"])

    def test_whoever_had_three_this_week_has_the_message_alone(self, on_a_thursday_before):
        her = reader()
        for _ in range(3):
            stage.begun(urgent_why="明日停电")
        change("UPDATE delivery SET status = 'ACCEPTED', intent_at = now()")
        on_a_thursday_before.move_to(NINE)

        write()

        assert ("SKIPPED", "capped") == (digest_of(her)["status"], digest_of(her)["detail"])

    def test_it_leaves(self, on_a_thursday_before):
        self.written(on_a_thursday_before)
        change(
            "UPDATE delivery SET next_try_at = now() - interval '1 s', expires_at = now() + '1 h'"
        )
        wechat = FakeWeChat()

        templates = {"policy_notice": "POLICY_NOTICE"}
        delivery.send_all_due(wechat, templates, rate=10_000, lane=Lane.BROADCAST)

        assert ["本周与您有关的消息"] == [words["thing1"] for *_, words in wechat.sent]

    def test_it_is_missed_in_the_night(self, on_a_thursday_before):
        her = reader()
        stage.begun()
        on_a_thursday_before.move_to(NINE + timedelta(hours=13))

        write()

        eight = NINE + timedelta(hours=23)
        assert eight <= digest_of(her)["next_try_at"] < eight + timedelta(hours=1)
        assert [] == ledger.claim("me", Lane.BROADCAST, rate=1000)


class TestOnce:
    def test_however_often_it_is_swept_there_is_one_a_week(self, on_a_thursday_before):
        her = reader()
        stage.begun()
        on_a_thursday_before.move_to(NINE)

        for _ in range(3):
            write()
            digests.begin(MONDAY)

        assert 1 == len(digests_of(her))
        assert 1 == one("SELECT count(*) FROM digest WHERE week_on = :day", day=MONDAY)
        assert 2 == one("SELECT count(*) FROM event WHERE name = 'digest.begun'")

    def test_a_portion_that_is_told_twice_tells_nobody_twice(self, on_a_thursday_before):
        """The watermark was lost, as after a restored copy: the index has the last word."""
        her = reader()
        stage.begun()
        on_a_thursday_before.move_to(NINE)
        write()
        change("UPDATE digest SET told_to = 0, ended_at = NULL WHERE week_on = :day", day=MONDAY)

        write()

        assert 1 == len(digests_of(her))

    def test_one_that_was_begun_is_ended_in_the_next_week(self, on_a_thursday_before):
        her = reader()
        stage.begun()
        on_a_thursday_before.move_to(NINE)
        digests.begin(MONDAY)
        on_a_thursday_before.move_to(NINE + WEEK)

        write()

        assert 1 == len(digests_of(her))
        assert 0 == one("SELECT count(*) FROM digest WHERE ended_at IS NULL")
        assert 3 == one("SELECT count(*) FROM digest")

    def test_whoever_is_barred_has_none(self, on_a_thursday_before):
        her = reader()
        stage.begun()
        change("UPDATE person SET disabled_at = now() WHERE id = :her", her=her.id)
        on_a_thursday_before.move_to(NINE)

        write()

        assert [] == digests_of(her)
        change("UPDATE person SET disabled_at = NULL")


def test_thousands_are_told_in_portions(on_a_thursday_before):
    many = expansion.CHUNK + 200
    stage.crowd(many)
    change("INSERT INTO weekly SELECT person_id, 'SUBSIDY', now() FROM profile")
    stage.begun()
    change("UPDATE notice SET released_at = now()")
    expansion.sweep()
    on_a_thursday_before.move_to(NINE)
    digests.begin(MONDAY)
    key = one("SELECT id FROM digest WHERE week_on = :day", day=MONDAY)

    assert [expansion.CHUNK, 200, 0, 0] == [digests.tell(key) for _ in range(4)]

    assert many == one("SELECT count(DISTINCT person_id) FROM message WHERE event = 'digest.begun'")
    assert many == one("SELECT count(*) FROM message WHERE event = 'digest.begun'")


def test_a_portion_costs_as_much_as_it_has_people():
    """Of copies that have just been written the planner knows nothing."""
    stage.unknown_to_the_planner()
    stage.crowd(1000, counted=False)
    change("INSERT INTO weekly SELECT person_id, 'SUBSIDY', now() FROM profile")
    stage.begun()
    change("UPDATE notice SET released_at = now()")
    expansion.sweep()
    now = clock.now()
    digests.begin(MONDAY)
    known = {"event_id": one("SELECT max(event_id) FROM digest"), "after": 0, "size": 1000}
    known |= {"since": now - WEEK, "until": now, "now": now, "due": now, "expires": now + WEEK}

    assert rows_read(digests.TELL.text, known | {"card": "{}"}) < 50 * 1000
    assert 1000 == one("SELECT count(*) FROM message WHERE event = 'digest.begun'")
