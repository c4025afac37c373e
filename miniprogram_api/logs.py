"""What is written down of each request? One JSON line, and nothing personal in any line.

Keys pass by an allow-list. As a second net, whatever looks like an identity number, a phone
number, an openid, a token or a secret is blanked in every text, tracebacks included.
"""

import logging
import re
import sys
import time
from typing import Any

import orjson
import structlog
import uuid_utils.compat
from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram

ALLOWED = {
    "event",
    "level",
    "timestamp",
    "logger",
    "exception",
    "request_id",
    "operation",
    "method",
    "route",
    "status",
    "duration_ms",
    "account",
}
SECRETS = re.compile(
    r"\bey[\w-]{8,}\.[\w-]+\.[\w-]*"  # a token
    r"|\bo[\w-]{27}\b"  # an openid
    r"|(?<![\w-])\d{15}(\d{2}[\dXx])?(?![\w-])"  # an identity number
    r"|(?<![\w-])1[3-9]\d{9}(?![\w-])"  # a mobile number
    r"|(?i:(secret|access_token|session_key|js_code|code|password|phone)[\"']?\s*[=:]\s*)[^\s&,)}]+"
    r"|DETAIL:.*"  # PostgreSQL quotes the row there
)
REQUESTS = Counter("requests_total", "Requests by operation and status", ["operation", "status"])
SECONDS = Histogram("request_seconds", "Time to answer", ["operation"])
LONGEST = 4_000
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
line = structlog.get_logger("request")


def configure(level: str) -> None:
    """Send every log line of this process to stderr as JSON."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        only_allowed,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_written),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("urllib3", "sqlalchemy.engine", "werkzeug", "procrastinate"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def only_allowed(logger: Any, name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Drop unknown keys and blank what looks personal or secret."""
    return {
        key: blanked(value) if isinstance(value, str) else value
        for key, value in event.items()
        if key in ALLOWED or key.startswith("_")
    }


def blanked(words: str) -> str:
    """Replace whatever the second net catches; keep the end of what is very long."""
    return SECRETS.sub("[…]", words[-LONGEST:])


def register(app: Flask) -> None:
    """Give every request a number, one log line and an answer with safe headers."""
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    g.started = time.perf_counter()
    g.request_id = str(uuid_utils.compat.uuid7())
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(response: Response) -> Response:
    seconds = time.perf_counter() - g.started
    operation = g.get("operation", "none")
    principal = g.get("principal")
    response.headers["X-Request-ID"] = g.request_id
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-cache" if principal is None else "no-store")
    REQUESTS.labels(operation, response.status_code).inc()
    SECONDS.labels(operation).observe(seconds)
    line.info(
        "request",
        operation=operation,
        method=request.method,
        route=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        duration_ms=round(seconds * 1000, 1),
        account=str(principal.public_id) if principal else None,
    )
    return response


def _written(event: Any, **kwargs: Any) -> str:
    return orjson.dumps(event, default=str).decode()
