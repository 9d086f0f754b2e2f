"""The tools of the canvas and the kinds of gestures, as data.

Owns their names, the cursors of the handles, and how far the mouse may be off. Does not own what a gesture does
(`gestures`).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal, get_args

from PySide6.QtCore import QPointF, Qt

from qvl_desktop.core.box import Rect
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.annotate.interaction import Grip, Handle, Target

Tool = Literal["box", "select", "quad", "point"]
TOOLS: tuple[Tool, ...] = get_args(Tool)

DRAG_PX = 4
"""Screen pixels after which a press becomes a drag."""

REACH_PX = 7.0
"""How far from a handle or an edge a press still counts, in screen pixels."""

CURSORS = {
    Handle.NW: Qt.CursorShape.SizeFDiagCursor,
    Handle.SE: Qt.CursorShape.SizeFDiagCursor,
    Handle.NE: Qt.CursorShape.SizeBDiagCursor,
    Handle.SW: Qt.CursorShape.SizeBDiagCursor,
    Handle.N: Qt.CursorShape.SizeVerCursor,
    Handle.S: Qt.CursorShape.SizeVerCursor,
    Handle.E: Qt.CursorShape.SizeHorCursor,
    Handle.W: Qt.CursorShape.SizeHorCursor,
}


class Act(Enum):
    """What the mouse is doing."""

    PRESS = auto()
    DRAW = auto()
    CORNER = auto()
    QUAD = auto()
    MOVE = auto()
    RESIZE = auto()
    BAND = auto()


@dataclass(frozen=True, slots=True)
class Gesture:
    """One gesture from press to release (CORNER and QUAD: from the first click to the last).

    `origin` is the shape that is moved or pulled; `moving` is all that a MOVE takes along, as it was, and `around` its
    bounds; `corners` are those of a quad so far, in picture pixels.
    """

    act: Act
    start: QPointF
    key: Hashable | None = None
    origin: Shape | None = None
    grip: Grip | None = None
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    corners: tuple[tuple[float, float], ...] = ()
    moving: tuple[Target, ...] = ()
    around: Rect | None = None
