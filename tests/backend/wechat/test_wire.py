import datetime
import logging
import os
import ssl
import threading
import time
import traceback

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from backend import clock
from backend.wechat.connection import Deadline
from backend.wechat.errors import NoAnswer, NotSent
from backend.wechat.wire import Limits, Wire
from tests.backend.wechat import planted
from tests.backend.wechat.conftest import QUICK
from tests.backend.wechat.planted import PlantedServer

CANARY = "canary-4f1b"
OK = b'{"errcode":0}'


def ask(url, limits=QUICK, wire=None):
    wire = wire or Wire(url, limits)
    try:
        return wire.exchange(
            "POST",
            "/cgi-bin/message/subscribe/send",
            query={"access_token": CANARY, "secret": CANARY},
            body=b"{}",
            deadline=Deadline(limits.total_s),
        )
    finally:
        wire.close()


def test_a_whole_answer_comes_back_as_it_is():
    with PlantedServer(planted.saying(OK)) as server:
        reply = ask(server.url)

    assert (reply.status, reply.content) == (200, OK)


def test_nobody_listening_is_certainly_not_sent():
    with pytest.raises(NotSent, match="ConnectionRefusedError"):
        ask(f"http://127.0.0.1:{planted.closed_port()}")


def test_a_name_that_does_not_exist_is_certainly_not_sent():
    with pytest.raises(NotSent, match="gaierror"):
        ask("http://no-such-host.invalid")


def test_an_address_that_makes_no_sense_is_certainly_not_sent():
    with pytest.raises(NotSent):
        ask("http://[broken")


def test_a_connection_that_hangs_is_certainly_not_sent_and_ends_in_time():
    with planted.full_backlog() as port:
        began = time.monotonic()
        with pytest.raises(NotSent):
            ask(f"http://127.0.0.1:{port}")

    assert time.monotonic() - began < QUICK.connect_s + 0.3


def test_the_deadline_of_the_call_ends_a_connection_that_hangs_as_well():
    with planted.full_backlog() as port:
        began = time.monotonic()
        with pytest.raises(NotSent):
            ask(f"http://127.0.0.1:{port}", Limits(connect_s=5, total_s=0.3))

    assert time.monotonic() - began < 1


def test_a_second_address_of_a_name_is_tried_when_the_first_refuses():
    with PlantedServer(planted.saying(OK)) as server:
        reply = ask(server.url.replace("127.0.0.1", "localhost"))

    assert reply.status == 200


def test_a_certificate_nobody_vouches_for_is_certainly_not_sent(tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path / "server.pem"))

    def shake_hands(connection):
        with context.wrap_socket(connection, server_side=True) as secure:
            seen.append(secure.recv(1))

    seen: list[bytes] = []
    with _TlsServer(shake_hands) as port, pytest.raises(NotSent, match="SSL"):
        ask(f"https://127.0.0.1:{port}")

    assert seen == []


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(planted.silent, id="never answers"),
        pytest.param(planted.resetting, id="RST after the request"),
        pytest.param(planted.writing(b""), id="closes without an answer"),
        pytest.param(planted.writing(planted.packet(OK)[:-5]), id="closes after half the body"),
        pytest.param(planted.writing(b"HTTP/1.1 20"), id="closes inside the first line"),
        pytest.param(planted.writing(b"\x00\xff\x00nonsense\r\n\r\n"), id="no HTTP at all"),
    ],
)
def test_a_request_that_left_and_has_no_answer_is_in_doubt(script):
    with PlantedServer(script) as server:
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            ask(server.url)

        assert len(server.requests) == 1
    assert time.monotonic() - began < QUICK.total_s + 0.3


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(planted.packet(OK, extra="X-Slow: " + "x" * 500 + "\r\n"), id="in the head"),
        pytest.param(planted.packet(OK + b" " * 500), id="in the body"),
    ],
)
def test_an_answer_dripped_byte_by_byte_ends_at_the_deadline_of_the_whole_call(raw):
    head_at_once = raw.index(b"\r\n\r\n") if b"X-Slow" not in raw else 0

    def script(connection):
        connection.sendall(raw[:head_at_once])
        planted.dripping(raw[head_at_once:], 0.02)(connection)

    with PlantedServer(script) as server:
        began = time.monotonic()
        with pytest.raises(NoAnswer, match="TimeoutError"):
            ask(server.url)

    assert QUICK.total_s - 0.1 < time.monotonic() - began < QUICK.total_s + 0.3


@pytest.mark.parametrize("status", ["200 OK", "302 Found"])
def test_a_hundred_megabytes_are_cut_at_64_kib(status):
    flood = planted.Flood(status, "Location: /elsewhere\r\n")
    with PlantedServer(flood) as server, pytest.raises(NoAnswer, match="too long"):
        ask(server.url)

    assert flood.taken < 20 * 1024 * 1024, "only what fits into the socket buffers"


def test_a_small_answer_that_unpacks_to_megabytes_is_cut_as_well():
    script = planted.saying(planted.BOMB, extra="Content-Encoding: gzip\r\n")
    with PlantedServer(script) as server, pytest.raises(NoAnswer, match="too long"):
        ask(server.url)


