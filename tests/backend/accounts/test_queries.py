"""Who is this, and which sessions does she have?"""

from datetime import timedelta

import pytest
import time_machine

from backend import clock
from backend.access import Audience, Role
from backend.accounts import actions, queries
from backend.accounts.models import Staff
from backend.parks import queries as parks
from tests import records
from tests.backend.accounts.test_actions import START, at, password, sign_in, staff_session
from tests.factories import openid_of
from tests.records import change, one, person


class TestPrincipals:
    def test_a_person_is_an_entrepreneur_without_parks(self, in_app):
        opened = sign_in()

        her = queries.principal(queries.session_of(opened.session_id))

        assert (Audience.CITIZEN, Role.ENTREPRENEUR, opened.holder_id, opened.public_id) == (
            her.audience,
            her.role,
            her.id,
            her.public_id,
        )
        assert (opened.session_id, frozenset(), None, None) == (
            her.session_id,
            her.parks,
            her.county,
            her.person,
        )

    def test_an_account_is_what_the_records_say_at_this_moment(self, in_mended_app):
        her = person()
        opened = staff_session(clock.now())
        change(
            "UPDATE staff SET role = 'BUREAU_STAFF', county = '152221', name = '新名字',"
            " person_id = :her WHERE username = 'demo-manager'",
            her=her.id,
        )

        now = queries.principal(queries.session_of(opened.session_id), frozenset({7}))

        assert (Audience.STAFF, Role.BUREAU_STAFF, "152221", "新名字", her.id) == (
            now.audience,
            now.role,
            now.county,
            now.name,
            now.person,
        )
        assert frozenset({7}) == now.parks

    def test_what_else_is_asked_of_the_holder_is_read_in_the_same_breath(self, in_mended_app):
        opened = staff_session(clock.now())
        change("UPDATE staff SET county = '152222' WHERE username = 'demo-manager'")

        found = queries.session_of(opened.session_id, Staff.county.label("beside"), parks.MANAGED)

        assert ("152222", [records.park("P05")["id"]]) == (found["beside"], found["parks"])

    def test_an_unknown_or_ended_session_is_nobodys(self, in_app):
        her = person()
        actions.end_session(her.session_id, by=her)

        assert queries.session_of(her.session_id) is None
        assert queries.session_of(records.new_id()) is None


class TestSessions:
    def test_her_open_devices_come_latest_first(self, in_app):
        with at(START):
            sign_in(device="old")
        with at(START + timedelta(hours=1)):
            her = person()
            found = queries.sessions_of(her)

        assert ["", "old"] == [row["device"] for row in found]

    def test_ended_expired_and_foreign_ones_are_not_hers(self, in_app):
        now = clock.now()
        with at(now - timedelta(days=7)):
            sign_in(device="expired")
        ended = sign_in(device="ended")
        sign_in("another", device="foreign")
        her = person()
        actions.end_session(ended.session_id, by=her)

        assert [her.session_id] == [row["id"] for row in queries.sessions_of(her)]

    def test_a_challenge_is_no_device_of_his(self, in_app):
        opened = staff_session()
        with at(START + timedelta(minutes=1)):
            password()
            him = records.staff()

            assert [opened.session_id] == [row["id"] for row in queries.sessions_of(him)]


class TestUse:
    @pytest.mark.parametrize(
        ("seconds", "noted"), [(0, False), (60, False), (61, True), (600, True)]
    )
    def test_use_is_noted_at_most_once_a_minute(self, in_app, seconds, noted):
        with at(START):
            opened = sign_in()

        later = START + timedelta(seconds=seconds)
        with at(later):
            queries.touch(opened.session_id, START)

        assert (later if noted else START) == one("SELECT seen_at FROM session")

    def test_using_one_session_is_not_noted_on_another(self, in_app):
        with at(START):
            used, idle = sign_in(), sign_in()

        with at(START + timedelta(minutes=5)):
            queries.touch(used.session_id, START)

        assert START == one("SELECT seen_at FROM session WHERE id = :id", id=idle.session_id)


class TestNames:
    def test_a_password_hash_is_found_for_an_account_in_use_only(self, in_app):
        assert queries.password_hash_of("demo-manager").startswith("$argon2id$")
        assert queries.password_hash_of("nobody") is None

        change("UPDATE staff SET disabled_at = now()")
        assert queries.password_hash_of("demo-manager") is None

    def test_a_challenge_names_its_account_until_it_is_over(self, in_app):
        with at(START):
            challenge = password()
            assert "demo-manager" == queries.challenged(challenge.session_id)
        with at(START + timedelta(minutes=5)):
            assert queries.challenged(challenge.session_id) is None

    def test_a_confirmed_or_ended_session_is_no_challenge(self, in_app):
        opened = staff_session()
        with at(START):
            ended = password()
            change("UPDATE session SET ended_at = now() WHERE id = :id", id=ended.session_id)

            for session_id in (opened.session_id, ended.session_id, records.new_id()):
                assert queries.challenged(session_id) is None

    def test_openid_of_finds_the_name_at_wechat(self, in_app):
        assert openid_of("qiqige") == queries.openid_of(person().id)

    @time_machine.travel(START)
    def test_a_person_without_wechat_has_none(self, in_app):
        her = person()
        change("UPDATE identity SET provider = 'another'")

        assert queries.openid_of(her.id) is None
        assert queries.openid_of(her.id + 1) is None
