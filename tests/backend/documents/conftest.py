"""What do tests of documents stand on? A swept app, a shelf of their own, a scanner to order."""

from pathlib import Path

import pytest

from backend.documents.scanner import ScannerDown
from backend.documents.shelf import Shelf
from tests.backend.documents.hostile import EICAR


class OrderedScanner:
    """Says what it is told to say: that it is down, or whether the test string is inside."""

    def __init__(self) -> None:
        self.is_down, self.asked = False, 0

    def is_clean(self, content: bytes) -> bool:
        self.asked += 1
        if self.is_down:
            raise ScannerDown
        return EICAR not in content


@pytest.fixture
def scanner() -> OrderedScanner:
    return OrderedScanner()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


@pytest.fixture
def watched(tmp_path: Path, scanner: OrderedScanner) -> Shelf:
    """The same shelf, with a scanner."""
    return Shelf(tmp_path / "shelf", scanner)
