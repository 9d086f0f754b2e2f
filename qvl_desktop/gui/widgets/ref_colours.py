"""The colour of a ref: the same words have the same colour everywhere and always.

Owns the rule from text to colour. Does not own who uses it, nor the colours of the theme.
"""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache

from PySide6.QtGui import QColor

from qvl_desktop.gui.colours import INK_DARK, INK_LIGHT, NO_REF_DARK, NO_REF_LIGHT, contrast

_LIGHTNESS = {True: (0.80, 0.72, 0.87), False: (0.52, 0.45, 0.58)}
_CHROMA = 0.15
_HUES = 20
_SALT = (1901).to_bytes(2, "big")
"""Chosen so that frequent refs lie well apart."""


def ref_colour(ref: str, dark: bool = True) -> QColor:
    """The colour of `ref`, stable across runs and machines.

    `dark=True` is the bright variant, for dark themes and for drawing on pictures; `dark=False` is readable as a
    mark on a white page. The text chooses among 20 hues and three shades of equal chroma (OKLCH); a blank ref is grey.
    """
    return QColor.fromRgba(_ref_rgb(ref, dark))  # one of the caller's own: some make theirs paler


@lru_cache(maxsize=4096)
def _ref_rgb(ref: str, dark: bool) -> int:
    words = ref.strip().casefold()
    if not words:
        return QColor(NO_REF_DARK if dark else NO_REF_LIGHT).rgba()
    digest = hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=4, salt=_SALT).digest()
    shade, hue = digest[0] % 3, int.from_bytes(digest[1:], "big") % _HUES
    return _from_oklch(_LIGHTNESS[dark][shade], _CHROMA, hue / _HUES * math.tau).rgba()


def text_on(colour: QColor) -> QColor:
    """Black or white, whichever reads better on `colour`."""
    return QColor(_ink(colour.name()))


@lru_cache(maxsize=4096)
def _ink(ground: str) -> str:
    return max(INK_DARK, INK_LIGHT, key=lambda ink: contrast(ink, ground))


def _from_oklch(lightness: float, chroma: float, hue: float) -> QColor:
    """OKLCH to sRGB, clipped into the gamut (Ottosson's published matrices)."""
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return QColor.fromRgbF(*(_encoded(v) for v in (red, green, blue)))


def _encoded(value: float) -> float:
    value = min(max(value, 0.0), 1.0)
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
