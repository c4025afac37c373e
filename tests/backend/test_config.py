"""What an installation is told, and when its start is refused (reliability.md §6.9, DP-16)."""

import base64
from pathlib import Path

import pytest

from backend import config
from backend.config import BadSettings
from backend.variables import DEVELOPMENT


def key(seed: int) -> str:
    """A base64 key of 32 bytes, different for each seed."""
    return base64.b64encode(bytes((seed * 37 + n * 11) % 256 for n in range(32))).decode()


GOOD = {
    "APP_ENV": "production",
    "DATABASE_URL": "postgresql+psycopg://xingan:Db-Password-7f3a@db/xingan",
    "REDIS_URL": "redis://:Redis-Password-91c2@cache:6379/0",
    "WECHAT_APPID": "wx1a2b3c4d5e6f7a8b",
    "WECHAT_APPSECRET": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    "WECHAT_CALLBACK_TOKEN": "callback-token-4821-qwerty",
    "WECHAT_ENCODING_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "JWT_KEYS_CITIZEN": "c2:citizen-key-two-7a9f3b1c5d8e2f46,c1:citizen-key-one-19f7a3c5e8b2d46f",
    "JWT_KEYS_STAFF": "s1:staff-key-one-8c4e2a6b0d1f3957cafe",
    "DATA_KEYS": f"d2:{key(2)},d1:{key(1)}",
    "DATA_KEY_CURRENT": "d2",
    "BIDX_KEYS": f"b1:{key(3)}",
    "BOOTSTRAP_ADMIN_USERNAME": "first-admin",
    "BOOTSTRAP_ADMIN_PASSWORD": "Sixteen-Chars-01",
    "BOOTSTRAP_ADMIN_TOTP_SECRET": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
}
REQUIRED = sorted(
    {
        "DATABASE_URL",
        "REDIS_URL",
        "WECHAT_APPID",
        "WECHAT_APPSECRET",
        "WECHAT_CALLBACK_TOKEN",
        "WECHAT_ENCODING_AES_KEY",
        "JWT_KEYS_CITIZEN",
        "JWT_KEYS_STAFF",
        "DATA_KEYS",
        "DATA_KEY_CURRENT",
        "BIDX_KEYS",
    }
)
SHORT, DULL = "k1:Short-Secret-Of-31-Bytes-4f2a9c8", "k1:" + "ababab" * 6
BAD = [
    ("APP_ENV", "staging"),
    ("PORT", "eighty"),
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", "-1"),
    ("PORT", "８０００"),
    ("TRUSTED_PROXY_HOPS", "10"),
    ("TRUSTED_PROXY_HOPS", "one"),
    ("WECHAT_SEND_RATE", "0"),
    ("WECHAT_SEND_RATE", "10001"),
    ("PASSWORD_POLICY", "none-at-all"),
    ("LOG_LEVEL", "chatty"),
    ("DATABASE_URL", "sqlite:///of-our-own.db"),
    ("DATABASE_URL", "mysql://root@db/xingan"),
    ("WECHAT_API_BASE", "http://api.weixin.qq.com"),
    ("WECHAT_API_BASE", "https://api.weixin.qq.com.evil.example"),
    ("WECHAT_API_BASE", "https://api.weixin.qq.com@evil.example"),
    ("WECHAT_API_BASE", "http://127.0.0.1:8100"),
    ("WECHAT_APPSECRET", "Thirty-One-Bytes-0123456789abcd"),
    ("WECHAT_APPSECRET", "changemechangemechangemechangemm"[:4] * 8),
    ("WECHAT_CALLBACK_TOKEN", "fifteen-bytes-1"),
    ("WECHAT_ENCODING_AES_KEY", "x" * 42),
    ("WECHAT_ENCODING_AES_KEY", "x" * 44),
    ("WECHAT_ENCODING_AES_KEY", "x" * 43 + "," + "y" * 42),
    ("JWT_KEYS_CITIZEN", SHORT[:34]),
    ("JWT_KEYS_CITIZEN", DULL),
    ("JWT_KEYS_CITIZEN", "a-secret-without-its-key-id-0123456789"),
    ("JWT_KEYS_CITIZEN", ":a-secret-with-an-empty-key-id-0123456789"),
    ("JWT_KEYS_STAFF", GOOD["JWT_KEYS_CITIZEN"].replace("c1", "s1").replace("c2", "s2")),
    ("JWT_KEYS_STAFF", f"s2:{'Good-Enough-Key-0123456789-abcdef'},s1:short"),
    ("DATA_KEYS", "d2:not*base64*at*all"),
    ("DATA_KEYS", "d2:" + base64.b64encode(b"thirty-one-bytes-0123456789abcd").decode()),
    ("DATA_KEYS", "d2:" + base64.b64encode(b"thirty-three-bytes-0123456789abcd").decode()),
    ("DATA_KEYS", "d2:" + base64.b64encode(bytes(32)).decode()),
    ("DATA_KEY_CURRENT", "d3"),
    ("BIDX_KEYS", f"b1:{key(2)}"),  # it is a data key already
    ("BOOTSTRAP_ADMIN_PASSWORD", "Fifteen-Chars-1"),
    ("BOOTSTRAP_ADMIN_TOTP_SECRET", "JBSWY3DPEHPK3PX"),
]


