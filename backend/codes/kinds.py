"""What may a code lead to, what does it look like, and how long is a link good?"""

import re
import secrets
import string
from datetime import timedelta
from enum import Enum

# Seventy-one bits: nobody comes upon a code by trying. WeChat would take 32 characters.
ALPHABET = string.digits + string.ascii_letters
TOKEN_LENGTH = 12
TOKEN = re.compile(f"[{ALPHABET}]{{{TOKEN_LENGTH}}}")
# The page that a code opens; it hands what it was given to `openCode`.
PAGE = "pages/codes/open"
# WeChat allows thirty days; our clocks may differ. With a week left a new one is made.
LINK_LIFE = timedelta(days=30) - timedelta(hours=1)
RENEWED_WITHIN = timedelta(days=7)
# Nobody asks WeChat for longer than this; whoever died while asking is waited for as long.
ERRAND_LIFE = timedelta(seconds=10)


class CodeKind(Enum):
    """What a code stands for."""

    PARK = "园区码"
    POSTER = "海报码"


class Errand(Enum):
    """What only one at a time asks WeChat for."""

    PICTURE = "小程序码图片"
    LINK = "小程序链接"


def new_token() -> str:
    """Return a token that nobody could have guessed."""
    return "".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH))


def leads_to(park: object | None) -> str:
    """Return the page to show: that of the park, or the one with which everybody begins."""
    return f"pages/parks/detail?id={park}" if park else "pages/index/index"
