"""Signing in, staying and leaving, over HTTP."""

from datetime import timedelta
from uuid import uuid4

import pyotp
import pytest
import time_machine

from backend import clock
from miniprogram_api.demo import PASSWORD
from tests.factories import Caller, World
from tests.records import TOTP_SECRET, change, one

MINUTE, A_SECOND = timedelta(minutes=1), timedelta(seconds=1)


def wechat(world: World, name: str = "qiqige", **more):
    return world.anybody.post("/session/wechat", {"code": f"demo:{name}:{uuid4()}", **more})


def password(world: World, given: str = PASSWORD, username: str = "demo-manager", **headers):
    content = {"username": username, "password": given}
    return world.anybody.post("/session/staff", content, **headers)


def totp(world: World, challenge: str, code: str | None = None):
    content = {
        "challenge_token": challenge,
        "code": code or pyotp.TOTP(TOTP_SECRET).at(clock.now()),
    }
    return world.anybody.post("/session/staff/totp", content)


def refresh(world: World, token: str):
    return world.anybody.post("/session/refresh", {"refresh_token": token})


def me(world: World, token: str) -> int:
    return Caller(world.app, token).get("/me").status_code


@pytest.fixture
def frozen():
    """A moment that passes only when it is told to."""
    with time_machine.travel(clock.now().replace(microsecond=0), tick=False) as traveller:
        yield traveller


class TestPeople:
    def test_a_code_of_wechat_opens_a_session(self, world: World):
        answer = wechat(world)

        assert 200 == answer.status_code, answer.text
        assert {
            "access_token",
            "access_expires_at",
            "refresh_token",
            "refresh_expires_at",
            "person",
        } == set(answer.json)
        assert ("entrepreneur", "创业者") == (
            answer.json["person"]["role"],
            answer.json["person"]["role_label"],
        )
        assert 200 == me(world, answer.json["access_token"])

    def test_the_same_person_comes_back_as_herself(self, world: World):
        first, second = wechat(world).json, wechat(world).json

        assert first["person"] == second["person"]

    def test_a_code_that_was_used_is_refused(self, world: World):
        code = {"code": "demo:qiqige:once"}
        world.anybody.post("/session/wechat", code)

        answer = world.anybody.post("/session/wechat", code)

        assert (401, "未登录") == (answer.status_code, answer.json["title"])

    def test_neither_code_nor_openid_nor_session_key_comes_back(self, world: World, simulator):
        answer = wechat(world)

        assert simulator.openid_of("qiqige") not in answer.text
        assert "session_key" not in answer.text

    @pytest.mark.parametrize(
        ("kind", "status", "slug"),
        [
            (40029, 401, "not-signed-in"),
            (40163, 401, "not-signed-in"),
            (40226, 403, "not-allowed"),
            (45011, 429, "too-many"),
            (40125, 503, "wechat-unavailable"),
            ("close", 503, "wechat-unavailable"),
        ],
    )
    def test_what_wechat_refuses_is_said_so_that_she_can_act(
        self, world: World, simulator, kind, status, slug
    ):
        # wechat.md §2: a bad code, a used one, a person at risk, too often, our own fault, silence.
        simulator.misbehave("login", kind)

        answer = wechat(world)

        assert (status, slug) == (answer.status_code, answer.json["type"].rsplit("/", 1)[1])
        assert ("Retry-After" in answer.headers) is (status in (429, 503))

    def test_a_disabled_person_is_not_let_in(self, world: World, in_app):
        token = wechat(world).json["access_token"]
        change("UPDATE person SET disabled_at = now()")

        assert 401 == wechat(world).status_code
        assert 401 == me(world, token)

    @pytest.mark.parametrize("code", ["", " ", "x" * 129, None, 7, "a\nb"])
    def test_what_is_no_code_is_refused_before_wechat_is_asked(self, world: World, simulator, code):
        assert 422 == world.anybody.post("/session/wechat", {"code": code}).status_code
        assert [] == simulator.log(path="/sns/jscode2session")


