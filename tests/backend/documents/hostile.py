"""What do hostile files look like? All are made here; none is kept anywhere.

`G11` is the catalogue: the content, and the type that is found in it or the reason to refuse it.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)

from backend.documents.kinds import FileType, Unfit
from tests.factories import a_pdf

# The test string of the virus scanners, put together only when it is asked for.
EICAR = ("X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()
GPS = 0x8825
N = NameObject


def jpeg(mode: str = "RGB", size: tuple[int, int] = (40, 30), **how: object) -> bytes:
    return _saved(Image.new(mode, size, 0), "JPEG", **how)


def png(mode: str = "RGB", size: tuple[int, int] = (40, 30), **how: object) -> bytes:
    return _saved(Image.new(mode, size, 0), "PNG", **how)


def located_jpeg() -> bytes:
    """A photograph that lies on its side and says where it was taken."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker of the telephone"
    exif[GPS] = {1: "N", 2: (46.0, 4.0, 12.0), 3: "E", 4: (122.0, 3.0, 5.0)}
    return jpeg(exif=exif.tobytes(), comment=b"<?php system($_GET['c']); ?>")


def animated_png() -> bytes:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def two_pictures_in_one_jpeg() -> bytes:
    """What telephones send that keep a second picture, of the depth, behind the first."""
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "MPO", save_all=True, append_images=frames[1:])
    return out.getvalue()


