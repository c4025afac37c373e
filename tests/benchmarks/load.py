"""How many requests a second does a server answer? Keep-alive connections on loopback."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

CONNECTIONS = 16


class Load(NamedTuple):
    """One route to load: its name, port, and the raw requests to send in turn."""

    name: str
    port: int
    requests: Callable[[], Iterator[bytes]]
    status: int = 200


def get(path: str, *headers: str) -> bytes:
    """Write a GET request."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]
    return "\r\n".join(lines).encode()


def always(request: bytes) -> Callable[[], Iterator[bytes]]:
    """Send the same request again and again."""
    return lambda: itertools.repeat(request)


def rate(load: Load, seconds: float) -> float:
    """Return the answers a second; raise AssertionError for a status that was not expected."""
    return asyncio.run(_rate(load, seconds))


async def _rate(load: Load, seconds: float) -> float:
    requests = load.requests()
    started = time.perf_counter()
    until = started + seconds
    counts = await asyncio.gather(*(_converse(load, requests, until) for _ in range(CONNECTIONS)))
    return sum(counts) / (time.perf_counter() - started)


async def _converse(load: Load, requests: Iterator[bytes], until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", load.port)
    expected = f"HTTP/1.1 {load.status} ".encode()
    count = 0
    while time.perf_counter() < until:
        writer.write(next(requests))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(expected), head[:60]
        length = _length(head)
        if length:
            await reader.readexactly(length)
        count += 1
        if b"connection: close" in head.lower():
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", load.port)
    writer.close()
    return count


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0
