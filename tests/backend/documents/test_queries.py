"""Which papers are asked for, and which are missing?"""

import pytest

from backend.applications import queries as applications
from backend.documents import papers
from backend.documents.queries import missing_papers
from tests.factories import SECTIONS
from tests.records import change

FIRM = {"stage": "registered", "name": "草原乳业", "credit_code": "91152201MA0N0TRE41"}
ID = {"pointer": "#/papers/id", "label": "材料 · 身份证明"}
PLAN = {"pointer": "#/papers/plan", "label": "材料 · 创业计划书"}
LICENCE = {"pointer": "#/papers/licence", "label": "材料 · 营业执照"}


@pytest.fixture
def her(in_app, world):
    return world.citizen()


def missing(draft):
    return missing_papers(applications.find(draft["id"]))


def test_whoever_has_no_firm_yet_needs_an_identity_and_a_plan(her, world):
    assert [ID, PLAN] == missing(world.draft(her)[0])


def test_a_registered_firm_needs_its_licence_too(her, world):
    draft, _ = world.draft(her, sections=SECTIONS | {"venture": FIRM})

    assert [ID, PLAN, LICENCE] == missing(draft)


def test_an_empty_draft_needs_what_everybody_needs(her, world):
    assert [ID, PLAN] == missing(world.draft(her, sections={})[0])


def test_what_is_attached_is_no_longer_missing_until_it_is_refused(her, world):
    draft, document = world.draft(her)[0], world.document(her)
    her.put(f"/applications/{draft['id']}/papers/id", {"documents": [document["id"]]})
    assert [PLAN] == missing(draft)

    change("UPDATE stored_file SET status = 'QUARANTINED'")
    assert [PLAN] == missing(draft)
    change("UPDATE stored_file SET status='REFUSED', unfit='INFECTED', wrapped_key = NULL")
    assert [ID, PLAN] == missing(draft)


def test_every_kind_of_application_has_papers_with_names_of_their_own():
    for kind, asked in papers.PAPERS.items():
        assert len(asked) == len({each.name for each in asked}), kind
        assert all(papers.asked(kind, each.name) is each for each in asked)
        assert all(each.label and each.why and each.kinds for each in asked)
    assert papers.asked(next(iter(papers.PAPERS)), "passport") is None
