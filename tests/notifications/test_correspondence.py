"""What was told in a case: all of it, whatever of the case the event spoke of."""

import re
from dataclasses import replace

import pytest

from backend.cases import conflicts
from backend.errors import NotFound
from notifications import correspondence
from notifications.samples import SAID
from tests import filing
from tests.backend.loans import stage as loans
from tests.backend.tenancies import stage as tenancies
from tests.records import change, look, person, staff

pytestmark = pytest.mark.usefixtures("simulator")


def told(case: dict, by: str = "demo-bureau", **page) -> list[dict]:
    found = {"after": None, "limit": 100} | page
    return list(correspondence.of_case(case["id"], staff(by), **found))


def test_everything_that_hangs_off_a_case_is_told_with_it():
    """Notices and policies that find somebody are for people, and of no case."""
    kinds = re.findall(r"SELECT '(\w+)'", correspondence.OF_THE_CASE)

    assert set(SAID) - {"notice", "match"} == set(kinds)


def test_each_kind_is_really_asked_for(in_mended_app):
    _, case, _ = loans.referred()
    waiting, listed = tenancies.waits("waiting")
    assert waiting

    assert {"application.submitted", "application.approved", "loan.referred"} <= {
        each["event"] for each in told(case)
    }
    assert {"application.submitted", "application.approved"} == {
        each["event"] for each in told(listed)
    }


def test_newest_first_and_page_by_page(in_mended_app):
    case = filing.approved()
    whole = told(case)
    assert sorted((each["row"] for each in whole), reverse=True) == [e["row"] for e in whole]

    first = told(case, limit=1)
    rest = told(case, after=first[0]["row"])

    assert whole == [*first, *rest]


def test_it_is_for_whoever_oversees_the_case_and_has_no_part_in_it(in_app):
    case = filing.approved()
    far = replace(staff("demo-bureau"), county="152224")
    for by in (person(), staff("demo-manager"), far):
        with pytest.raises(NotFound):
            correspondence.of_case(case["id"], by, after=None, limit=9)
    her = staff("demo-bureau")
    assert told(case)

    conflicts.declare(case["id"], why="是本人亲属", by=her)

    with pytest.raises(NotFound):
        told(case)


def test_what_left_is_shown_as_it_left_with_the_reason_why_it_did_not_arrive(in_app):
    case = filing.approved()
    change("UPDATE delivery SET status = 'FAILED', errcode = 47003, detail = 'thing1 invalid'")

    (hers,) = (each for each in told(case) if each["event"] == "application.approved")

    (push,) = hers["deliveries"]
    (kept,) = look("SELECT content FROM delivery")
    assert ("FAILED", 47003, "thing1 invalid") == (
        push["status"].name,
        push["errcode"],
        push["detail"],
    )
    assert kept["content"] == {each["key"]: each["words"] for each in push["keys"]}
