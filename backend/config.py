"""What is this installation told, and is it safe to start with that?"""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

WECHAT_HOST = "api.weixin.qq.com"

# Known to everyone who reads this file, hence refused in production.
DEVELOPMENT = {
    "WECHAT_APPID": "wx0000000000000000",
    "WECHAT_API_BASE": "http://127.0.0.1:8100",
    "WECHAT_APPSECRET": "development-only-app-secret-000000",
    "WECHAT_CALLBACK_TOKEN": "development-only-callback-token-000",
    "WECHAT_ENCODING_AES_KEY": "developmentOnlyAesKey0000000000000000000000",
    "WECHAT_TEMPLATES": "tenancy_result:TENANCY_RESULT",
    "JWT_KEYS_CITIZEN": "dev1:development-only-citizen-signing-key-000",
    "JWT_KEYS_STAFF": "dev1:development-only-staff-signing-key-00000",
    "DATA_KEYS": "dev1:" + base64.b64encode(b"development-only-data-key-000000").decode(),
    "DATA_KEY_CURRENT": "dev1",
    "BIDX_KEYS": "dev1:" + base64.b64encode(b"development-only-index-key-00000").decode(),
}
DEFAULTS = {
    "PORT": "8000",
    "DATA_DIR": ".data",
    "UPLOAD_DIR": ".data/uploads",
    "WECHAT_API_BASE": f"https://{WECHAT_HOST}",
    "WECHAT_SEND_RATE": "20",
    "TRUSTED_PROXY_HOPS": "0",
    "PASSWORD_POLICY": "mlps",
    "LOG_LEVEL": "INFO",
}
SECRETS = (
    "WECHAT_APPSECRET",
    "WECHAT_CALLBACK_TOKEN",
    "JWT_KEYS_CITIZEN",
    "JWT_KEYS_STAFF",
    "DATA_KEYS",
    "BIDX_KEYS",
)
REQUIRED = (
    "DATABASE_URL",
    "REDIS_URL",
    "WECHAT_APPID",
    "WECHAT_ENCODING_AES_KEY",
    "DATA_KEY_CURRENT",
    *SECRETS,
)
MINIMUM_SECRET_BYTES = {"WECHAT_APPSECRET": 32, "WECHAT_CALLBACK_TOKEN": 16}
CHOICES = {
    "APP_ENV": ("development", "test", "production"),
    "PASSWORD_POLICY": ("mlps", "asvs"),
    "LOG_LEVEL": ("DEBUG", "INFO", "WARNING", "ERROR"),
}


class BadSettings(Exception):
    """The start is refused; `faults` maps each variable to what is wrong, never to its value."""

    def __init__(self, faults: Mapping[str, str]):
        """Keep the faults and say them all in one message."""
        self.faults = dict(faults)
        super().__init__("; ".join(f"{name} {fault}" for name, fault in self.faults.items()))


