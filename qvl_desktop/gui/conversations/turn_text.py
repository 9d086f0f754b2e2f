"""A turn as it is read: words, and tokens as coloured chips.

Owns the painting of chips, what the mouse is over, which chip is chosen and what its keys ask for, the selection of
words, and the mark where a limit of length falls. Does not own editing (`turn_editor`), nor what is lit elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextLine,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from qvl_desktop.gui.conversations.chips import Piece, ShownText, units
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.ref_colours import ref_colour

_ROUND = 5.0
_LIT, _LIT_DARK = 90, 36
"""How much stronger (of 255) the ground of a lit chip is; its words stay readable."""
_SMALL_PX = 12


class TurnText(QTextEdit):
    """Shows one turn; as high as its text.

    Signals:
    chipHovered(ordinals): the box tokens of the chip under the mouse, an empty tuple when there is none.
    chipClicked(ordinals): a chip was chosen.
    chipAsked(what, Piece): by a key on the chosen chip: "remove", "earlier", "later" or "link"; "picture": that of a
        picture was clicked.
    left(): Escape on the chosen chip; the turn may have the focus again.
    chipMenu(Piece, QPoint): a right click on a chip, in global coordinates.
    wordsSelected(range): the characters (start, end) of the turn's text that are chosen, or None.
    editRequested(): a double click or Enter; pressed(): the mouse went down in it.
    """

    chipHovered = Signal(tuple)
    chipClicked = Signal(tuple)
    chipAsked = Signal(str, object)
    chipMenu = Signal(object, QPoint)
    left = Signal()
    wordsSelected = Signal(object)
    editRequested = Signal()
    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = ShownText("")
        self._lit: frozenset[int] = frozenset()
        self._linked: frozenset[int] | None = None
        self._under: Piece | None = None
        self._picked: Piece | None = None
        self._cut: int | None = None
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("bare", True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setTabChangesFocus(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.viewport().setMouseTracking(True)
        self.setMouseTracking(True)
        self.document().setDocumentMargin(2)
        self.document().documentLayout().documentSizeChanged.connect(self._fit_height)
        self.selectionChanged.connect(self._on_selection)
        theme().changed.connect(self._dress)

    # What it shows

    def set_source(self, source: str) -> None:
        """Show a turn's text."""
        if source == self.shown.source:
            return
        picked = self.shown.pieces.index(self._picked) if self._picked in self.shown.pieces else None
        kinds = [piece.kind for piece in self.shown.pieces]
        self.shown = ShownText(source)
        stays = picked is not None and kinds == [piece.kind for piece in self.shown.pieces]
        self._picked = self.shown.pieces[picked] if stays and picked is not None else None
        self._under = None
        self.blockSignals(True)
        self.setPlainText(self.shown.text)
        self._dress()
        self.blockSignals(False)
        self.setAccessibleName(self.shown.text)

    @property
    def picked(self) -> Piece | None:
        """The chip that was chosen."""
        return self._picked

    def pick(self, piece: Piece | None) -> None:
        """Choose a chip, or none."""
        if piece is not self._picked:
            self._picked = piece
            self.viewport().update()

    def show_linked(self, ordinals: Collection[int] | None) -> None:
        """Tokens that stand for a region have a full edge, the others a broken one. None: nobody knows."""
        linked = None if ordinals is None else frozenset(ordinals)
        if linked != self._linked:
            self._linked = linked
            self.viewport().update()

    def show_cut(self, character: int | None) -> None:
        """Mark the character of the turn's text at which the model's length is full; None: all of it fits."""
        if character != self._cut:
            self._cut = character
            self._dress()

    def light(self, ordinals: Collection[int]) -> None:
        """Light up the chips of these box tokens and of their phrases."""
        lit = frozenset(ordinals)
        if lit != self._lit:
            self._lit = lit
            self.viewport().update()

    def clear_selection(self) -> None:
        """Choose nothing."""
        cursor = self.textCursor()
        if cursor.hasSelection():
            cursor.clearSelection()
            self.setTextCursor(cursor)

    def select_words(self, start: int, end: int) -> None:
        """Choose shown positions, as the mouse would."""
        cursor = self.textCursor()
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def chip_rects(self, piece: Piece) -> list[QRectF]:
        """Where a chip is painted, in viewport coordinates; one rectangle a line it runs over."""
        rects = []
        block = self.document().findBlock(piece.start)
        while block.isValid() and block.position() < piece.end:
            rects += self._line_rects(block, piece)
            block = block.next()
        return rects

    def _line_rects(self, block: QTextBlock, piece: Piece) -> list[QRectF]:
        layout, rects = block.layout(), []
        corner = self.document().documentLayout().blockBoundingRect(block).topLeft()
        start, end = piece.start - block.position(), piece.end - block.position()
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            first, last = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
            if first >= last:
                continue
            left, right = _x(line, first), _x(line, last)
            top = corner.y() + line.y() - self.verticalScrollBar().value()
            rects.append(QRectF(QPointF(corner.x() + left, top), QSizeF(right - left, line.height())))
        return rects

    def _dress(self) -> None:
        """Give words and chips their character formats; colours depend on the theme."""
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for piece in self.shown.pieces:
            style = QTextCharFormat()
            style.setForeground(theme().colour("text"))
            if piece.kind in ("box", "quad", "picture"):
                style.setProperty(QTextCharFormat.Property.FontPixelSize, _SMALL_PX)
                style.setForeground(theme().colour("muted" if piece.kind == "picture" else "text"))
            cursor.setPosition(piece.start)
            cursor.setPosition(piece.end, QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(style)
        if self._cut is not None:
            beyond = QTextCharFormat()
            beyond.setForeground(theme().colour("muted"))
            beyond.setFontStrikeOut(True)
            cursor.setPosition(min(self.shown.shown_place(self._cut), units(self.shown.text)))
            cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(beyond)
        cursor.endEditBlock()
        self.viewport().update()

    def _fit_height(self, size: QSizeF) -> None:
        self.setFixedHeight(math.ceil(size.height()) + 2)

    # Events

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for piece in self.shown.pieces:
            if piece.is_chip:
                self._paint_chip(painter, piece)
        painter.end()
        super().paintEvent(event)
        if self._cut is not None:
            self._paint_cut()

    def _paint_cut(self) -> None:
        """A line through the text where the limit falls."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(min(self.shown.shown_place(self._cut or 0), units(self.shown.text)))
        at = self.cursorRect(cursor)
        painter = QPainter(self.viewport())
        painter.setPen(QPen(theme().colour("danger"), 2.0))
        painter.drawLine(at.left(), at.top(), at.left(), at.bottom())
        painter.end()

    def _paint_chip(self, painter: QPainter, piece: Piece) -> None:
        picked = piece is self._picked
        lit = picked or piece is self._under or bool(self._lit.intersection(piece.ordinals))
        loose = piece.kind in ("box", "quad") and self._linked is not None and piece.ordinals[0] not in self._linked
        dark = theme().dark
        colour = theme().colour("control") if piece.kind == "picture" else ref_colour(piece.ref, dark)
        fill, edge = QColor(colour), QColor(colour)
        strength = {"ref": 62, "picture": 26}.get(piece.kind, 34)
        fill.setAlpha(strength + ((_LIT_DARK if dark else _LIT) if lit else 0))
        edge.setAlpha(255 if lit else 110)
        painter.setBrush(fill)
        pen = QPen(theme().colour("accent") if picked else edge, 2.0 if picked else 1.5 if lit else 1.0)
        if loose and not picked:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        for rect in self.chip_rects(piece):
            painter.drawRoundedRect(rect.adjusted(0.5, 1.0, -0.5, -1.0), _ROUND, _ROUND)

    def piece_under(self, point: QPointF) -> Piece | None:
        """The chip at a point of the viewport."""
        position = self.cursorForPosition(point.toPoint()).position()
        for near in (position, position - 1):
            piece = self.shown.piece_at(near)
            if piece is not None and piece.is_chip and any(rect.contains(point) for rect in self.chip_rects(piece)):
                return piece
        return None

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if not event.buttons():
            self._hover(self.piece_under(event.position()))

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()
        self.pick(None)
        super().mousePressEvent(event)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Here keys choose words and change the chosen chip; those that would change the turn are not passed on."""
        if self._picked is not None and self._chip_key(event):
            event.accept()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.editRequested.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.clear_selection()
        elif event.key() not in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            super().keyPressEvent(event)

    def _chip_key(self, event: QKeyEvent) -> bool:
        """Do what a key asks of the chosen chip; False when it asks nothing."""
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        key, piece = event.key(), self._picked
        asked = {
            (Qt.Key.Key_Delete, False): "remove",
            (Qt.Key.Key_Backspace, False): "remove",
            (Qt.Key.Key_Left, True): "earlier",
            (Qt.Key.Key_Right, True): "later",
            (Qt.Key.Key_L, False): "link",
        }.get((Qt.Key(key), alt))
        if asked is not None:
            self.chipAsked.emit(asked, piece)
        elif key == Qt.Key.Key_Escape:
            self._choose(None)
            self.left.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and piece is not None:
            chips = [chip for chip in self.shown.chips if chip.ordinals]
            place = chips.index(piece) + (1 if key == Qt.Key.Key_Right else -1)
            if 0 <= place < len(chips):
                self._choose(chips[place])
        else:
            return False
        return True

    def enter_chips(self, *, last: bool = False) -> None:
        """Take the focus and choose the first chip that stands for boxes, or the last one."""
        chips = [chip for chip in self.shown.chips if chip.ordinals]
        if chips:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            self._choose(chips[-1 if last else 0])

    def _choose(self, piece: Piece | None) -> None:
        """Choose a chip as a click does; choosing a phrase chooses its words too, for the next box."""
        self.pick(piece)
        if piece is not None and piece.kind == "ref":
            self.select_words(piece.start, piece.end)
        else:
            self.clear_selection()
        if piece is not None and piece.ordinals:
            self.chipClicked.emit(piece.ordinals)

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or self.textCursor().hasSelection():
            return
        piece = self.piece_under(event.position())
        self._choose(piece if piece is not None and piece.kind != "picture" else None)
        if piece is not None and piece.kind == "picture":
            self.chipAsked.emit("picture", piece)

    @guarded
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.editRequested.emit()

    @guarded(default=False)
    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(None)
        return super().viewportEvent(event)

    @guarded
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        piece = self._picked if event.reason() == QContextMenuEvent.Reason.Keyboard else None
        piece = piece or self.piece_under(QPointF(event.pos()))
        if piece is None or piece.kind == "picture":
            event.ignore()
            return
        self.pick(piece)
        self.chipMenu.emit(piece, event.globalPos())

    def _hover(self, piece: Piece | None) -> None:
        if piece is self._under:
            return
        self._under = piece
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor if piece else Qt.CursorShape.IBeamCursor)
        self.viewport().setToolTip(piece.path if piece else "")
        self.viewport().update()
        self.chipHovered.emit(piece.ordinals if piece else ())

    @property
    def chosen(self) -> tuple[int, int] | None:
        """The characters of the turn's text that are chosen; see `wordsSelected`."""
        cursor = self.textCursor()
        return self.shown.words_between(cursor.selectionStart(), cursor.selectionEnd())

    def _on_selection(self) -> None:
        self.wordsSelected.emit(self.chosen)


def _x(line: QTextLine, position: int) -> float:
    """Where a character of a line begins; PySide gives the place alone or with the position it counted from."""
    found: Any = line.cursorToX(position)
    return float(found[0]) if isinstance(found, tuple) else float(found)
