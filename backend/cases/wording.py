"""What does an applicant promise, word for word, when her case is taken in with a gap?"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from backend import clock
from backend.editions import Editions, Text

_promise = Editions(Path(__file__).parent / "promise.zh.toml").filled


def promise(case: Mapping[str, Any], items: Iterable[Mapping[str, Any]], workdays: int) -> Text:
    """Return what is promised of a case: the same items and days give the same text and hash."""
    return _promise(
        clock.today(),
        number=case["number"],
        kind=case["kind"].value,
        office=case["office_name"],
        items="；".join(each["label"] for each in items),
        workdays=str(workdays),
        special="",
    )
