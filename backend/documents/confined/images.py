"""Is this a picture, the whole picture and nothing but the picture?

It is decoded to its last pixel and written anew, so that what is kept was drawn by us: no EXIF,
no place, no comment, nothing behind the end.
"""

import io
import warnings
from typing import Any

from PIL import Image, ImageOps, MpoImagePlugin, TiffImagePlugin

from backend.documents.confined.refused import Refused

MAX_PIXELS = 40_000_000
MOST_BYTES = 10 * 1024 * 1024
COPY_SIDE = 4_000
QUALITY, SPARING = 90, 60
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png"}
# Modes that are kept as they are; any other is turned into what a screen shows.
PLAIN = {"JPEG": {"L", "RGB"}, "PNG": {"1", "L", "LA", "P", "RGB", "RGBA"}}

# Read a JPEG's EXIF, and one that carries a second picture. The library would load them later,
# when no file can be opened any more.
LOADED = (MpoImagePlugin, TiffImagePlugin)

Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def examined(content: bytes, most_bytes: int = MOST_BYTES) -> tuple[dict[str, Any], bytes]:
    """Return the type and the picture as we write it; raise Refused."""
    picture = opened(content)
    kind = _kind(picture)
    upright = _upright(picture, kind)
    del picture  # One copy of 40 million pixels is enough.
    kept = _written(upright, kind)
    if len(kept) > most_bytes:
        # What was written more sparingly, or is a photograph; a reader will not miss anything.
        kind, kept = "JPEG", _written(_flat(upright), "JPEG", SPARING)
    if len(kept) > most_bytes:
        raise Refused("too_large")
    return {"type": FORMATS[kind], "pages": 1}, kept


def marked(content: bytes, tile: Image.Image) -> tuple[dict[str, Any], bytes]:
    """Return the picture with the tile all over it."""
    picture = opened(content)
    kind = _kind(picture)
    if picture.mode == "P":
        picture = picture.convert("RGBA")
    # A copy is for reading; and flattening needs what the largest picture takes thrice.
    picture.thumbnail((COPY_SIDE, COPY_SIDE))
    below = _flat(picture)
    # As wide as to be read on a phone, however large the picture is.
    width = max(120, min(below.width, below.height) * 3 // 4)
    tile = tile.resize((width, max(1, tile.height * width // tile.width)))
    for top in range(0, below.height, tile.height):
        for left in range(0, below.width, tile.width):
            below.paste(tile, (left, top), tile)
    return {"type": FORMATS[kind], "pages": 1}, _written(below, kind)


def rehearse() -> None:
    """Go through everything once, so that nothing is left to be loaded from a file later."""
    exif = Image.Exif()
    exif[0x0112] = 6
    for kind, mode in (("PNG", "P"), ("PNG", "I;16"), ("JPEG", "L"), ("JPEG", "CMYK")):
        out = io.BytesIO()
        Image.new(mode, (2, 1)).save(out, kind, exif=exif)
        _, kept = examined(out.getvalue())
        marked(kept, Image.new("RGBA", (2, 1)))


def opened(content: bytes) -> Image.Image:
    """Open and decode the whole picture; raise Refused for anything that is not one."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        picture = Image.open(io.BytesIO(content), formats=tuple(FORMATS))
        if picture.width * picture.height > MAX_PIXELS:
            raise Refused("too_large")
        if getattr(picture, "n_frames", 1) > 1 and picture.format == "PNG":
            raise Refused("animated")
        picture.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Refused("too_large") from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, ArithmeticError):
        raise Refused("broken") from None
    return picture


def _kind(picture: Image.Image) -> str:
    """Tell PNG from JPEG; a JPEG that carries a second picture goes by another name."""
    return "PNG" if picture.format == "PNG" else "JPEG"


def _upright(picture: Image.Image, kind: str) -> Image.Image:
    """Turn the picture as its EXIF says, and into a mode that everything can show."""
    try:
        ImageOps.exif_transpose(picture, in_place=True)
    except MemoryError:
        raise
    except Exception:
        pass  # What EXIF says cannot be read, so it says nothing.
    turned = picture
    if turned.mode in ("I", "F") or turned.mode.startswith("I;16"):
        # 16 bits a pixel: the upper eight are what a screen shows.
        return turned.convert("I").point(lambda level: level / 256).convert("L")
    return turned if turned.mode in PLAIN[kind] else turned.convert("RGB")


def _flat(picture: Image.Image) -> Image.Image:
    """Return the picture in colours on white, as paper would show it."""
    if picture.mode in ("LA", "RGBA", "P"):
        over = picture.convert("RGBA")
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(over, mask=over.getchannel("A"))
        return paper
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _written(picture: Image.Image, kind: str, quality: int = QUALITY) -> bytes:
    """Write pixels and palette, and nothing else that the picture carried."""
    picture.info = {name: value for name, value in picture.info.items() if name == "transparency"}
    out = io.BytesIO()
    if kind == "JPEG":
        picture.info = {}
        picture.save(out, "JPEG", quality=quality)
    else:
        picture.save(out, "PNG", compress_level=3)
    return out.getvalue()
