"""Who sees which decision, and whose overrides does a clerk count?"""

import pytest

from backend.access import Audience, Principal, Role
from backend.decisions import queries
from backend.errors import NotAllowed, NotFound
from backend.policies import actions
from tests.backend.policies.decisions import decided
from tests.backend.policies.proposals import COUNTY, clerk
from tests.records import person, staff

pytestmark = pytest.mark.usefixtures("in_bureau")


def test_a_decision_without_an_application_is_seen_by_the_staff_of_its_scope_alone():
    key = decided(person_id=person().id, scope=COUNTY)

    assert queries.visible(key, clerk())["application"] is None
    assert queries.visible(key, clerk("hers", county=COUNTY))["rule"] == "startup_subsidy"
    for who in (clerk("foreign", county="152222"), staff("demo-manager"), person()):
        with pytest.raises(NotFound):
            queries.visible(key, who)


def test_a_county_counts_its_own_overrides_and_the_league_all():
    for scope in (COUNTY, COUNTY, "152222", "league"):
        key = decided(scope=scope)
        actions.override_verdict(key, verdict=False, reason="材料不实", seen=0, by=clerk())

    assert {"startup_subsidy": 4} == queries.overrides(clerk())
    assert {"startup_subsidy": 2} == queries.overrides(clerk("hers", county=COUNTY))
    assert {} == queries.overrides(clerk("idle", county="152223"))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.BUREAU_STAFF])
def test_only_the_bureaus_staff_count(role):
    audience = Audience.CITIZEN if role is Role.ENTREPRENEUR else Audience.STAFF
    known = staff()
    by = Principal(audience, known.id, known.public_id, known.session_id, role)

    with pytest.raises(NotAllowed):
        queries.overrides(by)
