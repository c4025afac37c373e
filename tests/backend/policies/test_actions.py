"""How numbers and readings change: two people, a reason, one winner, no back door."""

from dataclasses import replace
from datetime import date
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from backend.access import Principal, Role
from backend.errors import Invalid, NotAllowed, NotFound, Outdated, WrongStatus
from backend.policies import actions, queries
from tests.backend.policies.proposals import (
    COUNTY,
    COUNTY_STANDARD,
    DAY,
    FLOOR,
    READING,
    clerk,
    confirmed,
    proposed,
)
from tests.records import at_once, change, look, one, person, staff

pytestmark = pytest.mark.usefixtures("in_bureau")
BOTH = pytest.mark.parametrize("content", [FLOOR, READING], ids=["number", "reading"])


def settle(key: UUID, second: Principal, number: int) -> dict:
    """The proposer drops it, or the second person confirms it."""
    if number:
        return actions.confirm_change(key, seen=1, by=second)
    return actions.drop_change(key, seen=1, why="误填", by=clerk())


def floor() -> int:
    return queries.snapshot(DAY).value("startup_floor")


def events() -> list[str]:
    return [each["name"] for each in look("SELECT name FROM event ORDER BY id")]


class TestProposing:
    @BOTH
    def test_a_proposal_waits_and_changes_nothing(self, content):
        before = queries.snapshot(DAY).key

        change = proposed(content)

        assert ("PROPOSED", ["drop"], True) == (
            change["status"].name,
            change["actions"],
            change["is_mine"],
        )
        assert before == queries.snapshot(DAY).key

    @pytest.mark.parametrize(
        "who",
        [
            lambda: person(),
            lambda: staff("demo-manager"),
            lambda: clerk("elsewhere", county=COUNTY),
            lambda: replace(clerk(), role=Role.BUREAU_ADMIN),
            lambda: replace(clerk(), role=Role.AUDITOR),
            lambda: replace(person(), role=Role.BUREAU_STAFF),
        ],
        ids=["citizen", "manager", "county's clerk", "administrator", "auditor", "forged"],
    )
    @BOTH
    def test_only_the_leagues_clerks_propose_for_the_league(self, who, content):
        with pytest.raises(NotAllowed):
            proposed(content, by=who())

        assert [] == queries.proposals(clerk())

    def test_a_countys_clerk_proposes_for_her_county_and_no_other(self):
        proposed(COUNTY_STANDARD, by=clerk("hers", county=COUNTY))

        with pytest.raises(NotAllowed):
            proposed(COUNTY_STANDARD, by=clerk("another", county="152224"))

    def test_a_stranger_is_refused_before_his_content_is_read(self):
        with pytest.raises(NotAllowed):
            actions.set_parameter({"scope": None}, by=person())

    def test_bad_content_is_refused_and_nothing_is_kept(self):
        with pytest.raises(Invalid) as refused:
            proposed(FLOOR | {"value": -1, "reason": ""})

        assert 2 == len(refused.value.more["errors"])
        assert 0 == one("SELECT count(*) FROM parameter_row")
        assert [] == events()

    @BOTH
    def test_of_two_proposals_about_the_same_days_the_second_is_refused(self, content):
        proposed(content)

        with pytest.raises(Invalid) as refused:
            proposed(content | {"valid_from": "2027-06-01"}, by=clerk("second"))

        assert ["#/valid_from"] == [each["pointer"] for each in refused.value.more["errors"]]

    def test_other_days_another_scope_or_another_number_do_not_meet(self):
        proposed(COUNTY_STANDARD | {"valid_to": "2027-05-31"})
        proposed(COUNTY_STANDARD | {"valid_from": "2027-06-01"})
        proposed(COUNTY_STANDARD | {"scope": "152224"})
        proposed(FLOOR)

        assert 4 == len(queries.proposals(clerk()))

    def test_two_at_once_leave_one(self):
        clerks = [clerk(), clerk("second")]

        got = at_once(2, lambda n: proposed(FLOOR, by=clerks[n]))

        assert 1 == sum(isinstance(each, Invalid) for each in got)
        assert 1 == one("SELECT count(*) FROM parameter_row")


