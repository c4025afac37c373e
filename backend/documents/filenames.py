"""How is the name of a file shown that a stranger chose?

It is kept as it came and never leads to a file of ours. Shown, and written into a header, it
has no folders, no control characters and nothing that turns the direction of writing.
"""

import re
import unicodedata
from urllib.parse import quote

from backend.documents.kinds import FileType

LONGEST_KEPT, LONGEST_SENT = 1_000, 120
NAMELESS = "材料"
_FOLDERS = re.compile(r"[/\\]")
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def shown(name: str) -> str:
    """Return what of a name may be shown; a word of ours when nothing is left."""
    last = _FOLDERS.split(name)[-1]
    seen = "".join(c for c in last if unicodedata.category(c) not in _UNSEEN).strip(" .")
    return seen or NAMELESS


def sent(name: str, kind: FileType) -> str:
    """Return the name under which it is saved: short, and ending as its content is."""
    plain = shown(name)
    ending = next((each for each in kind.endings if plain.lower().endswith(each)), None)
    stem = plain[: -len(ending)] if ending else plain
    return (stem[:LONGEST_SENT].rstrip(" .") or NAMELESS) + (ending or kind.endings[0])


def disposition(name: str, kind: FileType) -> str:
    """Return the value of Content-Disposition (RFC 6266, with the encoding of RFC 5987)."""
    encoded = quote(sent(name, kind), safe="")
    return f"attachment; filename=\"document{kind.endings[0]}\"; filename*=UTF-8''{encoded}"
