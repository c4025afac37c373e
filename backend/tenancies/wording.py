"""What does the agreement of entry say, word for word?"""

from collections.abc import Sequence
from pathlib import Path

from backend.editions import Editions, Text
from backend.tenancies.grounds import Fee
from backend.tenancies.relief import Waived
from eligibility.dates import A_DAY

__all__ = ["Text", "agreement", "relief"]

agreement = Editions(Path(__file__).parent / "agreement.zh.toml").filled
NOT_AGREED = "未约定减免"


def relief(granted: Sequence[Waived]) -> str:
    """Return what is waived of each fee, a line each; where nothing was agreed it says so."""
    return "\n".join(f"{fee.value}：{_terms(fee, granted)}；" for fee in Fee)


def _terms(fee: Fee, granted: Sequence[Waived]) -> str:
    told = [
        f"自 {each.starts_on} 至 {each.until_on - A_DAY} 减免 {each.percent}%"
        for each in granted
        if each.fee is fee
    ]
    return "，".join(told) or NOT_AGREED
