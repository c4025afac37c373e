import pytest

from backend.wechat.simulator import people
from backend.wechat.simulator.people import Codes
from backend.wechat.simulator.refused import Refused
from tests.backend.wechat.conftest import Clock

APPID = "wx0000000000000000"


@pytest.fixture
def codes(clock: Clock) -> Codes:
    return Codes(clock)


def refused(codes, code):
    with pytest.raises(Refused) as raised:
        codes.redeem(code)
    return raised.value.errcode


def test_an_openid_has_28_characters_and_begins_with_o():
    openid = people.openid_of("其其格", APPID)

    assert (len(openid), openid[0]) == (28, "o")
    assert openid.replace("-", "").replace("_", "").isalnum()


def test_an_openid_is_always_the_same_and_known_without_memory():
    openid = people.openid_of("其其格", APPID)

    assert openid == people.openid_of("其其格", APPID)
    assert people.is_openid(openid, APPID)


def test_an_openid_belongs_to_one_person_at_one_mini_program():
    openid = people.openid_of("其其格", APPID)

    assert openid != people.openid_of("巴图", APPID)
    assert openid != people.openid_of("其其格", "wx1")
    assert not people.is_openid(openid, "wx1")


@pytest.mark.parametrize("text", [None, 5, "", "o", "o" * 28, "x" * 28])
def test_what_was_never_given_is_no_openid(text):
    assert not people.is_openid(text, APPID)


def test_an_openid_is_case_sensitive():
    assert not people.is_openid(people.openid_of("其其格", APPID).swapcase(), APPID)


def test_a_minted_code_names_the_person_once(codes):
    code = codes.mint("其其格")

    assert codes.redeem(code) == "其其格"
    assert refused(codes, code) == 40163


def test_a_minted_code_lives_five_minutes(codes, clock):
    early, late = codes.mint("其其格"), codes.mint("其其格")

    clock.advance(299)
    assert codes.redeem(early) == "其其格"
    clock.advance(1)
    assert refused(codes, late) == 40029


def test_a_demo_code_names_its_person_once_per_text(codes):
    for code in ("demo:其其格", "demo:其其格:1", "demo:其其格:2"):
        assert codes.redeem(code) == "其其格"
        assert refused(codes, code) == 40163


@pytest.mark.parametrize("code", ["", "unknown", "demo:", "demo::1", "DEMO:x"])
def test_a_code_nobody_minted_is_invalid(codes, code):
    assert refused(codes, code) == 40029


def test_a_phone_code_gets_40029_the_second_time_and_is_no_sign_in_code(codes, clock):
    phones = Codes(clock, people.DEMO_PHONE, used=40029)
    code = phones.mint("其其格")

    assert "其其格" == phones.redeem(code)
    assert 40029 == refused(phones, code)
    assert "其其格" == phones.redeem("phone:其其格:1")
    assert 40029 == refused(phones, "demo:其其格")
    assert 40029 == refused(codes, "phone:其其格:2")


def test_a_person_has_one_mainland_number():
    number = people.phone_of("其其格")

    assert (number, 11, "199") == (people.phone_of("其其格"), len(number), number[:3])
    assert number.isdigit()
