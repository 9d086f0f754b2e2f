"""Parts of a page that lie over or beside each other: a column on a surface, and columns that the user parts as wanted.

Owns how such parts are laid out. Does not own what is in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QSplitter, QVBoxLayout, QWidget

from qvl_desktop.gui.theme import set_surface


def panel(
    parent: QWidget,
    *parts: QWidget | QLayout,
    grows: QWidget | None = None,
    least: int = 0,
    surface: Literal["window", "panel", "raised", "canvas"] = "panel",
) -> QWidget:
    """A column of parts without margins on a surface; `grows` takes the room that is left, `least` is the least width
    in pixels (0: what the parts need)."""
    made = QWidget(parent)
    set_surface(made, surface)
    if least:
        made.setMinimumWidth(least)
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for part in parts:
        if isinstance(part, QLayout):
            column.addLayout(part)
        else:
            column.addWidget(part, 1 if part is grows else 0)
    return made


def side_by_side(owner: QWidget, parts: Sequence[QWidget], sizes: Sequence[int], grows: int) -> QSplitter:
    """Fill a widget with parts beside each other, at first of these widths; the one at `grows` takes what is left."""
    splitter = QSplitter(Qt.Orientation.Horizontal, owner)
    splitter.setChildrenCollapsible(False)
    for part in parts:
        splitter.addWidget(part)
    splitter.setStretchFactor(grows, 1)
    splitter.setSizes(list(sizes))
    layout = QVBoxLayout(owner)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(splitter)
    return splitter
