"""When does a step not exist although the status would allow it?"""

from datetime import date, timedelta

import pytest

from backend.access import Relation as R
from backend.tenancies.conditions import CONDITIONS, missing, open_now
from backend.tenancies.workflow import STEPS, Status

TODAY = date(2027, 3, 1)
A_DAY = timedelta(days=1)
ROW = {
    "arrived_on": date(2027, 1, 4),
    "starts_on": date(2027, 1, 1),
    "until_on": date(2028, 1, 1),
    "postponed_why": None,
    "renewals": 0,
    "hear_until": None,
    "heard_at": None,
    "counts_pending": False,
}
NOT_YET = {"arrived_on": None}
ANNOUNCED = {"hear_until": TODAY}
HEARD = {"hear_until": TODAY - A_DAY, "heard_at": "…"}


def test_every_condition_is_about_a_verb_of_the_table():
    assert set(CONDITIONS) <= {each.action for each in STEPS}


@pytest.mark.parametrize(
    ("verb", "changed", "exists"),
    [
        ("arrive", {}, False),
        ("arrive", NOT_YET, True),
        ("arrive", NOT_YET | {"starts_on": TODAY}, True),
        ("arrive", NOT_YET | {"starts_on": TODAY + A_DAY}, False),
        ("postpone", NOT_YET, True),
        ("postpone", NOT_YET | {"postponed_why": "住院"}, False),
        ("postpone", {}, False),
        ("renew", {}, False),
        ("renew", {"until_on": TODAY + 60 * A_DAY}, True),
        ("renew", {"until_on": TODAY + 61 * A_DAY}, False),
        ("renew", {"until_on": TODAY + A_DAY}, True),
        ("renew", {"until_on": TODAY}, False),
        ("renew", {"until_on": TODAY + A_DAY, "renewals": 1}, False),
        ("renew", {"until_on": TODAY + A_DAY, **NOT_YET}, False),
        # Three years from the first day are over with 1 March 2027.
        ("renew", {"until_on": TODAY + A_DAY, "starts_on": date(2024, 3, 2)}, False),
        ("renew", {"until_on": TODAY + A_DAY, "starts_on": date(2024, 3, 3)}, True),
        *((verb, {}, True) for verb in ("suspend", "graduate", "count", "check_out")),
        *((verb, NOT_YET, False) for verb in ("suspend", "graduate", "count", "check_out")),
        ("confirm_count", {}, False),
        ("confirm_count", {"counts_pending": True}, True),
        ("announce", {}, True),
        ("announce", NOT_YET, True),
        ("announce", ANNOUNCED, False),
        *((verb, {}, False) for verb in ("answer", "hear", "drop", "evict")),
        *((verb, ANNOUNCED, True) for verb in ("answer", "hear", "drop")),
        *((verb, HEARD, False) for verb in ("answer", "hear")),
        ("drop", HEARD, True),
        ("evict", ANNOUNCED, False),
        ("evict", HEARD, True),
        ("evict", HEARD | {"hear_until": TODAY}, False),
        ("leave", NOT_YET, True),
    ],
)
def test_a_step_exists_when_its_condition_holds(verb, changed, exists):
    assert exists is (missing(verb, ROW | changed, TODAY) is None)


def test_what_is_offered_is_what_exists():
    offered = open_now(STEPS, Status.ACTIVE, {R.APPLICANT}, ROW, TODAY)

    assert ["leave", "count"] == offered
