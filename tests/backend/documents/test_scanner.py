"""Is clamd understood, and is every silence taken for one?"""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from backend.documents.scanner import CHUNK, Clamd, ScannerDown


@contextmanager
def clamd(answer: bytes, path: str = "") -> Iterator[tuple[str, list[bytes]]]:
    """A daemon that reads one stream, remembers it and says one thing."""
    received: list[bytes] = []
    server = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    server.bind(path or ("127.0.0.1", 0))
    server.listen()

    def serve() -> None:
        line, _ = server.accept()
        with line, line.makefile("rb") as said:
            assert b"zINSTREAM\0" == said.read(10)
            whole = b""
            while size := struct.unpack("!L", said.read(4))[0]:
                whole += said.read(size)
            received.append(whole)
            line.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield path or f"127.0.0.1:{server.getsockname()[1]}", received
    finally:
        thread.join(5)
        server.close()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(b"stream: OK\0", True), (b"stream: Eicar-Signature FOUND\0", False)],
    ids=["clean", "infected"],
)
def test_both_verdicts_are_understood(answer, expected):
    content = b"x" * (CHUNK + 1)
    with clamd(answer) as (address, received):
        assert expected is Clamd(address).is_clean(content)
    assert [content] == received


def test_it_may_listen_at_a_path(tmp_path):
    with clamd(b"stream: OK\0", str(tmp_path / "clamd")) as (address, _):
        assert Clamd(address).is_clean(b"x")


@pytest.mark.parametrize(
    "answer",
    [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: NOT OK\0", b"OK", b"\xff" * 5000],
    ids=["silence", "an error", "nearly", "half", "noise"],
)
def test_any_other_word_is_no_verdict(answer):
    with clamd(answer) as (address, _), pytest.raises(ScannerDown):
        Clamd(address).is_clean(b"x")


@pytest.mark.parametrize("address", ["127.0.0.1:9", "/nowhere/clamd.ctl", "nowhere"])
def test_nobody_at_home_is_no_verdict(address):
    with pytest.raises(ScannerDown):
        Clamd(address, within_s=0.5).is_clean(b"x")


def test_one_that_does_not_answer_in_time_has_not_answered():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(ScannerDown):
            Clamd(address, within_s=0.1).is_clean(b"x")
