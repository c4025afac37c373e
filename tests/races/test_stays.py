"""Who wins when two things happen to one stay, or one person is counted twice, in one moment?"""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.db import action, session
from backend.errors import Refusal
from backend.tenancies import arriving, counting, evicting, leaving, reminding, renewing, sweeping
from backend.tenancies.counting import Named
from backend.tenancies.grounds import Eviction, Leaving
from backend.tenancies.models import Tenancy
from backend.tenancies.taking import noted
from tests.backend.tenancies.stage import (
    applicant,
    approve,
    did,
    fresh,
    moved_in,
    offers,
    on,
    the_books_agree,
    waits,
)
from tests.records import at_once, change, look, one, staff, unit

pytestmark = pytest.mark.usefixtures("simulator")
Stay = tuple[Any, dict]
MARCH, OPENS = date(2027, 3, 1), "2027-11-02"
BRIEFLY = text("SELECT pg_sleep(0.2)")
HERSELF = [Named("其其格", "152201199001010001")]


def together(*calls: Callable[[], Any], times: int = 2) -> list[Any]:
    """Let each be called so often at once; whatever was not refused in words is a fault."""
    got = at_once(len(calls) * times, lambda place: calls[place % len(calls)]())
    broken = [each for each in got if isinstance(each, Exception) and not isinstance(each, Refusal)]
    assert [] == broken
    return got


def wins(got: list[Any]) -> int:
    return sum(not isinstance(each, Exception) for each in got)


class TestARenewalAndTheNext:
    def race(self, grant: Callable[..., Any] = renewing.grant) -> None:
        """The park renews a term while a colleague grants the days after it to somebody else."""
        with on(OPENS):
            her, tenancy = moved_in()
            did(renewing.ask, tenancy, her, months=12, why="继续经营")
            _, case = applicant("next", starts_on="2028-01-01")
            seen = fresh(tenancy)["version"]
            got = together(
                lambda: grant(tenancy["id"], seen=seen, by=staff(), ends_on=None, words=""),
                lambda: approve(case, unit=unit("B201")),
            )
        the_books_agree("2028-02-01")
        renewed = one("SELECT count(*) FROM renewal WHERE granted_until IS NOT NULL")
        granted = [each[0] for each in offers()[1:]]
        assert (1, 1) == (wins(got), renewed + len(granted)), (renewed, granted)

    def test_the_days_after_the_term_are_one_persons(self, in_own_app):
        self.race()

    def test_without_a_lock_the_constraint_is_the_last_word(self, in_own_app):
        with pytest.raises(AssertionError, match="IntegrityError"):
            self.race(grant_blindly)

    def test_and_without_the_constraint_two_people_have_them(self, in_own_app):
        change("ALTER TABLE holding DROP CONSTRAINT ex_holding_unit")
        with pytest.raises(AssertionError):
            self.race(grant_blindly)


@action
def grant_blindly(public_id: Any, *, seen: int, by: Any, **said: Any) -> None:
    """Hold the days to come without looking who has them: the planted bug."""
    session.execute(BRIEFLY)
    keys = {"id": public_id, "until": date(2029, 1, 1)}
    for what in (
        "UPDATE holding SET during = daterange(lower(during), :until) WHERE application_id ="
        " (SELECT a.public_id FROM application a JOIN tenancy t ON t.application_id = a.id"
        " WHERE t.public_id = :id)",
        "UPDATE tenancy SET until_on = :until, status = 'ACTIVE' WHERE public_id = :id",
        "UPDATE renewal SET granted_until = :until, closed_at = now()",
    ):
        values = {name: value for name, value in keys.items() if f":{name}" in what}
        session.execute(text(what), values)


def heard() -> Stay:
    """Somebody whose eviction may be decided on 9 March."""
    her, tenancy = moved_in()
    with on("2027-03-01"):
        did(evicting.announce, tenancy, staff(), ground=Eviction.SUBLET, words="转租")
        did(evicting.hear, tenancy, staff(), attended=True, note="当面听取")
    return her, tenancy


ENDS = {
    "tenancy.left_early": "LEFT_EARLY",
    "tenancy.evicted": "EVICTED",
    "tenancy.graduated": "GRADUATED",
    "tenancy.arrival_lapsed": "OFFER_LAPSED",
    "tenancy.arrived": "ACTIVE",
}


