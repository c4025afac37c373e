"""How is a request read, so that every fault is named at once?"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Request, request
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser

from backend.errors import Invalid, Malformed, VersionMissing
from miniprogram_api import json, uploads

_TAG = re.compile(r'(?:W/)?"(0|[1-9][0-9]{0,17})"')
_ANY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"')
FOREIGN_TAG = -1


class Reader(FlaskParser):
    """webargs with our strict JSON and one value for each query name."""

    # The schemas themselves say that unknown fields are refused.
    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {}

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Read the body, which may be absent only where there is no field to fill in."""
        required = bool(schema.fields) and not getattr(schema, "may_be_absent", False)
        return json.body(req, required=required)

    def load_files(self, req: Request, schema: Schema) -> Any:
        """Read a body that brings a file, with the fields beside it."""
        return uploads.parts(req)

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Read the query; raise Malformed for a name that comes twice or what is not UTF-8."""
        _refuse(_unreadable(req.query_string), "不是有效的 UTF-8")
        _refuse((name for name in req.args if len(req.args.getlist(name)) > 1), "参数重复")
        return req.args.to_dict()

    def handle_error(self, error: ValidationError, req: Request, schema: Schema, **kwargs: Any):  # type: ignore[no-untyped-def]
        """Raise every fault at once: 400 for the query, 422 for the body."""
        (location, faults), *_ = error.normalized_messages().items()
        if location == "query":
            raise Malformed(errors=list(flat(faults, "?")))
        raise Invalid(errors=list(flat(faults, "#/")))


def version_seen() -> int:
    """Return the version of If-Match; a well-formed tag that is not ours matches nothing.

    Raise VersionMissing without the header and Malformed when it is no entity tag (RFC 9110).
    """
    given = request.headers.get("If-Match")
    if given is None:
        raise VersionMissing
    if not _ANY_TAG.fullmatch(given):
        raise Malformed('If-Match 须为 ETag 返回的值，如 "3"')
    ours = _TAG.fullmatch(given)
    return int(ours.group(1)) if ours else FOREIGN_TAG


def flat(faults: Any, pointer: str) -> Iterator[dict[str, str]]:
    """Turn nested messages into one list of pointers (RFC 6901) and sentences."""
    if isinstance(faults, Mapping):
        for name, inner in faults.items():
            if name == "_schema":
                yield from flat(inner, pointer.rstrip("/"))
            else:
                deeper = "/" if isinstance(inner, Mapping) else ""
                yield from flat(inner, f"{pointer}{_escaped(name)}{deeper}")
        return
    for sentence in faults if isinstance(faults, list) else [faults]:
        yield {"pointer": pointer, "detail": str(sentence)}


def _refuse(names: Iterable[str], why: str) -> None:
    if errors := [{"pointer": f"?{name}", "detail": why} for name in names]:
        raise Malformed(errors=errors)


def _unreadable(query: bytes) -> Iterator[str]:
    """Name each parameter that is not UTF-8; Werkzeug would have put U+FFFD in its place."""
    for part in query.split(b"&"):
        try:
            unquote_to_bytes(part).decode("utf-8")
        except UnicodeDecodeError:
            yield unquote_to_bytes(part.partition(b"=")[0]).decode("utf-8", "replace")[:60]


def _escaped(name: Any) -> str:
    return str(name)[:60].replace("~", "~0").replace("/", "~1")
