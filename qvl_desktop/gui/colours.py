"""The two sets of colours of the window, light and dark.

Owns their values. Does not own which set is in force (`theme`) or what is painted with it (`style_sheet`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colours:
    """One set of colours as #rrggbb. Text, muted and the status colours have a contrast of 4.5 or more on window,
    panel and raised; `accent_text` on `accent`."""

    window: str
    panel: str
    raised: str
    canvas: str
    line: str
    control: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    accent_text: str
    accent_soft: str
    link: str
    hover: str
    success: str
    warning: str
    danger: str


LIGHT = Colours(
    window="#f5f6f8", panel="#ffffff", raised="#ffffff", canvas="#e6e8ec", line="#d9dce2", control="#868d9b",
    text="#1c2027", muted="#59616e", accent="#3558d6", accent_hover="#2a48b4", accent_text="#ffffff",
    accent_soft="#e4eafc", link="#2a48b4", hover="#eceef2", success="#1a6f43", warning="#8a5300", danger="#b3261e",
)  # fmt: skip
DARK = Colours(
    window="#16181d", panel="#1d2026", raised="#262a32", canvas="#101216", line="#343943", control="#747c8b",
    text="#e8eaee", muted="#a2a9b6", accent="#4b69da", accent_hover="#3d59c4", accent_text="#ffffff",
    accent_soft="#28335a", link="#9db2ff", hover="#2a2e37", success="#6fce9b", warning="#ecb35c", danger="#ff8f86",
)  # fmt: skip
