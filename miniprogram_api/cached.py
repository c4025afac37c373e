"""Is the finished answer still at hand?

The busiest reads are answered from this process's copy before Flask is entered; when the copy is
older than a second, Flask is, and finds Redis's or makes a new one.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.sansio.utils import host_is_trusted

from backend.cache import Cache, Copy
from miniprogram_api.envelope import NOTES

JSON = ("Content-Type", "application/json")


class HotCopies:
    """WSGI middleware that answers the kept operations of an app while their copies are fresh."""

    def __init__(self, app: Flask, kept: dict[str, tuple[str, str]]):
        """Stand around an app; `kept` maps a path to its operation and its part of the cache."""
        self._inner = app.wsgi_app
        self._cache: Cache = app.extensions["cache"]
        self._kept = kept
        hosts = app.config["TRUSTED_HOSTS"]
        # As Flask would judge, and without asking it again about the same name.
        self._ours = lru_cache(maxsize=64)(lambda host: not hosts or host_is_trusted(host, hosts))

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer from the copy, with 304 for whoever has it, or let Flask answer."""
        operation, part = self._kept.get(environ["PATH_INFO"], ("", ""))
        copy = None
        if part and environ["REQUEST_METHOD"] == "GET" and self._ours(environ.get("HTTP_HOST", "")):
            copy = self._cache.held(part, environ["QUERY_STRING"])
        if copy is None:
            return self._inner(environ, start)
        environ[NOTES]["operation"] = operation
        tag = ("ETag", f'"{copy.etag}"')
        if tag[1] in environ.get("HTTP_IF_NONE_MATCH", ""):
            start("304 NOT MODIFIED", [tag])
            return ()
        start("200 OK", [JSON, ("Content-Length", str(len(copy.body))), tag])
        return (copy.body,)


def answer(part: str, make: Callable[[], Response]) -> Response:
    """Answer a read from the finished copy, made where there is none; 304 to whoever has it.

    Only complete answers are kept: a refusal raised by `make` passes through.
    """
    key = request.query_string.decode("latin-1")
    copy = _cache().fetch(part, key, lambda: _copy(make()))
    response = Response(copy.body, mimetype="application/json")
    if copy.etag in request.if_none_match:
        response = Response(status=HTTPStatus.NOT_MODIFIED)
    response.set_etag(copy.etag)
    return response


def forget(part: str) -> None:
    """Drop every kept answer of a part."""
    _cache().forget(part)


def _copy(response: Response) -> Copy:
    response.add_etag()
    etag, _ = response.get_etag()
    assert etag is not None
    return Copy(etag, response.get_data())


def _cache() -> Cache:
    cache: Cache = current_app.extensions["cache"]
    return cache
