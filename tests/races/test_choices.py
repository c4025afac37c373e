"""Does one person get one place, when several of the parks that she named have one at once?"""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import text

from backend.applications.kinds import Reason
from backend.cases import actions as cases
from backend.cases import passing
from backend.db import action, session
from backend.errors import Refusal, WrongStatus
from backend.tenancies import actions, admitting, choices, sweeping
from tests import records
from tests.backend.tenancies.stage import (
    approve,
    offers,
    seen,
    tenancy_of,
    the_books_agree,
)
from tests.backend.tenancies.test_admitting import P01, answer, asked, waits_in_both
from tests.backend.tenancies.test_choices import ranked, standing
from tests.records import at_once, change, look, one, staff

pytestmark = pytest.mark.usefixtures("simulator")
RACERS = 6
OPEN_PLACES = "SELECT count(*) FROM waiting_entry WHERE left_at IS NULL"


def two_parks_want_her() -> tuple[Any, dict, list[int]]:
    """Somebody whom two parks would take, and the key of a free unit in each."""
    her, case = ranked("qiqige", "P01")
    approve(case)
    answer(asked()[0])
    keys = [
        one("SELECT id FROM unit WHERE public_id = :id", id=records.unit(code))
        for code in ("B201", "A101")
    ]
    return her, case, keys


def test_two_parks_that_offer_at_once_make_one_offer(in_own_app):
    her, case, keys = two_parks_want_her()

    got = at_once(RACERS, lambda place: sweeping.hand_out(keys[place % 2]))

    assert [None] * RACERS == got
    assert 1 == len(offers())
    the_books_agree()


@action
def hand_out_unlocked(unit_id: int) -> None:
    """Look whether she has an offer, then make one, without her case's lock: the bug."""
    has_one = session.execute(text("SELECT count(*) FROM tenancy")).scalar()
    session.execute(text("SELECT pg_sleep(0.1)"))
    if not has_one:
        session.execute(
            text(
                "INSERT INTO tenancy (public_id, application_id, person_id, park_id, unit_id,"
                " status, starts_on, until_on, expires_at, created_at, changed_at, version)"
                " SELECT gen_random_uuid(), a.id, applicant_id, u.park_id, u.id, 'OFFERED',"
                " '2027-01-01', '2028-01-01', now(), now(), now(), 1"
                " FROM application a, unit u WHERE u.id = :unit"
            ),
            {"unit": unit_id},
        )


def test_parks_that_do_not_wait_for_each_other_are_stopped_by_the_index(in_own_app):
    _, _, keys = two_parks_want_her()

    at_once(2, lambda place: hand_out_unlocked(keys[place]))

    assert 1 == len(offers())


def test_and_without_the_index_she_has_two_offers(in_own_app):
    _, _, keys = two_parks_want_her()
    change("DROP INDEX uq_tenancy_one_live")

    at_once(2, lambda place: hand_out_unlocked(keys[place]))

    with pytest.raises(AssertionError):
        assert 1 == len(offers())


def test_taking_one_park_while_the_other_offers_leaves_her_one_place_and_no_list(in_own_app):
    her, case, keys = two_parks_want_her()
    sweeping.hand_out(keys[1])
    offer = tenancy_of(case, her)

    def act(place: int) -> Any:
        if place % 2:
            return sweeping.hand_out(keys[0])
        return actions.accept(offer["id"], seen=offer["version"], by=her)

    got = at_once(RACERS, act)

    broken = [each for each in got if isinstance(each, Exception) and not isinstance(each, Refusal)]
    assert [] == broken
    assert [("AGREEMENT_PENDING", "A101", "qiqige")] == offers()
    assert 0 == one(OPEN_PLACES)
    assert ["RELEASED", "PLACED"] == standing(case, her)
    the_books_agree()


def test_accepting_leaves_the_other_lists_in_its_own_transaction(in_own_app):
    """There is no moment at which she has a place and still waits for another."""
    her, case, keys = two_parks_want_her()
    sweeping.hand_out(keys[0])
    offer = tenancy_of(case, her)
    both = (
        f"SELECT ({OPEN_PLACES}) AS waits,"
        " (SELECT count(*) FROM tenancy WHERE status = 'AGREEMENT_PENDING') AS has"
    )

    def act(place: int) -> Any:
        if place == 0:
            actions.accept(offer["id"], seen=offer["version"], by=her)
        return [tuple(each.values()) for _ in range(40) for each in look(both)]

    got = [each for each in at_once(4, act) if isinstance(each, list)]

    assert {(2, 0), (0, 1)} >= {pair for pairs in got for pair in pairs}


def test_two_managers_who_pass_a_case_on_pass_it_on_once(in_own_app):
    her, case = ranked("qiqige", "P01", "P13")
    version = seen(case)

    def act(place: int) -> Any:
        by = staff(("demo-manager", "demo-manager-2")[place % 2])
        if place % 4 == 3:
            return cases.claim(case["id"], seen=version, by=by)
        return passing.pass_on(case["id"], seen=version, by=by, reasons=[Reason.NO_SPACE])

    got = at_once(RACERS, act)

    won = [each for each in got if isinstance(each, dict)]
    assert 1 == len(won)
    assert all(isinstance(each, Refusal) for each in got if not isinstance(each, dict))
    passed = one("SELECT count(*) FROM event WHERE name = 'application.passed_on'")
    assert passed == one("SELECT count(*) FROM park_choice WHERE came_at IS NOT NULL")
    reached = {each["standing"].name for each in choices.of(case["id"], her)["items"][:1]}
    assert reached == ({"PASSED_ON"} if passed else {"IN_HAND"})


def test_a_park_answers_once_whatever_its_managers_tap(in_own_app):
    waits_in_both()
    (entry,) = asked()

    def act(place: int) -> Any:
        reasons = [] if place % 2 else [Reason.NOT_TARGET_GROUP]
        return admitting.answer(
            entry["id"], by=staff(P01), admitted=bool(place % 2), reasons=reasons
        )

    got = at_once(RACERS, act)

    kinds = Counter(type(each) for each in got)
    assert {dict: 1, WrongStatus: RACERS - 1} == kinds
    told = look("SELECT name FROM event WHERE name IN ('waiting.admitted', 'waiting.not_admitted')")
    assert 1 == len(told)