def refused(environ: dict[str, str]) -> BadSettings:
    with pytest.raises(BadSettings) as caught:
        config.read(environ)
    return caught.value


def test_a_production_start_with_everything_in_order_is_accepted():
    settings = config.read(GOOD)

    assert "production" == settings.app_env
    assert (8000, 0, 20) == (
        settings.port,
        settings.trusted_proxy_hops,
        settings.wechat_send_rate,
    )
    assert "https://api.weixin.qq.com" == settings.wechat_api_base
    assert ("mlps", "INFO") == (settings.password_policy, settings.log_level)


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("how", ["absent", "empty"])
def test_a_missing_variable_refuses_the_start_and_is_named(name, how):
    environ = {**GOOD, name: ""}
    if how == "absent":
        del environ[name]

    error = refused(environ)

    assert "is missing" == error.faults[name]
    # Without the rings their current key is wrong as well; nothing else is.
    assert set(error.faults) <= {name, "DATA_KEY_CURRENT"}


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_refuses_the_start_and_is_never_shown(name, value):
    error = refused({**GOOD, name: value})

    assert name in error.faults
    assert name in str(error)
    secrets = [part for pair in value.split(",") for part in pair.split(":") if len(part) > 6]
    for shown in secrets:
        assert shown not in str(error).replace("https://api.weixin.qq.com", "")


@pytest.mark.parametrize("name", sorted(DEVELOPMENT.keys() - {"WECHAT_API_BASE"}))
def test_the_published_examples_refuse_a_production_start(name):
    environ = {**GOOD, name: DEVELOPMENT[name]}
    if name == "DATA_KEY_CURRENT":
        environ["DATA_KEYS"] = f"dev1:{key(2)}"

    assert "is the published example" == refused(environ).faults[name]


def test_everything_wrong_is_said_at_once():
    error = refused({"APP_ENV": "production", "PORT": "no", "LOG_LEVEL": "loud"})

    assert {*REQUIRED, "PORT", "LOG_LEVEL"} == set(error.faults)
    for name in error.faults:
        assert name in str(error)


def test_without_an_environment_name_the_strict_rules_hold():
    environ = {name: value for name, value in GOOD.items() if name != "APP_ENV"}

    assert "production" == config.read(environ).app_env
    assert set(REQUIRED) == set(refused({}).faults)


@pytest.mark.parametrize("app_env", ["development", "test"])
def test_outside_of_production_an_empty_environment_starts(app_env):
    settings = config.read({"APP_ENV": app_env})

    # Both empty: embedded servers take their place (api.md §2).
    assert ("", "") == (settings.database_url, settings.redis_url)
    assert "http://127.0.0.1:8100" == settings.wechat_api_base


