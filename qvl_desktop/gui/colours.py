"""The colours of the window: two sets, light and dark, each also in a stronger version, and those that lie on pictures.

Owns their values and what contrast is. Does not own which set is in force (`theme`), what is painted with it
(`style_sheet`) or the colours of refs (`widgets.ref_colours`). Nothing else in the window names a colour by its value.

What is promised, and tested over every pair: text, muted, link and the status colours have a contrast of 4.5 or more on
every ground (`GROUNDS`); so has `accent_text` on `accent_fill` and `accent_hover`. `control` (borders of fields and
buttons, disabled words), `accent` (lines, marks, focus) and every curve have 3 or more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

GROUNDS = ("window", "panel", "raised", "canvas", "hover", "accent_soft")
"""What words and marks stand on."""


@dataclass(frozen=True, slots=True)
class Colours:
    """One set of colours as #rrggbb. `accent` is drawn on a ground, `accent_fill` is a ground for `accent_text`;
    `ring` is the focus of what is filled with it; `line` parts areas and says nothing; `curves` are told apart."""

    window: str
    panel: str
    raised: str
    canvas: str
    line: str
    control: str
    text: str
    muted: str
    accent: str
    accent_fill: str
    accent_hover: str
    accent_text: str
    accent_soft: str
    ring: str
    link: str
    hover: str
    success: str
    warning: str
    danger: str
    curves: tuple[str, ...]


LIGHT = Colours(
    window="#f5f6f8", panel="#ffffff", raised="#ffffff", canvas="#e6e8ec", line="#d9dce2", control="#7a818e",
    text="#1c2027", muted="#59616e", accent="#3558d6", accent_fill="#3558d6", accent_hover="#2a48b4",
    accent_text="#ffffff", accent_soft="#e4eafc", ring="#0b0d10", link="#2a48b4", hover="#eceef2", success="#1a6f43",
    warning="#8a5300", danger="#b3261e",
    curves=("#3558d6", "#d9622b", "#2b8f57", "#a4449e", "#977500", "#0e8797", "#c2385a", "#6b7280"),
)  # fmt: skip
DARK = Colours(
    window="#16181d", panel="#1d2026", raised="#262a32", canvas="#101216", line="#343943", control="#828a99",
    text="#e8eaee", muted="#a2a9b6", accent="#8fa5fb", accent_fill="#4b69da", accent_hover="#3d59c4",
    accent_text="#ffffff", accent_soft="#28335a", ring="#e8eaee", link="#9db2ff", hover="#2a2e37", success="#6fce9b",
    warning="#ecb35c", danger="#ff8f86",
    curves=("#8fa5fb", "#ef8a5a", "#5fc98e", "#d98ad4", "#d2ac3a", "#45c1d1", "#f2839c", "#a2a9b6"),
)  # fmt: skip
"""`curves` keep their order of hues: the first run is blue in both."""


def stronger(colours: Colours) -> Colours:
    """The set for people who ask their system for high contrast: nothing is pale, every area has an edge."""
    return replace(colours, line=colours.control, control=colours.text, muted=colours.text)


SOURCES = ("#56b4e9", "#e69f00", "#35c78f", "#e88ac2", "#f0e442", "#ff7f50")
"""Who answered, on pictures: bright, and told apart by people who see few colours (after Okabe and Ito)."""

INK_DARK, INK_LIGHT = "#0b0d10", "#ffffff"
"""Words on a colour of any lightness: whichever reads better."""

NO_REF_DARK, NO_REF_LIGHT = "#c3c7cf", "#6b7280"
"""What has no ref, on a dark and on a light ground."""

HALO = "#78000000"
"""Under a line on a picture, as #aarrggbb, so that it shows on any."""
SHADE = "#6e000000"
"""Over what is not meant."""
CROSS_LIGHT, CROSS_DARK = "#96ffffff", "#96000000"
"""The two halves of a cross hair."""
BAND, BAND_FILL = "#ffffff", "#305a96ff"
"""A rubber band and what is in it."""
HANDLE, HANDLE_EDGE = "#ffffff", "#14161a"
"""What a corner is pulled by."""


def luminance(colour: str) -> float:
    """The relative luminance of #rrggbb (WCAG 2.2): 0 is black, 1 is white."""
    values = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as #rrggbb (WCAG 2.2): from 1 (the same) to 21 (black and white)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def over(colour: str, ground: str, share: float) -> str:
    """`share` (0 to 1) of a colour laid over a ground, all as #rrggbb."""
    pairs = [(int(colour[place : place + 2], 16), int(ground[place : place + 2], 16)) for place in (1, 3, 5)]
    return "#" + "".join(f"{round(mine * share + below * (1 - share)):02x}" for mine, below in pairs)
