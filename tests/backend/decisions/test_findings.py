"""What staff find out about an applicant over HTTP: by whom, on which paper, against what she says.

Clause 五（二） waives the counter-guarantee where the bank thinks well of her; only a bank or those
who heard it from one can say so. Whether she is a veteran stands in her certificate.
"""

from typing import Any
from uuid import uuid4

import pytest

from tests.factories import Caller, World, day
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused
from tests.records import change, look, one

pytestmark = pytest.mark.usefixtures("in_app")

CERTIFICATE = {"source": "document", "observed_on": day(0), "evidence": "退役军人优待证"}


@pytest.fixture
def path(world: World) -> str:
    made, _ = world.submitted()
    return f"/applications/{made['id']}/facts"


def found(by: Caller, path: str, facts: dict[str, Any], **more: Any) -> dict[str, dict[str, Any]]:
    """Write findings down; return what counts now, by name."""
    answer = by.post(path, {"facts": facts, **CERTIFICATE, **more})
    assert 200 == answer.status_code, answer.text
    return {each["name"]: each for each in answer.json["items"]}


def test_what_a_certificate_says_counts_and_what_she_says_otherwise_stays_visible(world, path):
    world.citizen().put("/me/facts", {"facts": {"is_veteran": True, "in_park": False}})

    known = found(world.staff("demo-bureau"), path, {"is_veteran": False})

    assert (False, "document", "证明材料", True) == tuple(
        known["is_veteran"][key] for key in ("value", "source", "source_label", "declared")
    )
    assert (False, "self", None) == tuple(
        known["in_park"][key] for key in ("value", "source", "declared")
    )
    mine = {each["name"]: each for each in world.citizen().get("/me/facts").json["items"]}
    assert (False, "document") == (mine["is_veteran"]["value"], mine["is_veteran"]["source"])


def test_money_that_is_disputed_is_told_in_yuan_on_both_sides(world, path):
    world.citizen().put("/me/facts", {"facts": {"loan_amount": "100000.00"}})

    known = found(world.staff("demo-bureau"), path, {"loan_amount": "100000.01"})

    assert ("100000.01", "100000.00") == (
        known["loan_amount"]["value"],
        known["loan_amount"]["declared"],
    )


def test_a_judgement_that_only_staff_may_make_comes_in_here_and_changes_the_answer(world, path):
    by = world.staff("demo-bureau")
    decision = {"application_id": path.split("/")[2], "benefit": "startup_subsidy"}
    before = by.post("/decisions", decision).json

    known = found(by, path, {"other_category_approved": True}, source="staff", evidence="")

    assert ("staff", True) == tuple(
        known["other_category_approved"][key] for key in ("source", "value")
    )
    after = by.post("/decisions", decision).json
    assert before["tree"] != after["tree"]
    assert "other_category_approved" in {each["name"] for each in after["facts"]}


def test_a_finding_is_taken_back_by_its_own_source(world, path):
    by = world.staff("demo-bureau")
    found(by, path, {"is_veteran": True})

    assert {} == found(by, path, {"is_veteran": None})


def test_a_manager_speaks_for_his_park_and_is_not_told_what_is_sensitive(world, path):
    found(world.staff("demo-bureau"), path, {"is_veteran": True, "graduation_date": "2021-06-30"})

    known = found(world.staff(), path, {"in_park": True}, source="park", evidence="")

    assert {"graduation_date", "in_park"} == set(known)
    assert ("park", "园区登记") == (known["in_park"]["source"], known["in_park"]["source_label"])


@pytest.mark.parametrize(
    ("who", "source"),
    [("demo-manager", "staff"), ("demo-manager", "document"), ("demo-bureau", "self")],
)
def test_nobody_speaks_for_a_source_that_is_not_hers(world, app, path, who, source):
    content = {"facts": {"in_park": True}, **CERTIFICATE, "source": source}
    by = world.staff(who)
    with nothing_changes(app):
        refused(by.post(path, content), 403)


@pytest.mark.parametrize("source", ["document", "reg"])
def test_a_paper_or_an_entry_has_to_be_named(world, app, path, source):
    content = {"facts": {"in_park": True}, "source": source, "observed_on": day(0)}
    by = world.staff("demo-bureau")
    with nothing_changes(app):
        problem = refused(by.post(path, content), 422)

    assert ["#/evidence"] == pointers(problem)


def test_every_fault_is_named_at_once_and_nothing_is_kept(world, app, path):
    wrong = {"no_such": True, "is_veteran": 1, "reg_date": "2023-02-30", "in_park": True}
    by = world.staff("demo-bureau")
    with nothing_changes(app):
        problem = refused(by.post(path, {"facts": wrong, **CERTIFICATE}), 422)

    assert ["#/facts/is_veteran", "#/facts/no_such", "#/facts/reg_date"] == pointers(problem)


def test_nobody_finds_anything_out_about_herself(world, app, path):
    change("UPDATE staff SET person_id = (SELECT id FROM person) WHERE username = 'demo-bureau'")
    by = world.staff("demo-bureau")

    with nothing_changes(app):
        refused(by.post(path, {"facts": {"is_veteran": True}, **CERTIFICATE}), 404)


def test_a_foreign_case_and_a_draft_are_not_there(world, app, path):
    draft, _ = world.draft(world.citizen("another"))
    told = {"facts": {"is_veteran": True}, **CERTIFICATE}
    asked = [
        (world.staff("demo-manager-p01"), path),
        (world.staff(), f"/applications/{draft['id']}/facts"),
        (world.staff(), f"/applications/{uuid4()}/facts"),
    ]
    with nothing_changes(app):
        answers = [refused(by.post(where, told), 404) for by, where in asked]
        answers += [refused(by.get(where), 404) for by, where in asked]

    assert 1 == len({each["detail"] for each in answers})


def test_the_same_key_writes_it_once(world, path):
    by, content = world.staff("demo-bureau"), {"facts": {"is_veteran": True}, **CERTIFICATE}

    answers = [by.post(path, content, key="once") for _ in range(2)]

    assert answers[0].json == answers[1].json
    (kept,) = look("SELECT source, evidence FROM fact_record")
    assert {"source": "DOCUMENT", "evidence": "退役军人优待证"} == kept
    assert 1 == one("SELECT count(*) FROM event WHERE name = 'profile.facts_recorded'")
