"""Which messages grow out of an event: one for each reader, once, whoever dies in between."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from backend.applications import actions
from backend.applications.kinds import Kind, Reason
from backend.audit import actions as audit
from backend.cases import actions as cases
from backend.cases import correcting, reminding
from backend.cases.granting import Wish
from notifications import fanout
from notifications.filling import Unsaid
from tests import records
from tests.filing import approved, claimed, draft, handed_in, returned, submitted
from tests.records import at_once, change, look, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")


@pytest.fixture
def deaf():
    """As if the process died right after each commit: only the job is left."""
    kept, audit.told[:] = list(audit.told), []
    yield
    audit.told[:] = kept


def rejected(note: str = "") -> dict:
    case = submitted()
    return cases.reject(
        case["id"],
        seen=case["version"],
        by=staff(),
        reasons=[Reason.NO_SPACE, Reason.PLAN_INCOMPLETE],
        note=note,
    )


def messages() -> list[dict]:
    """What people were told; the office has an inbox of its own."""
    return look("SELECT * FROM message WHERE person_id IS NOT NULL ORDER BY id")


def event(name: str) -> int:
    return one("SELECT id FROM event WHERE name = :name", name=name)


def jobs(name: str) -> list[dict]:
    found = look(
        "SELECT args FROM procrastinate_jobs WHERE task_name = :name ORDER BY id", name=name
    )
    return [each["args"] for each in found]


class TestWords:
    @time_machine.travel("2026-11-24T03:04:05Z", tick=False)
    def test_an_approval_says_where_and_from_when_to_when(self, in_app):
        case = approved(note="欢迎")

        (message,) = messages()
        assert "申请已通过" == message["title"]
        assert (
            f"您的入驻申请 {case['number']} 已由恒隆创业广场审核通过，场地 B201，"
            "自 2027-01-01 至 2027-12-31。请按园区通知办理入驻手续。承办单位留言：欢迎。"
        ) == message["body"]
        assert f"pages/applications/detail?id={case['id']}" == message["link"]

    def test_an_approval_by_the_bureau_says_what_comes_next_and_promises_nothing(self, in_app):
        case = submitted(kind=Kind.GUARANTEE_LOAN)
        cases.approve(case["id"], seen=case["version"], by=staff("demo-bureau"))

        assert (
            f"您的创业担保贷款申请 {case['number']} 已由乌兰浩特市人社局审核通过，"
            "接下来公示；公示期满后推荐给经办银行。"
        ) == messages()[0]["body"]

    @time_machine.travel("2026-11-24T03:04:05Z", tick=False)
    def test_its_push_fits_the_card(self, in_app):
        approved(note="欢迎")

        # 03:04 in UTC is 11:04 in Shanghai.
        assert {
            "thing1": "恒隆创业广场",
            "phrase2": "审核通过",
            "date3": "2026年11月24日 11:04",
            "thing4": "场地B201，请办理入驻手续",
        } == one("SELECT content FROM delivery")

    def test_a_rejection_says_why_and_what_to_do(self, in_app):
        case = rejected("明年再来")

        (message,) = messages()
        assert "申请未通过" == message["title"]
        assert (
            f"您的入驻申请 {case['number']} 未获恒隆创业广场通过。"
            "原因：暂无合适场地、创业计划不完整。"
            "承办单位留言：明年再来。您可以修改后重新申请，也可以咨询承办单位。"
        ) == message["body"]
        # 原因：暂无合适场地、创业计划不完整 has 17 characters.
        assert "原因：暂无合适场地、创业计划不完整" == one("SELECT content FROM delivery")["thing4"]

    def test_without_a_note_nothing_is_said_of_one(self, in_app):
        rejected()

        assert "留言" not in messages()[0]["body"]

    def test_braces_in_a_note_are_words_like_others(self, in_app):
        approved(note="{number} {0} %s {")

        assert "承办单位留言：{number} {0} %s {。" in messages()[0]["body"]

    def test_the_longest_park_name_is_cut_in_the_push_and_whole_in_the_message(self, in_mended_app):
        change(
            "INSERT INTO park_manager SELECT park.id, staff.id, '2026-01-01' FROM park, staff"
            " WHERE key = 'P02' AND username = 'demo-manager'"
        )
        case = submitted(park="P02")
        cases.reject(case["id"], seen=case["version"], by=staff(), reasons=[Reason.NO_SPACE])

        assert "兴安职业技术学院创新创业学院电子商务孵化园" in messages()[0]["body"]
        pushed = one("SELECT content FROM delivery")["thing1"]
        assert "兴安职业技术学院创新创业学院电子商务孵…" == pushed


class TestReaders:
    @pytest.mark.parametrize("decide", [approved, rejected])
    def test_a_decision_makes_one_message_and_one_push_for_the_applicant(self, in_app, decide):
        person("somebody else")

        decide()

        her = person()
        assert [her.id] == [each["person_id"] for each in messages()]
        assert [(her.id, "wechat", "PENDING", 0)] == [
            tuple(each.values())
            for each in look("SELECT person_id, channel, status, attempts FROM delivery")
        ]

    def test_she_is_not_told_what_she_did_herself(self, in_app):
        her = person()
        case = draft(her)
        case = actions.update(case["id"], seen=case["version"], by=her, sections={})
        case = handed_in(case, her)
        cases.withdraw(case["id"], seen=case["version"], by=her)

        assert [] == messages()
        assert 0 == one("SELECT count(*) FROM event WHERE announced_at IS NULL")

    @time_machine.travel("2026-11-24T03:00:00Z", tick=False)
    def test_a_push_is_due_at_once_and_given_up_after_a_day(self, in_app):
        approved()

        now = datetime(2026, 11, 24, 3, tzinfo=UTC)
        assert [{"next_try_at": now, "expires_at": now + timedelta(days=1)}] == look(
            "SELECT next_try_at, expires_at FROM delivery"
        )

    @time_machine.travel("2026-11-24T03:04:05Z", tick=False)
    def test_an_approval_that_was_set_aside_before_anybody_heard_is_told_all_the_same(
        self, in_app, deaf
    ):
        case = approved()
        cases.reopen(case["id"], seen=case["version"], by=staff("demo-bureau"), why="重新核实")

        fanout.announce(event("application.approved"))

        (told,) = messages()
        assert "之后又有变化，请查看申请的最新进展。" in told["body"]
        (push,) = look("SELECT content FROM delivery")
        assert "2026年11月24日 11:04" in push["content"].values()


class TestOnce:
    def test_announcing_twice_says_it_once(self, in_app):
        approved()
        before = look("SELECT * FROM delivery")

        fanout.announce(event("application.approved"))

        assert 1 == len(messages())
        assert before == look("SELECT * FROM delivery")

    def test_even_a_forgotten_announcement_is_not_repeated(self, in_app):
        """The mark is gone, as after a crash in between: the unique pair still holds."""
        approved()
        change("UPDATE event SET announced_at = NULL")

        fanout.announce(event("application.approved"))

        assert (1, 1) == (len(messages()), one("SELECT count(*) FROM delivery"))
        assert 0 == one(
            "SELECT count(*) FROM event WHERE announced_at IS NULL"
            " AND name = 'application.approved'"
        )

    def test_twenty_threads_say_it_once(self, in_app, deaf):
        approved()
        key = event("application.approved")

        at_once(8, lambda _: fanout.announce(key))
        fanout.announce(key)

        assert (1, 1) == (len(messages()), one("SELECT count(*) FROM delivery"))

    def test_an_unknown_event_is_nothing(self, in_app):
        fanout.announce(10**9)

        assert [] == messages()


class TestDying:
    def test_the_event_commits_with_a_job_that_announces_it(self, in_app, deaf):
        approved()

        assert [] == messages()
        keys = [each["id"] for each in look("SELECT id FROM event ORDER BY id")]
        assert keys == [each["event_id"] for each in jobs("announce_event")]

    def test_a_decision_that_is_refused_leaves_neither_event_nor_job(self, in_app):
        approved(person("one"))
        before = len(jobs("announce_event"))
        case = submitted(person("two"))
        with pytest.raises(fanout.applications.NotFound.__mro__[1]):
            cases.approve(case["id"], seen=case["version"], by=staff(), wish=Wish(records.unit()))

        # Signing in, drafting and submitting: three events, and none of the decision.
        assert before + 3 == len(jobs("announce_event"))
        assert 1 == len(messages())

    @pytest.mark.parametrize(("seconds", "told"), [(29, 0), (30, 0), (31, 1)])
    def test_what_both_left_behind_is_announced_after_half_a_minute(
        self, in_app, deaf, seconds, told
    ):
        now = datetime(2026, 11, 24, 3, tzinfo=UTC)
        with time_machine.travel(now, tick=False):
            approved()

        with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
            fanout.announce_late_events()

        assert told == len(messages())

    def test_one_event_that_cannot_be_announced_does_not_hold_up_the_others(self, in_app, deaf):
        with time_machine.travel("2026-11-24T03:00:00Z"):
            approved(person("one"))
            case = submitted(person("two"))
            cases.reject(case["id"], seen=case["version"], by=staff(), reasons=[Reason.NO_SPACE])
        change(
            "ALTER TABLE event DISABLE TRIGGER event_only_added;"
            "UPDATE event SET name = 'application.burnt' WHERE name = 'application.approved';"
            "ALTER TABLE event ENABLE TRIGGER event_only_added"
        )

        with time_machine.travel("2026-11-24T03:01:00Z"):
            fanout.announce_late_events()

        assert ["application.rejected"] == [each["event"] for each in messages()]

    def test_those_that_cannot_be_announced_never_take_every_place(self, in_app, deaf):
        """More than one sweep takes are older than the one that can be told."""
        with time_machine.travel("2026-11-24T03:00:00Z"):
            approved(person("one"))
        change(
            "INSERT INTO event (id, public_id, name, subject_kind, subject_id, at, particulars)"
            " SELECT -n, gen_random_uuid(), 'application.burnt', 'application', 1,"
            " '2026-11-24T03:00:00Z', '{}' FROM generate_series(1, 3) AS n"
        )

        with time_machine.travel("2026-11-24T03:01:00Z"):
            # Two of so few by lot: that it is never her turn has a chance of one in a million.
            for _ in range(40):
                fanout.announce_late_events(most=2)

        assert ["application.approved"] == [each["event"] for each in messages()]
        assert 3 == one("SELECT count(*) FROM event WHERE announced_at IS NULL")

    def test_many_pushes_wait_for_one_job(self, in_app):
        approved(person("one"))
        case = submitted(person("two"))
        cases.reject(case["id"], seen=case["version"], by=staff(), reasons=[Reason.NO_SPACE])

        assert 1 == len(jobs("send_due"))


class TestMissing:
    @pytest.fixture
    def passed(self, in_mended_app, deaf) -> int:
        """A case is said to have been passed on, and the event does not say from which park."""
        with time_machine.travel("2026-11-24T03:00:00Z"):
            submitted(person("one"))
        change(
            "ALTER TABLE event DISABLE TRIGGER event_only_added;"
            "UPDATE event SET name = 'application.passed_on'"
            " WHERE name = 'application.submitted';"
            "ALTER TABLE event ENABLE TRIGGER event_only_added"
        )
        return event("application.passed_on")

    def test_what_names_something_unknown_is_told_to_nobody(self, passed):
        with pytest.raises(Unsaid, match="passed_on cannot be told to applicant: from_park"):
            fanout.announce(passed)

        assert 0 == one("SELECT count(*) FROM message")
        assert 0 == one("SELECT count(*) FROM wording")
        assert one("SELECT announced_at FROM event WHERE id = :id", id=passed) is None

    def test_the_fault_is_logged_by_name_and_the_others_are_told(self, passed, caplog):
        with time_machine.travel("2026-11-24T03:00:00Z"):
            rejected()

        with time_machine.travel("2026-11-24T03:01:00Z"):
            fanout.announce_late_events()

        (fault,) = [each for each in caplog.records if each.exc_info]
        assert f"event {passed}, application.passed_on, cannot be announced" == fault.getMessage()
        assert "from_park, passed_for, words missing" in str(fault.exc_info[1])
        assert ["application.rejected"] == [each["event"] for each in messages()]


@pytest.mark.usefixtures("in_mended_app")
class TestTheOffice:
    """What staff are told, by the demo accounts of the park."""

    def told(self, name: str) -> list[tuple[str, str]]:
        return [
            (each["username"], each["body"])
            for each in look(
                "SELECT username, body FROM message JOIN staff ON staff.id = staff_id"
                " WHERE event = :event ORDER BY username",
                event=f"application.{name}",
            )
        ]

    def readers(self, name: str) -> list[str]:
        return [username for username, _ in self.told(name)]

    def test_a_new_case_is_in_the_inbox_of_each_manager_and_pushed_to_none(self):
        with time_machine.travel("2026-11-23T02:00:00Z"):
            case = submitted()

        words = f"恒隆创业广场收到申请 {case['number']}，最晚 2026年11月30日 办结。"
        assert [("demo-manager", words), ("demo-manager-2", words)] == self.told("submitted")
        assert 0 == one("SELECT count(*) FROM delivery")
        assert [] == jobs("send_due")

    def test_announcing_again_tells_staff_nothing_again(self):
        submitted()
        change("UPDATE event SET announced_at = NULL")

        at_once(4, lambda _: fanout.announce(event("application.submitted")))
        fanout.announce(event("application.submitted"))

        assert ["demo-manager", "demo-manager-2"] == self.readers("submitted")

    def test_her_answer_comes_to_whoever_has_the_case(self):
        her = person()
        with time_machine.travel("2026-11-23T02:00:00Z"):
            case = returned(her)
        with time_machine.travel("2026-11-25T02:00:00Z"):
            correcting.resolve(case["id"], seen=case["version"], by=her)

        # The 24th and the 25th were hers: 26, 27, 30 November, 1 and 2 December are the office's.
        words = (
            f"申请 {case['number']}（恒隆创业广场）已补正，请继续审核，最晚 2026年12月2日 办结。"
        )
        assert [("demo-manager", words)] == self.told("resolved")

    def test_a_withdrawal_is_told_to_the_handler_if_there_is_one(self):
        one_, two = person("one"), person("two")
        for her, make in ((one_, submitted), (two, claimed)):
            case = make(her)
            cases.withdraw(case["id"], seen=case["version"], by=her)

        words = f"申请人已撤回申请 {case['number']}（恒隆创业广场），无需再办理。"
        assert [("demo-manager", words)] == self.told("withdrawn")

    # Promised until Monday 30 November.
    @pytest.mark.parametrize(
        ("moment", "above"),
        [
            ("2026-11-30T15:59:59Z", []),
            ("2026-11-30T16:00:00Z", ["demo-bureau", "demo-bureau-2"]),
        ],
    )
    def test_a_nudge_comes_to_the_office_and_once_it_is_late_above_it_too(self, moment, above):
        her = person()
        with time_machine.travel("2026-11-23T02:00:00Z"):
            case = submitted(her)
        with time_machine.travel(moment, tick=False):
            actions.nudge(case["id"], by=her)

        assert [*above, "demo-manager", "demo-manager-2"] == self.readers("nudged")
        bodies = {body for _, body in self.told("nudged")}
        office = f"申请 {case['number']}（恒隆创业广场）的申请人催办。"
        assert f"{office}办结期限为 2026年11月30日，请尽快办理。" in bodies
        urged = (
            f"申请 {case['number']}（恒隆创业广场）应于 2026年11月30日 办结，"
            "至今未办，申请人催办，请督促。"
        )
        assert bool(above) == (urged in bodies)

    def test_a_nudge_of_a_claimed_case_is_the_handlers(self):
        her = person()
        with time_machine.travel("2026-11-23T02:00:00Z"):
            case = claimed(her)
        with time_machine.travel("2026-11-26T02:00:00Z"):
            actions.nudge(case["id"], by=her)

        assert ["demo-manager"] == self.readers("nudged")

    def test_reminders_of_the_office_in_their_words(self):
        with time_machine.travel("2026-11-23T02:00:00Z"):
            case = submitted()
        for day in ("11-26", "11-30", "12-01", "12-16"):
            with time_machine.travel(f"2026-{day}T00:30:00Z", tick=False):
                reminding.sweep()

        which, managers = (
            f"申请 {case['number']}（恒隆创业广场）",
            ["demo-manager", "demo-manager-2"],
        )
        clerks = ["demo-bureau", "demo-bureau-2"]
        soon = f"{which}最晚 2026年11月30日 办结，请及时办理。"
        today = f"{which}的办结期限是今天（2026年11月30日），请当日办结。"
        late = f"{which}应于 2026年11月30日 办结，现已逾期，请立即办理。"
        above = f"{which}应于 2026年11月30日 办结，至今未办，请督促。"
        longest = f"{which}的最长办理期限为 2026年12月21日，请督促办结。"
        assert [(name, soon) for name in managers] == self.told("due_soon")
        assert [(name, today) for name in managers] == self.told("due_today")
        assert [(name, above) for name in clerks] + [(name, late) for name in managers] == (
            self.told("overdue")
        )
        assert [(name, longest) for name in clerks] == self.told("legal_limit_near")
        assert [] == messages()


class TestHerReminders:
    def test_of_her_answer_with_a_push(self, in_app):
        with time_machine.travel("2026-11-23T02:00:00Z"):
            case = returned()
        with time_machine.travel("2026-12-09T00:30:00Z", tick=False):
            reminding.sweep()

        (_, message) = messages()
        assert "补正期限将到" == message["title"]
        assert (
            f"您的申请 {case['number']} 需要补正，最晚 2026年12月14日 重新提交。逾期申请将失效。"
        ) == message["body"]
        assert {
            "thing1": "恒隆创业广场",
            "phrase2": "等待补正",
            "date3": "2026年12月14日",
            "thing4": "请尽快补正，逾期申请将失效",
        } == one("SELECT content FROM delivery WHERE message_id = :id", id=message["id"])

    def test_of_her_draft_with_a_push(self, in_app):
        with time_machine.travel("2026-11-02T02:00:00Z"):
            case = draft(person())
        with time_machine.travel("2026-12-18T00:30:00Z", tick=False):
            reminding.sweep()

        (message,) = messages()
        assert (
            f"您的申请草稿 {case['number']} 将于 2027年1月1日 失效。"
            "请在此之前提交，或修改后保存以延长保留时间。"
        ) == message["body"]
        assert {
            "thing1": "恒隆创业广场",
            "phrase2": "即将失效",
            "date3": "2027年1月1日",
            "thing4": "请提交草稿，或修改后保存",
        } == one("SELECT content FROM delivery WHERE message_id = :id", id=message["id"])
