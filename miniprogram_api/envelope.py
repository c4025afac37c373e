"""What goes around every answer? A number, safe headers, one log line and two figures.

It stands outside of Flask, so that nothing gets past it and the busiest reads stay cheap.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

import uuid_utils.compat
from flask import Flask, g, request
from prometheus_client import Counter, Histogram

from miniprogram_api.logs import requests

REQUESTS = Counter("requests_total", "Requests by operation and status", ["operation", "status"])
SECONDS = Histogram("request_seconds", "Time to answer", ["operation"])
SAFE = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
NOTES = "xingan.notes"
Headers = list[tuple[str, str]]
Start = Callable[..., Any]


class Envelope:
    """WSGI middleware: numbers, times and notes every request."""

    def __init__(self, inner: Callable[..., Iterable[bytes]]):
        """Stand around an app."""
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer a request."""
        started = time.perf_counter()
        notes = environ[NOTES] = {"request_id": str(uuid_utils.compat.uuid7())}

        def send(status: str, headers: Headers, exc_info: Any = None) -> Any:
            headers += _missing(headers, private="account" in notes)
            headers.append(("X-Request-ID", notes["request_id"]))
            _note(environ, notes, int(status[:3]), time.perf_counter() - started)
            return start(status, headers, exc_info)

        return self._inner(environ, send)


def register(app: Flask) -> None:
    """Put the envelope around the app and tell each request its number."""
    app.wsgi_app = Envelope(app.wsgi_app)  # type: ignore[method-assign, assignment]

    @app.before_request
    def know_the_number() -> None:
        g.request_id = request.environ[NOTES]["request_id"]


def note(name: str, value: str) -> None:
    """Note something about this request: `operation`, `route`, `account`."""
    request.environ[NOTES][name] = value


def _missing(headers: Headers, *, private: bool) -> Headers:
    given = {name.lower() for name, _ in headers}
    caching = ("Cache-Control", "no-store" if private else "no-cache")
    return [each for each in (*SAFE, caching) if each[0].lower() not in given]


def _note(environ: dict[str, Any], notes: dict[str, str], status: int, seconds: float) -> None:
    operation = notes.get("operation", "none")
    REQUESTS.labels(operation, status).inc()
    SECONDS.labels(operation).observe(seconds)
    fields = {
        **notes,
        "method": environ["REQUEST_METHOD"][:10],
        "status": status,
        "duration_ms": round(seconds * 1000, 1),
    }
    requests.info("request", extra={"fields": fields})
