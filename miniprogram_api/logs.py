"""What is written down? JSON lines, and nothing personal in any of them.

Keys pass by an allow-list. As a second net, whatever looks like an identity number, a phone
number, an openid, a token or a secret is blanked in every text, tracebacks included. The one line
of each request holds no text of the caller at all and is written without the net.
"""

import logging
import re
import sys
from typing import Any

import orjson
import structlog
from flask import g, has_request_context

ALLOWED = {"event", "level", "timestamp", "logger", "exception", "request_id"}
SECRETS = re.compile(
    r"\bey[\w-]{8,}\.[\w-]+\.[\w-]*"  # a token
    r"|\bo[\w-]{27}\b"  # an openid
    r"|(?<![\w-])\d{15}(\d{2}[\dXx])?(?![\w-])"  # an identity number
    r"|(?<![\w-])(\+?86[ -]?)?1[3-9]\d{9}(?![\w-])"  # a mobile number
    r"|(?i:(secret|access_token|session_key|js_code|code|password|phone)[\"']?\s*[=:]\s*)[^\s&,)}]+"
    r"|DETAIL:.*"  # PostgreSQL quotes the row there
)
LONGEST = 4_000
NOISY = ("urllib3", "sqlalchemy.engine", "werkzeug", "procrastinate")
requests = logging.getLogger("request")


class RequestLine(logging.Formatter):
    """Writes the fields of a request as they are."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one JSON line."""
        return orjson.dumps({"event": "request", "at": record.created, **record.fields}).decode()  # type: ignore[attr-defined]


def configure(level: str) -> None:
    """Send every log line of this process to stderr as JSON."""
    before: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        with_request_id,
        only_allowed,
    ]
    lines = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(serializer=_written),
        ],
    )
    logging.basicConfig(handlers=[_handler(lines)], level=level, force=True)
    requests.handlers[:] = [_handler(RequestLine())]
    requests.propagate = False
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def with_request_id(logger: Any, name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Name the request during which something was written."""
    if has_request_context():
        event["request_id"] = g.get("request_id")
    return event


def only_allowed(logger: Any, name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Drop unknown keys and blank what looks personal or secret."""
    return {
        key: blanked(value) if isinstance(value, str) else value
        for key, value in event.items()
        if key in ALLOWED or key.startswith("_")
    }


def blanked(words: str) -> str:
    """Replace whatever the second net catches; keep the end of what is very long."""
    return SECRETS.sub("[…]", words)[-LONGEST:]


def _handler(formatter: logging.Formatter) -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    return handler


def _written(event: Any, **kwargs: Any) -> str:
    return orjson.dumps(event, default=str).decode()