class TestConfirming:
    def test_a_number_is_in_force_on_its_days_once_confirmed(self):
        confirmed(FLOOR)

        assert 1_500_000 == floor()
        assert 1_000_000 == queries.snapshot(date(2026, 12, 31)).value("startup_floor")

    def test_a_reading_is_in_use_once_confirmed(self):
        assert queries.snapshot(DAY).ruling("waiver_scope").reading is None

        confirmed(READING)

        found = queries.snapshot(DAY).ruling("waiver_scope")
        assert ("anyone", "decided", False) == (found.reading, found.kind, found.pending)

    def test_a_countys_number_holds_there_and_nowhere_else(self):
        confirmed(COUNTY_STANDARD)

        assert {COUNTY} == set(queries.snapshot(DAY).scopes("startup_subsidy_county"))

    @BOTH
    def test_the_proposer_may_not_confirm(self, content):
        change = proposed(content)

        with pytest.raises(NotAllowed):
            actions.confirm_change(change["id"], seen=1, by=clerk())

        assert "PROPOSED" == queries.get(change["id"], clerk())["status"].name

    @BOTH
    def test_nor_may_she_with_her_second_account(self, content):
        first, second, her = clerk(), clerk("second"), person()
        change_ = "UPDATE staff SET person_id = :her WHERE id IN (:first, :second)"
        change(change_, her=her.id, first=first.id, second=second.id)
        change_id = proposed(content)["id"]

        with pytest.raises(NotAllowed):
            actions.confirm_change(change_id, seen=1, by=clerk("second"))

    @pytest.mark.parametrize(
        ("who", "refusal"),
        [
            (lambda: person(), NotFound),
            (lambda: staff("demo-manager"), NotFound),
            (lambda: clerk("elsewhere", county=COUNTY), NotFound),
            (lambda: replace(clerk("second"), role=Role.BUREAU_ADMIN), NotFound),
        ],
        ids=["citizen", "manager", "county's clerk", "administrator"],
    )
    def test_whom_it_does_not_concern_does_not_find_it(self, who, refusal):
        change = proposed()

        for verb in (actions.confirm_change, lambda *a, **k: actions.drop_change(*a, why="x", **k)):
            with pytest.raises(refusal):
                verb(change["id"], seen=1, by=who())
        with pytest.raises(refusal):
            queries.get(change["id"], who())

    def test_an_unknown_one_is_not_found(self):
        with pytest.raises(NotFound):
            actions.confirm_change(uuid4(), seen=1, by=clerk())

    def test_whoever_saw_another_version_loses(self):
        change = proposed()

        with pytest.raises(Outdated) as refused:
            actions.confirm_change(change["id"], seen=2, by=clerk("second"))

        assert {"seen": 2, "current": 1} == refused.value.more

    def test_what_is_settled_cannot_be_settled_again(self):
        change = confirmed()

        with pytest.raises(WrongStatus):
            actions.confirm_change(change["id"], seen=2, by=clerk("third"))
        with pytest.raises(WrongStatus):
            actions.drop_change(change["id"], seen=2, why="反悔", by=clerk())

    @BOTH
    def test_of_many_confirmers_at_once_one_does_it(self, content):
        change = proposed(content)
        crowd = [clerk(f"clerk-{n}") for n in range(6)]

        got = at_once(
            6, lambda n: actions.confirm_change(change["id"], seen=1, by=crowd[n])["status"].name
        )

        assert 1 == got.count("CONFIRMED")
        assert 5 == sum(isinstance(each, Outdated | WrongStatus) for each in got), got
        assert 1 == sum(each.endswith(".confirmed") for each in events())

    def test_confirming_and_dropping_at_once_leaves_one_end(self):
        for number in range(5):
            key = proposed(FLOOR | {"valid_from": f"2027-01-{number + 1:02d}"})["id"]

            got = at_once(2, partial(settle, key, clerk("second")))

            assert 1 == sum(isinstance(each, Outdated | WrongStatus) for each in got), got

    def test_what_the_policy_would_refuse_by_now_is_not_confirmed(self):
        """A release may rename a number while its proposal waits."""
        key = proposed(COUNTY_STANDARD)["id"]
        change("ALTER TABLE parameter_row DISABLE TRIGGER parameter_row_settled_once")
        change("UPDATE parameter_row SET name = 'startup_subsidy_banner'")
        change("ALTER TABLE parameter_row ENABLE TRIGGER parameter_row_settled_once")

        with pytest.raises(Invalid):
            actions.confirm_change(key, seen=1, by=clerk("second"))


