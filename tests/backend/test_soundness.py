"""Is it safe to start with these variables? Twenty ways in which it is not."""

import base64

import pytest

from backend import config, soundness
from backend.config import BadSettings
from backend.variables import DEVELOPMENT


def key(seed: int) -> str:
    """A base64 key of 32 different bytes."""
    return base64.b64encode(bytes((seed * 7 + n * 5) % 256 for n in range(32))).decode()


GOOD = {
    "APP_ENV": "production",
    "DATABASE_URL": "postgresql+psycopg://app:pw@db/xingan",
    "REDIS_URL": "redis://cache:6379/0",
    "WECHAT_APPID": "wx1234567890abcdef",
    "WECHAT_APPSECRET": "0123456789abcdef0123456789abcdef",
    "WECHAT_CALLBACK_TOKEN": "AQwKrUzmT7bYp2cN",
    "WECHAT_ENCODING_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "JWT_KEYS_CITIZEN": "k1:ThisIsACitizenKeyOf_32_Bytes_or+more",
    "JWT_KEYS_STAFF": "k1:AndThisOneIsForStaff_32_Bytes_or+more",
    "DATA_KEYS": f"k1:{key(1)}",
    "DATA_KEY_CURRENT": "k1",
    "BIDX_KEYS": f"k1:{key(2)}",
}
BAD = [
    ("DATABASE_URL", ""),
    ("DATABASE_URL", "sqlite:///app.db"),
    ("REDIS_URL", ""),
    ("WECHAT_APPID", ""),
    ("WECHAT_APPID", DEVELOPMENT["WECHAT_APPID"]),
    ("WECHAT_APPSECRET", "short"),
    ("WECHAT_APPSECRET", DEVELOPMENT["WECHAT_APPSECRET"]),
    ("WECHAT_APPSECRET", "0" * 32),
    ("WECHAT_CALLBACK_TOKEN", "AQwKrUzmT7bYp2c"),  # 15 of 16
    ("WECHAT_ENCODING_AES_KEY", "x" * 42),
    ("WECHAT_ENCODING_AES_KEY", "x" * 43 + ","),
    ("WECHAT_ENCODING_AES_KEY", "x" * 42 + "*"),
    ("WECHAT_ENCODING_AES_KEY", "x" * 43 + "," + DEVELOPMENT["WECHAT_ENCODING_AES_KEY"]),
    ("WECHAT_API_BASE", "http://api.weixin.qq.com"),
    ("WECHAT_API_BASE", "https://api.weixin.qq.com.evil.cn"),
    ("JWT_KEYS_CITIZEN", "k1:31-bytes-are-not-enough-0123456"),
    ("JWT_KEYS_STAFF", GOOD["JWT_KEYS_CITIZEN"]),
    ("JWT_KEYS_STAFF", "no-kid"),
    ("DATA_KEYS", "k1:c2hvcnQ="),
    ("DATA_KEY_CURRENT", "k2"),
    ("BIDX_KEYS", GOOD["DATA_KEYS"]),
    ("PORT", "٨٠٠٠"),
    ("PORT", "65536"),
    ("TRUSTED_PROXY_HOPS", "-1"),
    ("WECHAT_SEND_RATE", "0"),
    ("PASSWORD_POLICY", "none"),
    ("LOG_LEVEL", "LOUD"),
    ("CLAMD_ADDRESS", "clamav"),
    ("CLAMD_ADDRESS", ":3310"),
    ("CLAMD_ADDRESS", "clamav:three"),
]


def test_a_good_production_setting_is_accepted():
    assert "production" == config.read(GOOD).app_env


@pytest.mark.parametrize(("name", "value"), BAD)
def test_each_weakness_stops_the_start_and_is_named_without_its_value(name: str, value: str):
    with pytest.raises(BadSettings) as refused:
        config.read({**GOOD, name: value})

    assert [name] == list(refused.value.faults)
    assert len(value) < 8 or value not in str(refused.value)


def test_all_weaknesses_are_named_at_once():
    with pytest.raises(BadSettings) as refused:
        config.read({"APP_ENV": "production"})

    assert 11 == len(refused.value.faults)


def test_a_forgotten_environment_counts_as_production():
    with pytest.raises(BadSettings):
        config.read({})


def test_development_starts_with_nothing_said():
    assert "development" == config.read({"APP_ENV": "development"}).app_env


def test_a_first_administrator_needs_secrets_of_sixteen_characters():
    named = {**GOOD, "BOOTSTRAP_ADMIN_USERNAME": "admin"}
    secrets = {
        "BOOTSTRAP_ADMIN_PASSWORD": "Sixteen-Letters1",
        "BOOTSTRAP_ADMIN_TOTP_SECRET": "JBSWY3DPEHPK3PXP",
    }

    assert "admin" == config.read({**named, **secrets}).bootstrap_admin_username
    with pytest.raises(BadSettings) as refused:
        config.read({**named, **secrets, "BOOTSTRAP_ADMIN_PASSWORD": "Fifteen-Letters"})
    assert ["BOOTSTRAP_ADMIN_PASSWORD"] == list(refused.value.faults)


def test_no_check_runs_twice_for_one_variable():
    both = soundness.faults({**dict.fromkeys(GOOD, ""), "APP_ENV": "test"} | {"PORT": "x"} | REST)

    assert "must be a whole number" == both["PORT"]


REST = {
    "WECHAT_SEND_RATE": "1",
    "TRUSTED_PROXY_HOPS": "0",
    "PASSWORD_POLICY": "mlps",
    "LOG_LEVEL": "INFO",
}


@pytest.mark.parametrize("address", ["/run/clamav/clamd.ctl", "clamav:3310", "127.0.0.1:3310"])
def test_a_scanner_may_be_at_a_path_or_at_a_port(address: str):
    assert address == config.read(GOOD | {"CLAMD_ADDRESS": address}).clamd_address
