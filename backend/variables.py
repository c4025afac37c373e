"""Which variables are there, with which defaults, and which of them are secrets?"""

import base64

WECHAT_HOST = "api.weixin.qq.com"

# Known to everyone who reads this file, hence refused in production.
DEVELOPMENT = {
    "WECHAT_APPID": "wx0000000000000000",
    "WECHAT_API_BASE": "http://127.0.0.1:8100",
    "WECHAT_APPSECRET": "development-only-app-secret-000000",
    "WECHAT_CALLBACK_TOKEN": "development-only-callback-token-000",
    "WECHAT_ENCODING_AES_KEY": "developmentOnlyAesKey0000000000000000000000",
    "WECHAT_TEMPLATES": "tenancy_result:TENANCY_RESULT,policy_notice:POLICY_NOTICE,"
    "policy_match:POLICY_MATCH",
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
    "CLAMD_ADDRESS": "",
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


def ring(text: str) -> dict[str, str]:
    """Split `kid:secret,…`; the newest comes first and signs."""
    pairs = (pair.partition(":") for pair in text.split(",") if pair)
    return {kid: secret for kid, _, secret in pairs}


def binary_ring(text: str) -> dict[str, bytes]:
    """Split a ring of base64 keys; raise ValueError when one is not base64."""
    return {kid: base64.b64decode(secret, validate=True) for kid, secret in ring(text).items()}
