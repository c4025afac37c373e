"""What does the agreement of entry say, word for word?"""

from pathlib import Path

from backend.editions import Editions, Text

__all__ = ["Text", "agreement"]

agreement = Editions(Path(__file__).parent / "agreement.zh.toml").filled
