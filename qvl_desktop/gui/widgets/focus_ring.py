"""A ring round what has the keyboard and shows nothing of it itself: lists, areas that scroll, plots, bare texts.

Owns one frame for the whole program and when it shows: when the focus came by a key or from the program, not by a press
of the mouse, whose user knows where it is. Does not own the rings of buttons and fields (`style_sheet`).
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPen
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

from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.widgets.guarded import guarded

_WIDTH = 2
_ROUND = 4


class FocusRing(QObject):
    """Follows the focus of the application from now on. One is enough; `owner` is the main window.

    The property `ring` asks for one round a widget that paints itself, `ownRing` says that it draws its own.
    """

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._frame: _Frame | None = None
        self._round: QWidget | None = None
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)

    def _on_focus(self, old: QWidget | None, now: QWidget | None) -> None:
        self._leave()
        pressed = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if now is None or pressed or not _needs_ring(now):
            return
        target = _target(now)
        self._round = target
        target.installEventFilter(self)
        target.destroyed.connect(self._forget)
        self._frame = _Frame(target)
        self._frame.show_round(target)

    def _leave(self) -> None:
        if self._round is not None and self._frame is not None:
            self._round.removeEventFilter(self)
            self._round.destroyed.disconnect(self._forget)
            self._frame.hide()
            self._frame.deleteLater()
        self._forget()

    def _forget(self) -> None:
        self._frame, self._round = None, None

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._round and self._frame is not None and event.type() == QEvent.Type.Resize:
            self._frame.show_round(self._round)
        return False


def _needs_ring(widget: QWidget) -> bool:
    if widget.property("ownRing") or widget.window().windowType() == Qt.WindowType.Popup:
        return False
    if isinstance(widget, (QTextEdit, QPlainTextEdit)):
        return bool(widget.property("bare"))
    return bool(widget.property("ring")) or isinstance(widget, (QAbstractItemView, QScrollArea, QGraphicsView, QSlider))


def _target(widget: QWidget) -> QWidget:
    """What the ring goes round: a field without a frame is part of the raised area that it stands in."""
    parent = widget.parentWidget()
    if isinstance(widget, QPlainTextEdit) and parent is not None and parent.property("surface") == "raised":
        return parent
    return widget


class _Frame(QWidget):
    """The ring itself, on top of everything in its parent."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme().changed.connect(self.update)

    def show_round(self, widget: QWidget) -> None:
        """Take the place of the whole widget."""
        self.setGeometry(QRect(QPoint(0, 0), widget.size()))
        self.raise_()
        self.show()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().colour("accent"), _WIDTH))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), _ROUND, _ROUND)
        painter.end()
