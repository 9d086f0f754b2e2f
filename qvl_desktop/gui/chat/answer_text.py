"""Text of a chat on the screen: Markdown in one look, phrases as coloured links.

Owns the widget, its formats, and writing only what is new of a text that grows, a few milliseconds at a time. Does not
own reading the text (`answer_reader`) nor what a link does. It opens no address and loads nothing.
"""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QMouseEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QMenu, QSizePolicy, QTextBrowser, QTextEdit, QWidget

from qvl_desktop.gui.chat.answer_reader import PHRASE_SIGN, AnswerReader, Line, Phrase, runs
from qvl_desktop.gui.theme import Space, body_font, mono_font, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.ref_colours import ref_colour
from qvl_desktop.jobs.waiting import waiter

BOX_SIGN = "▢"
MOST_CHARACTERS = 30_000
"""So much of an answer is shown; laying out more of it would be felt at every change of the window's size."""

SLICE_SECONDS = 0.008
_LIT_ALPHA, _REST_ALPHA, _INK_ALPHA = 0.34, 0.12, 0.55
_HEADING_STEPS = (6, 4, 2, 1, 0, 0)


class AnswerText(QTextBrowser):
    """Signals: `phraseHovered(n or None)` by mouse or Tab, `phrasePressed(n)`, `pressed()` for any click."""

    phraseHovered = Signal(object)
    phrasePressed = Signal(int)
    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reader: AnswerReader | None = None
        self._written = 0
        self._tail = 0
        self._lit: int | None = None
        self._places: dict[int, tuple[int, int, int]] = {}
        self._characters = 0
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("bare", True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(1)
        self.document().documentLayout().documentSizeChanged.connect(self._fit_height)
        self.viewport().setMouseTracking(True)
        self.highlighted.connect(self._on_highlighted)
        self.anchorClicked.connect(lambda url: self.phrasePressed.emit(_number(url)))
        self._more = waiter(self, 0, self._write_more)
        theme().changed.connect(self._rewrite)

    # What it shows

    @property
    def words(self) -> str:
        """What a reader sees."""
        return self.toPlainText()

    @property
    def whole(self) -> bool:
        """Whether all of the text is on the screen."""
        return self._reader is None or (self._written >= len(self._reader.lines) and not self._more.isActive())

    @property
    def cut_off(self) -> bool:
        """Whether the text is longer than what is shown of one."""
        return self._characters > MOST_CHARACTERS

    @property
    def lit(self) -> int | None:
        """The phrase that is drawn stronger."""
        return self._lit

    def show_reader(self, reader: AnswerReader) -> None:
        """Show what a reader has read by now; what was written before stays."""
        if reader is not self._reader:
            self._reader = reader
            self._clear()
        for number in sorted(reader.take_changed()):
            if number < self._written:
                self._write_line(self._block_cursor(number), reader.lines[number], number)
        self._write_more()

    def show_plain(self, text: str) -> None:
        """Show a text as it is, in fixed width."""
        self._reader = None
        self._clear()
        self.setFont(mono_font())
        self.setPlainText(text[:MOST_CHARACTERS])
        self._characters = len(text)

    def light(self, number: int | None) -> None:
        """Draw one phrase stronger, or none; nothing is laid out anew."""
        if number != self._lit:
            self._lit = number
            self._show_lit()

    def ideal_width(self) -> int:
        """The width at which no line is broken."""
        document = self.document().clone()
        document.setTextWidth(-1)
        width = math.ceil(document.idealWidth()) + 2
        document.deleteLater()
        return width

    # Writing

    def _clear(self) -> None:
        self._more.stop()
        self._written = self._tail = self._characters = 0
        self._places.clear()
        self.clear()
        self.setFont(body_font())
        self.setExtraSelections([])

    def _rewrite(self) -> None:
        reader = self._reader
        if reader is not None:
            self._clear()
            self._write_more()

    def _write_more(self) -> None:
        reader = self._reader
        if reader is None:
            return
        self._drop_tail()
        until = time.perf_counter() + SLICE_SECONDS
        while self._written < len(reader.lines) and not self.cut_off:
            line = reader.lines[self._written]
            self._write_line(self._new_block(self._written), line, self._written)
            self._written += 1
            self._characters += len(line.words) + sum(len(phrase.words) for phrase in line.phrases)
            if time.perf_counter() > until:
                self._more.start()
                return
        if not self.cut_off:
            for place, line in enumerate(reader.tail()):
                self._write_line(self._new_block(self._written + place), line, self._written + place)
                self._tail += 1
        if self._lit is not None:
            self._show_lit()

    def _drop_tail(self) -> None:
        if not self._tail:
            return
        self._tail = 0
        cursor = QTextCursor(self.document())
        block = self.document().findBlockByNumber(self._written)
        cursor.setPosition(max(block.position() - 1, 0))
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()

    def _new_block(self, number: int) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if number:
            cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
        return cursor

    def _block_cursor(self, number: int) -> QTextCursor:
        cursor = QTextCursor(self.document().findBlockByNumber(number))
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _write_line(self, cursor: QTextCursor, line: Line, number: int) -> None:
        cursor.beginEditBlock()
        cursor.removeSelectedText()
        cursor.setBlockFormat(_block_format(line))
        phrases = iter(line.phrases)
        base = self._base_format(line)
        if line.mark:
            cursor.insertText(line.mark + "\u2002", base)
        for run in runs(line):
            if run.words == PHRASE_SIGN:
                self._write_phrase(cursor, next(phrases), number, base)
                continue
            look = QTextCharFormat(base)
            if run.bold:
                look.setFontWeight(QFont.Weight.Bold)
            look.setFontItalic(run.italic or look.fontItalic())
            look.setFontStrikeOut(run.struck)
            if run.code:
                look.setFontFamilies(mono_font().families())
                look.setBackground(theme().colour("hover"))
            cursor.insertText(run.words, look)
        cursor.endEditBlock()

    def _base_format(self, line: Line) -> QTextCharFormat:
        look = QTextCharFormat()
        if line.kind == "heading":
            look.setFontWeight(QFont.Weight.DemiBold)
            look.setProperty(
                QTextCharFormat.Property.FontPixelSize, self.font().pixelSize() + _HEADING_STEPS[line.level - 1]
            )
        elif line.kind == "quote":
            look.setForeground(theme().colour("muted"))
        return look

    def _write_phrase(self, cursor: QTextCursor, phrase: Phrase, block: int, base: QTextCharFormat) -> None:
        count = len(phrase.shapes)
        words = phrase.words.replace("\n", " ") or BOX_SIGN * min(max(1, count), 12)
        if count > 1 and (phrase.words or count > 12):
            words += f"\u00a0×{count}"
        colour = ref_colour(phrase.words, theme().dark)
        look = QTextCharFormat(base)
        look.setForeground(mixed(colour, theme().colour("text"), _INK_ALPHA))
        look.setBackground(mixed(colour, theme().colour("panel"), _REST_ALPHA))
        look.setFontWeight(QFont.Weight.DemiBold)
        look.setFontUnderline(False)
        if phrase.shapes and phrase.number >= 0:
            look.setAnchor(True)
            look.setAnchorHref(str(phrase.number))
            start = cursor.position() - cursor.block().position()
            self._places[phrase.number] = (block, start, len(words))
        cursor.insertText(words, look)

    def _show_lit(self) -> None:
        place = self._places.get(self._lit) if self._lit is not None else None
        if place is None or self._reader is None or self._lit is None or self._lit >= len(self._reader.phrases):
            self.setExtraSelections([])
            return
        number, start, length = place
        block = self.document().findBlockByNumber(number)
        selection = QTextEdit.ExtraSelection()
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + start)
        cursor.setPosition(block.position() + start + length, QTextCursor.MoveMode.KeepAnchor)
        colour = ref_colour(self._reader.phrases[self._lit].words, theme().dark)
        selection.cursor = cursor
        selection.format.setBackground(mixed(colour, theme().colour("panel"), _LIT_ALPHA))
        self.setExtraSelections([selection])

    def phrase_at(self, number: int) -> QPoint | None:
        """A point on a phrase, in the viewport; None when it is not on the screen."""
        place = self._places.get(number)
        if place is None:
            return None
        cursor = QTextCursor(self.document())
        cursor.setPosition(self.document().findBlockByNumber(place[0]).position() + place[1] + 1)
        return self.cursorRect(cursor).center()

    # Events

    @guarded(default=None)
    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Nothing is ever loaded because of what an answer says."""
        return None

    @guarded
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the column of messages scrolls

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.pressed.emit()

    @guarded
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.phraseHovered.emit(None)

    @guarded
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction(self.tr("Copy"), self.copy)
        copy.setEnabled(self.textCursor().hasSelection())
        menu.addAction(self.tr("Select all"), self.selectAll)
        menu.popup(event.globalPos())

    @guarded(default=QSize)
    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    @guarded(default=QSize)
    def minimumSizeHint(self) -> QSize:
        return QSize(40, 20)

    def _fit_height(self) -> None:
        height = math.ceil(self.document().size().height())
        if height != self.height():
            self.setFixedHeight(max(height, 1))

    def _on_highlighted(self, url: QUrl) -> None:
        self.phraseHovered.emit(_number(url) if not url.isEmpty() else None)


def _number(url: QUrl) -> int:
    return int(url.toString())


def _block_format(line: Line) -> QTextBlockFormat:
    form = QTextBlockFormat()
    form.setLineHeight(130, int(QTextBlockFormat.LineHeightTypes.ProportionalHeight.value))
    match line.kind:
        case "heading":
            form.setTopMargin(Space.S)
            form.setBottomMargin(Space.XS)
        case "item":
            form.setLeftMargin(Space.L * (line.level + 1))
            form.setTextIndent(-Space.L + Space.XS)
        case "quote":
            form.setLeftMargin(Space.L)
        case "code":
            form.setBackground(theme().colour("hover"))
            form.setLeftMargin(Space.S)
            form.setNonBreakableLines(False)
        case "rule":
            form.setProperty(QTextBlockFormat.Property.BlockTrailingHorizontalRulerWidth, 1)
        case "blank":
            form.setLineHeight(55, int(QTextBlockFormat.LineHeightTypes.ProportionalHeight.value))
    return form


def mixed(colour: QColor, ground: QColor, share: float) -> QColor:
    """`share` of `colour` over `ground`."""
    return QColor(
        round(colour.red() * share + ground.red() * (1 - share)),
        round(colour.green() * share + ground.green() * (1 - share)),
        round(colour.blue() * share + ground.blue() * (1 - share)),
    )
