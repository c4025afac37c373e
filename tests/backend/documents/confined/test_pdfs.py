"""Is a copy marked on every page, whatever the page leaves unfinished?"""

import io

import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from backend.documents.confined import pdfs, watermark
from backend.documents.confined.refused import Refused
from tests.factories import a_pdf


def shown(content: bytes) -> list[Image.Image]:
    """The pages as a viewer draws them that knows no Chinese font."""
    document = pypdfium2.PdfDocument(content)
    pictures = [page.render(scale=0.5).to_pil().convert("RGB") for page in document]
    document.close()
    return pictures


def red(picture: Image.Image) -> int:
    return sum(1 for r, g, _ in picture.get_flattened_data() if r > g + 40)


def page_of(content: bytes, *, turned: int = 0) -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(300, 500)
    stream = DecodedStreamObject()
    stream.set_data(content)
    page[NameObject("/Contents")] = writer._add_object(stream)
    page.rotate(turned)
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_the_words_are_seen_on_a_page_that_is_turned(turned):
    _, copy = pdfs.marked(page_of(b"", turned=turned), watermark.tile("仅限审核申请使用"))

    (picture,) = shown(copy)
    assert red(picture) > 300
    assert ((150, 250) if turned in (0, 180) else (250, 150)) == picture.size


@pytest.mark.parametrize(
    "left_behind",
    [
        b"0 0 1 1 re W n",
        b"0.0001 0 0 0.0001 0 0 cm",
        b"Q Q Q Q",
        b"q q q 0 g 0 0 300 500 re f",
    ],
    ids=["a clipping", "a scale", "too few", "too many, and black"],
)
def test_nothing_that_a_page_leaves_behind_hides_the_words(left_behind):
    _, copy = pdfs.marked(page_of(left_behind), watermark.tile("仅限审核申请使用"))

    assert red(shown(copy)[0]) > 300


def test_every_page_is_marked_and_none_is_lost():
    _, copy = pdfs.marked(a_pdf(5), watermark.tile("仅限核验材料使用"))

    assert 5 == len(PdfReader(io.BytesIO(copy)).pages)
    assert all(red(picture) > 300 for picture in shown(copy))


def test_a_copy_of_a_copy_is_still_a_sound_pdf():
    _, copy = pdfs.marked(a_pdf(), watermark.tile("一"))

    assert 1 == pdfs.examined(copy)[0]["pages"]


def test_what_cannot_be_read_cannot_be_marked():
    with pytest.raises(Refused, match="broken"):
        pdfs.marked(b"%PDF-1.7\n%%EOF", watermark.tile("一"))
