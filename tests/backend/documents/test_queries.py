"""Which papers are asked for, which are missing, and what is on file already?"""

from datetime import date

import pytest
import time_machine

from backend.applications import queries as applications
from backend.applications.kinds import Kind
from backend.documents import pages, papers
from backend.documents.queries import missing_papers
from tests.factories import SECTIONS
from tests.filing import draft_for_the_bureau, submitted
from tests.papers import attached
from tests.records import change, person, staff

FIRM = {"stage": "registered", "name": "草原乳业", "credit_code": "91152201MA0N0TRE41"}
ID = {"pointer": "#/papers/id", "label": "材料 · 身份证明", "may_follow": False}
PLAN = {"pointer": "#/papers/plan", "label": "材料 · 创业计划书", "may_follow": False}
LICENCE = {"pointer": "#/papers/licence", "label": "材料 · 营业执照", "may_follow": True}


@pytest.fixture
def her(in_app, world):
    return world.citizen()


def missing(draft):
    return missing_papers(applications.find(draft["id"]))


def test_whoever_has_no_firm_yet_needs_an_identity_and_a_plan(her, world):
    assert [ID, PLAN] == missing(world.draft(her, papers=False)[0])


def test_a_registered_firm_needs_its_licence_too(her, world):
    draft, _ = world.draft(her, sections=SECTIONS | {"venture": FIRM}, papers=False)

    assert [ID, PLAN, LICENCE] == missing(draft)


def test_an_empty_draft_needs_what_everybody_needs(her, world):
    assert [ID, PLAN] == missing(world.draft(her, sections={}, papers=False)[0])


def test_what_is_attached_is_no_longer_missing_until_it_is_refused(her, world):
    draft, document = world.draft(her, papers=False)[0], world.document(her)
    her.put(f"/applications/{draft['id']}/papers/id", {"documents": [document["id"]]})
    assert [PLAN] == missing(draft)

    change("UPDATE stored_file SET status = 'QUARANTINED'")
    assert [PLAN] == missing(draft)
    change("UPDATE stored_file SET status='REFUSED', unfit='INFECTED', wrapped_key = NULL")
    unusable = ID | {"label": "材料 · 身份证明（现有文件已过期或未通过检查）"}
    assert [unusable, PLAN] == missing(draft)


def test_every_kind_of_application_has_papers_with_names_of_their_own():
    for kind, asked in papers.PAPERS.items():
        assert len(asked) == len({each.name for each in asked}), kind
        assert all(papers.asked(kind, each.name) is each for each in asked)
        assert all(each.label and each.why and each.kinds for each in asked)
    assert papers.asked(next(iter(papers.PAPERS)), "passport") is None


@pytest.mark.parametrize(
    ("issued_on", "expires_on", "good_until"),
    [
        # Three months from the day of issue, to the same day of the month or its last one.
        (date(2026, 3, 15), None, date(2026, 6, 15)),
        (date(2026, 11, 30), None, date(2027, 2, 28)),
        # Its own end, where that comes first.
        (date(2026, 3, 15), date(2026, 5, 1), date(2026, 5, 1)),
        (date(2026, 3, 15), date(2026, 7, 1), date(2026, 6, 15)),
    ],
)
def test_a_statement_of_insurance_is_good_for_three_months(issued_on, expires_on, good_until):
    insurance = papers.asked(Kind.STARTUP_SUBSIDY, "insurance")

    assert good_until == papers.good_until(insurance, issued_on, expires_on)


def test_what_says_nothing_of_an_end_has_none():
    licence = papers.asked(Kind.STARTUP_SUBSIDY, "licence")

    assert papers.good_until(licence, date(2020, 1, 1), None) is None
    assert date(2030, 1, 1) == papers.good_until(licence, date(2020, 1, 1), date(2030, 1, 1))


@pytest.mark.parametrize(("day", "expected"), [("2026-12-01", []), ("2026-12-02", ["#/papers/id"])])
def test_a_document_is_none_from_the_day_after_its_last(her, world, day, expected):
    draft, _ = world.draft(her, papers=False)
    attached(draft["id"], "id", expires_on=date(2026, 12, 1))
    attached(draft["id"], "plan")

    with time_machine.travel(f"{day}T04:00:00Z", tick=False):
        found = missing(draft)

    assert expected == [each["pointer"] for each in found]


def test_without_a_day_of_issue_the_day_counts_on_which_it_came(in_app):
    with time_machine.travel("2026-08-31T04:00:00Z", tick=False):
        draft = draft_for_the_bureau(person(), Kind.STARTUP_SUBSIDY)
    with time_machine.travel("2026-11-30T04:00:00Z", tick=False):
        assert [] == missing(draft)
    with time_machine.travel("2026-12-01T04:00:00Z", tick=False):
        assert ["#/papers/insurance"] == [each["pointer"] for each in missing(draft)]


def test_what_is_on_file_is_offered_with_the_cases_it_was_given_with(in_app):
    her = person()
    with time_machine.travel("2026-11-23T04:00:00Z", tick=False):
        first = submitted(her)
        second = draft_for_the_bureau(her, Kind.GUARANTEE_LOAN, papers=False)
        told = {each["paper"]: each for each in pages.paper_list(second["id"], her)["items"]}

    (known,) = told["id"]["on_file"]
    assert [first["number"]] == known["given_with"]
    assert [] == told["id"]["documents"]
    # The plan of the tenancy stands for nothing that a loan asks for.
    assert [] == told["licence"]["on_file"]


def test_what_is_out_of_date_is_not_offered_and_staff_are_offered_nothing(in_app):
    her = person()
    case = submitted(her)
    second = draft_for_the_bureau(her, Kind.GUARANTEE_LOAN, papers=False)
    assert not any(each["on_file"] for each in pages.paper_list(case["id"], staff())["items"])

    change("UPDATE document SET expires_on = '2020-01-01'")

    assert not any(each["on_file"] for each in pages.paper_list(second["id"], her)["items"])
    staying = next(e for e in pages.paper_list(case["id"], staff())["items"] if e["documents"])
    assert staying["documents"][0]["expired"]