def test_outside_of_production_nonsense_is_still_refused():
    assert {"PORT"} == set(refused({"APP_ENV": "test", "PORT": "many"}).faults)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "1"),
        ("PORT", "65535"),
        ("WECHAT_SEND_RATE", "1"),
        ("WECHAT_SEND_RATE", "10000"),
        ("TRUSTED_PROXY_HOPS", "9"),
        ("WECHAT_APPSECRET", "Thirty-Two-Bytes-0123456789abcde"),
        ("WECHAT_CALLBACK_TOKEN", "sixteen-bytes-12"),
        ("JWT_KEYS_STAFF", "s1:Thirty-Two-Bytes-0123456789abcdX"),
        ("PASSWORD_POLICY", "asvs"),
        ("LOG_LEVEL", "WARNING"),
        ("DATABASE_URL", "postgresql://db/xingan"),
        ("WECHAT_API_BASE", "https://api.weixin.qq.com/"),
    ],
)
def test_the_last_good_value_before_each_limit_is_accepted(name, value):
    config.read({**GOOD, name: value})


def test_without_a_first_administrator_nothing_is_asked_of_his_secrets():
    environ = {name: value for name, value in GOOD.items() if not name.startswith("BOOTSTRAP")}

    assert "" == config.read(environ).bootstrap_admin_username


def test_while_the_key_of_the_message_push_is_being_changed_there_are_two():
    one, other = "a" * 43, "b" * 43

    settings = config.read(GOOD | {"WECHAT_ENCODING_AES_KEY": f"{one},{other}"})

    assert (one, other) == settings.wechat_encoding_aes_keys


def test_the_newest_signing_key_comes_first():
    settings = config.read(GOOD)

    assert ["c2", "c1"] == list(settings.jwt_keys_citizen)
    assert ["d2", "d1"] == list(settings.data_keys)
    assert "d2" == settings.data_key_current


def test_values_get_the_type_in_which_they_are_used():
    settings = config.read(
        {
            **GOOD,
            "PORT": "9000",
            "TRUSTED_HOSTS": "xingan.example www.xingan.example",
            "WECHAT_TEMPLATES": "tenancy_result:abc,other:def",
            "DATA_DIR": "some/where",
        }
    )

    assert 9000 == settings.port
    assert ("xingan.example", "www.xingan.example") == settings.trusted_hosts
    assert {"tenancy_result": "abc", "other": "def"} == settings.wechat_templates
    assert Path("some/where").absolute() == settings.data_dir
    assert all(len(each) == 32 for each in settings.data_keys.values())


def test_the_settings_never_show_a_secret_when_printed():
    shown = repr(config.read({**GOOD, "METRICS_TOKEN": "metrics-token-of-this-house"}))

    for name in ("DATABASE_URL", "REDIS_URL", "WECHAT_APPSECRET", "WECHAT_CALLBACK_TOKEN"):
        assert GOOD[name] not in shown, name
    for hidden in ("citizen-key", "staff-key", key(1), "Sixteen-Chars", "metrics-token", "JBSWY3"):
        assert hidden not in shown


def test_two_secrets_are_told_apart_from_each_other_by_name():
    fault = refused({**GOOD, "BIDX_KEYS": f"b1:{key(2)}"}).faults["BIDX_KEYS"]

    assert "must differ from DATA_KEYS" == fault


@pytest.mark.parametrize("name", ["JWT_KEYS_CITIZEN", "JWT_KEYS_STAFF"])
def test_a_ring_without_any_key_refuses_the_start(name):
    assert name in refused({**GOOD, name: ","}).faults


def test_a_second_factor_that_is_not_base32_refuses_the_start():
    # Base32 (RFC 4648) knows neither 1 nor 8; such an account could never sign in.
    bad = {**GOOD, "BOOTSTRAP_ADMIN_TOTP_SECRET": "1818181818181818"}

    assert "BOOTSTRAP_ADMIN_TOTP_SECRET" in refused(bad).faults
