"""Who sends this request? What a token says, how long it lives, and that it only names a session.

Forged and mangled tokens are the business of `test_bad_tokens`.
"""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import jwt
import pytest
import time_machine

from backend import clock
from backend.access import Audience
from backend.accounts import actions as accounts
from backend.errors import NotSignedIn
from miniprogram_api import auth
from miniprogram_api.app import create_app
from tests.factories import Caller, World, openid_of
from tests.miniprogram_api.refusals import one_more_app
from tests.records import change, one

CITIZEN, STAFF = frozenset({Audience.CITIZEN}), frozenset({Audience.STAFF})
BOTH = CITIZEN | STAFF
MINUTE, A_SECOND = timedelta(minutes=1), timedelta(seconds=1)


def signed_in(name: str = "qiqige") -> dict:
    """The pair of tokens of a person who has just signed in."""
    return auth.tokens(accounts.sign_in_person(openid_of(name), None, device=""))


def claims(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


@pytest.fixture
def in_request(app):
    with app.test_request_context():
        yield app


class TestTokens:
    def test_a_pair_lasts_as_long_as_the_contract_says(self, in_request):
        with time_machine.travel(clock.now().replace(microsecond=0), tick=False):
            now, pair = clock.now(), signed_in()

        # reliability.md §6.1: access 15 minutes, refresh 7 days.
        assert now + 15 * MINUTE == pair["access_expires_at"]
        assert now + timedelta(days=7) == pair["refresh_expires_at"]
        assert [900, 7 * 24 * 3600] == [
            claims(pair[name])["exp"] - claims(pair[name])["iat"]
            for name in ("access_token", "refresh_token")
        ]

    def test_a_token_names_its_session_and_tells_nothing_of_the_person(self, in_request):
        pair = signed_in()

        said = claims(pair["access_token"])

        assert {
            "aud": "citizen",
            "type": "access",
            "iss": "xingan-startup-parks",
            "sub": str(pair["person"]["id"]),
            "sid": str(one("SELECT id FROM session")),
        }.items() <= said.items()
        # Roles and parks are read from the records at each request.
        assert {"iss", "aud", "sub", "sid", "jti", "type", "exp", "iat", "nbf"} >= (
            said.keys() - {"fresh", "csrf"}
        )

    def test_the_refresh_token_carries_its_number(self, in_request):
        opened = accounts.sign_in_person(openid_of("qiqige"), None, device="")

        assert 1 == claims(auth.tokens(opened)["refresh_token"])["number"]
        again = accounts.refresh(opened.session_id, 1)
        assert 2 == claims(auth.tokens(again)["refresh_token"])["number"]

    def test_an_access_token_never_outlives_its_session(self, in_request):
        with time_machine.travel(clock.now().replace(microsecond=0), tick=False) as traveller:
            opened = accounts.sign_in_person(openid_of("qiqige"), None, device="")
            traveller.shift(timedelta(days=7) - 5 * MINUTE)

            pair = auth.tokens(accounts.refresh(opened.session_id, 1))

        assert opened.expires_at == pair["access_expires_at"] == pair["refresh_expires_at"]

    @pytest.mark.parametrize("kind", ["access", "refresh", "challenge"])
    @pytest.mark.parametrize("wanted", ["access", "refresh", "challenge"])
    def test_a_token_is_good_for_its_own_purpose_only(self, in_request, kind, wanted):
        opened = accounts.sign_in_person(openid_of("qiqige"), None, device="")
        given = {**auth.tokens(opened), **auth.challenge(opened)}[f"{kind}_token"]

        if kind == wanted:
            assert kind == auth.claims_of(given, wanted, BOTH)["type"]
        else:
            with pytest.raises(NotSignedIn):
                auth.claims_of(given, wanted, BOTH)

    def test_a_token_of_the_other_side_is_none(self, in_request):
        token = signed_in()["access_token"]

        assert "citizen" == auth.claims_of(token, "access", CITIZEN)["aud"]
        with pytest.raises(NotSignedIn):
            auth.claims_of(token, "access", STAFF)

    @pytest.mark.parametrize(
        ("later", "good"),
        [(30 * A_SECOND + 15 * MINUTE - A_SECOND, True), (30 * A_SECOND + 15 * MINUTE, False)],
    )
    def test_a_token_that_was_seen_before_ends_at_its_time_all_the_same(
        self, in_request, later, good
    ):
        with time_machine.travel(clock.now().replace(microsecond=0), tick=False) as traveller:
            token = signed_in()["access_token"]
            auth.claims_of(token, "access", CITIZEN)
            traveller.shift(later)  # Fifteen minutes, and thirty seconds for clocks that differ.

            with nullcontext() if good else pytest.raises(NotSignedIn):
                auth.claims_of(token, "access", CITIZEN)

    @pytest.mark.parametrize("token", ["", "a", "令牌", "a.b.c", "x" * 4097])
    def test_what_is_no_token_is_refused_whatever_it_is(self, in_request, token):
        with pytest.raises(NotSignedIn):
            auth.claims_of(token, "access", BOTH)


@pytest.mark.usefixtures("closed_afterwards")
class TestKeys:
    """JW-27: the newest key signs; an older one reads until it is removed."""

    OLD, NEW = "an-old-key-of-more-than-32-bytes-0001", "a-new-key-of-more-than-32-bytes-00001"

    def app_with(self, settings, **ring: str):
        return create_app(replace(settings, jwt_keys_citizen=ring))

    def status(self, app, token: str) -> int:
        return Caller(app, token).get("/me").status_code

    @pytest.fixture
    def token(self, app, settings) -> str:
        """Signed while `k1` was the only key."""
        with self.app_with(settings, k1=self.OLD).test_request_context():
            return signed_in()["access_token"]

    def test_after_a_rotation_the_old_key_still_reads_and_the_new_one_signs(self, token, settings):
        rotated = self.app_with(settings, k2=self.NEW, k1=self.OLD)

        assert 200 == self.status(rotated, token)
        with rotated.test_request_context():
            signed = signed_in()["access_token"]
        assert ["k1", "k2"] == [jwt.get_unverified_header(each)["kid"] for each in (token, signed)]

    def test_a_key_that_was_removed_reads_nothing(self, token, settings):
        assert 401 == self.status(self.app_with(settings, k2=self.NEW), token)

    def test_another_key_under_the_old_name_reads_nothing(self, token, settings):
        assert 401 == self.status(self.app_with(settings, k1=self.NEW), token)


# What ends a token, by whose it is.
ENDINGS = {
    "citizen": {
        "JW-20-disabled": ["UPDATE person SET disabled_at = now()"],
        "JW-20-deleted": [f"DELETE FROM {table}" for table in ("session", "identity", "person")],
        "JW-22-new-credentials": ["UPDATE person SET credential_version = credential_version + 1"],
        "JW-23-session-ended": ["UPDATE session SET ended_at = now()"],
        "JW-30-session-expired": ["UPDATE session SET expires_at = now() - interval '1 second'"],
    },
    "staff": {
        "JW-20-disabled": ["UPDATE staff SET disabled_at = now()"],
        "JW-22-new-password": ["UPDATE session SET credential_version = credential_version - 1"],
        "JW-29-idle-for-31-minutes": ["UPDATE session SET seen_at = now() - interval '31 minutes'"],
        "JW-30-after-12-hours": ["UPDATE session SET expires_at = now() - interval '1 second'"],
        "second-factor-never-given": ["UPDATE session SET confirmed = false"],
    },
}


class TestTheRecordsDecide:
    @pytest.mark.parametrize(
        ("side", "ending"), [(side, name) for side, named in ENDINGS.items() for name in named]
    )
    def test_a_token_ends_with_what_it_stands_for(self, world: World, in_app, side, ending):
        caller = {"citizen": world.citizen, "staff": world.staff}[side]()
        assert 200 == caller.get("/me").status_code

        for statement in ENDINGS[side][ending]:
            change(statement)

        assert 401 == caller.get("/me").status_code

    def test_signing_out_counts_at_once_in_every_process(self, world: World, settings):
        """JW-23."""
        her = world.citizen()
        with one_more_app(settings) as another:
            elsewhere = Caller(another, her.token)
            assert 200 == elsewhere.get("/me").status_code

            assert 204 == her.delete("/sessions/current").status_code

            assert [401, 401] == [who.get("/me").status_code for who in (her, elsewhere)]

    def test_a_token_whose_subject_is_not_the_sessions_holder_is_refused(self, world, in_app):
        her, other = world.citizen("one"), world.citizen("two")
        sid = claims(other.token)["sid"]
        mixed = {**claims(her.token), "sid": sid}
        key = world.app.extensions["settings"].jwt_keys_citizen["dev1"]
        token = jwt.encode(mixed, key, algorithm="HS256", headers={"kid": "dev1"})

        assert 401 == Caller(world.app, token).get("/me").status_code

    def test_a_manager_who_is_moved_acts_on_the_new_park_with_the_old_token(
        self, world: World, in_mended_app
    ):
        """JW-22: nothing of his rights is in the token."""
        here, _ = world.submitted(world.citizen("one"), "P05")
        there, _ = world.submitted(world.citizen("two"), "P01")
        him = world.staff()
        assert ["恒隆创业广场"] == [park["name"] for park in him.get("/me").json["parks"]]

        change(
            "UPDATE park_manager SET park_id = (SELECT id FROM park WHERE key = 'P01')"
            " WHERE staff_id = (SELECT id FROM staff WHERE username = 'demo-manager')"
        )

        assert ["兴安盟全产业链双创孵化基地"] == [
            park["name"] for park in him.get("/me").json["parks"]
        ]
        assert 404 == him.get(f"/applications/{here['id']}").status_code
        assert 200 == him.get(f"/applications/{there['id']}").status_code

    def test_a_new_role_counts_from_the_next_request_on(self, world: World, in_mended_app):
        him = world.staff()

        change("UPDATE staff SET role = 'AUDITOR' WHERE username = 'demo-manager'")

        assert "auditor" == him.get("/me").json["role"]
        assert [] == him.get("/applications").json["items"]


class TestLives:
    @pytest.mark.parametrize(("side", "minutes"), [("citizen", 15), ("staff", 10)])
    def test_an_access_token_lives_as_long_as_published(self, world: World, side, minutes):
        with time_machine.travel(clock.now(), tick=False) as traveller:
            caller = {"citizen": world.citizen, "staff": world.staff}[side]()
            # Clocks may differ by 30 seconds.
            traveller.shift(minutes * MINUTE + 29 * A_SECOND)
            assert 200 == caller.get("/me").status_code
            traveller.shift(2 * A_SECOND)
            assert 401 == caller.get("/me").status_code


class TestIdleConsoles:
    def test_half_an_hour_is_for_consoles_and_phones_stay_signed_in(self, world: World, in_app):
        him, her = world.staff(), world.citizen()

        change("UPDATE session SET seen_at = now() - interval '29 minutes'")
        assert 200 == him.get("/me").status_code
        change("UPDATE session SET seen_at = now() - interval '3 days'")
        assert 200 == her.get("/me").status_code

    def test_a_console_that_is_used_stays_open_and_an_idle_one_does_not(self, world: World):
        with time_machine.travel(clock.now(), tick=False) as traveller:
            him = world.staff()
            # Each use is noted, so half an hour counts from the last one.
            traveller.shift(9 * MINUTE)
            assert 200 == him.get("/me").status_code
            seen = clock.now()

            with world.app.app_context():
                assert seen == one("SELECT seen_at FROM session")
