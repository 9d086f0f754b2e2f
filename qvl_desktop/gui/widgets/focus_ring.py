"""A ring round what has the keyboard and shows nothing of it itself: lists, areas that scroll, plots, bare texts.

Owns one frame for the whole program and when it shows: while keys are used. A press of the mouse takes it away, as who
pressed knows where it is; the next key brings it back. Has the Tab key go in the order of reading (`tab_order`), and
what it reaches come into sight. Does not own the rings of buttons and fields (`style_sheet`).
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QPen, QWindow
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QGraphicsView,
    QPlainTextEdit,
    QScrollArea,
    QSlider,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.tab_order import put_in_order

_WIDTH = 2
_ROUND = 4
_TABS = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


class FocusRing(QObject):
    """Follows the focus of the application from now on. One is enough; `window` is the main window.

    The property `ring` asks for one round a widget that paints itself, `ownRing` says that it draws its own.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._by_key = False
        self._focused: QWidget | None = None
        self._frame: _Frame | None = None
        self._handle: QWindow | None = None
        self._window = window
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)

    def _on_focus(self, old: QWidget | None, now: QWidget | None) -> None:
        if not isValid(self._window):  # its children lose the focus while it goes
            return
        self._watch_mouse()
        if self._focused is not None:
            self._focused.removeEventFilter(self)
            self._focused.destroyed.disconnect(self._forget)
        self._hide()
        self._focused = now
        if now is not None:
            now.installEventFilter(self)
            now.destroyed.connect(self._forget)
            if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
                self._by_key = False
            if self._by_key:
                _bring_into_sight(now)
            self._show()

    def _watch_mouse(self) -> None:
        """Hear of presses of the mouse that do not move the focus."""
        handle = self._window.windowHandle()
        if handle is not None and handle is not self._handle:
            handle.installEventFilter(self)
            self._handle = handle

    def _show(self) -> None:
        widget = self._focused
        if self._by_key and self._frame is None and widget is not None and _needs_ring(widget):
            target = _target(widget)
            target.destroyed.connect(self._forget_frame)
            self._frame = _Frame(target)

    def _hide(self) -> None:
        if self._frame is not None:
            target = self._frame.parentWidget()
            if target is not None:
                target.destroyed.disconnect(self._forget_frame)
            self._frame.hide()
            self._frame.deleteLater()
            self._frame = None

    def _forget(self) -> None:
        self._focused = None

    def _forget_frame(self) -> None:
        self._frame = None

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride) and watched is self._focused:
            self._by_key = True
            if isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress and event.key() in _TABS:
                put_in_order(self._focused.window())
            self._show()
        elif kind == QEvent.Type.MouseButtonPress:
            self._by_key = False
            self._hide()
        return False


def _needs_ring(widget: QWidget) -> bool:
    if widget.property("ownRing") or widget.window().windowType() == Qt.WindowType.Popup:
        return False
    if isinstance(widget, (QTextEdit, QPlainTextEdit)):
        return bool(widget.property("bare"))
    return bool(widget.property("ring")) or isinstance(widget, (QAbstractItemView, QScrollArea, QGraphicsView, QSlider))


def _bring_into_sight(widget: QWidget) -> None:
    """Scroll to it, also when the focus came from outside the area that scrolls."""
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea) and (inside := above.widget()) is not None and inside.isAncestorOf(widget):
            above.ensureWidgetVisible(widget)
        above = above.parentWidget()


def _target(widget: QWidget) -> QWidget:
    """What the ring goes round: a field without a frame is part of the raised area that it stands in."""
    parent = widget.parentWidget()
    if isinstance(widget, QPlainTextEdit) and parent is not None and parent.property("surface") == "raised":
        return parent
    return widget


class _Frame(QWidget):
    """The ring itself, on top of everything in its parent and as large as it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        parent.installEventFilter(self)
        theme().changed.connect(self.update)
        self.resize(parent.size())
        self.raise_()
        self.show()

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.resize(watched.size())
        return False

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().colour("accent"), _WIDTH))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), _ROUND, _ROUND)
        painter.end()
