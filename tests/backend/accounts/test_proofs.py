"""Passwords and codes of the second factor (reliability.md §6.6, ST-05, ST-08, ST-09)."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from backend.accounts import proofs

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
# A moment at which a step of 30 seconds begins: 1,795,420,800 is a multiple of 30.
BEGINS = datetime.fromtimestamp(1_795_420_800, UTC)
STEP = 1_795_420_800 // 30


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "十二个字的密码也是密码啊",
        "🐎" * 12,
        "x" * 64,
        "x" * 128,
        "with\x00nul in it",
    ],
)
def test_any_password_is_recognised_and_its_neighbour_is_not(password):
    kept = proofs.hash_password(password)

    assert proofs.is_password(kept, password)
    assert not proofs.is_password(kept, password + " ")
    assert not proofs.is_password(kept, password[:-1])


def test_the_same_password_is_kept_differently_each_time():
    assert proofs.hash_password("the same") != proofs.hash_password("the same")


def test_the_hash_is_argon2id_with_nineteen_mebibytes_and_two_passes():
    # OWASP's second recommendation.
    assert proofs.hash_password("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("given", ["", "nobody has this password", "anything"])
def test_an_account_that_does_not_exist_has_no_password(given):
    assert not proofs.is_password(None, given)


@pytest.mark.parametrize("kept", ["", "not a hash", "$argon2id$broken"])
def test_what_is_no_hash_matches_nothing(kept):
    assert not proofs.is_password(kept, "")


# Two classes only: fine for asvs, one short for mlps.
TWO_CLASSES = "four words in lower case"


@pytest.mark.parametrize(
    ("password", "mlps", "asvs"),
    [
        # Length, on both sides of both limits.
        ("Abcdefghij1", False, False),
        ("Abcdefghijk1", True, True),
        ("Aa1" + "x" * 125, True, True),
        ("Aa1" + "x" * 126, False, False),
        # Classes: lower and upper case, digits, signs; three of the four.
        ("abcdefghijklm", False, True),
        (TWO_CLASSES, False, True),
        ("abcdefghijkl1", False, True),
        ("ABCDEFGHIJKL1", False, True),
        ("abcdefghijkl1!", True, True),
        ("ABCDEFGHIJKL1!", True, True),
        ("Abcdefghijkl!", True, True),
        ("Abcdefghijkl1!", True, True),
        # Words that anybody would try here (ST-06), however they are written.
        ("My-Xingan-Park-1", False, False),
        ("XINGAN-park-2026", False, False),
        ("我爱兴安盟A1b2c3d4", False, False),
        ("Rsj-of-the-league-1", False, False),
        ("Password123-again", False, False),
        ("Qwerty-and-more-1", False, False),
        ("A-123456789-b", False, False),
    ],
)
def test_a_new_password_is_long_uncommon_and_for_assessors_varied(password, mlps, asvs):
    assert (mlps, asvs) == tuple(
        proofs.weakness(password, policy) is None for policy in ("mlps", "asvs")
    )


def test_what_is_wrong_with_a_password_is_said_in_chinese_and_without_it():
    for password in ("short", "My-Xingan-Park-1", TWO_CLASSES):
        said = proofs.weakness(password, "mlps")

        assert any("\u4e00" <= letter <= "\u9fff" for letter in said)
        assert password not in said


def code_of(step: int) -> str:
    """The code that begins `step` steps after BEGINS, from the library itself."""
    return pyotp.TOTP(SECRET).at(BEGINS + timedelta(seconds=30 * step))


# A code is good from one step before its own until one step after it: from 30 seconds before it
# begins until, not including, 60 seconds after.
@pytest.mark.parametrize(
    ("seconds", "good"),
    [(-31, False), (-30, True), (-1, True), (0, True), (29, True), (59, True), (60, False)],
)
def test_a_code_is_good_for_its_step_and_one_on_either_side(seconds, good):
    found = proofs.totp_step(SECRET, code_of(0), BEGINS + timedelta(seconds=seconds), 0)

    assert (STEP if good else None) == found


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
def test_codes_of_two_steps_away_are_refused(steps):
    assert proofs.totp_step(SECRET, code_of(steps), BEGINS, 0) is None


def test_a_code_is_good_once():
    assert proofs.totp_step(SECRET, code_of(0), BEGINS, STEP) is None


def test_after_a_code_no_older_one_is_good():
    assert proofs.totp_step(SECRET, code_of(-1), BEGINS, STEP) is None
    assert STEP == proofs.totp_step(SECRET, code_of(0), BEGINS, STEP - 1)
    assert STEP + 1 == proofs.totp_step(SECRET, code_of(1), BEGINS, STEP)


@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdef", "0" * 100])
def test_other_codes_are_refused(code):
    assert code_of(0) != code
    assert proofs.totp_step(SECRET, code, BEGINS, 0) is None


def test_another_secret_has_other_codes():
    assert proofs.totp_step("KRSXG5CTMVRXEZLU" * 2, code_of(0), BEGINS, 0) is None


@pytest.mark.parametrize("code", ["一二三四五六", "１２３４５６", "12345６"])
def test_a_code_that_is_not_ascii_is_refused_like_any_other(code):
    assert proofs.totp_step(SECRET, code, BEGINS, 0) is None


def test_the_vector_of_rfc_6238():
    # Appendix B: the ASCII secret "12345678901234567890", SHA-1, at 59 seconds: 94287082, of
    # which six digits are kept; 59 seconds lie in step 1.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    assert 1 == proofs.totp_step(secret, "287082", datetime.fromtimestamp(59, UTC), 0)


def test_a_fingerprint_is_short_steady_and_says_nothing_of_its_text():
    assert proofs.fingerprint("demo-manager") == proofs.fingerprint("demo-manager")
    assert proofs.fingerprint("demo-manager") != proofs.fingerprint("demo-manager-2")
    assert 32 == len(proofs.fingerprint("x" * 10_000))
    assert "demo" not in proofs.fingerprint("demo-manager")
