"""How are words drawn that every viewer shows? As pixels, in a font that we bring along.

A PDF that only names a Chinese font shows blanks where the viewer has none, so nothing is left
to the viewer. The font is Noto Sans CJK (SIL Open Font License).
"""

from pathlib import Path

import manimgx_fonts_cjk
from PIL import Image, ImageDraw, ImageFont

FONT = Path(manimgx_fonts_cjk.__file__).with_name("NotoSansCJK-VF.otf.ttc")
SIMPLIFIED = 2
SIZE, LEAD, MARGIN = 44, 60, 40
SLANT = 24
RED, OPACITY = (190, 30, 30), 105


def tile(text: str) -> Image.Image:
    """Draw the lines, slanted, on a transparent tile."""
    letters, lines = font(), text.split("\n")
    width = int(max(letters.getlength(line) for line in lines)) + 2 * MARGIN
    plain = Image.new("L", (width, len(lines) * LEAD + 2 * MARGIN), 0)
    pen = ImageDraw.Draw(plain)
    for number, line in enumerate(lines):
        pen.text((MARGIN, MARGIN + number * LEAD), line, font=letters, fill=OPACITY)
    slanted = plain.rotate(SLANT, expand=True, resample=Image.Resampling.BICUBIC)
    whole = Image.new("RGBA", slanted.size, (*RED, 0))
    whole.putalpha(slanted)
    return whole


def font() -> ImageFont.FreeTypeFont:
    """Return the letters, drawn from a file that is held open."""
    letters = ImageFont.truetype(str(FONT), SIZE, index=SIMPLIFIED)
    letters.set_variation_by_name("Medium")
    return letters
