"""Is this the right password, and the right code?"""

import hashlib
import hmac
import threading
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's second recommendation for argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_two_at_once = threading.Semaphore(2)
# Checked for unknown accounts, so that they take as long as known ones.
_NOBODY = _hasher.hash("nobody has this password")
TOTP_STEP_S = 30
LEAST, MOST, CLASSES = 12, 128, 3
LOCAL_WORDS = ("xingan", "兴安", "rsj", "password123", "qwerty", "123456789")


def weakness(password: str, policy: str) -> str | None:
    """Say in Chinese what is wrong with a new password; None when it may be used.

    `asvs` asks for length and for no well-known word, `mlps` besides for three of the four classes
    of characters, as assessors of GB/T 22239 do.
    """
    if not LEAST <= len(password) <= MOST:
        return f"密码长度应为 {LEAST} 至 {MOST} 个字符"
    if any(word in password.lower() for word in LOCAL_WORDS):
        return "密码含有常见或与本单位有关的词"
    kinds = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    present = sum(any(kind(c) for c in password) for kind in kinds)
    if policy == "mlps" and present < CLASSES:
        return f"密码应含大写字母、小写字母、数字、符号中的至少 {CLASSES} 类"
    return None


def hash_password(password: str) -> str:
    """Return the argon2id hash to keep."""
    with _two_at_once:
        return _hasher.hash(password)


def is_password(kept: str | None, given: str) -> bool:
    """Compare in the same time whether the account exists or not."""
    with _two_at_once:
        try:
            return _hasher.verify(kept or _NOBODY, given) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def totp_step(secret: str, code: str, at: datetime, last_step: int) -> int | None:
    """Return the time step a code belongs to: this one or a neighbour, later than the last used.

    RFC 6238, section 5.2: one step of tolerance, and each code is good for one use.
    """
    if not (code.isascii() and code.isdigit()):
        return None
    now_step = int(at.timestamp()) // TOTP_STEP_S
    totp = pyotp.TOTP(secret)
    for step in (now_step, now_step - 1, now_step + 1):
        if step > last_step and hmac.compare_digest(totp.generate_otp(step), code):
            return step
    return None


def fingerprint(text: str) -> str:
    """Return a short name for an account or a network address, for counting tries."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