def test_exactly_64_kib_are_read():
    with PlantedServer(planted.saying(b"x" * 65536)) as server:
        assert len(ask(server.url).content) == 65536


def test_a_redirect_is_not_followed():
    with PlantedServer(planted.saying(OK)) as target:
        elsewhere = f"Location: {target.url}/stolen?secret=1\r\n"
        with PlantedServer(planted.saying(b"", "302 Found", elsewhere)) as server:
            reply = ask(server.url)

        assert (reply.status, target.connections) == (302, 0)


def test_a_proxy_named_in_the_environment_is_not_used(monkeypatch):
    with PlantedServer(planted.saying(OK)) as server, PlantedServer(planted.silent) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        reply = ask(server.url)

        assert (reply.status, proxy.connections) == (200, 0)


def test_nothing_is_ever_repeated():
    with PlantedServer(planted.writing(b"")) as server, pytest.raises(NoAnswer):
        ask(server.url)

    assert len(server.requests) == 1


def test_a_thread_keeps_its_connection():
    with PlantedServer(planted.saying(OK)) as server:
        wire = Wire(server.url, QUICK)
        for _ in range(3):
            wire.exchange("GET", "/", deadline=Deadline(1))
        wire.close()

        assert server.connections == 1


def test_a_connection_that_was_idle_is_not_trusted_again():
    limits = Limits(idle_s=0.05)
    with PlantedServer(planted.saying(OK)) as server:
        wire = Wire(server.url, limits)
        wire.exchange("GET", "/", deadline=Deadline(1))
        time.sleep(0.1)
        wire.exchange("GET", "/", deadline=Deadline(1))
        wire.close()

        assert server.connections == 2


def test_threads_do_not_share_a_connection():
    with PlantedServer(planted.saying(OK)) as server:
        wire = Wire(server.url, QUICK)
        for _ in range(2):
            thread = threading.Thread(target=ask, args=(server.url, QUICK, wire))
            thread.start()
            thread.join()

        assert server.connections == 2


def test_a_forked_process_does_not_use_the_connection_of_its_parent():
    with PlantedServer(planted.saying(OK)) as server:
        wire = Wire(server.url, QUICK)
        wire.exchange("GET", "/", deadline=Deadline(1))
        child = os.fork()
        if child == 0:
            wire.exchange("GET", "/", deadline=Deadline(1))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        wire.close()

        assert (status, server.connections) == (0, 2)


def test_cookies_are_not_carried_from_one_request_to_the_next():
    script = planted.saying(OK, extra="Set-Cookie: who=her; Path=/\r\n")
    with PlantedServer(script) as server:
        wire = Wire(server.url, QUICK)
        for _ in range(2):
            wire.exchange("GET", "/", deadline=Deadline(1))
        wire.close()

        assert b"cookie" not in server.requests[1].lower()


def transport_errors():
    yield "refused", lambda: ask(f"http://127.0.0.1:{planted.closed_port()}")
    yield "no such name", lambda: ask("http://no-such-host.invalid")
    yield "malformed", lambda: ask("http://[broken")
    for name, script in {
        "silent": planted.silent,
        "reset": planted.resetting,
        "closed": planted.writing(b""),
        "truncated": planted.writing(planted.packet(OK)[:-5]),
        "nonsense": planted.writing(b"nonsense\r\n\r\n"),
        "flood": planted.Flood(),
    }.items():
        yield name, lambda script=script: _ask_planted(script)


def _ask_planted(script):
    with PlantedServer(script) as server:
        ask(server.url)


@pytest.mark.parametrize("fail", [pytest.param(f, id=name) for name, f in transport_errors()])
def test_no_error_and_no_log_line_holds_the_url_or_a_secret(fail, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="urllib3.connectionpool")

    with pytest.raises((NotSent, NoAnswer)) as raised:
        fail()

    shown = "".join(traceback.format_exception(raised.value)) + repr(raised.value) + caplog.text
    assert CANARY not in shown
    assert "access_token" not in shown
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


def test_an_answer_with_odd_headers_leaves_no_url_in_the_log(caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="urllib3.connectionpool")
    caplog.set_level(logging.DEBUG, logger="urllib3.connection")
    odd = planted.packet(OK).replace(b"\r\nContent-Length", b"\r\nno colon here\r\nContent-Length")

    with PlantedServer(planted.writing(odd)) as server:
        try:
            ask(server.url)
        except NoAnswer:
            pass

    assert CANARY not in caplog.text


class _TlsServer:
    def __init__(self, talk):
        self._plain = PlantedServer(planted.silent)
        self._plain._serve = lambda connection: _quietly(talk, connection)

    def __enter__(self):
        self._plain.__enter__()
        return int(self._plain.url.rpartition(":")[2])

    def __exit__(self, *error):
        self._plain.__exit__(*error)


def _quietly(talk, connection):
    try:
        talk(connection)
    except OSError:
        pass


def self_signed(path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - datetime.timedelta(days=1))
        .not_valid_after(clock.now() + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