class TestDropping:
    @pytest.mark.parametrize("who", ["demo-bureau", "second"])
    def test_either_of_the_two_may_drop_it_with_a_reason(self, who):
        change = proposed()

        dropped = actions.drop_change(change["id"], seen=1, why=" 误填 ", by=clerk(who))

        assert ("DROPPED", "误填", []) == (
            dropped["status"].name,
            dropped["dropped_why"],
            dropped["actions"],
        )
        assert 1_000_000 == floor()

    def test_not_without_a_reason(self):
        change = proposed()

        with pytest.raises(Invalid):
            actions.drop_change(change["id"], seen=1, why=" ", by=clerk())

    def test_after_that_the_days_are_free_for_another(self):
        change = proposed()
        actions.drop_change(change["id"], seen=1, why="误填", by=clerk())

        proposed()


class TestWhatIsWrittenDown:
    def test_each_step_is_an_event_of_the_one_who_took_it(self):
        confirmed(FLOOR)
        change = proposed(READING)
        actions.drop_change(change["id"], seen=1, why="误填", by=clerk())

        first, second = clerk().id, clerk("second").id
        assert [
            ("parameter.proposed", first),
            ("parameter.confirmed", second),
            ("ruling.proposed", first),
            ("ruling.dropped", first),
        ] == [
            (each["name"], each["actor_id"])
            for each in look(
                "SELECT name, actor_id FROM event WHERE subject_kind <> 'staff' ORDER BY id"
            )
            if each["name"] != "staff.created"
        ]


SETTLED = [
    "value = 9999999",
    "valid_from = '2020-01-01'",
    "valid_to = '2027-02-01'",
    "confirmed_at = '2022-01-01'",
    "confirmed_by = proposed_by",
    "proposed_by = confirmed_by",
    "status = 'PROPOSED', confirmed_at = NULL, confirmed_by = NULL",
    "reason = '别的理由'",
    "verified = false",
    "version = 1",
]


class TestStanding:
    """What the database itself refuses, whoever asks it."""

    @pytest.mark.parametrize("what", SETTLED)
    def test_no_confirmed_row_can_be_changed(self, what):
        confirmed()

        with pytest.raises(IntegrityError, match="settled once"):
            change(f"UPDATE parameter_row SET {what}")

    @pytest.mark.parametrize("what", ["in_use = 'park_only'", "kind = 'open', in_use = ''"])
    def test_no_confirmed_reading_can_be_changed(self, what):
        confirmed(READING)

        with pytest.raises(IntegrityError, match="settled once"):
            change(f"UPDATE ruling_row SET {what}")

    @pytest.mark.parametrize("what", ["value = 9999999", "reason = 'x'", "proposed_by = 1"])
    def test_no_proposal_can_be_changed_but_settled(self, what):
        proposed()

        with pytest.raises(IntegrityError, match="settled once"):
            change(f"UPDATE parameter_row SET {what}")

    @BOTH
    def test_none_can_be_deleted(self, content):
        confirmed(content)
        table = "ruling_row" if "in_use" in content else "parameter_row"

        with pytest.raises(IntegrityError, match="settled once"):
            change(f"DELETE FROM {table}")

    def test_none_begins_confirmed(self):
        confirmed()
        columns = ", ".join(
            each["column_name"]
            for each in look(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_name = 'parameter_row' AND column_name NOT IN ('id', 'public_id')"
            )
        )

        with pytest.raises(IntegrityError, match="settled once"):
            change(
                f"INSERT INTO parameter_row (public_id, {columns})"
                f" SELECT gen_random_uuid(), {columns} FROM parameter_row"
            )

    def test_nobody_confirms_her_own_by_sql(self):
        proposed()
        mine = "UPDATE parameter_row SET status = 'CONFIRMED', confirmed_at = now(),"

        with pytest.raises(IntegrityError, match="second_person"):
            change(f"{mine} confirmed_by = proposed_by")

    def test_nor_by_another_account_of_hers(self):
        her, second = person(), clerk("second")
        change(
            "UPDATE staff SET person_id = :her WHERE id IN (:a, :b)",
            her=her.id,
            a=clerk().id,
            b=second.id,
        )
        proposed()

        with pytest.raises(IntegrityError, match="settled once"):
            change(
                "UPDATE parameter_row SET status = 'CONFIRMED', confirmed_at = now(),"
                " confirmed_by = :second",
                second=second.id,
            )
