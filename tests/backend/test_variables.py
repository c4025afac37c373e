"""The variables themselves: the ones of the contract, and how a ring of keys is written."""

import base64

import pytest

from backend.variables import DEFAULTS, DEVELOPMENT, REQUIRED, SECRETS, binary_ring, ring

# api.md §2. What may be left out has a default or is read as empty.
CONTRACT = set(
    """
    APP_ENV PORT DATABASE_URL REDIS_URL DATA_DIR UPLOAD_DIR
    WECHAT_API_BASE WECHAT_APPID WECHAT_APPSECRET WECHAT_CALLBACK_TOKEN WECHAT_ENCODING_AES_KEY
    WECHAT_SEND_RATE JWT_KEYS_CITIZEN JWT_KEYS_STAFF DATA_KEYS DATA_KEY_CURRENT BIDX_KEYS
    BOOTSTRAP_ADMIN_USERNAME BOOTSTRAP_ADMIN_PASSWORD BOOTSTRAP_ADMIN_TOTP_SECRET
    TRUSTED_PROXY_HOPS PASSWORD_POLICY LOG_LEVEL
    """.split()
)
MAY_BE_EMPTY = {
    "BOOTSTRAP_ADMIN_USERNAME",
    "BOOTSTRAP_ADMIN_PASSWORD",
    "BOOTSTRAP_ADMIN_TOTP_SECRET",
}


def test_every_variable_of_the_contract_is_required_or_has_a_default():
    assert CONTRACT == set(REQUIRED) | set(DEFAULTS) | MAY_BE_EMPTY | {"APP_ENV"}


def test_the_defaults_are_those_of_the_contract():
    assert ("8000", "0", "https://api.weixin.qq.com") == (
        DEFAULTS["PORT"],
        DEFAULTS["TRUSTED_PROXY_HOPS"],
        DEFAULTS["WECHAT_API_BASE"],
    )


def test_no_secret_has_a_default():
    assert not set(SECRETS) & set(DEFAULTS)


def test_development_is_told_every_secret():
    assert set(SECRETS) <= set(DEVELOPMENT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("a:1", {"a": "1"}),
        ("new:2,old:1", {"new": "2", "old": "1"}),
        ("new:2,", {"new": "2"}),
        ("a:with:colons", {"a": "with:colons"}),
        ("no-colon", {"no-colon": ""}),
    ],
)
def test_a_ring_is_pairs_in_their_order(text, expected):
    assert list(expected.items()) == list(ring(text).items())


def test_a_binary_ring_is_base64():
    assert {"k": b"\x00\xff"} == binary_ring("k:" + base64.b64encode(b"\x00\xff").decode())


@pytest.mark.parametrize("text", ["k:*", "k:AAA", "k:AA AA", "k:AAAA=AAA"])
def test_what_is_not_base64_is_an_error(text):
    with pytest.raises(ValueError):
        binary_ring(text)
