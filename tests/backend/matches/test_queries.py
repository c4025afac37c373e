"""What does somebody read of what she was told, and what do we look up about many at once?"""

from datetime import date
from uuid import uuid4

import pytest
import time_machine

from backend.errors import NotFound
from backend.matches import queries
from backend.matches.kinds import What
from tests.backend.matches.stage import ALWAYS, MORNING, consenting, sweep, tell
from tests.filing import submitted
from tests.records import change, one, person


@pytest.fixture(autouse=True)
def morning(in_mended_app):
    with time_machine.travel(MORNING, tick=False) as now:
        yield now


def test_she_reads_her_own_and_nobody_elses():
    hers, other = consenting("bayar"), consenting("tuya")
    sweep()

    (found,) = queries.listed(hers, after=None, limit=10)

    assert found == queries.get(found["id"], hers)
    assert {*ALWAYS, "startup_subsidy"} == {each["benefit"] for each in found["items"]}
    for stranger in (other, person("naren")):
        with pytest.raises(NotFound):
            queries.get(found["id"], stranger)
    with pytest.raises(NotFound):
        queries.get(uuid4(), hers)


def test_the_list_goes_on_where_it_stopped(morning):
    her = consenting()
    sweep()
    change(
        "INSERT INTO policy_match (public_id, person_id, policy, as_of, found_at)"
        " SELECT gen_random_uuid(), person_id, policy, as_of, found_at FROM policy_match"
    )
    newer, older = queries.listed(her, after=None, limit=10)

    assert [older] == queries.listed(her, after=newer["row"], limit=10)
    assert newer["row"] > older["row"]
    assert ([], True) == (newer["items"], bool(older["items"]))


def test_what_is_under_way_counts_from_the_filing_on():
    her = person("bayar")
    draft_of, filed = queries.applied_of([her.id]), submitted(her)

    assert (frozenset(), frozenset({"free_space"})) == (
        draft_of[her.id],
        queries.applied_of([her.id])[her.id],
    )
    assert filed is not None
    assert frozenset() == queries.applied_of([her.id])[0]


def test_what_was_told_since_the_last_look_is_named():
    her = consenting()
    sweep()
    change("UPDATE standing SET judged_at = judged_at + interval '1 hour'")
    assert frozenset() == queries.changed_of([her.id])[her.id]

    with time_machine.travel(MORNING.replace(hour=4), tick=False):
        tell(her, {"other_workers_employed": 2})

    assert frozenset({"other_workers_employed"}) == queries.changed_of([her.id])[her.id]


def test_of_which_last_days_she_has_heard():
    her = consenting()
    sweep()
    change(
        "UPDATE policy_match_item SET closes_on = '2027-01-29', ahead = 30"
        " WHERE benefit = 'startup_subsidy'"
    )

    assert (
        frozenset({("startup_subsidy", date(2027, 1, 29), 30)}) == queries.told_of([her.id])[her.id]
    )


def test_whoever_writes_the_message_finds_nobody_once_she_has_withdrawn():
    her = consenting()
    sweep()
    key = one("SELECT id FROM policy_match")
    assert (her.id, What.ELIGIBLE) == (
        queries.numbered(key)["person_id"],
        queries.numbered(key)["items"][0]["what"],
    )

    change("UPDATE consent SET withdrawn_at = granted_at")

    assert queries.numbered(key)["person_id"] is None