def one_end(tenancy: dict) -> None:
    """One thing happened, one event says so, and where it stands agrees."""
    told = Counter(
        each["name"]
        for each in look("SELECT name FROM event WHERE subject_kind = 'tenancy'")
        if each["name"] in ENDS
    )
    assert 1 == sum(told.values()), f"{dict(told)} for one stay"
    assert ENDS[next(iter(told))] == fresh(tenancy)["status"], "the records say otherwise"
    the_books_agree("2027-04-01")


class TestTheEndOfAStay:
    def leave_or_be_evicted(self, leave: Callable[..., Any] = leaving.leave) -> None:
        her, tenancy = heard()
        seen = fresh(tenancy)["version"]
        said = {"reason": Leaving.MOVING, "words": ""}
        with on("2027-03-09"):
            together(
                lambda: leave(tenancy["id"], seen=seen, by=her, **said),
                lambda: evicting.evict(
                    tenancy["id"], seen=seen, by=staff("demo-bureau"), why="属实"
                ),
            )
        one_end(tenancy)
        assert 5 == one("SELECT count(*) FROM check_out")

    def test_she_leaves_or_is_evicted(self, in_own_app):
        self.leave_or_be_evicted()

    def test_whoever_looks_first_and_leaves_then_is_caught(self, in_own_app):
        change("ALTER TABLE tenancy DISABLE TRIGGER tenancy_legal_step")
        with pytest.raises(AssertionError, match="for one stay|otherwise|IntegrityError|Stale"):
            self.leave_or_be_evicted(leave_unlocked)

    def test_she_leaves_or_graduates(self, in_own_app):
        her, tenancy = moved_in()
        seen = fresh(tenancy)["version"]
        graduation = {
            "credit_code": "91152201MA0N0TRE41",
            "registered_on": MARCH,
            "moved_out_on": MARCH,
            "moved_to": "乌兰浩特市",
        }
        with on("2027-03-09"):
            got = together(
                lambda: leaving.leave(
                    tenancy["id"], seen=seen, by=her, reason=Leaving.MOVING, words=""
                ),
                lambda: leaving.graduate(tenancy["id"], seen=seen, by=staff(), **graduation),
            )
        assert 1 == wins(got)
        one_end(tenancy)
        graduated = "GRADUATED" == fresh(tenancy)["status"]
        assert int(graduated) == one("SELECT count(*) FROM graduation")

    def come_or_be_given_up(self, arrive: Callable[..., Any] = arriving.confirm) -> None:
        _, tenancy = moved_in(day=None)
        waits("next")
        seen, key = fresh(tenancy)["version"], fresh(tenancy)["id"]
        with on("2027-01-16"):
            together(
                lambda: arrive(tenancy["id"], seen=seen, by=staff(), arrived_on=date(2027, 1, 15)),
                lambda: sweeping.no_show(key),
            )
        one_end(tenancy)
        handed_on = [("OFFERED", "B201", "next")]
        came = "ACTIVE" == fresh(tenancy)["status"]
        assert ([] if came else handed_on) == offers()[1:]

    def test_she_comes_in_the_moment_in_which_she_is_given_up(self, in_own_app):
        self.come_or_be_given_up()

    def test_whoever_looks_first_and_lets_her_in_then_is_caught(self, in_own_app):
        change("ALTER TABLE tenancy DISABLE TRIGGER tenancy_legal_step")
        with pytest.raises(AssertionError, match="for one stay|otherwise|CheckViolation"):
            self.come_or_be_given_up(arrive_unlocked)


@action
def arrive_unlocked(public_id: Any, *, by: Any, arrived_on: date, **said: Any) -> None:
    """Look whether she may still come, and let her in then, without a lock: the planted bug."""
    keys = {"id": public_id}
    found = session.execute(text("SELECT id, status FROM tenancy WHERE public_id = :id"), keys)
    key, stands = found.one()
    session.execute(BRIEFLY)
    if stands == "ACTIVE":
        session.execute(
            text("UPDATE tenancy SET status = 'ACTIVE', arrived_on = :day WHERE id = :key"),
            {"key": key, "day": arrived_on},
        )
        noted("arrived", session.get_one(Tenancy, key), by)