class TestStaff:
    def test_password_and_code_open_a_session(self, world: World):
        challenge = password(world)
        answer = totp(world, challenge.json["challenge_token"])

        assert {"challenge_token", "challenge_expires_at"} == set(challenge.json)
        assert (200, "park_manager") == (answer.status_code, answer.json["person"]["role"])
        assert 200 == me(world, answer.json["access_token"])

    def test_the_challenge_alone_opens_nothing(self, world: World):
        assert 401 == me(world, password(world).json["challenge_token"])

    def test_an_access_token_is_no_challenge(self, world: World):
        token = totp(world, password(world).json["challenge_token"]).json["access_token"]

        assert 401 == totp(world, token).status_code

    def test_a_wrong_password_and_an_unknown_name_are_answered_alike(self, world: World):
        wrong, unknown = password(world, "wrong-password"), password(world, username="nobody")

        assert [401, 401] == [wrong.status_code, unknown.status_code]
        assert {**wrong.json, "instance": ""} == {**unknown.json, "instance": ""}

    def test_the_sixth_try_waits_even_with_the_right_password(self, world: World, frozen):
        for _ in range(5):
            assert 401 == password(world, "wrong-password").status_code

        locked = password(world)
        assert 429 == locked.status_code
        assert 900 <= int(locked.headers["Retry-After"]) <= 901

        frozen.shift(15 * MINUTE - A_SECOND)
        assert 429 == password(world).status_code
        frozen.shift(A_SECOND)
        assert 200 == password(world).status_code

    @pytest.mark.parametrize("code", ["000000", "一二三四五六", "１２３４５６"])
    def test_a_wrong_code_is_refused_whatever_it_is_written_in(self, world: World, code):
        answer = totp(world, password(world).json["challenge_token"], code)

        assert (401, "未登录") == (answer.status_code, answer.json["title"])

    def test_a_code_is_good_once(self, world: World, frozen):
        assert 200 == totp(world, password(world).json["challenge_token"]).status_code

        assert 401 == totp(world, password(world).json["challenge_token"]).status_code

    def test_the_sixth_code_waits(self, world: World, frozen):
        challenge = password(world).json["challenge_token"]
        for _ in range(5):
            assert 401 == totp(world, challenge, "000000").status_code

        answer = totp(world, challenge)

        assert 429 == answer.status_code
        assert 300 <= int(answer.headers["Retry-After"]) <= 301

    def test_a_password_of_a_megabyte_is_refused_before_it_is_hashed(self, world: World):
        # ST-04; the body's own limit is 1 MiB.
        assert 422 == password(world, "x" * 1_000_000).status_code
        assert 413 == password(world, "x" * 1_100_000).status_code

    def test_a_disabled_account_cannot_come_in(self, world: World, in_app):
        change("UPDATE staff SET disabled_at = now() WHERE username = 'demo-manager'")

        assert 401 == password(world).status_code


