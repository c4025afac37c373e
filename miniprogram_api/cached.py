"""Is the finished answer still at hand?"""

from collections.abc import Callable

from flask import Response, current_app, request

from backend.cache import Cache, Copy

LONGEST_QUERY = 300


def answer(part: str, make: Callable[[], Response]) -> Response:
    """Answer a read from the finished copy, made where there is none; 304 to whoever has it.

    Only complete answers are kept: a refusal raised by `make` passes through.
    """
    key = request.query_string.decode("latin-1")
    if len(key) > LONGEST_QUERY:
        return make()
    copy = _cache().fetch(part, key, lambda: _copy(make()))
    response = current_app.response_class(copy.body, mimetype="application/json")
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