@action
def leave_unlocked(public_id: Any, *, by: Any, **said: Any) -> None:
    """Look where it stands, and leave then, without a lock or a version: the planted bug."""
    keys = {"id": public_id}
    stands = session.scalar(text("SELECT status FROM tenancy WHERE public_id = :id"), keys)
    session.execute(BRIEFLY)
    if stands == "ACTIVE":
        session.execute(
            text(
                "UPDATE tenancy SET status = 'LEFT_EARLY', ended_on = '2027-03-09',"
                " ended_why = 'MOVING' WHERE public_id = :id"
            ),
            keys,
        )
        key = session.scalar(text("SELECT id FROM tenancy WHERE public_id = :id"), keys)
        noted("left_early", session.get_one(Tenancy, key), by)


class TestOnePersonInOneMonth:
    def race(self, record: Callable[..., Any] = counting.record) -> None:
        """Two managers write her down at two tenants of their park."""
        stays = [moved_in(), moved_in("other", "B202")]
        said = {"month": MARCH, "people": HERSELF, "why": ""}

        def by(stay: Stay) -> Callable[[], Any]:
            seen = fresh(stay[1])["version"]
            return lambda: record(stay[1]["id"], seen=seen, by=staff(), **said)

        with on("2027-03-25"):
            together(*(by(each) for each in stays), times=1)
        counted = one("SELECT count(*) FROM head WHERE counted")
        assert 2 == one("SELECT count(*) FROM head")
        assert 1 == counted, f"counted {counted} times"

    def test_she_is_counted_once(self, in_own_app):
        self.race()

    def test_without_waiting_for_each_other_the_index_is_the_last_word(self, in_own_app):
        with pytest.raises(AssertionError, match="IntegrityError"):
            self.race(record_unlocked)

    def test_and_without_the_index_she_is_counted_twice(self, in_own_app):
        change("DROP INDEX uq_head_once_a_month")
        with pytest.raises(AssertionError, match="counted 2 times"):
            self.race(record_unlocked)

    def test_while_one_strikes_her_out_and_another_writes_her_down_she_is_not_lost(
        self, in_own_app
    ):
        first, second = moved_in(), moved_in("other", "B202")
        with on("2027-03-25"):
            did(counting.record, first[1], staff(), month=MARCH, people=HERSELF, why="")
            seen = [fresh(each[1])["version"] for each in (first, second)]
            together(
                lambda: counting.record(
                    first[1]["id"], seen=seen[0], by=staff(), month=MARCH, people=[], why="误登"
                ),
                lambda: counting.record(
                    second[1]["id"], seen=seen[1], by=staff(), month=MARCH, people=HERSELF, why=""
                ),
                times=1,
            )
        assert ["B202"] == [
            each["code"]
            for each in look(
                "SELECT code FROM head JOIN headcount c ON c.id = headcount_id"
                " JOIN tenancy t ON t.id = c.tenancy_id JOIN unit u ON u.id = t.unit_id"
                " WHERE counted"
            )
        ]


@action
def record_unlocked(public_id: Any, *, by: Any, month: date, **said: Any) -> None:
    """See that nobody has counted her, and count her then: the planted bug."""
    keys = {"id": public_id, "month": month}
    known = session.scalar(text("SELECT count(*) FROM head WHERE counted"))
    session.execute(BRIEFLY)
    made = session.scalar(
        text(
            "INSERT INTO headcount (public_id, tenancy_id, park_id, month, declared, told_at, why,"
            " confirmed_at, confirmed_by) SELECT gen_random_uuid(), id, park_id, :month, false,"
            " now(), '', now(), :by FROM tenancy WHERE public_id = :id RETURNING id"
        ),
        keys | {"by": by.id},
    )
    session.execute(
        text(
            "INSERT INTO head (public_id, headcount_id, park_id, month, who, name, counted)"
            " SELECT gen_random_uuid(), id, park_id, month, 'she', '', :first FROM headcount"
            " WHERE id = :made"
        ),
        {"made": made, "first": not known},
    )


def test_eight_workers_remind_once_of_each_day(in_own_app):
    moved_in()
    with on("2027-03-03", 9):
        assert [None] * 8 == at_once(8, lambda _: reminding.sweep())

    assert 1 == one("SELECT count(*) FROM event WHERE name = 'tenancy.heads_missing'")
    assert 3 == one("SELECT count(*) FROM message WHERE event = 'tenancy.heads_missing'")


def test_the_key_of_a_reminder_is_its_last_word(in_own_app):
    """The planted bug: to look whether it was said, and to say it then."""
    moved_in()
    said = "INSERT INTO reminder SELECT id, 'heads_missing', '2027-02-28', now() FROM application"
    change(said)

    with pytest.raises(IntegrityError, match="pk_reminder"):
        change(said)
