"""Each check of the variables alone; `test_config` tries them together through the one door."""

import base64

import pytest

from backend import soundness
from backend.variables import DEVELOPMENT

A, B = "First-Secret-0123456789-abcdefgh", "Second-Secret-0123456789-abcdefg"


def binary(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def test_a_development_start_is_only_held_to_what_always_holds():
    known = {"APP_ENV": "development", "PASSWORD_POLICY": "mlps", "LOG_LEVEL": "INFO"}
    numbers = {"PORT": "1", "WECHAT_SEND_RATE": "1", "TRUSTED_PROXY_HOPS": "0"}

    assert {} == soundness.faults({**DEVELOPMENT, **known, **numbers})


def test_the_first_fault_of_a_variable_is_the_one_that_is_named():
    # "d9" is missing from the ring, and the ring itself is missing.
    known = {
        **DEVELOPMENT,
        "APP_ENV": "production",
        "PASSWORD_POLICY": "mlps",
        "LOG_LEVEL": "INFO",
        "PORT": "1",
        "WECHAT_SEND_RATE": "1",
        "TRUSTED_PROXY_HOPS": "0",
        "DATA_KEYS": "no ring",
    }

    assert "must read kid:secret,…" == soundness.faults(known)["DATA_KEYS"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"JWT_KEYS_STAFF": f"k:{A}", "JWT_KEYS_CITIZEN": f"k:{B}"}, {}),
        ({"JWT_KEYS_STAFF": f"k:{A}", "JWT_KEYS_CITIZEN": f"k:{A}"}, {"JWT_KEYS_STAFF"}),
        ({"WECHAT_APPSECRET": A, "JWT_KEYS_STAFF": f"old:{B},new:{A}"}, {"JWT_KEYS_STAFF"}),
        # Within one ring a key may be listed twice: that is nobody's danger.
        ({"JWT_KEYS_STAFF": f"k1:{A},k2:{A}"}, {}),
        ({"DATA_KEYS": f"k:{binary(A.encode())}", "WECHAT_APPSECRET": A}, {"DATA_KEYS"}),
    ],
)
def test_a_secret_serves_one_purpose_only(given, expected):
    assert set(expected) == {name for name, _ in soundness.shared(given)}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"JWT_KEYS_STAFF": "k:" + "x1y2z3w4" * 4}, set()),  # 8 different in 32 bytes
        ({"JWT_KEYS_STAFF": "k:" + "x1y2z3w" * 5}, {"JWT_KEYS_STAFF"}),  # 7 different in 35
        ({"JWT_KEYS_STAFF": "k:" + "x1y2z3w4" * 4 + ",j:short"}, {"JWT_KEYS_STAFF"}),
        ({"JWT_KEYS_STAFF": "k:" + ("x1y2z3w4" * 4)[:31]}, {"JWT_KEYS_STAFF"}),
        # Eleven Chinese characters are 33 bytes.
        ({"WECHAT_APPSECRET": "兴安创业园后端的一个密钥"[:11]}, set()),
        ({"WECHAT_APPSECRET": "兴安创业园后端的一个密钥"[:10]}, {"WECHAT_APPSECRET"}),
        ({"DATA_KEYS": "k:" + binary(bytes(range(8)) * 4)}, set()),
        ({"DATA_KEYS": "k:" + binary((bytes(range(7)) * 5)[:32])}, {"DATA_KEYS"}),
    ],
)
def test_a_secret_is_long_and_varied(given, expected):
    assert expected == {name for name, _ in soundness.weak(given)}


def test_only_the_keys_that_are_asked_for_are_looked_at():
    assert [] == list(soundness.weak_bootstrap({"BOOTSTRAP_ADMIN_PASSWORD": "short"}))
    assert [
        "BOOTSTRAP_ADMIN_PASSWORD",
        "BOOTSTRAP_ADMIN_TOTP_SECRET",
    ] == [name for name, _ in soundness.weak_bootstrap({"BOOTSTRAP_ADMIN_USERNAME": "admin"})]
