"""Who sees which subsidies, and what the rule says of them."""

import pytest

from backend.access import Role, can
from backend.errors import NotFound
from backend.subsidies import queries
from backend.subsidies.kinds import SubsidyKind
from backend.subsidies.workflow import Status
from tests.backend.subsidies.stage import claim, fresh, qualified, submitted
from tests.records import change, new_staff, person, staff

pytestmark = pytest.mark.usefixtures("simulator")


def listed(by, **narrowed) -> list:
    asked = {"kind": None, "status": None, "after": None, "limit": 9} | narrowed
    return [each["id"] for each in queries.listed(by, **asked)]


@pytest.mark.parametrize("make", [lambda: qualified()[2], claim, submitted])
def test_a_list_shows_what_the_table_of_permissions_lets_one_see(in_mended_app, make):
    its = make()
    found = queries.find(its["id"])
    readers = {
        "she": person(),
        "a stranger": person("stranger"),
        "the league's": staff("demo-bureau"),
        "the county's": new_staff("ulanhot", Role.BUREAU_STAFF, county="152201"),
        "another county's": new_staff("tuquan", Role.BUREAU_STAFF, county="152224"),
        "the manager": staff("demo-manager"),
        "another manager": staff("demo-manager-p01"),
        "the auditor": new_staff("auditor", Role.AUDITOR),
    }

    seeing = {name for name, by in readers.items() if listed(by) == [its["id"]]}

    assert seeing == {name for name, by in readers.items() if can(by, "getSubsidy", found)}
    assert not seeing & {"a stranger", "another county's", "another manager", "the auditor"}
    assert seeing


def test_whoever_is_too_near_to_her_sees_nothing_of_it(in_app):
    _, _, its = qualified()
    change("UPDATE staff SET person_id = :id WHERE username = 'demo-bureau-2'", id=person().id)
    near = staff("demo-bureau-2")

    assert [] == listed(near)
    with pytest.raises(NotFound):
        queries.get(its["id"], near)


def test_to_a_claim_nobody_is_too_near(in_app):
    """It has no applicant: staff who are nobody's account are not hers either."""
    its = submitted()

    assert [its["id"]] == listed(staff("demo-bureau"))
    assert [] == queries.find(its["id"])["recused"]


def test_a_list_is_narrowed_by_kind_and_state(in_app):
    hers, parks = qualified()[2]["id"], submitted()["id"]
    bureau = staff("demo-bureau")

    assert [parks, hers] == listed(bureau)
    assert [hers] == listed(bureau, kind=SubsidyKind.STARTUP)
    assert [parks] == listed(bureau, status=Status.SUBMITTED)
    assert [] == listed(bureau, kind=SubsidyKind.JOB_CREATION)


def test_staff_see_what_the_rule_says_and_lacks_and_she_sees_no_verdict(in_app):
    her, _, its = qualified()

    verdict = fresh(its)["verdict"]

    assert ("startup_subsidy", None) == (verdict["benefit"], verdict["value"])
    # Her form says that she runs it with two workers; whether she is in a park it does not.
    lacking = {each["name"] for each in verdict["missing"]}
    assert "in_park" in lacking and "other_workers_employed" not in lacking
    assert queries.get(its["id"], her)["verdict"] is None


def test_of_a_claim_the_judgements_of_staff_are_lacking_and_no_number(in_app):
    verdict = fresh(submitted())["verdict"]

    assert ("incubation_subsidy", None) == (verdict["benefit"], verdict["value"])
    assert {"staff"} >= {each["who"] for each in verdict["missing"]} - {"park", "reg", ""}
    assert "graduated_entities" not in {each["name"] for each in verdict["missing"]}
