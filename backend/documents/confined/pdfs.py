"""Is this a PDF that shows pages and does nothing else?

What is kept are the very bytes that came, because an electronic licence carries a signature over
them. So whatever else they could do is a reason to refuse: every object of the file is looked
at, whether a page leads to it or not, and the bytes themselves once more, in case another reader
finds other objects in them than ours.
"""

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
)

from backend.documents.confined.refused import Refused

MAX_PAGES = 50
# A name anywhere in the file that is a reason to refuse it, as a key or as what an action does.
KEYS = {
    "/JS": "javascript",
    "/JavaScript": "javascript",
    "/XFA": "javascript",
    "/EmbeddedFiles": "embedded",
    "/EF": "embedded",
    "/RichMedia": "embedded",
    "/RichMediaContent": "embedded",
}
NAMED = {
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/ImportData": "launch",
    "/SubmitForm": "launch",
    "/GoToE": "launch",
    "/EmbeddedFile": "embedded",
    "/RichMedia": "embedded",
    "/FileAttachment": "embedded",
}
# Where a dictionary says what it is or does.
SAYING = ("/S", "/Type", "/Subtype")
BROKEN = (PyPdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, OSError)
A4 = (595.0, 842.0)
LARGEST = 14_400.0
MOST_TILES = 12

logging.getLogger("pypdf").disabled = True


def _spelled(name: str) -> bytes:
    """Match a name whose letters may each be written as `#` and two digits (ISO 32000, 7.3.5)."""
    letters = "".join(f"(?:{letter}|#{ord(letter):02x}|#{ord(letter):02X})" for letter in name)
    return f"/{letters}(?![A-Za-z0-9])".encode()


PLAIN_SIGHT = {
    re.compile(_spelled("JavaScript")): "javascript",
    re.compile(_spelled("Launch")): "launch",
    re.compile(_spelled("EmbeddedFile")): "embedded",
}


def examined(content: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the type, the number of pages and the bytes as they came; raise Refused."""
    _refuse_company(content)
    reader = _read(content)
    for reason in _reasons(content, reader):
        raise Refused(reason)
    try:
        pages = _pages(reader)
    except BROKEN:
        raise Refused("broken") from None
    if not pages:
        raise Refused("no_pages")
    return {"type": "application/pdf", "pages": pages}, content


def marked(content: bytes, tile: Image.Image) -> tuple[dict[str, Any], bytes]:
    """Return a new PDF of the same pages with the tile all over each."""
    writer = PdfWriter()
    try:
        for page in _read(content).pages:
            writer.add_page(page)
        stamp = writer._add_object(_picture(writer, tile))
        for page in writer.pages:
            _cover(writer, page, stamp, tile.height / tile.width)
        out = io.BytesIO()
        writer.write(out)
    except BROKEN:
        raise Refused("broken") from None
    return {"type": "application/pdf", "pages": len(writer.pages)}, out.getvalue()


def rehearse() -> None:
    """Go through everything once, so that nothing is left to be loaded from a file later."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(*A4)
    writer.write(out)
    _, kept = examined(out.getvalue())
    marked(kept, Image.new("RGBA", (2, 1)))


def _refuse_company(content: bytes) -> None:
    """Refuse a file that is cut off, or in which something else travels as well."""
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise Refused("broken")
    if content[end + 5 :].strip(b"\r\n\t \0") or zipfile.is_zipfile(io.BytesIO(content)):
        raise Refused("trailing")


def _read(content: bytes) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(content))
        encrypted = reader.is_encrypted
    except BROKEN:
        if b"/Encrypt" in content:
            raise Refused("encrypted") from None
        raise Refused("broken") from None
    if encrypted:
        raise Refused("encrypted")
    return reader


def _pages(reader: PdfReader) -> int:
    """Count pages by going through them; what the file says of their number may be a lie."""
    for number, page in enumerate(reader.pages, 1):
        if number > MAX_PAGES:
            raise Refused("too_many_pages")
        if not isinstance(page, DictionaryObject):
            raise Refused("broken")
    return len(reader.pages)


