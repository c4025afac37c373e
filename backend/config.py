"""What is this installation told, and is it safe to start with that?"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backend import soundness
from backend.variables import DEFAULTS, DEVELOPMENT, binary_ring, ring


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
    clamd_address: str
    wechat_api_base: str
    wechat_appid: str
    wechat_appsecret: str = field(repr=False)
    wechat_callback_token: str = field(repr=False)
    wechat_encoding_aes_keys: tuple[str, ...] = field(repr=False)
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
    if faults := soundness.faults(known):
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
        clamd_address=known["CLAMD_ADDRESS"],
        wechat_api_base=known["WECHAT_API_BASE"].rstrip("/"),
        wechat_appid=known["WECHAT_APPID"],
        wechat_appsecret=known["WECHAT_APPSECRET"],
        wechat_callback_token=known["WECHAT_CALLBACK_TOKEN"],
        wechat_encoding_aes_keys=tuple(known["WECHAT_ENCODING_AES_KEY"].split(",")),
        wechat_templates=ring(known.get("WECHAT_TEMPLATES", "")),
        wechat_send_rate=int(known["WECHAT_SEND_RATE"]),
        jwt_keys_citizen=ring(known["JWT_KEYS_CITIZEN"]),
        jwt_keys_staff=ring(known["JWT_KEYS_STAFF"]),
        data_keys=binary_ring(known["DATA_KEYS"]),
        data_key_current=known["DATA_KEY_CURRENT"],
        index_keys=binary_ring(known["BIDX_KEYS"]),
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


def inherited() -> dict[str, str]:
    """Return this process's environment, for its children."""
    return dict(os.environ)
