"""Who gets the last place, whose code is it, and what if both sides tap at once?"""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from backend.db import action, session
from backend.errors import InvitationSpent, PostFull
from backend.internships import actions, attendance, hosts, placing, queries
from backend.internships.models import Host, Invitation, Post
from tests.backend.internships.stage import (
    applicant,
    approve,
    begun,
    fresh,
    granted,
    host,
    on,
    post,
    the_places_agree,
)
from tests.records import at_once, change, one, person, staff

pytestmark = pytest.mark.usefixtures("simulator")
RACERS = 8
# Without the constraint a check in Python alone lets several in.
UNGUARDED = "ALTER TABLE post DROP CONSTRAINT ck_post_places"


def race_for(places: int) -> list[Any]:
    """Let two clerks approve eight applications for one post at once."""
    its = post(places=places)
    cases = [applicant(f"racer {number}", its)[1] for number in range(RACERS)]
    clerks = [staff("demo-bureau"), staff("demo-bureau-2")]
    return at_once(RACERS, lambda place: approve(cases[place], clerks[place % 2]))


def so_many_won(places: int, got: list[Any]) -> None:
    winners = [each for each in got if isinstance(each, dict)]
    assert places == len(winners), f"{len(winners)} winners for {places}"
    assert {PostFull} == {type(each) for each in got if not isinstance(each, dict)}
    assert places == one("SELECT filled FROM post")
    the_places_agree()


@pytest.mark.parametrize("places", [1, 3])
def test_of_eight_approvals_as_many_win_as_there_are_places(in_own_app, places):
    so_many_won(places, race_for(places))


@action
def take_unlocked(post_id: int) -> None:
    """Look whether there is a place, then take it, without a lock or a second look: the bug."""
    filled = session.scalar(select(Post.filled).where(Post.id == post_id))
    places = session.scalar(select(Post.places).where(Post.id == post_id))
    if filled < places:
        session.execute(text("SELECT pg_sleep(0.1)"))
        session.execute(text("UPDATE post SET filled = filled + 1 WHERE id = :id"), {"id": post_id})


@action
def take(post_id: int) -> None:
    """Take a place as an approval does."""
    placing.take_place(post_id)


def taken_by_eight(how: Any) -> list[Any]:
    its = one("SELECT id FROM post WHERE public_id = :id", id=post()["id"])
    return at_once(RACERS, lambda _: how(its))


def test_whoever_looks_first_and_takes_then_is_stopped_by_the_constraint(in_own_app):
    got = taken_by_eight(take_unlocked)

    assert 1 == got.count(None)
    assert 7 == sum(isinstance(each, IntegrityError) for each in got)
    assert 1 == one("SELECT filled FROM post")


def test_and_without_the_constraint_there_are_more_people_than_places(in_own_app):
    change(UNGUARDED)

    taken_by_eight(take_unlocked)

    with pytest.raises(AssertionError):
        assert one("SELECT places FROM post") >= one("SELECT filled FROM post")


def test_taking_a_place_needs_no_constraint_to_be_right(in_own_app):
    change(UNGUARDED)

    got = taken_by_eight(take)

    assert (1, 7) == (got.count(None), sum(isinstance(each, PostFull) for each in got))
    assert 1 == one("SELECT filled FROM post")


def bound_by(accept: Any) -> list[Any]:
    """Let eight people use one code at once."""
    code = hosts.invite(host()["id"], by=staff("demo-bureau"))["code"]
    people = [person(f"racer {number}") for number in range(RACERS)]
    return at_once(RACERS, lambda place: accept(code, by=people[place]))


def one_was_bound(got: list[Any]) -> None:
    bound = one("SELECT count(*) FROM event WHERE name = 'host.contact_bound'")
    assert 1 == bound, f"{bound} for one code"
    assert RACERS - 1 == sum(isinstance(each, InvitationSpent) for each in got)


def test_of_eight_people_with_one_code_one_speaks_for_the_host(in_own_app):
    got = bound_by(hosts.accept_invitation)

    one_was_bound(got)
    used_by = "SELECT used_by = contact_id FROM host_invitation JOIN host ON host.id = host_id"
    assert one(used_by)


@action
def accept_unlocked(code: str, *, by: Any) -> None:
    """Look whether the code is unused, then use it: the bug."""
    found = session.scalar(select(Invitation).where(Invitation.sha256 == hosts.hashed(code)))
    assert found is not None
    if found.used_at is not None:
        raise InvitationSpent
    session.execute(text("SELECT pg_sleep(0.1)"))
    found.used_at, found.used_by = found.made_at, by.id
    session.flush()
    session.get_one(Host, found.host_id).contact_id = by.id
    hosts.record("host.contact_bound", "host", found.host_id, by)


def test_a_code_that_is_looked_at_and_used_then_is_caught(in_own_app):
    got = bound_by(accept_unlocked)

    with pytest.raises(AssertionError, match="for one code"):
        one_was_bound(got)


def both_tap(confirm: Any, racers: int = RACERS) -> None:
    """Let both sides answer for the same month at once, each as often as the other."""
    with on("2027-01-04"):
        her, speaks, its = begun()
    sides, said = [her, speaks], {"present": True, "days": None, "words": ""}
    with on("2027-02-04"):
        got = at_once(racers, lambda n: confirm(its["id"], "2027-01", by=sides[n % 2], **said))
        assert {her.id, speaks.id} == {
            sides[n % 2].id for n, each in enumerate(got) if isinstance(each, dict)
        }
    assert one("SELECT counts FROM internship_month WHERE name = '2027-01'"), "nobody counted"


def test_both_sides_confirm_at_once_and_the_month_counts(in_own_app):
    both_tap(attendance.confirm)


@action
def confirm_unlocked(public_id: Any, month: str, *, by: Any, **said: Any) -> dict[str, Any]:
    """Answer without waiting for the other side: neither sees what the other says; the bug."""
    found = queries.find(public_id)
    assert found is not None
    party = "INTERN" if found["applicant_id"] == by.id else "HOST"
    session.execute(
        text(
            "INSERT INTO internship_answer VALUES (:id, :month, :party, true, NULL, '', now())"
            " ON CONFLICT DO NOTHING"
        ),
        {"id": found["id"], "month": month, "party": party},
    )
    both = session.scalar(
        text("SELECT count(*) = 2 FROM internship_answer WHERE internship_id = :id"),
        {"id": found["id"]},
    )
    session.execute(text("SELECT pg_sleep(0.2)"))
    if both:
        session.execute(text("UPDATE internship_month SET counts = true WHERE name = '2027-01'"))
    return {}


def test_answering_without_a_lock_is_caught_counting_nothing(in_own_app):
    with pytest.raises(AssertionError, match="nobody counted"):
        both_tap(confirm_unlocked, racers=2)


def test_all_three_sign_at_once_and_it_begins_once(in_own_app):
    her, speaks, its = granted()
    sha256 = queries.agreement(its["id"], her)["sha256"]
    parties = [her, speaks, staff("demo-bureau")]

    def act(place: int) -> Any:
        seen = fresh(its)["version"]
        return actions.sign(its["id"], seen=seen, by=parties[place % 3], sha256=sha256)

    while "AGREEMENT_PENDING" == fresh(its)["status"]:
        at_once(RACERS, act)

    assert "IN_PROGRESS" == fresh(its)["status"]
    assert 1 == one("SELECT count(*) FROM event WHERE name = 'internship.begun'")
    assert 6 == one("SELECT count(*) FROM internship_month")
