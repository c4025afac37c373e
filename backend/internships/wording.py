"""What does the agreement of an internship say, word for word?"""

from pathlib import Path

from backend.editions import Editions

agreement = Editions(Path(__file__).parent / "agreement.zh.toml").filled
