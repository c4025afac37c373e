"""How is a file received? As one part named `file`, with a few short fields beside it.

The body is read as it comes and let go as soon as something is wrong with it; nothing of it
touches a disk.
"""

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.sansio.multipart import (
    Data,
    Epilogue,
    Event,
    Field,
    File,
    MultipartDecoder,
    NeedData,
)

from backend.errors import Malformed

MIMETYPE = "multipart/form-data"
MOST_BYTES = 10 * 1024 * 1024
# Boundaries, headers and the fields; a body that announces more is not read at all.
BESIDES = 64 * 1024
MOST_PARTS, MOST_FIELD_BYTES, CHUNK = 20, 2_000, 64 * 1024
_KEPT = "xingan.upload"


class SentFile(NamedTuple):
    """A file as it was sent; its name is nothing but words."""

    name: str
    content: bytes


def parts(request: Request) -> dict[str, Any]:
    """Return the fields of the body and its `file`; each name once.

    Raise Malformed for what is no whole multipart body, `RequestEntityTooLarge` for more than
    10 MiB, `UnsupportedMediaType` for a body of another kind.
    """
    if _KEPT not in request.environ:
        request.environ[_KEPT] = _read(request)
    found: dict[str, Any] = request.environ[_KEPT]
    return found


def fingerprint(request: Request) -> dict[str, str]:
    """Return what makes two uploads the same: their fields, the name and a hash of the content."""
    return {
        name: f"{value.name}|{hashlib.sha256(value.content).hexdigest()}"
        if isinstance(value, SentFile)
        else value
        for name, value in parts(request).items()
    }


def _read(request: Request) -> dict[str, Any]:
    if not request.mimetype and not request.content_length:
        raise Malformed("缺少请求内容")
    if request.mimetype != MIMETYPE:
        raise UnsupportedMediaType
    request.max_content_length = MOST_BYTES + BESIDES
    if (request.content_length or 0) > MOST_BYTES + BESIDES:
        raise RequestEntityTooLarge
    boundary = request.mimetype_params.get("boundary", "")
    if not boundary or not boundary.isascii():
        _refuse()
    found: dict[str, Any] = {}
    try:
        for name, value in _parts(request, MultipartDecoder(boundary.encode())):
            if name in found:
                raise Malformed(errors=[{"pointer": f"#/{name[:60]}", "detail": "重复"}])
            found[name] = value
    except (ValueError, UnicodeError):
        _refuse()
    return found


def _parts(request: Request, decoder: MultipartDecoder) -> Iterator[tuple[str, Any]]:
    """Yield each part once it is whole; raise Malformed unless the last one is followed by it."""
    part: Field | File | None = None
    gathered, number = bytearray(), 0
    for event in _events(request, decoder):
        if isinstance(event, Field | File):
            part, gathered, number = event, bytearray(), number + 1
            if number > MOST_PARTS:
                raise Malformed(f"表单最多 {MOST_PARTS} 项")
        elif isinstance(event, Data) and part is not None:
            gathered += event.data
            if isinstance(part, File) and len(gathered) > MOST_BYTES:
                raise RequestEntityTooLarge
            if isinstance(part, Field) and len(gathered) > MOST_FIELD_BYTES:
                raise Malformed("表单内容过长")
            if not event.more_data:
                yield part.name, _value(part, bytes(gathered))


def _events(request: Request, decoder: MultipartDecoder) -> Iterator[Event]:
    while True:
        event = decoder.next_event()
        if isinstance(event, Epilogue):
            return
        if isinstance(event, NeedData):
            # At the end of the stream None is what tells the decoder so; it then wants an epilogue.
            decoder.receive_data(request.stream.read(CHUNK) or None)
        else:
            yield event


def _value(part: Field | File, content: bytes) -> SentFile | str:
    if isinstance(part, File):
        return SentFile(part.filename, content)
    return content.decode("utf-8")


def _refuse() -> NoReturn:
    raise Malformed("请求内容不完整，或不是有效的表单")
