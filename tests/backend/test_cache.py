"""Redis is a cache only: down, hung or lying, everything works, slower (G16)."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
import redis

from backend.cache import Cache, Copy


@pytest.fixture
def url(servers, worker_id: str) -> str:
    """A Redis database of this file's own in each process of the run, empty at the start."""
    number = int(worker_id.removeprefix("gw")) if worker_id != "master" else 0
    own = servers.redis_url.replace("db=0", f"db={14 - number % 6}")
    with redis.Redis.from_url(own) as connection:
        connection.flushdb()
    return own


@pytest.fixture
def closed_port() -> str:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return f"redis://127.0.0.1:{port}/0"


@pytest.fixture
def hung() -> Iterator[str]:
    """A port that takes connections and never says a word."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


class Maker:
    """Makes copies, and counts them."""

    def __init__(self, seconds: float = 0):
        self.made, self.seconds = 0, seconds

    def __call__(self) -> Copy:
        self.made += 1
        time.sleep(self.seconds)
        return Copy(f"tag{self.made}", b"body %d" % self.made)


FIRST, SECOND = Copy("tag1", b"body 1"), Copy("tag2", b"body 2")


def fetch(cache: Cache, make: Maker, key: str = "k", part: str = "parks") -> Copy:
    return cache.fetch(part, key, make)


class TestKeeping:
    def test_a_copy_is_made_once(self, url):
        cache, make = Cache(url), Maker()

        assert [FIRST, FIRST, FIRST] == [fetch(cache, make) for _ in range(3)]

        assert 1 == make.made

    def test_another_process_finds_it_in_redis(self, url):
        fetch(Cache(url), Maker())
        make = Maker()

        assert FIRST == fetch(Cache(url), make)

        assert 0 == make.made

    def test_every_key_and_every_part_has_its_own(self, url):
        cache, make = Cache(url), Maker()

        made = [fetch(cache, make, key, part) for key in "ab" for part in ("parks", "other")]

        assert 4 == len(set(made))

    def test_this_process_asks_again_after_a_second(self, url):
        cache, make = Cache(url), Maker()
        fetch(cache, make)
        Cache(url).forget("parks")

        time.sleep(1.05)
        assert SECOND == fetch(cache, make)

    def test_held_shows_the_copy_of_this_process_only(self, url):
        cache = Cache(url)
        fetch(cache, Maker())

        assert FIRST == cache.held("parks", "k")
        assert cache.held("parks", "another") is None
        assert Cache(url).held("parks", "k") is None

    def test_every_key_in_redis_has_our_name_and_most_of_them_an_end(self, url):
        fetch(Cache(url), Maker())
        Cache(url).forget("parks")

        with redis.Redis.from_url(url) as connection:
            for key in connection.keys("*"):
                assert key.startswith(b"xingan:")
                assert connection.ttl(key) > 0 or b":parks:" not in key

    def test_a_body_of_any_bytes_comes_back_as_it_was(self, url):
        body = bytes(range(256)) + b"\n\n" + "恒隆".encode()

        Cache(url).fetch("parks", "k", lambda: Copy("abc123", body))

        assert Copy("abc123", body) == fetch(Cache(url), Maker())

    def test_only_so_many_copies_are_held(self, url):
        cache, make = Cache(url), Maker()

        for number in range(300):
            fetch(cache, make, f"k{number}")

        held = [number for number in range(300) if cache.held("parks", f"k{number}")]
        assert len(held) <= 256
        assert 299 in held and 0 not in held


class TestForgetting:
    def test_a_part_is_forgotten_here_at_once_and_elsewhere_when_asked_anew(self, url):
        cache, make = Cache(url), Maker()
        fetch(cache, make)

        cache.forget("parks")

        assert SECOND == fetch(cache, make)
        assert SECOND == fetch(Cache(url), Maker())

    def test_the_other_parts_stay(self, url):
        cache, make = Cache(url), Maker()
        fetch(cache, make, part="other")

        cache.forget("parks")

        assert FIRST == fetch(cache, make, part="other")

    def test_what_was_being_made_while_it_was_forgotten_does_not_stay(self, url):
        """Made from the records of before; whoever asks next must get those of after."""
        cache = Cache(url)

        def make_while_forgetting() -> Copy:
            Cache(url).forget("parks")
            return FIRST

        cache.fetch("parks", "k", make_while_forgetting)

        assert Copy("tag1", b"body 1") != fetch(Cache(url), _second())

    def test_nor_does_it_stay_in_the_process_that_made_it(self, url):
        """`forget` promises: here at once. A slow reader must not bring the old list back."""
        cache = Cache(url)

        def make_while_forgetting() -> Copy:
            cache.forget("parks")
            return FIRST

        cache.fetch("parks", "k", make_while_forgetting)

        assert SECOND == fetch(cache, _second())

    def test_a_refusal_is_not_kept(self, url):
        cache = Cache(url)

        def refuse() -> Copy:
            raise KeyError("no")

        for _ in range(2):
            with pytest.raises(KeyError):
                cache.fetch("parks", "k", refuse)

        assert FIRST == fetch(cache, Maker())


def _second() -> Maker:
    make = Maker()
    make.made = 1
    return make


class TestRedisAway:
    def test_with_a_closed_port_copies_are_made_and_held_here(self, closed_port):
        cache, make = Cache(closed_port), Maker()

        assert [FIRST, FIRST] == [fetch(cache, make) for _ in range(2)]
        cache.forget("parks")
        assert SECOND == fetch(cache, make)
        assert not cache.is_alive()

    def test_a_hung_redis_costs_one_time_out_a_call_and_soon_nothing(self, hung):
        """0.3 s a call (RD-03); after five failures in a row it is left alone."""
        cache, make = Cache(hung), Maker()
        started = time.monotonic()
        fetch(cache, make, "first")
        first = time.monotonic() - started
        for number in range(6):
            fetch(cache, make, f"k{number}")
        started = time.monotonic()
        fetch(cache, make, "last")
        last = time.monotonic() - started

        # Reading and keeping: two calls at most, each with its time-out.
        assert first < 1.5
        assert last < 0.1
        assert 8 == make.made

    def test_after_a_pause_a_redis_that_is_back_is_used_again(self, url, closed_port):
        cache = Cache(closed_port)
        for number in range(5):
            fetch(cache, Maker(), f"k{number}")
        assert not cache.is_alive()
        cache._redis = redis.Redis.from_url(url)
        assert not cache.is_alive()

        cache._broken_until = time.monotonic()

        assert cache.is_alive()

    @pytest.mark.parametrize(
        "garbage", [b"", b"no line break", b"\n", b"not a tag!\nbody", b"\x80\x04pickle\nx"]
    )
    def test_what_is_not_ours_is_a_miss(self, url, garbage):
        fetch(Cache(url), Maker())
        with redis.Redis.from_url(url) as connection:
            for key in connection.keys("*"):
                if connection.ttl(key) > 0:
                    connection.set(key, garbage, ex=60)

        assert SECOND == fetch(Cache(url), _second())

    def test_a_flushed_redis_only_costs_a_copy(self, url):
        fetch(Cache(url), Maker())
        with redis.Redis.from_url(url) as connection:
            connection.flushdb()

        assert SECOND == fetch(Cache(url), _second())


def test_a_crowd_that_asks_at_once_makes_one_copy(url):
    """RD-11: a stampede for one key of a process costs one making."""
    cache, make = Cache(url), Maker(seconds=0.2)
    got: list[Copy] = []
    crowd = [threading.Thread(target=lambda: got.append(fetch(cache, make))) for _ in range(20)]

    for each in crowd:
        each.start()
    for each in crowd:
        each.join()

    assert 1 == make.made
    assert [FIRST] * 20 == got
