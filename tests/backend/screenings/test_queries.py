"""What was told under a token?"""

import pytest
import time_machine

from backend.errors import NotFound
from backend.screenings import queries
from backend.screenings.actions import save
from backend.vault import Unreadable
from tests.backend.screenings.test_answers import DAY
from tests.records import change, one

TOLD = {"is_veteran": True, "loan_amount": "100000.00"}


def test_a_token_opens_its_own_screening_only(in_app):
    mine, other = save(TOLD, DAY)["token"], save({"in_park": False}, DAY)["token"]

    assert (TOLD, "2023-05-10") == tuple(queries.find(mine)[n] for n in ("facts", "as_of"))
    assert {"in_park": False} == queries.find(other)["facts"]
    with pytest.raises(NotFound):
        queries.find(mine + "x")


@pytest.mark.parametrize(("moment", "found"), [("04:00:00", True), ("04:00:01", False)])
def test_it_is_there_until_its_seven_days_are_over(in_app, moment, found):
    with time_machine.travel("2026-11-16T04:00:01Z", tick=False):
        token = save(TOLD, DAY)["token"]

    with time_machine.travel(f"2026-11-23T{moment}Z", tick=False):
        if found:
            assert TOLD == queries.find(token)["facts"]
        else:
            with pytest.raises(NotFound):
                queries.find(token)


def test_what_was_sealed_for_one_cannot_be_read_as_another(in_app):
    token = save(TOLD, DAY)["token"]
    save({"in_park": False}, DAY)

    change("UPDATE screening SET content = (SELECT content FROM screening WHERE id = 2)"
           " WHERE id = 1")  # fmt: skip

    with pytest.raises(Unreadable):
        queries.find(token)


def test_the_token_itself_is_not_kept(in_app):
    token = save(TOLD, DAY)["token"]

    assert 0 == one("SELECT count(*) FROM screening WHERE token_hash = :token", token=token)
    assert 0 == one("SELECT count(*) FROM screening WHERE content LIKE '%veteran%'")
