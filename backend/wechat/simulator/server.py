"""Who listens at the stand-in's door? A real threaded HTTP server on the loopback address."""

import contextlib
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from backend.wechat.simulator import calls, control
from backend.wechat.simulator.faults import encoded, packet
from backend.wechat.simulator.world import APPID, SECRET, World

HOST = "127.0.0.1"
LONGEST_BODY = 1024 * 1024


class Simulator(World):
    """A stand-in for api.weixin.qq.com, in this process and over HTTP.

    The methods of World are the wishes of the control API. Use it as a context manager, or start
    and stop it.
    """

    def __init__(self, port: int = 0, appid: str = APPID, secret: str = SECRET):
        """Prepare to listen on `port` (0: any free one) for one mini-program."""
        super().__init__(appid, secret)
        self._server = _Server((HOST, port), self)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Return the base URL that takes the place of WeChat's."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    def start(self) -> "Simulator":
        """Answer from a thread of its own."""
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.daemon = True
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening and cut every connection."""
        self.mischief.clear()
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._server.cut_connections()

    def __enter__(self) -> "Simulator":
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()


class _Server(ThreadingHTTPServer):
    """A server that knows its connections, so that stopping it ends them."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], world: World):
        super().__init__(address, _Conversation)
        self.world = world
        self.connections: set[socket.socket] = set()

    def cut_connections(self) -> None:
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: callers that go away in the middle are part of the game."""


class _Conversation(BaseHTTPRequestHandler):
    """One connection and the calls made over it."""

    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing; the journal has it."""

    def do_GET(self) -> None:
        self._converse()

    def do_POST(self) -> None:
        self._converse()

    def do_DELETE(self) -> None:
        self._converse()

    def _converse(self) -> None:
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        length = int(self.headers.get("Content-Length") or 0)
        if length > LONGEST_BODY:
            self.close_connection = True
            self.connection.sendall(packet(413, b""))
            return
        body = self.rfile.read(length)
        if url.path in calls.CALLS:
            world = self.server.world
            if not calls.respond(world, self.connection, self.command, url.path, query, body):
                self.close_connection = True
        else:
            status, said = self._obey(url.path, query, body)
            self.connection.sendall(packet(status, encoded(said)))

    def _obey(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        try:
            wish = json.loads(body) if body else query
        except ValueError:
            wish = None
        if not isinstance(wish, dict):
            return 400, {"error": "a wish is a JSON object"}
        return control.obey(self.server.world, self.command, path, wish)
