from collections.abc import Iterator
from typing import Any

import pytest

from backend.wechat.client import WeChat
from backend.wechat.simulator.server import Simulator
from backend.wechat.simulator.world import APPID, SECRET
from backend.wechat.token_store import MemoryTokens
from backend.wechat.wire import Limits

QUICK = Limits(
    connect_s=0.3, read_s=0.4, total_s=0.8, sign_in_total_s=0.6, sign_in_wait_s=0.1, idle_s=10.0
)


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(clock: Clock) -> MemoryTokens:
    return MemoryTokens(clock)


@pytest.fixture
def wechat(simulator: Simulator, tokens: MemoryTokens) -> Iterator[WeChat]:
    client = connect(simulator.url, tokens)
    yield client
    client.close()


def connect(url: str, tokens: MemoryTokens | None = None, **more: Any) -> WeChat:
    wishes = {"appid": APPID, "secret": SECRET, "limits": QUICK} | more
    return WeChat(base_url=url, tokens=tokens or MemoryTokens(), **wishes)
