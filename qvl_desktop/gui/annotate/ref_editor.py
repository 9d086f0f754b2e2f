"""Typing a ref in place, beside its box.

Owns the small field that opens at a box: completion, digits for the recent refs, Enter and Esc. Does not own what a ref
is given to (`page`), nor where refs come from (the caller passes the recent ones and a way to complete).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from qvl_desktop.gui.theme import Space, set_surface, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.ref_colours import ref_colour

WIDTH = 240
MOST_SHOWN = 9
_ROW = 28
_LABEL_ROOM = 28

Complete = Callable[[str], Sequence[str]]


class RefEditor(QFrame):
    """A line with suggestions under it, a child of the view it lies over; never modal.

    Enter takes the chosen suggestion or the text; Tab fills in the first suggestion; Esc leaves the ref as it was.
    While nothing has been typed, a digit from 1 to 9 takes that recent ref at once. Losing the focus keeps what was
    typed.

    Signals: `accepted(ref)`; `closed()` after every way out, after `accepted`.
    """

    accepted = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = parent
        self.setObjectName("refEditor")
        set_surface(self, "raised")
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self._recent: Sequence[str] = ()
        self._complete: Complete = lambda _prefix: ()
        self._before = ""
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(self.tr("Ref, for example “red cup”"))
        self.line.setAccessibleName(self.tr("Ref of the region"))
        self.line.installEventFilter(self)
        self.line.textEdited.connect(self._suggest)
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Suggested refs"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._on_clicked)
        layout = self._column = QVBoxLayout(self)
        layout.setContentsMargins(Space.XS, Space.XS, Space.XS, Space.XS)
        layout.setSpacing(Space.XS)
        layout.addWidget(self.line)
        layout.addWidget(self.list)
        self.hide()

    def open_at(self, box: QRectF, ref: str, recent: Sequence[str], complete: Complete) -> None:
        """Open beside `box` (coordinates of the parent) with `ref` selected, ready to be replaced."""
        self._before, self._recent, self._complete = ref, recent, complete
        self.line.setText(ref)
        self.line.selectAll()
        self._fill(recent, numbered=True)
        self._place(box)
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def finish(self, *, keep: bool = True) -> None:
        """Close; with `keep`, what was typed is taken."""
        if self.isHidden():
            return
        text = self.line.text().strip()
        self.hide()
        if keep and text != self._before:
            self.accepted.emit(text)
        self.closed.emit()

    def _take(self, ref: str) -> None:
        self.line.setText(ref)
        self.finish()

    def _suggest(self, text: str) -> None:
        prefix = text.strip()
        if not prefix:
            self._fill(self._recent, numbered=True)
            return
        self._fill([ref for ref in self._complete(prefix) if ref != prefix][:MOST_SHOWN], numbered=False)

    def _fill(self, refs: Sequence[str], *, numbered: bool) -> None:
        self.list.clear()
        for number, ref in enumerate(refs[:MOST_SHOWN], start=1):
            if not ref:
                continue
            item = QListWidgetItem(ref_icon(ref), f"{number}   {ref}" if numbered else ref)
            item.setData(Qt.ItemDataRole.UserRole, ref)
            item.setSizeHint(QSize(0, _ROW))
            self.list.addItem(item)
        self.list.setCurrentRow(-1)
        rows = self.list.count()
        self.list.setVisible(rows > 0)
        self.list.setFixedHeight(_ROW * rows + 2)
        self._column.activate()
        self.resize(WIDTH, self.sizeHint().height())

    def _place(self, box: QRectF) -> None:
        """Below the box, beside it or above it, where the whole editor is in sight; else as near below as it can be."""
        area: QRect = self._view.rect().adjusted(Space.S, Space.S, -Space.S, -Space.S)
        x = min(max(round(box.left()), area.left()), max(area.right() - self.width(), area.left()))
        y = min(max(round(box.top()), area.top()), max(area.bottom() - self.height(), area.top()))
        below, above = round(box.bottom()) + Space.S, round(box.top()) - self.height() - _LABEL_ROOM
        right, left = round(box.right()) + Space.S, round(box.left()) - self.width() - Space.S
        for place in (QPoint(x, below), QPoint(right, y), QPoint(left, y), QPoint(x, above)):
            if area.contains(QRect(place, self.size())):
                self.move(place)
                return
        self.move(x, min(max(below, area.top()), max(area.bottom() - self.height(), area.top())))

    def _on_clicked(self, item: QListWidgetItem) -> None:
        self._take(str(item.data(Qt.ItemDataRole.UserRole)))

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # while a ref is typed, no key means anything else
            return True
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
            others = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
            if event.reason() not in others:
                self.finish()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            chosen = self.list.currentItem()
            self._take(str(chosen.data(Qt.ItemDataRole.UserRole)) if chosen else self.line.text())
        elif key == Qt.Key.Key_Escape:
            self.finish(keep=False)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._move_choice(1 if key == Qt.Key.Key_Down else -1)
        elif key == Qt.Key.Key_Tab and self.list.count():
            item = self.list.currentItem() or self.list.item(0)
            self.line.setText(str(item.data(Qt.ItemDataRole.UserRole)))
            self._suggest(self.line.text())
        elif self._untouched and not event.modifiers() and Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            place = key - Qt.Key.Key_1
            if place >= len(self._recent) or not self._recent[place]:
                return False
            self._take(self._recent[place])
        else:
            return False
        return True

    @property
    def _untouched(self) -> bool:
        text = self.line.text()
        return text == self._before and self.line.selectedText() == text

    def _move_choice(self, by: int) -> None:
        count = self.list.count()
        if count:
            row = self.list.currentRow()
            self.list.setCurrentRow((row + by) % count if row >= 0 else (0 if by > 0 else count - 1))


def ref_icon(ref: str) -> QIcon:
    """A round mark in a ref's colour, right for the present theme."""
    picture = QPixmap(32, 32)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ref_colour(ref, theme().dark))
    painter.drawEllipse(3, 3, 10, 10)
    painter.end()
    return QIcon(picture)
