import threading

import pytest

from backend.errors import WeChatDown
from backend.wechat.connection import Deadline
from backend.wechat.errors import AccountRefused, NoToken, NotSent
from backend.wechat.token import AccessToken, Grant, Pace
from backend.wechat.token_store import MemoryTokens

# No copy in front of the store, whose clock these tests move.
PACE = Pace(copy_s=-1.0, wait_s=0.2, poll_s=0.01)


class Source:
    """Plays WeChat's token call: gives out what it is told, and counts."""

    def __init__(self, *tokens, life_s=7200.0):
        self.tokens = list(tokens) or ["first", "second", "third"]
        self.life_s = life_s
        self.calls = 0
        self.failure = None

    def __call__(self, deadline):
        self.calls += 1
        if self.failure:
            raise self.failure
        return Grant(self.tokens[min(self.calls, len(self.tokens)) - 1], self.life_s)


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def token(tokens, source):
    return AccessToken(tokens, source, PACE)


def soon():
    return Deadline(1.0)


def test_the_first_call_obtains_a_token_and_the_next_use_it(token, source):
    assert [token.current(soon()) for _ in range(3)] == ["first"] * 3
    assert source.calls == 1


def test_a_token_with_five_minutes_left_is_used_and_with_less_renewed(token, source, clock):
    token.current(soon())

    clock.advance(6900)
    assert token.current(soon()) == "first"
    clock.advance(1)
    assert token.current(soon()) == "second"


def test_while_another_renews_the_old_token_is_used_as_long_as_it_lives(
    token, tokens, source, clock
):
    token.current(soon())
    clock.advance(7000)
    tokens.lease(10)

    assert token.current(soon()) == "first"
    assert source.calls == 1


def test_while_another_renews_and_nothing_lives_the_wait_is_bounded(token, tokens, source):
    tokens.lease(10)

    with pytest.raises(NoToken):
        token.current(soon())
    assert source.calls == 0


def test_who_waits_for_another_gets_what_the_other_obtained(token, tokens, source):
    lease = tokens.lease(10)
    threading.Timer(0.05, lambda: tokens.keep(lease, Grant("theirs", 7200))).start()

    assert token.current(soon()) == "theirs"
    assert source.calls == 0


class Outrun(MemoryTokens):
    """A store whose token another process replaces between our look and our lease."""

    def __init__(self, now, theirs):
        super().__init__(now)
        self.theirs = theirs

    def lease(self, seconds):
        if self.theirs:
            theirs, self.theirs = self.theirs, None
            super().keep(super().lease(seconds), Grant(theirs, 7200))
        return super().lease(seconds)


def test_a_token_renewed_between_our_look_and_our_lease_is_taken(clock, source):
    store = Outrun(clock, "theirs")
    token = AccessToken(store, source, PACE)

    assert token.current(soon()) == "theirs"
    assert source.calls == 0
    assert store.lease(10) is not None, "the lease was given back"


def test_the_same_rejected_token_obtained_meanwhile_is_not_asked_for_again(clock, source):
    store = Outrun(clock, None)
    store.keep(store.lease(10), Grant("same", 7200))
    clock.advance(61)
    store.theirs = "same"
    token = AccessToken(store, source, PACE)

    with pytest.raises(NoToken):
        token.after_rejection("same", soon())
    assert source.calls == 0
    assert store.lease(10) is not None, "the lease was given back"


def test_a_stored_token_that_is_dead_does_not_replace_a_rejected_one(token, source, clock):
    token.current(soon())
    clock.advance(8000)

    assert token.after_rejection("an older one", soon()) == "second"


def test_a_lease_that_was_never_given_back_runs_out(token, tokens, clock):
    tokens.lease(10)
    clock.advance(10.1)

    assert token.current(soon()) == "first"


def test_forty_threads_at_a_cold_start_ask_once(tokens):
    source = Source("only")
    token = AccessToken(tokens, source, PACE)
    start = threading.Barrier(40)
    got = []

    def work():
        start.wait()
        got.append(token.current(Deadline(5.0)))

    threads = [threading.Thread(target=work) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (got, source.calls) == (["only"] * 40, 1)


def test_a_rejected_token_is_replaced_when_the_last_asking_is_a_minute_ago(token, source, clock):
    token.current(soon())
    clock.advance(60)

    assert token.after_rejection("first", soon()) == "second"
    assert source.calls == 2


def test_a_rejected_token_younger_than_a_minute_is_not_replaced_yet(token, source, clock):
    token.current(soon())
    clock.advance(59)

    with pytest.raises(NoToken) as refused:
        token.after_rejection("first", soon())

    assert refused.value.wait_s == pytest.approx(1)
    assert source.calls == 1


def test_a_rejection_of_an_old_token_takes_the_stored_one_without_asking(token, source, clock):
    token.current(soon())

    assert token.after_rejection("an older one", soon()) == "first"
    assert source.calls == 1


def test_the_same_token_rejected_again_and_again_is_asked_for_once_a_minute(tokens, clock):
    source = Source("same")
    token = AccessToken(tokens, source, PACE)
    rejected = token.current(soon())

    for _ in range(600):
        clock.advance(0.1)
        try:
            token.after_rejection(rejected, soon())
        except NoToken:
            pass

    assert source.calls <= 2


def test_threads_whose_token_is_rejected_together_ask_once(tokens, clock):
    source = Source("first", "second")
    token = AccessToken(tokens, source, PACE)
    token.current(soon())
    clock.advance(61)
    start = threading.Barrier(20)
    got = []

    def work():
        start.wait()
        got.append(token.after_rejection("first", Deadline(5.0)))

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (got, source.calls) == (["second"] * 20, 2)


def test_a_token_that_claims_a_minute_is_not_asked_for_more_than_once_a_minute(tokens, clock):
    source = Source("short", life_s=60.0)
    token = AccessToken(tokens, source, PACE)

    for _ in range(600):
        token.current(soon())
        clock.advance(0.1)

    assert source.calls == 1


def test_when_wechat_is_down_the_old_token_serves_while_it_lives(token, source, clock):
    token.current(soon())
    clock.advance(7000)
    source.failure = NotSent("ConnectionRefusedError")

    assert [token.current(soon()) for _ in range(5)] == ["first"] * 5
    assert source.calls == 2, "one more call, then a rest"


@pytest.mark.parametrize(
    ("failure", "rest_s"),
    [
        (NotSent("ConnectionRefusedError"), 10),
        (WeChatDown("no access_token"), 10),
        (AccountRefused(40125), 60),
        (NoToken("too many in this minute", 60.0, 45011), 60),
    ],
)
def test_after_a_failure_nobody_asks_again_before_the_rest_is_over(
    token, source, clock, failure, rest_s
):
    source.failure = failure
    with pytest.raises(type(failure)):
        token.current(soon())

    clock.advance(rest_s - 0.1)
    with pytest.raises(NoToken):
        token.current(soon())
    assert source.calls == 1

    clock.advance(0.2)
    source.failure = None
    assert token.current(soon()) == "second"


def test_a_copy_of_a_few_seconds_spares_the_store():
    class Counting(MemoryTokens):
        reads = 0

        def read(self):
            self.reads += 1
            return super().read()

    store = Counting()
    token = AccessToken(store, Source(), Pace(copy_s=3.0))
    token.current(soon())
    before = store.reads

    for _ in range(100):
        token.current(soon())

    assert store.reads == before
