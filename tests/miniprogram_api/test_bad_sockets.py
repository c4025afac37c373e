"""G4, the server's share: does gunicorn itself refuse what must never reach the app?

One gunicorn with our own configuration, spoken to in raw bytes; the ids of the catalogue are the
names of the parts, because starting it once is enough.
"""

import json
import re
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from backend import config
from tests.factories import BASE

ROOT = Path(__file__).parents[2]
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: parks.example\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nHost: parks.example\r\nConnection: close\r\n\r\n"
LOGIN = f"POST {BASE}/session/wechat HTTP/1.1\r\nHost: parks.example\r\n".encode()
JSON = b"Content-Type: application/json\r\n"


class Server:
    """Our gunicorn on a loopback port of its own."""

    def __init__(self, settings, log: Path):
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environ = config.inherited() | {
            "APP_ENV": "test",
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
            "WECHAT_API_BASE": settings.wechat_api_base,
            "TRUSTED_HOSTS": "parks.example",
            "WEB_WORKERS": "1",
            "LOG_LEVEL": "INFO",
        }
        command = [sys.executable, "-m", "gunicorn", "-c", "docker/gunicorn.conf.py"]
        self.log = log
        with log.open("wb") as written:
            self.process = subprocess.Popen(
                [*command, "-b", f"127.0.0.1:{self.port}"],
                cwd=ROOT,
                env=environ,
                stdout=subprocess.DEVNULL,
                stderr=written,
            )

    def wait(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            try:
                if self.answers(LAST) == [200]:
                    return
            except OSError:
                time.sleep(0.1)
        pytest.fail(f"gunicorn did not start:\n{self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def answers(self, *sent: bytes, half_close: bool = False, within: float = 10) -> list[int]:
        """Send the bytes; return the statuses that come back until the other side closes."""
        return [int(part[:3]) for part in self.said(*sent, half_close=half_close, within=within)]

    def said(self, *sent: bytes, half_close: bool = False, within: float = 10) -> list[bytes]:
        with closing(socket.create_connection(("127.0.0.1", self.port), within)) as line:
            try:
                for part in sent:
                    line.sendall(part)
                if half_close:
                    line.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # Refused while we were still speaking: the answer may be there all the same.
            heard = b""
            try:
                while part := line.recv(65536):
                    heard += part
            except (ConnectionResetError, TimeoutError):
                pass
        return heard.split(b"HTTP/1.1 ")[1:]


@pytest.fixture
def server(world, settings, tmp_path):
    running = Server(settings, tmp_path / "gunicorn.log")
    try:
        running.wait()
        yield running
    finally:
        running.stop()


def chunked(size: int) -> bytes:
    """A body of so many bytes in chunks of 64 KiB."""
    piece = b"%x\r\n%s\r\n" % (65536, b"[" * 65536)
    return piece * (size // 65536) + b"0\r\n\r\n"


def head(*lines: bytes) -> bytes:
    return b"GET /healthz HTTP/1.1\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


HOST = b"Host: parks.example"


def test_ht05_ht06_ht19_ht21_ht22_ht25_ht31_tx19_on_the_wire(server, subtests):
    with subtests.test("HT-05: 10 MiB in chunks, without a length"):
        sent = LOGIN + JSON + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        # Which of the two, and that nothing is cut off silently: test_bad_bodies.
        assert server.answers(sent, chunked(10 * 1024 * 1024)) in ([413], [400])

    with subtests.test("HT-05: a small body in chunks is read"):
        sent = LOGIN + JSON + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        assert [422] == server.answers(sent, b"2\r\n{}\r\n0\r\n\r\n")

    with subtests.test("HT-06: a length that is too long, then silence"):
        sent = LOGIN + JSON + b'Content-Length: 100\r\n\r\n{"code":"demo:x:1"}'
        assert [400] == server.answers(sent, half_close=True)

    with subtests.test("HT-06: a length that is too short"):
        sent = LOGIN + JSON + b"Content-Length: 2\r\n\r\n{}GARBAGE\r\n\r\n"
        assert [422, 400] == server.answers(sent)

    for length in (b"-1", b"abc", b"1_0", b"+2", b"0x2", b"2, 2", b"\xd9\xa3", b"9" * 30):
        with subtests.test(f"HT-06: Content-Length {length!r}"):
            sent = LOGIN + JSON + b"Content-Length: " + length + b"\r\n\r\n{}"
            assert server.answers(sent, half_close=True) in ([400], [413])

    with subtests.test("HT-06: two lengths"):
        sent = LOGIN + JSON + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}1"
        assert [400] == server.answers(sent, half_close=True)

    with subtests.test("HT-19: a verb in lower case"):
        (status,) = server.answers(LAST.replace(b"GET", b"get"))
        assert status in (400, 405, 501)

    with subtests.test("HT-19: TRACE and CONNECT"):
        for verb in (b"TRACE", b"CONNECT"):
            (status,) = server.answers(LAST.replace(b"GET", verb))
            assert status in (400, 405, 501)

    with subtests.test("HT-21: a header of 100 KB"):
        (status,) = server.answers(head(HOST, b"X-Long: " + b"a" * 100_000))
        assert 400 <= status < 500

    with subtests.test("HT-21: 200 headers"):
        (status,) = server.answers(head(HOST, *(b"X-%d: a" % number for number in range(200))))
        assert 400 <= status < 500

    with subtests.test("HT-21: a request line of 10 KB"):
        (status,) = server.answers(b"GET /%s HTTP/1.1\r\n%s\r\n\r\n" % (b"a" * 10_000, HOST))
        assert 400 <= status < 500

    with subtests.test("HT-22: Content-Length and Transfer-Encoding"):
        both = b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
        smuggled = b"0\r\n\r\n" + HEALTH
        assert [400] == server.answers(LOGIN + JSON + both + smuggled, half_close=True)

    for coding in (
        b"xchunked",
        b"chunked, identity",
        b"identity, chunked",
        b"\x0bchunked",
        b"gzip",
    ):
        with subtests.test(f"HT-22: Transfer-Encoding {coding!r}"):
            sent = LOGIN + JSON + b"Transfer-Encoding: " + coding + b"\r\n\r\n0\r\n\r\n"
            (status,) = server.answers(sent, half_close=True)
            assert status in (400, 415, 422, 501)

    with subtests.test("HT-22: a header line with a space before the colon, or folded"):
        assert [400] == server.answers(head(HOST, b"Content-Length : 2"))
        assert [400] == server.answers(head(HOST, b"X-A: b", b" c"))

    with subtests.test("HT-25: no Host, two Hosts, another Host"):
        assert [400] == server.answers(head(b"Connection: close"))
        assert [400] == server.answers(head(HOST, b"Host: evil.example", b"Connection: close"))
        assert [400] == server.answers(head(b"Host: evil.example", b"Connection: close"))

    with subtests.test("HT-31: pipelined requests are each answered, in order"):
        sent = HEALTH + HEALTH.replace(b"/healthz", b"/nowhere") + LAST
        assert [200, 404, 200] == server.answers(sent)

    with subtests.test("HT-31: a client that has said all it wants still gets its answer"):
        assert [200] == server.answers(HEALTH, half_close=True)

    with subtests.test("HT-31: half a request, then nothing more, holds nobody up"):
        for _ in range(20):
            server.answers(HEALTH[:30], half_close=True)
            server.answers(LOGIN + JSON + b"Content-Length: 10\r\n\r\n{", half_close=True)
        started = time.monotonic()
        assert [200] == server.answers(LAST)
        assert time.monotonic() - started < 2

    with subtests.test("the server does not say which version it is"):
        (said,) = server.said(LAST)
        assert not re.search(rb"(?im)^server:.*\d|python|werkzeug|x-powered-by", said)

    audit = b"a%0d%0a{%22level%22:%22AUDIT%22}"
    server.said(LAST.replace(b"/healthz", b"/api/v1/parks?q=" + audit))
    server.said(LAST.replace(b"/healthz", b"/" + audit))
    server.said(head(HOST, b'User-Agent: a {"level":"AUDIT"}', b"Connection: close"))
    server.stop()
    with subtests.test("TX-19: one line of JSON for each request, and none that was smuggled in"):
        lines = server.log.read_text().splitlines()
        requests = [json.loads(line) for line in lines if line.startswith("{")]
        assert len(requests) > 30
        assert not [line for line in lines if "AUDIT" in line]
