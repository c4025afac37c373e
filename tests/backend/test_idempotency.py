"""Has this very request been answered before? (G12, below HTTP)"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import time_machine

from backend import idempotency, vault
from backend.db import action, session
from backend.errors import KeyBusy, KeyReused, NotFound
from backend.idempotency import Request
from tests.records import at_once, change, look, one

REQUEST = Request("citizen:1", "key-1", "createApplication", b"\x01" * 32)
START = datetime(2026, 11, 23, 8, tzinfo=UTC)
DAY, A_SECOND = timedelta(hours=24), timedelta(seconds=1)


class Answer:
    """Gives answers one after the other."""

    def __init__(self) -> None:
        self.given = 0

    def __call__(self) -> str:
        self.given += 1
        return f"answer {self.given}"


def once(request: Request, answer: Answer, at: datetime = START) -> tuple[str, bool]:
    with time_machine.travel(at, tick=False):
        return action(idempotency.once)(request, answer)


def test_the_first_request_is_answered_and_the_second_gets_the_same(in_app):
    answer = Answer()

    assert ("answer 1", False) == once(REQUEST, answer)
    assert ("answer 1", True) == once(REQUEST, answer)

    assert 1 == answer.given


@pytest.mark.parametrize(
    "other",
    [replace(REQUEST, operation="submitApplication"), replace(REQUEST, fingerprint=b"\x02" * 32)],
    ids=["another operation", "other content"],
)
def test_a_key_that_was_used_for_something_else_is_refused(in_app, other):
    once(REQUEST, Answer())

    with pytest.raises(KeyReused):
        once(other, Answer())


@pytest.mark.parametrize(
    "other",
    [replace(REQUEST, owner="citizen:2"), replace(REQUEST, key="key-2")],
    ids=["another caller", "another key"],
)
def test_another_caller_or_key_has_nothing_to_do_with_it(in_app, other):
    answer = Answer()
    once(REQUEST, answer)

    assert ("answer 2", False) == once(other, answer)


def test_a_request_that_was_refused_does_not_burn_its_key(in_app):
    def refuse() -> str:
        raise NotFound

    with pytest.raises(NotFound):
        action(idempotency.once)(REQUEST, refuse)

    assert 0 == one("SELECT count(*) FROM idempotency_key")
    assert ("answer 1", False) == once(REQUEST, Answer())


@pytest.mark.parametrize(
    ("later", "replayed"), [(DAY - A_SECOND, True), (DAY, True), (DAY + A_SECOND, False)]
)
def test_a_key_lives_for_a_day(in_app, later, replayed):
    answer = Answer()
    once(REQUEST, answer)

    assert replayed is once(REQUEST, answer, START + later)[1]


def test_after_a_rotation_the_hash_of_the_older_key_is_known_still(in_app):
    answer = Answer()
    once(REQUEST, answer)
    rotated = replace(REQUEST, fingerprint=b"\x02" * 32, older=(REQUEST.fingerprint,))

    assert ("answer 1", True) == once(rotated, answer)


def test_an_expired_key_may_serve_something_else(in_app):
    once(REQUEST, Answer())

    other = replace(REQUEST, operation="submitApplication")
    assert ("answer 1", False) == once(other, Answer(), START + DAY + A_SECOND)


def test_the_kept_answer_is_sealed_to_its_caller_and_key(in_app):
    action(idempotency.once)(REQUEST, lambda: '{"phone": "13800138000"}')
    kept = one("SELECT answer FROM idempotency_key")

    assert "13800138000" not in kept
    assert '{"phone": "13800138000"}' == vault.keys().unseal(REQUEST.place, kept)
    with pytest.raises(vault.Unreadable):
        vault.keys().unseal(replace(REQUEST, owner="citizen:2").place, kept)


def test_an_answer_moved_to_another_caller_does_not_open(in_app):
    once(REQUEST, Answer())
    change("UPDATE idempotency_key SET owner = 'citizen:2'")

    with pytest.raises(vault.Unreadable):
        once(replace(REQUEST, owner="citizen:2"), Answer())


def test_twins_at_once_are_answered_once(in_app):
    answer = Answer()

    got = at_once(6, lambda _: action(idempotency.once)(REQUEST, answer))

    assert 1 == answer.given
    assert {"answer 1"} == {given for given, _ in got}
    assert 1 == [replayed for _, replayed in got].count(False)


def test_a_twin_that_waits_too_long_is_told_to_come_back(in_app):
    """The lock time-out is two seconds; the first request hangs for longer."""
    url = in_app.extensions["settings"].database_url.replace("+psycopg", "")
    with psycopg.connect(url) as first:
        first.execute(
            "INSERT INTO idempotency_key (owner, key, operation, fingerprint, created_at)"
            " VALUES ('citizen:1', 'key-1', 'createApplication', '', now())"
        )

        with pytest.raises(KeyBusy) as busy:
            action(idempotency.once)(REQUEST, Answer())
        first.rollback()

    assert {"retry_after": 1} == busy.value.more
    assert ("answer 1", False) == once(REQUEST, Answer())


def test_the_key_commits_with_the_effect_or_not_at_all(in_app):
    @action
    def effect_then_death() -> None:
        idempotency.once(REQUEST, Answer())
        session.flush()
        raise SystemExit

    with pytest.raises(SystemExit):
        effect_then_death()

    assert [] == look("SELECT * FROM idempotency_key")


def test_forgetting_leaves_the_keys_that_may_still_be_asked_for(in_app):
    for key, at in (("old", START - DAY - A_SECOND), ("edge", START - DAY), ("new", START)):
        once(replace(REQUEST, key=key), Answer(), at)

    with time_machine.travel(START, tick=False):
        assert 1 == action(idempotency.forget_old)()

    assert ["edge", "new"] == sorted(
        each["key"] for each in look("SELECT key FROM idempotency_key")
    )