class TestRefreshing:
    def test_each_refresh_uses_the_token_up_for_a_new_pair(self, world: World):
        first = wechat(world).json

        second = refresh(world, first["refresh_token"])
        third = refresh(world, second.json["refresh_token"])

        assert [200, 200] == [second.status_code, third.status_code]
        assert 200 == me(world, third.json["access_token"])
        assert first["refresh_expires_at"] == third.json["refresh_expires_at"]

    # Within ten seconds a used token is a phone that asked twice.
    @pytest.mark.parametrize(("seconds", "alive"), [(0, True), (10, True), (11, False)])
    def test_a_used_token_is_refused_and_after_ten_seconds_ends_the_session(
        self, world: World, frozen, seconds, alive
    ):
        first = wechat(world).json
        second = refresh(world, first["refresh_token"]).json

        frozen.shift(seconds * A_SECOND)

        assert 401 == refresh(world, first["refresh_token"]).status_code
        assert (200 if alive else 401) == me(world, second["access_token"])

    def test_a_token_two_steps_old_is_stolen_however_soon_it_comes(self, world: World, in_app):
        first = wechat(world).json
        second = refresh(world, first["refresh_token"]).json
        third = refresh(world, second["refresh_token"]).json

        assert 401 == refresh(world, first["refresh_token"]).status_code

        assert 401 == me(world, third["access_token"])
        assert 1 == one("SELECT count(*) FROM event WHERE name = 'session.revoked'")

    def test_nobody_who_was_disabled_gets_another_pair(self, world: World, in_app):
        token = wechat(world).json["refresh_token"]
        change("UPDATE person SET disabled_at = now()")

        assert 401 == refresh(world, token).status_code

    def test_an_access_token_refreshes_nothing(self, world: World):
        assert 401 == refresh(world, wechat(world).json["access_token"]).status_code

    def test_staff_refresh_until_twelve_hours_are_over(self, world: World, frozen):
        pair = totp(world, password(world).json["challenge_token"]).json
        for _ in range(24):
            frozen.shift(29 * MINUTE)
            pair = refresh(world, pair["refresh_token"]).json
        # 24 × 29 minutes are 11 h 36 min.
        frozen.shift(24 * MINUTE - A_SECOND)
        assert 200 == refresh(world, pair["refresh_token"]).status_code
        frozen.shift(A_SECOND)
        assert 401 == refresh(world, pair["refresh_token"]).status_code

    def test_an_idle_console_is_closed_after_half_an_hour(self, world: World, frozen):
        pair = totp(world, password(world).json["challenge_token"]).json

        frozen.shift(30 * MINUTE)

        assert 401 == refresh(world, pair["refresh_token"]).status_code


class TestDevices:
    def test_she_sees_her_devices_and_which_one_this_is(self, world: World):
        wechat(world, device="tablet")
        her = Caller(world.app, wechat(world, device="phone").json["access_token"])
        wechat(world, "another", device="foreign")

        items = her.get("/sessions").json["items"]

        assert {("tablet", False), ("phone", True)} == {
            (each["device"], each["is_this_one"]) for each in items
        }

    def test_she_signs_out_here(self, world: World):
        her = Caller(world.app, wechat(world).json["access_token"])

        answer = her.delete("/sessions/current")

        assert (204, b"") == (answer.status_code, answer.data)
        assert 401 == her.get("/me").status_code

    def test_she_signs_out_on_the_device_that_she_lost(self, world: World):
        lost = Caller(world.app, wechat(world).json["access_token"])
        her = Caller(world.app, wechat(world).json["access_token"])
        (other,) = [s for s in her.get("/sessions").json["items"] if not s["is_this_one"]]

        assert 204 == her.delete(f"/sessions/{other['id']}").status_code

        assert [401, 200] == [lost.get("/me").status_code, her.get("/me").status_code]

    def test_a_foreign_session_a_missing_one_and_one_that_ended_are_not_found(
        self, world: World, in_app
    ):
        other = Caller(world.app, wechat(world, "other").json["access_token"])
        foreign = one("SELECT id FROM session")
        gone = Caller(world.app, wechat(world).json["access_token"])
        (ended,) = gone.get("/sessions").json["items"]
        gone.delete("/sessions/current")
        her = Caller(world.app, wechat(world).json["access_token"])

        for session_id in (foreign, uuid4(), ended["id"]):
            assert 404 == her.delete(f"/sessions/{session_id}").status_code
        assert 200 == other.get("/me").status_code

    def test_a_manager_ends_no_citizens_session(self, world: World, in_app):
        her = Caller(world.app, wechat(world).json["access_token"])
        session_id = one("SELECT id FROM session")

        assert 404 == world.staff().delete(f"/sessions/{session_id}").status_code
        assert 200 == her.get("/me").status_code


class TestMe:
    def test_a_person_has_neither_county_nor_parks(self, world: World):
        mine = Caller(world.app, wechat(world).json["access_token"]).get("/me").json

        assert ("entrepreneur", None, []) == (mine["role"], mine["county"], mine["parks"])

    def test_a_manager_has_his_parks(self, world: World):
        mine = world.staff().get("/me").json

        assert ("park_manager", "园区管理员") == (mine["role"], mine["role_label"])
        assert [{"id": world.park_id(), "name": "恒隆创业广场"}] == mine["parks"]
