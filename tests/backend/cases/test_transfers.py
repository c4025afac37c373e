"""A case changes hands: to whom, by whom, and who is told."""

from uuid import uuid4

import pytest

from backend.access import Role
from backend.applications.workflow import Status
from backend.cases import conflicts, transfers
from backend.errors import Handled, Invalid, NotAllowed, NotFound, Outdated, WrongStatus
from tests import records
from tests.filing import approved, claimed, events, submitted
from tests.records import look, new_staff, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
WHY = "本人休假"


def hand(case: dict, to: str = "demo-manager-2", by: str = "demo-manager", **more) -> dict:
    more.setdefault("seen", case["version"])
    return transfers.transfer(
        case["id"], by=staff(by), to_staff=staff(to).public_id, why=WHY, **more
    )


@pytest.mark.parametrize("make", [submitted, claimed])
def test_the_colleague_has_it_from_now_on_and_its_days_stay(in_app, make):
    case = make()

    handed = hand(case)

    assert (Status.UNDER_REVIEW, "演示园区管理员二") == (handed["status"], handed["handler"])
    days = ("due_on", "legal_due_on")
    assert [case[day] for day in days] == [handed[day] for day in days]
    assert case["version"] < handed["version"]
    (kept,) = look("SELECT particulars FROM event WHERE name = 'application.transferred'")
    before = staff().id if make is claimed else None
    assert {"from_staff": before, "to_staff": staff("demo-manager-2").id, "why": WHY}.items() <= (
        kept["particulars"].items()
    )


def test_a_supervisor_hands_it_on_without_asking_whoever_has_it(in_app):
    case = claimed()

    assert "演示园区管理员二" == hand(case, by="demo-bureau")["handler"]


def test_both_are_told_each_in_her_words(in_app):
    case = claimed()

    hand(case)

    assert {
        ("demo-manager", "案件已转交同事"),
        ("demo-manager-2", "案件已转交给您"),
    } == {
        (each["username"], each["title"])
        for each in look(
            "SELECT username, title FROM message JOIN staff ON staff.id = message.staff_id"
            " WHERE event = 'application.transferred'"
        )
    }
    (his,) = look("SELECT body FROM message WHERE title = '案件已转交同事'")
    assert f"申请 {case['number']}（恒隆创业广场）已转交演示园区管理员二办理" in his["body"]
    assert "理由：本人休假。" in his["body"]


def test_colleagues_do_not_take_a_case_out_of_somebodys_hands(in_app):
    with pytest.raises(Handled):
        hand(claimed(), to="demo-manager-2", by="demo-manager-2")


@pytest.mark.parametrize("to", ["demo-manager-p01", "demo-bureau", "demo-manager"])
def test_it_goes_to_a_colleague_of_the_office_who_does_not_have_it(in_app, to):
    case = claimed()

    with pytest.raises(Invalid) as refused:
        hand(case, to)

    assert ["#/to_staff"] == [each["pointer"] for each in refused.value.more["errors"]]
    assert "transferred" not in events()


def test_nor_to_one_who_is_too_near(in_app):
    case = claimed()
    conflicts.declare(case["id"], why="亲属", by=staff("demo-manager-2"))

    with pytest.raises(Invalid):
        hand(case, seen=case["version"])
    assert [] == transfers.colleagues(case["id"], staff())


def test_another_park_needs_the_applicants_agreement_and_everything_is_said_at_once(in_app):
    case = claimed()
    there = records.park("P01")["public_id"]

    with pytest.raises(Invalid) as refused:
        transfers.transfer(
            case["id"],
            seen=case["version"],
            by=staff(),
            why=WHY,
            to_park=there,
            to_staff=uuid4(),
        )

    errors = refused.value.more["errors"]
    assert ["#/to_park", "#/to_staff"] == [each["pointer"] for each in errors]
    assert "申请人同意" in errors[0]["detail"]


def test_an_older_version_a_decided_case_and_strangers_are_refused(in_app):
    case = claimed()
    with pytest.raises(Outdated):
        hand(case, seen=case["version"] - 1)
    with pytest.raises(NotFound):
        hand(case, by="demo-manager-p01")
    with pytest.raises(WrongStatus):
        hand(approved(person("decided")))


class TestColleagues:
    def test_whoever_has_least_in_hand_comes_first(self, in_mended_app):
        new = new_staff("third", Role.PARK_MANAGER)
        records.change(
            "INSERT INTO park_manager (park_id, staff_id, since_on)"
            " VALUES (:park, :him, '2026-01-01')",
            park=records.park()["id"],
            him=new.id,
        )
        claimed(person("one"), staff("demo-manager-2"))
        case = claimed()

        assert [("third", 0), ("演示园区管理员二", 1)] == [
            (each["name"], each["cases"]) for each in transfers.colleagues(case["id"], staff())
        ]
        assert ["third", "演示园区管理员二"] == [
            each["name"] for each in transfers.colleagues(case["id"], staff("demo-bureau"))
        ]

    def test_the_office_alone_hands_on(self, in_app):
        her = person()
        case = submitted(her)

        with pytest.raises(NotAllowed):
            transfers.colleagues(case["id"], her)
        with pytest.raises(NotFound):
            transfers.colleagues(case["id"], staff("demo-manager-p01"))
