"""Is it safe to start with these variables? Each check names the variable, never its value."""

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from backend.variables import (
    CHOICES,
    DEVELOPMENT,
    MINIMUM_SECRET_BYTES,
    REQUIRED,
    SECRETS,
    WECHAT_HOST,
    binary_ring,
    ring,
)

Known = Mapping[str, str]
Faults = Iterator[tuple[str, str]]
WHOLE_NUMBERS = {
    "PORT": (1, 65535),
    "WECHAT_SEND_RATE": (1, 10_000),
    "TRUSTED_PROXY_HOPS": (0, 9),
}
TEXT_RINGS = ("JWT_KEYS_CITIZEN", "JWT_KEYS_STAFF")
BINARY_RINGS = ("DATA_KEYS", "BIDX_KEYS")
AES_KEY_LENGTH = 43
LEAST_DIFFERENT = 8
TOTP, BASE32 = "BOOTSTRAP_ADMIN_TOTP_SECRET", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567="
BOOTSTRAP = ("BOOTSTRAP_ADMIN_PASSWORD", TOTP)
BOOTSTRAP_LENGTH = 16


def faults(known: Known) -> dict[str, str]:
    """Return what is wrong with each variable; empty when the start may go on."""
    found: dict[str, str] = {}
    strict = PRODUCTION if known["APP_ENV"] == "production" else ()
    for check in (*ALWAYS, *strict):
        for name, fault in check(known):
            found.setdefault(name, fault)
    return found


def not_a_choice(known: Known) -> Faults:
    """Find variables that are none of their choices."""
    for name, choices in CHOICES.items():
        if known[name] not in choices:
            yield name, "must be one of " + ", ".join(choices)


def not_a_number(known: Known) -> Faults:
    """Find numbers that are none, or out of bounds."""
    for name, (low, high) in WHOLE_NUMBERS.items():
        if not known[name].isascii() or not known[name].isdigit():
            yield name, "must be a whole number"
        elif not low <= int(known[name]) <= high:
            yield name, f"must be between {low} and {high}"


def not_a_ring(known: Known) -> Faults:
    """Find rings of keys that cannot be read."""
    for name in (*TEXT_RINGS, *BINARY_RINGS):
        pairs = ring(known.get(name, "kid:key"))
        if not pairs or not all(kid and key for kid, key in pairs.items()):
            yield name, "must read kid:secret,…"
    for name in BINARY_RINGS:
        if name in known and not _are_256_bit(known[name]):
            yield name, "must hold base64 keys of exactly 32 bytes"
    current = known.get("DATA_KEY_CURRENT")
    if current and current not in ring(known.get("DATA_KEYS", "")):
        yield "DATA_KEY_CURRENT", "must name a key of DATA_KEYS"


def not_a_scanner(known: Known) -> Faults:
    """Find an address of clamd that is neither a path nor a host with its port."""
    given = known.get("CLAMD_ADDRESS", "")
    host, _, port = given.rpartition(":")
    if given and not given.startswith("/") and not (host and port.isascii() and port.isdigit()):
        yield "CLAMD_ADDRESS", "must be /path/of/the/socket or host:port"


def not_an_aes_key(known: Known) -> Faults:
    """Find a callback key, of one or of the newest and the one before, that cannot be WeChat's."""
    given = known.get("WECHAT_ENCODING_AES_KEY")
    keys = [] if given is None else given.split(",")
    if any(len(key) != AES_KEY_LENGTH for key in keys):
        yield "WECHAT_ENCODING_AES_KEY", f"must have {AES_KEY_LENGTH} characters"
    elif not all(key.isascii() and key.isalnum() for key in keys):
        yield "WECHAT_ENCODING_AES_KEY", "must be letters and digits"


def missing(known: Known) -> Faults:
    """Find required variables that are not there."""
    for name in REQUIRED:
        if not known.get(name):
            yield name, "is missing"


def published(known: Known) -> Faults:
    """Find values that everybody can read in this repository."""
    for name, example in DEVELOPMENT.items():
        if example in (known.get(name), *known.get(name, "").split(",")):
            yield name, "is the published example"


def weak(known: Known) -> Faults:
    """Find secrets that are short or monotonous."""
    for name in SECRETS:
        least = MINIMUM_SECRET_BYTES.get(name, 32)
        for value in _values(name, known.get(name, "")):
            if len(value) < least:
                yield name, f"must have at least {least} bytes"
            elif len(set(value)) < LEAST_DIFFERENT:
                yield name, "has too few different characters"


def shared(known: Known) -> Faults:
    """Find secrets that serve twice."""
    seen: dict[bytes, str] = {}
    for name in SECRETS:
        for value in _values(name, known.get(name, "")):
            if seen.setdefault(value, name) != name:
                yield name, f"must differ from {seen[value]}"


def misdirected(known: Known) -> Faults:
    """Find addresses that lead to the wrong place."""
    base = urlsplit(known["WECHAT_API_BASE"])
    if base.scheme != "https" or base.hostname != WECHAT_HOST:
        yield "WECHAT_API_BASE", f"must be https://{WECHAT_HOST}"
    if not known.get("DATABASE_URL", "postgresql").startswith("postgresql"):
        yield "DATABASE_URL", "must name a PostgreSQL database"


def weak_bootstrap(known: Known) -> Faults:
    """Find a first administrator whose secrets are short."""
    if not known.get("BOOTSTRAP_ADMIN_USERNAME"):
        return
    for name in BOOTSTRAP:
        if len(known.get(name, "")) < BOOTSTRAP_LENGTH:
            yield name, f"must have at least {BOOTSTRAP_LENGTH} characters"
    if not set(known.get(TOTP, "")) <= set(BASE32):
        yield TOTP, "must be base32"


def _values(name: str, text: str) -> list[bytes]:
    if name in BINARY_RINGS:
        return list(binary_ring(text).values()) if text and _are_256_bit(text) else []
    values = ring(text).values() if name in TEXT_RINGS else (text,)
    return [value.encode() for value in values if value]


def _are_256_bit(text: str) -> bool:
    try:
        keys = binary_ring(text).values()
    except ValueError:
        return False
    return bool(keys) and all(len(key) == 32 for key in keys)


ALWAYS: tuple[Callable[[Known], Faults], ...] = (
    not_a_choice,
    not_a_number,
    not_a_ring,
    not_a_scanner,
    not_an_aes_key,
)
PRODUCTION: tuple[Callable[[Known], Faults], ...] = (
    missing,
    published,
    weak,
    shared,
    misdirected,
    weak_bootstrap,
)
