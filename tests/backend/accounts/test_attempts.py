"""How often may somebody try? (ST-01, ST-02, ST-10)"""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from backend.accounts import attempts
from backend.db import action
from backend.errors import TooMany
from tests import records
from tests.records import at_once

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
A_SECOND = timedelta(seconds=1)


def note(kind: str, account: str = "her", network: str = "10.0.0.1", *, at=START) -> None:
    with time_machine.travel(at, tick=False):
        attempts.note(kind, account, network)


def refused(kind: str, account: str = "her", network: str = "10.0.0.1", *, at=START) -> int:
    """Try, be refused, and return the seconds to wait."""
    with pytest.raises(TooMany) as caught:
        note(kind, account, network, at=at)
    return caught.value.more["retry_after"]


def tries(times: int, kind: str, *, at=START, every=timedelta(0), networks: int = 1) -> None:
    for number in range(times):
        note(kind, network=f"10.0.0.{number % networks}", at=at + every * number)


class TestPasswords:
    def test_the_sixth_try_within_fifteen_minutes_waits(self, in_app):
        tries(5, "password", networks=1)

        refused("password", network="10.0.0.0")

    def test_the_wait_ends_fifteen_minutes_after_the_first_of_the_five(self, in_app):
        tries(5, "password", every=MINUTE)

        refused("password", network="10.0.0.0", at=START + 15 * MINUTE - A_SECOND)
        note("password", network="10.0.0.0", at=START + 15 * MINUTE)
        # Now the second of the five is the oldest that counts.
        refused("password", network="10.0.0.0", at=START + 15 * MINUTE)

    @pytest.mark.parametrize("passed", [0, 1, 60, 899])
    def test_whoever_waits_as_long_as_told_may_try_again(self, in_app, passed):
        tries(5, "password")
        now = START + timedelta(seconds=passed)

        wait = refused("password", network="10.0.0.0", at=now)

        # 900 seconds in all; a second more makes up for fractions.
        assert 900 - passed <= wait <= 900 - passed + 1
        note("password", network="10.0.0.0", at=now + timedelta(seconds=wait))

    def test_a_refused_try_does_not_lengthen_the_wait(self, in_app):
        tries(5, "password")
        for number in range(1, 10):
            refused("password", network="10.0.0.0", at=START + number * MINUTE)

        note("password", network="10.0.0.0", at=START + 15 * MINUTE)

    def test_the_same_account_from_another_network_is_not_locked_out(self, in_app):
        tries(5, "password", networks=1)

        note("password", network="10.9.9.9")

    def test_another_account_from_the_same_network_is_not_locked_out(self, in_app):
        tries(5, "password", networks=1)

        note("password", "another", network="10.0.0.0")

    def test_an_account_has_fifty_tries_a_day_from_wherever(self, in_app):
        tries(50, "password", networks=50, every=MINUTE)

        refused("password", network="10.9.9.9", at=START + HOUR)
        refused("password", network="10.9.9.9", at=START + DAY - A_SECOND)
        note("password", network="10.9.9.9", at=START + DAY)

    def test_a_network_has_twenty_tries_in_five_minutes_for_whomever(self, in_app):
        for number in range(20):
            note("password", f"account {number}")

        refused("password", "one more", at=START + 5 * MINUTE - A_SECOND)
        note("password", "one more", at=START + 5 * MINUTE)

    def test_the_names_are_not_kept(self, in_app):
        note("password", "demo-manager", "192.168.1.77")

        (kept,) = records.look("SELECT account, network FROM attempt")
        assert "demo" not in kept["account"]
        assert "192" not in kept["network"]

    def test_tries_at_once_are_counted_exactly(self, in_app):
        got = at_once(8, lambda _: attempts.note("password", "her", "10.0.0.1"))

        assert 5 == got.count(None)
        assert 3 == sum(isinstance(each, TooMany) for each in got)


class TestCodes:
    def test_five_tries_in_five_minutes(self, in_app):
        tries(5, "totp")

        refused("totp", at=START + 5 * MINUTE - A_SECOND)
        note("totp", at=START + 5 * MINUTE)

    def test_twenty_tries_an_hour(self, in_app):
        # Every two minutes never makes five in five minutes.
        tries(20, "totp", every=2 * MINUTE)

        refused("totp", at=START + HOUR - A_SECOND)
        note("totp", at=START + HOUR)

    def test_fifty_tries_a_day(self, in_app):
        # Every four minutes never makes twenty in an hour.
        tries(50, "totp", every=4 * MINUTE)

        refused("totp", at=START + DAY - A_SECOND)
        note("totp", at=START + DAY)

    def test_codes_are_counted_whatever_the_network(self, in_app):
        tries(5, "totp", networks=5)

        refused("totp", network="10.9.9.9")

    def test_codes_and_passwords_are_counted_apart(self, in_app):
        tries(5, "password", networks=1)

        note("totp", network="10.0.0.0")


class TestIdentities:
    def test_the_eleventh_of_a_day_waits_until_the_first_is_a_day_old(self, in_app):
        tries(10, "identity", every=MINUTE, networks=3)

        refused("identity", at=START + DAY - A_SECOND)
        note("identity", at=START + DAY)


class TestForgetting:
    def test_a_right_password_clears_the_count_of_its_network(self, in_app):
        tries(4, "password", networks=1)
        tries(4, "totp")
        action(attempts.forget)("password", "her", "10.0.0.0")

        tries(5, "password", networks=1)
        refused("password", network="10.0.0.0")
        # The other kind has kept its four.
        note("totp")
        refused("totp")

    def test_another_network_keeps_its_count(self, in_app):
        tries(5, "password", networks=1)

        action(attempts.forget)("password", "her", "10.9.9.9")

        refused("password", network="10.0.0.0")

    def test_another_account_keeps_its_count(self, in_app):
        tries(5, "password", networks=1)

        action(attempts.forget)("password", "another", None)

        refused("password", network="10.0.0.0")

    def test_without_a_network_all_of_the_account_are_cleared(self, in_app):
        tries(5, "totp", networks=5)

        action(attempts.forget)("totp", "her", None)

        note("totp")