def _reasons(content: bytes, reader: PdfReader) -> Iterator[str]:
    """Yield each reason to refuse the file."""
    for pattern, reason in PLAIN_SIGHT.items():
        if pattern.search(content):
            yield reason
    try:
        for node in _nodes(reader):
            yield from (KEYS[key] for key in node if key in KEYS)
            said = [str(dict.get(node, key)) for key in SAYING]
            yield from (NAMED[name] for name in said if name in NAMED)
    except BROKEN:
        yield "broken"


def _nodes(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Yield every dictionary of every object that the file lists, and of its trailer."""
    yield from _inside(reader.trailer)
    numbers = {(n, gen) for gen, found in reader.xref.items() for n in found}
    numbers |= {(n, 0) for n in reader.xref_objStm}
    for number, generation in sorted(numbers):
        yield from _inside(reader.get_object(IndirectObject(number, generation, reader)))


def _inside(whole: Any) -> Iterator[DictionaryObject]:
    """Yield the dictionaries of one object, without following references."""
    waiting = [whole]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, DictionaryObject):
            yield thing
            waiting += dict.values(thing)
        elif isinstance(thing, ArrayObject):
            waiting += list.__iter__(thing)


def _picture(writer: PdfWriter, tile: Image.Image) -> StreamObject:
    """Turn the tile into a picture of the document, transparent where nothing is drawn."""
    mask = _image(tile.getchannel("A"), "/DeviceGray")
    picture = _image(tile.convert("RGB"), "/DeviceRGB")
    picture[NameObject("/SMask")] = writer._add_object(mask)
    return picture


def _image(pixels: Image.Image, colours: str) -> StreamObject:
    plain = DecodedStreamObject()
    plain.set_data(pixels.tobytes())
    packed = plain.flate_encode()
    packed.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(pixels.width),
            NameObject("/Height"): NumberObject(pixels.height),
            NameObject("/ColorSpace"): NameObject(colours),
            NameObject("/BitsPerComponent"): NumberObject(8),
        }
    )
    return packed


def _cover(writer: PdfWriter, page: Any, stamp: Any, shape: float) -> None:
    """Make what the page shows a picture of its own, and lay the tiles over that.

    So nothing that the page leaves unfinished, a colour or a clipping, can hide them.
    """
    shown = page.get_contents()
    plain = DecodedStreamObject()
    plain.set_data(shown.get_data() if shown is not None else b"")
    below = plain.flate_encode()
    below.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): page.mediabox,
            NameObject("/Resources"): page.get("/Resources", DictionaryObject()),
        }
    )
    if "/Group" in page:
        below[NameObject("/Group")] = page.raw_get("/Group")
    over = DecodedStreamObject()
    over.set_data(b"q /Below Do Q\n" + _tiles(page, shape))
    named = {
        NameObject("/Below"): writer._add_object(below),
        NameObject("/Mark"): stamp,
    }
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject(named)}
    )
    page[NameObject("/Contents")] = writer._add_object(over.flate_encode())


def _tiles(page: Any, shape: float) -> bytes:
    """Write where the tiles lie: upright for whoever reads the page, from edge to edge."""
    box = page.mediabox
    wide, high = (
        min(abs(float(size)) or usual, LARGEST)
        for size, usual in zip((box.width, box.height), A4, strict=True)
    )
    left, low = float(box.left), float(box.bottom)
    turned = int(page.get("/Rotate", 0)) % 360
    width = max(min(wide, high) * 0.75, max(wide, high) / MOST_TILES)
    across, along = (width, width * shape) if turned in (0, 180) else (width * shape, width)
    lines, y = [], 0.0
    while y < high:
        x = 0.0
        while x < wide:
            lines.append(_placed(turned, left + x, low + y, across, along))
            x += across
        y += along
    return "\n".join(lines).encode()


def _placed(turned: int, x: float, y: float, across: float, along: float) -> str:
    matrix = {
        0: (across, 0, 0, along, x, y),
        90: (0, along, -across, 0, x + across, y),
        180: (-across, 0, 0, -along, x + across, y + along),
        270: (0, -along, across, 0, x, y + along),
    }.get(turned, (across, 0, 0, along, x, y))
    return f"q {' '.join(f'{each:.2f}' for each in matrix)} cm /Mark Do Q"