@dataclass(frozen=True)
class Settings:
    """Everything the processes read from their environment, checked and typed."""

    app_env: str
    port: int
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    data_dir: Path
    upload_dir: Path
    wechat_api_base: str
    wechat_appid: str
    wechat_appsecret: str = field(repr=False)
    wechat_callback_token: str = field(repr=False)
    wechat_encoding_aes_key: str = field(repr=False)
    wechat_templates: Mapping[str, str]
    wechat_send_rate: int
    jwt_keys_citizen: Mapping[str, str] = field(repr=False)
    jwt_keys_staff: Mapping[str, str] = field(repr=False)
    data_keys: Mapping[str, bytes] = field(repr=False)
    data_key_current: str
    index_keys: Mapping[str, bytes] = field(repr=False)
    cursor_key: str = field(repr=False)
    bootstrap_admin_username: str
    bootstrap_admin_password: str = field(repr=False)
    bootstrap_admin_totp_secret: str = field(repr=False)
    trusted_proxy_hops: int
    trusted_hosts: tuple[str, ...]
    metrics_token: str = field(repr=False)
    metrics_dir: str
    password_policy: str
    log_level: str


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; raise BadSettings naming every missing, malformed or weak variable.

    A missing APP_ENV counts as production, so that a forgotten variable never opens anything.
    """
    given = {name: value for name, value in environ.items() if value != ""}
    app_env = given.get("APP_ENV", "production")
    known = {**DEFAULTS, **({} if app_env == "production" else DEVELOPMENT), **given}
    known["APP_ENV"] = app_env
    faults = _malformed(known)
    if app_env == "production":
        faults = {**_weak(known), **faults}
    if faults:
        raise BadSettings(faults)
    return _typed(known)


def _typed(known: Mapping[str, str]) -> Settings:
    return Settings(
        app_env=known["APP_ENV"],
        port=int(known["PORT"]),
        database_url=known.get("DATABASE_URL", ""),
        redis_url=known.get("REDIS_URL", ""),
        data_dir=Path(known["DATA_DIR"]).resolve(),
        upload_dir=Path(known["UPLOAD_DIR"]).resolve(),
        wechat_api_base=known["WECHAT_API_BASE"].rstrip("/"),
        wechat_appid=known["WECHAT_APPID"],
        wechat_appsecret=known["WECHAT_APPSECRET"],
        wechat_callback_token=known["WECHAT_CALLBACK_TOKEN"],
        wechat_encoding_aes_key=known["WECHAT_ENCODING_AES_KEY"],
        wechat_templates=_ring(known.get("WECHAT_TEMPLATES", "")),
        wechat_send_rate=int(known["WECHAT_SEND_RATE"]),
        jwt_keys_citizen=_ring(known["JWT_KEYS_CITIZEN"]),
        jwt_keys_staff=_ring(known["JWT_KEYS_STAFF"]),
        data_keys=_key_ring(known["DATA_KEYS"]),
        data_key_current=known["DATA_KEY_CURRENT"],
        index_keys=_key_ring(known["BIDX_KEYS"]),
        cursor_key=known["BIDX_KEYS"],
        bootstrap_admin_username=known.get("BOOTSTRAP_ADMIN_USERNAME", ""),
        bootstrap_admin_password=known.get("BOOTSTRAP_ADMIN_PASSWORD", ""),
        bootstrap_admin_totp_secret=known.get("BOOTSTRAP_ADMIN_TOTP_SECRET", ""),
        trusted_proxy_hops=int(known["TRUSTED_PROXY_HOPS"]),
        trusted_hosts=tuple(known.get("TRUSTED_HOSTS", "").split()),
        metrics_token=known.get("METRICS_TOKEN", ""),
        metrics_dir=known.get("PROMETHEUS_MULTIPROC_DIR", ""),
        password_policy=known["PASSWORD_POLICY"],
        log_level=known["LOG_LEVEL"],
    )


def _ring(text: str) -> dict[str, str]:
    """Split `kid:secret,…`; the newest comes first and signs."""
    pairs = (pair.partition(":") for pair in text.split(",") if pair)
    return {kid: secret for kid, _, secret in pairs}


def _key_ring(text: str) -> dict[str, bytes]:
    return {kid: base64.b64decode(secret, validate=True) for kid, secret in _ring(text).items()}


def _malformed(known: Mapping[str, str]) -> dict[str, str]:
    faults = {}
    for name, choices in CHOICES.items():
        if known[name] not in choices:
            faults[name] = "must be one of " + ", ".join(choices)
    for name, low, high in (
        ("PORT", 1, 65535),
        ("WECHAT_SEND_RATE", 1, 10_000),
        ("TRUSTED_PROXY_HOPS", 0, 9),
    ):
        if not known[name].isascii() or not known[name].isdigit():
            faults[name] = "must be a whole number"
        elif not low <= int(known[name]) <= high:
            faults[name] = f"must be between {low} and {high}"
    for name in ("JWT_KEYS_CITIZEN", "JWT_KEYS_STAFF", "DATA_KEYS", "BIDX_KEYS"):
        if name in known and not all(kid and key for kid, key in _ring(known[name]).items()):
            faults[name] = "must read kid:secret,…"
    for name in ("DATA_KEYS", "BIDX_KEYS"):
        if name in known and name not in faults and not _are_256_bit(known[name]):
            faults[name] = "must hold base64 keys of exactly 32 bytes"
    if known.get("DATA_KEY_CURRENT") and known.get("DATA_KEY_CURRENT") not in _ring(
        known.get("DATA_KEYS", "")
    ):
        faults["DATA_KEY_CURRENT"] = "must name a key of DATA_KEYS"
    if len(known.get("WECHAT_ENCODING_AES_KEY", "x" * 43)) != 43:
        faults["WECHAT_ENCODING_AES_KEY"] = "must have 43 characters"
    return faults


def _are_256_bit(text: str) -> bool:
    try:
        return bool(_ring(text)) and all(len(key) == 32 for key in _key_ring(text).values())
    except (binascii.Error, ValueError):
        return False


def _weak(known: Mapping[str, str]) -> dict[str, str]:
    """Return what is missing or weak for production."""
    faults = {name: "is missing" for name in REQUIRED if not known.get(name)}
    for name, example in DEVELOPMENT.items():
        if known.get(name) == example:
            faults[name] = "is the published example"
    for name in ("JWT_KEYS_CITIZEN", "JWT_KEYS_STAFF", "WECHAT_APPSECRET", "WECHAT_CALLBACK_TOKEN"):
        if name in faults or name not in known:
            continue
        values = _ring(known[name]).values() if name.startswith("JWT") else (known[name],)
        least = MINIMUM_SECRET_BYTES.get(name, 32)
        if any(len(value.encode()) < least for value in values):
            faults[name] = f"must have at least {least} bytes"
        elif any(len(set(value)) < 8 for value in values):
            faults[name] = "has too few different characters"
    for name in ("DATA_KEYS", "BIDX_KEYS"):
        rings = known.get(name, "")
        if name not in faults and _are_256_bit(rings):
            if any(len(set(key)) < 8 for key in _key_ring(rings).values()):
                faults[name] = "has too few different bytes"
    seen: dict[str, str] = {}
    for name in SECRETS:
        for key in [secret for _, secret in _ring(known.get(name, "")).items() if secret]:
            if seen.setdefault(key, name) != name:
                faults[name] = f"must differ from {seen[key]}"
    base = urlsplit(known["WECHAT_API_BASE"])
    if base.scheme != "https" or base.hostname != WECHAT_HOST:
        faults["WECHAT_API_BASE"] = f"must be https://{WECHAT_HOST}"
    if not known.get("DATABASE_URL", "postgresql").startswith("postgresql"):
        faults["DATABASE_URL"] = "must name a PostgreSQL database"
    if known.get("BOOTSTRAP_ADMIN_USERNAME"):
        for name in ("BOOTSTRAP_ADMIN_PASSWORD", "BOOTSTRAP_ADMIN_TOTP_SECRET"):
            if len(known.get(name, "")) < 16:
                faults[name] = "must have at least 16 characters"
    return faults


def inherited() -> dict[str, str]:
    """Return this process's environment, for its children."""
    return dict(os.environ)
