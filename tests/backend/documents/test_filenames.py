"""UP-27 to UP-33: what becomes of a name that a stranger chose?"""

from urllib.parse import unquote

import pytest

from backend.documents.filenames import NAMELESS, disposition, sent, shown
from backend.documents.kinds import FileType

P = FileType.PDF
SHOWN = {
    "UP-27": ("../../etc/passwd", "passwd", "passwd.pdf"),
    "UP-28": ("..\\..\\x.exe", "x.exe", "x.exe.pdf"),
    "UP-29": ("a\0b.pdf", "ab.pdf", "ab.pdf"),
    "UP-30": ("身份证.pdf", "身份证.pdf", "身份证.pdf"),
    "UP-30 in capitals": ("营业执照.PDF", "营业执照.PDF", "营业执照.pdf"),
    "UP-31": ("字" * 300 + ".pdf", "字" * 300 + ".pdf", "字" * 120 + ".pdf"),
    "UP-32": ("her\u202efdp.exe", "herfdp.exe", "herfdp.exe.pdf"),
    "UP-33": ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie: b.pdf", "aSet-Cookie: b.pdf"),
    "nothing": ("", NAMELESS, f"{NAMELESS}.pdf"),
    "only dots": ("..", NAMELESS, f"{NAMELESS}.pdf"),
    "only an ending": (".pdf", "pdf", "pdf.pdf"),
    "a quote": ('a"; filename="b.exe', 'a"; filename="b.exe', 'a"; filename="b.exe.pdf'),
}


@pytest.mark.parametrize("case", sorted(SHOWN))
def test_a_name_is_shown_and_sent_without_what_it_hides(case):
    name, seen, saved = SHOWN[case]

    assert (seen, saved) == (shown(name), sent(name, P))


@pytest.mark.parametrize("case", sorted(SHOWN))
def test_the_header_is_one_line_of_ascii_that_says_the_name(case):
    name, _, saved = SHOWN[case]

    header = disposition(name, P)

    assert header.isascii() and header.isprintable()
    kept, _, encoded = header.partition("; filename*=UTF-8''")
    assert 'attachment; filename="document.pdf"' == kept
    assert saved == unquote(encoded)
    assert not set(encoded) & set("\"'; ,\\/")


def test_a_picture_ends_as_a_picture():
    assert "a.jpeg" == sent("a.jpeg", FileType.JPEG)
    assert "a.png.jpg" == sent("a.png", FileType.JPEG)
    assert "a.png" == sent("a.PNG", FileType.PNG)
