import pytest

from backend.wechat.simulator.access import AccessTokens
from backend.wechat.simulator.refused import Refused
from tests.backend.wechat.conftest import Clock


@pytest.fixture
def tokens(clock: Clock) -> AccessTokens:
    return AccessTokens(clock)


def refused(tokens, token):
    with pytest.raises(Refused) as raised:
        tokens.check(token)
    return raised.value.errcode


def test_the_stable_token_stays_the_same_and_its_life_runs_down(tokens, clock):
    token, expires_in = tokens.stable()
    clock.advance(100)

    assert expires_in == 7200
    assert tokens.stable() == (token, 7100)


def test_in_its_last_five_minutes_a_new_one_is_given_and_both_work(tokens, clock):
    old, _ = tokens.stable()
    clock.advance(6901)

    new, expires_in = tokens.stable()

    assert (new != old, expires_in) == (True, 7200)
    tokens.check(old)
    tokens.check(new)
    clock.advance(299)
    assert refused(tokens, old) == 42001


def test_a_token_has_512_characters(tokens):
    assert len(tokens.stable()[0]) == 512


def test_a_forced_refresh_kills_the_last_token(tokens, clock):
    old, _ = tokens.stable()
    clock.advance(30)

    new, _ = tokens.stable(force_refresh=True)

    assert new != old
    assert refused(tokens, old) == 40001


def test_a_forced_refresh_within_thirty_seconds_is_none(tokens, clock):
    old, _ = tokens.stable()
    clock.advance(29)

    assert tokens.stable(force_refresh=True)[0] == old


def test_the_twenty_first_forced_refresh_of_a_day_is_refused(tokens, clock):
    for _ in range(20):
        clock.advance(31)
        tokens.stable(force_refresh=True)
    clock.advance(31)

    with pytest.raises(Refused) as raised:
        tokens.stable(force_refresh=True)
    assert raised.value.errcode == 45009


def test_the_older_call_gives_a_new_token_and_five_minutes_to_the_last(tokens, clock):
    first, _ = tokens.plain()
    second, expires_in = tokens.plain()

    assert (first != second, expires_in) == (True, 7200)
    clock.advance(299)
    tokens.check(first)
    clock.advance(1)
    assert refused(tokens, first) == 42001
    tokens.check(second)


def test_the_two_families_leave_each_other_alone(tokens, clock):
    stable, _ = tokens.stable()
    for _ in range(3):
        tokens.plain()
    clock.advance(400)

    tokens.check(stable)


def test_a_token_is_missing_unknown_or_expired(tokens):
    token, _ = tokens.stable()

    assert refused(tokens, "") == 41001
    assert refused(tokens, "unknown") == 40001
    tokens.expire()
    assert refused(tokens, token) == 42001
    tokens.revoke()
    assert refused(tokens, token) == 40001
    assert tokens.stable()[0] != token
