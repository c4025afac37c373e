"""Servers that break rules no HTTP library would let us break, one function for each way."""

import contextlib
import gzip
import socket
import struct
import threading
import time
from collections.abc import Callable

Script = Callable[[socket.socket], None]


class PlantedServer:
    """A raw server on the loopback address that plays a script after each request it has read."""

    def __init__(self, script: Script):
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self.requests: list[bytes] = []
        self.connections = 0
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> "PlantedServer":
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while request := _read_request(connection):
                with self._lock:
                    self.requests.append(request)
                self._script(connection)


def _read_request(connection: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        piece = connection.recv(65536)
        if not piece:
            return b""
        got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    wanted = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            wanted = int(line.split(b":")[1])
    while len(body) < wanted:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def packet(content: bytes, status: str = "200 OK", extra: str = "") -> bytes:
    """Return a whole answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n{extra}\r\n"
    return head.encode() + content


def saying(content: bytes, status: str = "200 OK", extra: str = "") -> Script:
    """Answer with a whole packet."""
    return lambda connection: connection.sendall(packet(content, status, extra))


def writing(raw: bytes) -> Script:
    """Write some bytes and close."""

    def script(connection: socket.socket) -> None:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_RDWR)

    return script


def silent(connection: socket.socket) -> None:
    """Never answer."""


def resetting(connection: socket.socket) -> None:
    """Send RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def dripping(raw: bytes, pause_s: float) -> Script:
    """Write byte by byte."""

    def script(connection: socket.socket) -> None:
        for place in range(len(raw)):
            connection.sendall(raw[place : place + 1])
            time.sleep(pause_s)

    return script


class Flood:
    """Write a hundred megabytes, counting how many of them anybody took."""

    SIZE = 100 * 1024 * 1024

    def __init__(self, status: str = "200 OK", extra: str = ""):
        self._head = f"HTTP/1.1 {status}\r\nContent-Length: {self.SIZE}\r\n{extra}\r\n"
        self.taken = 0

    def __call__(self, connection: socket.socket) -> None:
        connection.sendall(self._head.encode())
        piece = b"x" * 65536
        while self.taken < self.SIZE:
            connection.sendall(piece)
            self.taken += len(piece)


BOMB = gzip.compress(b"0" * 10_000_000)


@contextlib.contextmanager
def full_backlog():
    """Yield the port of a socket at which connecting hangs, as behind a silent firewall."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    waiting = []
    for _ in range(4):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(listener.getsockname())
        waiting.append(client)
    time.sleep(0.05)
    try:
        yield listener.getsockname()[1]
    finally:
        for client in (*waiting, listener):
            client.close()


def closed_port() -> int:
    """Return a port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
