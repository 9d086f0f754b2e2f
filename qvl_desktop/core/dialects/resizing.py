"""The size at which a later Qwen-VL model sees a picture.

Owns the rule and its limits. Does not touch pixels: the model's image processor does (`models.families`).

Source: the description in the Qwen2-VL report (arXiv:2409.12191, section 2.1, "naive dynamic resolution") and in the
documentation of `transformers`' Qwen2-VL image processor: both sides multiples of a factor, the number of pixels within
limits, the proportions kept as closely as that allows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from qvl_desktop.core.dialects.base import DialectError, Size
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP

MAX_ASPECT_RATIO = 200
"""Longer pictures are refused by the processors."""


@dataclass(frozen=True, slots=True)
class Resizing:
    """`factor` is the side of the square that becomes one token (28, or 32 from Qwen3-VL on); limits in pixels.

    The defaults are the limits of the official Qwen2-VL and Qwen2.5-VL checkpoints: 4 to 16384 squares of 28.
    """

    factor: int = 28
    min_pixels: int = 4 * 28 * 28
    max_pixels: int = 16384 * 28 * 28

    def apply(self, width: int, height: int) -> Size:
        """Width and height of the resized picture, multiples of `factor`.

        Each side goes to the nearest multiple (half to even). When that has too many pixels, both sides shrink by the
        one ratio that would give exactly `max_pixels`, then down to a multiple (at least one square); when it has too
        few, they grow by the ratio for `min_pixels`, then up to a multiple. Raises `DialectError` for an empty picture
        or a side more than 200 times the other.
        """
        if min(width, height) <= 0 or max(width, height) > MAX_ASPECT_RATIO * min(width, height):
            raise DialectError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "A picture of {width} x {height} pixels is too narrow for this model (at most 1 to {ratio}).",
                ),
                width=width,
                height=height,
                ratio=MAX_ASPECT_RATIO,
            )
        near_width, near_height = (round(side / self.factor) * self.factor for side in (width, height))
        if near_width * near_height > self.max_pixels:
            shrink = math.sqrt(width * height / self.max_pixels)
            squares = (math.floor(side / shrink / self.factor) for side in (width, height))
            near_width, near_height = (max(1, count) * self.factor for count in squares)
        elif near_width * near_height < self.min_pixels:
            grow = math.sqrt(self.min_pixels / (width * height))
            near_width, near_height = (math.ceil(side * grow / self.factor) * self.factor for side in (width, height))
        return near_width, near_height

    def tokens(self, width: int, height: int) -> int:
        """Tokens a picture takes, without the two around it."""
        wide, high = self.apply(width, height)
        return (wide // self.factor) * (high // self.factor)
