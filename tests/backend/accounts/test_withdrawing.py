"""What is gone when somebody withdraws her phone, or closes her account at WeChat?"""

from datetime import timedelta

import pytest

from backend import clock
from backend.accounts import actions, bindings, claims, queries, withdrawing
from backend.db import action
from backend.wechat.phone import PhoneNumber
from tests.factories import openid_of
from tests.records import change, look, one, person

LATER = timedelta(hours=1)


def bound(name: str = "qiqige", number: str = "13800138000", code: str = "code-1"):
    """A person whose phone WeChat vouched for."""
    her = person(name)
    bindings.bind_phone(code, ask=lambda *_: PhoneNumber("86", number), by=her)
    return her


def take_phone(her, at=None) -> bool:
    return action(withdrawing.take_phone)(her.id, at or clock.now() + LATER)


def close(her, name: str = "qiqige", at=None) -> bool:
    return action(withdrawing.close)(her.id, openid_of(name), at or clock.now() + LATER)


def told_of(her) -> list[str]:
    found = look("SELECT name FROM event WHERE subject_id = :id ORDER BY id", id=her.id)
    return [
        each["name"] for each in found if each["name"] in ("phone.withdrawn", "person.detached")
    ]


class TestThePhone:
    def test_cb21_it_is_removed_with_every_one_before_it(self, in_app):
        her, other = bound(), bound("another", "13900139000")
        bindings.bind_phone("code-2", ask=lambda *_: PhoneNumber("86", "13700137000"), by=her)
        assert 3 == one("SELECT count(*) FROM phone")

        assert take_phone(her)

        assert claims.phone_of(her.id) is None
        assert [other.id] == [each["person_id"] for each in look("SELECT person_id FROM phone")]
        assert ["phone.withdrawn"] == told_of(her)

    def test_it_is_removed_once_and_told_once(self, in_app):
        her = bound()

        assert [True, False] == [take_phone(her), take_phone(her)]
        assert ["phone.withdrawn"] == told_of(her)

    def test_one_that_she_has_shown_again_since_stays(self, in_app):
        her = bound()
        since = one("SELECT bound_at FROM phone")

        assert not take_phone(her, since)
        assert claims.phone_of(her.id)
        assert take_phone(her, since + timedelta(microseconds=1))

    def test_she_is_still_herself_and_can_show_another(self, in_app):
        her = bound()
        take_phone(her)

        bound(code="code-2")

        assert claims.phone_of(her.id)
        assert openid_of("qiqige") == queries.openid_of(her.id)


class TestTheAccount:
    def test_cb22_nothing_of_wechat_leads_to_her_any_more(self, in_app):
        her = bound()
        change("UPDATE identity SET unionid = 'a union id'")

        assert close(her)

        assert queries.session_of(her.session_id) is None
        assert queries.openid_of(her.id) is None
        assert claims.phone_of(her.id) is None
        (kept,) = look("SELECT * FROM identity")
        assert kept["unionid"] is None
        assert openid_of("qiqige") not in str(kept)
        assert withdrawing.is_closed(her.id)
        assert ["person.detached"] == told_of(her)

    def test_she_herself_stays_with_what_she_has_filed(self, in_app):
        her = bound()

        close(her)

        assert 1 == one("SELECT count(*) FROM person WHERE id = :id", id=her.id)

    def test_others_keep_their_sessions_and_phones(self, in_app):
        other, her = bound("another", "13900139000"), bound()

        close(her)

        assert queries.session_of(other.session_id)
        assert claims.phone_of(other.id)
        assert not withdrawing.is_closed(other.id)

    def test_it_is_done_once_and_told_once(self, in_app):
        her = bound()

        assert [True, False] == [close(her), close(her)]
        assert ["person.detached"] == told_of(her)

    def test_what_comes_late_still_finds_whose_it_is(self, in_app):
        her = bound()
        before = withdrawing.holder_of(openid_of("qiqige"))
        close(her)

        after = withdrawing.holder_of(openid_of("qiqige"))

        assert {"person_id": her.id, "closed": False} == before
        assert {"person_id": her.id, "closed": True} == after
        assert withdrawing.holder_of(openid_of("nobody")) is None

    def test_whoever_comes_with_the_same_openid_is_somebody_new(self, in_app):
        her = bound()
        close(her)

        anew = person("qiqige")

        assert her.id != anew.id
        assert {"person_id": anew.id, "closed": False} == withdrawing.holder_of(openid_of("qiqige"))

    def test_an_account_of_later_is_not_the_one_that_was_closed(self, in_app):
        her = bound()
        since = one("SELECT created_at FROM identity")

        assert not close(her, at=since)
        assert queries.session_of(her.session_id)

    def test_it_may_be_closed_a_second_time(self, in_app):
        close(bound())
        anew = person("qiqige")

        assert close(anew)
        assert 1 == one("SELECT count(*) FROM identity")

    def test_a_refresh_token_of_hers_is_worth_nothing(self, in_app):
        her = bound()
        close(her)

        with pytest.raises(Exception, match="登录"):
            actions.refresh(her.session_id, 1)
