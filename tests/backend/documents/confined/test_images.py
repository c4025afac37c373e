"""Is a picture kept as we draw it, with nothing of what came along?"""

import io

import pytest
from PIL import Image

from backend.documents.confined import images, watermark
from backend.documents.confined.refused import Refused
from tests.backend.documents.hostile import flood, jpeg, located_jpeg, png


def kept(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(images.examined(content)[1]))
    picture.load()
    return picture


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_a_png_keeps_its_mode_and_its_pixels(mode):
    assert (mode, (40, 30)) == (kept(png(mode)).mode, kept(png(mode)).size)


def test_16_bits_a_pixel_become_the_upper_eight():
    deep = Image.new("I;16", (2, 1))
    deep.putpixel((0, 0), 0x0FFF)
    deep.putpixel((1, 0), 0xFFFF)
    out = io.BytesIO()
    deep.save(out, "PNG")

    picture = kept(out.getvalue())

    assert ("L", [0x0F, 0xFF]) == (picture.mode, list(picture.get_flattened_data()))


def test_cmyk_becomes_what_a_screen_shows():
    assert "RGB" == kept(jpeg("CMYK")).mode


def test_transparency_is_kept_and_words_are_not():
    picture = Image.new("P", (4, 4))
    out = io.BytesIO()
    picture.save(out, "PNG", transparency=0, pnginfo=None, exif=b"Exif\0\0II*\0\x08\0\0\0\0\0")

    assert {"transparency": 0} == kept(out.getvalue()).info


def test_the_same_picture_is_always_written_the_same():
    assert images.examined(located_jpeg())[1] == images.examined(located_jpeg())[1]


def test_40_million_pixels_and_one_more():
    with pytest.raises(Refused, match="too_large"):
        images.opened(flood(40_000_001, 1))
    # As many as may be: what is then missing are the pixels themselves.
    with pytest.raises(Refused, match="broken"):
        images.opened(flood(8_000, 5_000))


def test_what_is_too_large_as_png_is_kept_as_jpeg():
    noisy = Image.effect_noise((200, 150), 90)
    out = io.BytesIO()
    noisy.save(out, "PNG")
    assert len(out.getvalue()) > 25_000

    said, content = images.examined(out.getvalue(), most_bytes=25_000)

    assert "image/jpeg" == said["type"] and len(content) <= 25_000


def test_a_mark_covers_the_picture_from_edge_to_edge():
    _, copy = images.marked(png(size=(600, 400)), watermark.tile("仅限审核申请使用"))
    picture = Image.open(io.BytesIO(copy))

    for corner in ((0, 0, 300, 200), (300, 0, 600, 200), (0, 200, 300, 400), (300, 200, 600, 400)):
        part = picture.crop(corner)
        assert any(r > g + 40 for r, g, _ in part.get_flattened_data()), corner


def test_a_copy_of_a_large_picture_is_smaller():
    _, copy = images.marked(png(size=(8_200, 20)), watermark.tile("一"))

    assert 4_000 == Image.open(io.BytesIO(copy)).width
