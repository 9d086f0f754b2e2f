"""The canvas beside the turns: that of the Annotate page, with several boxes lit at a time.

Owns lighting and flashing boxes, and its zoom keys. Does not own gestures (`annotate.canvas`) or what becomes of them.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from qvl_desktop.gui.annotate.canvas import Canvas
from qvl_desktop.gui.annotate.gesture_kinds import Tool
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_view import ShownBox

_TOOLS: dict[Qt.Key, Tool] = {Qt.Key.Key_B: "box", Qt.Key.Key_Q: "quad", Qt.Key.Key_P: "point"}
_FLASH_MS = 140
_FLASHES = 5


class TalkCanvas(Canvas):
    """Signals, besides those of `Canvas`: `deleteRequested()` for the Delete key with boxes selected; `escaped()` for
    Escape with nothing to give up and nothing selected; `toolChanged()` when another tool was taken in hand."""

    deleteRequested = Signal()
    escaped = Signal()
    toolChanged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lit_keys: frozenset[Hashable] = frozenset()
        self._flashing: frozenset[Hashable] = frozenset()
        self._flashes_left = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_FLASH_MS)
        self._timer.timeout.connect(self._flash_on)
        self.set_crosshair(False)

    def show_boxes(self, boxes: Sequence[ShownBox]) -> None:
        """Show these boxes; what is lit stays lit."""
        self.set_boxes(boxes)
        self._dress_lit()

    def light_all(self, keys: Collection[Hashable]) -> None:
        """Light several boxes up, and no others."""
        if frozenset(keys) != self._lit_keys:
            self._lit_keys = frozenset(keys)
            self._dress_lit()

    def flash(self, keys: Iterable[Hashable]) -> None:
        """Let boxes blink, so that the eye finds them."""
        self._flashing = frozenset(keys)
        self._flashes_left = _FLASHES if self._flashing else 0
        if self._flashes_left:
            self._timer.start()
            self._dress_lit()

    @property
    def lit(self) -> frozenset[Hashable]:
        """The boxes that are lit."""
        return self._lit_keys

    @property
    def flashing(self) -> frozenset[Hashable]:
        """The boxes that blink at present."""
        return self._flashing

    def _flash_on(self) -> None:
        self._flashes_left -= 1
        if self._flashes_left <= 0:
            self._timer.stop()
            self._flashing = frozenset()
        self._dress_lit()

    def _dress_lit(self) -> None:
        dark = self._flashing if self._flashes_left % 2 == 0 and self._flashes_left else frozenset()
        lit = (self._lit_keys | self._flashing) - dark
        for key, item in self._items.items():
            item.set_lit(key in lit)
        self._forget_backdrop()
        self.viewport().update()

    def _light(self, key: Hashable | None) -> None:
        super()._light(key)
        if self._lit_keys or self._flashing:
            self._dress_lit()

    def _escape(self) -> None:
        if self.busy or self.selection:
            super()._escape()
        else:
            self.set_tool("box")
            self.escaped.emit()

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in _TOOLS and not event.modifiers():
            self.set_tool(_TOOLS[Qt.Key(key)])
            self.toolChanged.emit()
        elif key == Qt.Key.Key_Delete and self.selection:
            self.deleteRequested.emit()
        elif key == Qt.Key.Key_Insert:
            self.add_box()
        elif key in (Qt.Key.Key_F, Qt.Key.Key_0) and not event.modifiers():
            self.fit()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_in()
        elif key == Qt.Key.Key_Minus:
            self.zoom_out()
        else:
            super().keyPressEvent(event)
