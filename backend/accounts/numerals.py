"""How do we read numbers that people write in many ways? By one rule for all of them.

Full-width characters count as the ASCII ones; spaces and dashes are dropped wherever they stand.
Digits of other scripts and characters without width stay, so that whoever reads on refuses them.
"""

import re

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_SEPARATORS = re.compile("[ \u00a0\u2010-\u2014-]")
# Ministry of Industry and Information Technology: 13 to 19, virtual operators (170, 171) included.
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")


def half_width(written: str) -> str:
    """Turn full-width characters into the ASCII ones; leave all others alone."""
    return written.translate(_HALF_WIDTH)


def plain(written: str) -> str:
    """Return a number as it is kept and compared."""
    return _SEPARATORS.sub("", half_width(written))


def mobile(written: str) -> str | None:
    """Return the eleven digits of a mainland mobile number, or None when it is none."""
    found = _MOBILE.fullmatch(plain(written))
    return found.group(1) if found else None
