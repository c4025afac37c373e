"""What does the receipt say, and does it always say the same?"""

from datetime import UTC, date, datetime

import pytest
import time_machine

from backend.applications.kinds import Kind
from backend.applications.receipts import receipt
from backend.errors import NotFound
from tests.backend.cases.test_promising import promised
from tests.filing import approved, draft, submitted
from tests.records import person, staff

pytestmark = pytest.mark.usefixtures("simulator", "in_app")
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)


@time_machine.travel(MONDAY, tick=False)
def test_it_names_the_case_its_days_and_whom_to_ask():
    her = person()
    case = submitted(her)

    told = receipt(case["id"], her)

    assert (case["number"], "恒隆创业广场", "0482-0000005") == (
        told["number"],
        told["office"],
        told["phone"],
    )
    assert (MONDAY, date(2026, 11, 23)) == (told["issued_at"], told["received_on"])
    # Tue 24 to Mon 30 are five working days; twenty end on Mon 21 December.
    assert (5, date(2026, 11, 30)) == (told["workdays"], told["due_on"])
    assert (20, date(2026, 12, 21)) == (told["legal_workdays"], told["legal_due_on"])
    assert ([], None, None) == (told["to_follow"], told["to_follow_workdays"], told["days_note"])


def test_it_says_the_same_to_both_sides_and_after_the_decision():
    her = person()
    with time_machine.travel(MONDAY, tick=False):
        case = approved(her)
        told = receipt(case["id"], staff())

    assert told == receipt(case["id"], her)


def test_it_says_what_was_promised_for_later():
    her = person()

    told = receipt(promised(her)["id"], her)

    assert (["材料 · 营业执照"], 7) == (told["to_follow"], told["to_follow_workdays"])


def test_a_bureau_whose_line_nobody_knows_gives_none():
    her = person()

    told = receipt(submitted(her, kind=Kind.GUARANTEE_LOAN)["id"], her)

    assert ("乌兰浩特市人社局", None) == (told["office"], told["phone"])


def test_it_says_that_days_of_a_year_without_a_calendar_may_move():
    her = person()
    with time_machine.travel("2044-12-20T02:00:00Z", tick=False):
        told = receipt(submitted(her)["id"], her)

    assert told["days_note"].startswith("2044、2045 年放假安排尚未公布")


def test_a_draft_has_none_and_a_stranger_finds_none():
    her = person()
    with pytest.raises(NotFound):
        receipt(draft(her)["id"], her)
    with pytest.raises(NotFound):
        receipt(submitted(person("another"))["id"], her)