def flood(width: int = 60_000, height: int = 60_000) -> bytes:
    """A few bytes that promise 3,600,000,000 pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    )


def zipped(name: str = "a.txt", content: bytes = b"a") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def pdf_with(change: Callable[[PdfWriter], None]) -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    change(writer)
    writer.write(out)
    return out.getvalue()


def act(kind: str, key: str = "/F", what: str = "cmd.exe") -> DictionaryObject:
    return DictionaryObject({N("/S"): N(kind), N(key): TextStringObject(what)})


def on_opening(kind: str, **more: str) -> bytes:
    def change(writer: PdfWriter) -> None:
        writer.root_object[N("/OpenAction")] = act(kind, **more)

    return pdf_with(change)


def javascript_in_names() -> bytes:
    def change(writer: PdfWriter) -> None:
        script = writer._add_object(act("/JavaScript", "/JS", "app.alert(1)"))
        tree = DictionaryObject({N("/Names"): ArrayObject([TextStringObject("x"), script])})
        writer.root_object[N("/Names")] = DictionaryObject({N("/JavaScript"): tree})

    return pdf_with(change)


def launch_on_a_page() -> bytes:
    def change(writer: PdfWriter) -> None:
        writer.pages[0][N("/AA")] = DictionaryObject({N("/O"): act("/Launch")})

    return pdf_with(change)


def unlisted(words: bytes) -> bytes:
    """An object that the list of objects does not name; a reader that rebuilds it would find it."""
    start, end = a_pdf().split(b"xref", 1)
    more = b"99 0 obj\n<< " + words + b" >>\nendobj\n"
    listed = b"startxref\n%d\n" % (len(start) + len(more))
    return start + more + b"xref" + end.partition(b"startxref")[0] + listed + b"%%EOF\n"


def circular_xref() -> bytes:
    """A list of objects that goes on with itself."""
    whole = a_pdf()
    start = whole.rindex(b"xref\n", 0, whole.rindex(b"startxref"))
    return whole.replace(b"trailer\n<<", b"trailer\n<<\n/Prev %d" % start)


def endless_length() -> bytes:
    """A stream that says it has ten thousand million bytes."""
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    body += b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    body += b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
    body += b"4 0 obj<</Length 10000000000>>stream\nq Q\nendstream endobj\n"
    return body + b"trailer<</Root 1 0 R/Size 5>>\nstartxref\n9\n%%EOF\n"


def circular_pages() -> bytes:
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    body += b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1>>endobj\n"
    return body + b"trailer<</Root 1 0 R/Size 3>>\nstartxref\n9\n%%EOF\n"


def inflating_pdf() -> bytes:
    """A list of objects of some kilobytes that swells to eighty megabytes."""
    body = b"%PDF-1.5\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    squeezed = zlib.compress(b"\0" * 80_000_000)
    start = len(body)
    body += b"5 0 obj<</Type/XRef/W[1 4 2]/Size 70000000/Root 1 0 R/Filter/FlateDecode"
    body += b"/Length %d>>stream\n" % len(squeezed) + squeezed + b"\nendstream endobj\n"
    return body + b"startxref\n%d\n%%%%EOF\n" % start


P, J, G = FileType.PDF, FileType.JPEG, FileType.PNG
U = Unfit
G11: dict[str, tuple[Callable[[], bytes], FileType | Unfit]] = {
    "UP-01 nothing at all": (bytes, U.EMPTY),
    "UP-02 one byte": (lambda: b"%", U.WRONG_TYPE),
    "UP-07 a program": (lambda: b"MZ\x90\0" + b"\0" * 200, U.WRONG_TYPE),
    "UP-08 a PDF": (a_pdf, P),
    "UP-09 a PDF with a ZIP behind it": (lambda: a_pdf() + zipped(), U.TRAILING),
    "UP-09 a PDF in the comment of which a ZIP ends": (
        lambda: a_pdf() + zipped()[:-2] + b"\x06\x00%%EOF\n",
        U.TRAILING,
    ),
    "UP-09 a PDF behind a ZIP": (lambda: zipped() + a_pdf(), U.WRONG_TYPE),
    "UP-10 a GIF that is a script": (lambda: b"GIF89a/*" + b"\0" * 20 + b"*/=1;", U.WRONG_TYPE),
    "UP-11 a JPEG with PHP in its comment": (located_jpeg, J),
    "UP-11 a JPEG with PHP behind it": (lambda: jpeg() + b"<?php phpinfo(); ?>", J),
    "UP-11 a JPEG with a second picture": (two_pictures_in_one_jpeg, J),
    "UP-12 an SVG": (lambda: b"<svg onload='alert(1)'/>", U.WRONG_TYPE),
    "UP-13 HTML": (lambda: b"<!doctype html><script>1</script>", U.WRONG_TYPE),
    "UP-14 a document with macros": (lambda: zipped("word/vbaProject.bin"), U.WRONG_TYPE),
    "UP-15 a ZIP in a ZIP": (lambda: zipped("a.zip", zipped()), U.WRONG_TYPE),
    "UP-16 a script on opening": (lambda: on_opening("/JavaScript", key="/JS"), U.JAVASCRIPT),
    "UP-16 a script among the names": (javascript_in_names, U.JAVASCRIPT),
    "UP-16 a script written in digits": (
        lambda: unlisted(b"/S /#4aava#53cript"),
        U.JAVASCRIPT,
    ),
    "UP-17 a program on opening": (lambda: on_opening("/Launch"), U.LAUNCH),
    "UP-17 a program on a page": (launch_on_a_page, U.LAUNCH),
    "UP-17 a form that sends itself": (lambda: on_opening("/SubmitForm"), U.LAUNCH),
    "UP-17 a program where no list leads": (lambda: unlisted(b"/S /Launch"), U.LAUNCH),
    "UP-18 a file inside": (
        lambda: pdf_with(lambda writer: writer.add_attachment("a.exe", b"MZ")),
        U.EMBEDDED,
    ),
    "UP-19 a password": (
        lambda: pdf_with(lambda writer: writer.encrypt("secret", algorithm="AES-256")),
        U.ENCRYPTED,
    ),
    "UP-20 50 pages": (lambda: a_pdf(50), P),
    "UP-20 51 pages": (lambda: a_pdf(51), U.TOO_MANY_PAGES),
    "UP-20 no page": (
        lambda: pdf_with(lambda writer: writer.remove_page(0)),
        U.NO_PAGES,
    ),
    "UP-21 pages that contain themselves": (circular_pages, U.BROKEN),
    "UP-22 3,600,000,000 pixels": (flood, U.TOO_LARGE),
    "UP-22 40,000,001 pixels": (lambda: flood(40_000_001, 1), U.TOO_LARGE),
    "UP-24 half a JPEG": (lambda: jpeg(size=(400, 300))[:500], U.BROKEN),
    "UP-24 half a PNG": (lambda: png(size=(400, 300))[:150], U.BROKEN),
    "UP-24 half a PDF": (lambda: a_pdf()[:200], U.BROKEN),
    "UP-24 a PDF of which only the ends are there": (lambda: b"%PDF-1.7\n%%EOF", U.BROKEN),
    "UP-25 a JPEG in CMYK": (lambda: jpeg("CMYK"), J),
    "UP-25 16 bits a pixel": (lambda: png("I;16"), G),
    "UP-25 a palette": (lambda: png("P"), G),
    "UP-25 black and white": (lambda: png("1"), G),
    "UP-25 grey and transparent": (lambda: png("LA"), G),
    "UP-25 a moving PNG": (animated_png, U.ANIMATED),
}


@cache
def made(name: str) -> bytes:
    return G11[name][0]()


def _saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()
