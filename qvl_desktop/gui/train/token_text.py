"""A sample's tokens as text: what is learnt stands out, pictures are named, token borders can be seen.

Owns painting the pieces into a text view. Does not own the pieces (`core.trained_text`).
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from qvl_desktop.core.trained_text import Piece, ShownSample
from qvl_desktop.gui.theme import mono_font, set_role, theme

PICTURE = "▦"
LINE_HEIGHT = 150
"""Per cent: room for the grounds of two lines not to touch."""


class TokenText(QTextEdit):
    """Read-only; the text can be marked and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setAccessibleName(self.tr("Tokens of the sample; what is learnt is underlined"))
        set_role(self, "mono")
        self._shown: ShownSample | None = None
        self._borders = True
        theme().changed.connect(self._paint)

    def show_sample(self, sample: ShownSample | None) -> None:
        """Show another sample, or nothing."""
        if sample != self._shown:
            self._shown = sample
            self._paint()

    def show_borders(self, shown: bool) -> None:
        """Tell neighbouring tokens apart by their grounds, or not."""
        if shown != self._borders:
            self._borders = shown
            self._paint()

    def marked(self) -> tuple[str, str]:
        """The words that stand there as learnt, and those that stand there as only read."""
        found = {True: "", False: ""}
        block = self.document().begin()
        while block.isValid():
            place = block.begin()
            while not place.atEnd():
                part = place.fragment()
                found[part.charFormat().fontUnderline()] += part.text().replace("⏎", "\n")
                place += 1
            block = block.next()
        return found[True], found[False]

    def _paint(self) -> None:
        self.clear()
        if self._shown is None:
            return
        cursor = QTextCursor(self.document())
        line = cursor.blockFormat()
        line.setLineHeight(LINE_HEIGHT, 1)  # ProportionalHeight
        cursor.setBlockFormat(line)
        cursor.beginEditBlock()
        place = 0
        for piece in self._shown.pieces:
            for part in self._parts(piece):
                cursor.insertText(part.replace("\n", "⏎\n"), self._format(piece, place % 2 == 1))
                place += 1
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _parts(self, piece: Piece) -> tuple[str, ...]:
        if piece.picture:
            words = self.tr("%n picture token(s)", "", piece.tokens)
            return (f" {PICTURE} {words} ",)
        return piece.parts if self._borders and piece.parts else (piece.text,)

    def _format(self, piece: Piece, second: bool) -> QTextCharFormat:
        form = QTextCharFormat()
        form.setFont(mono_font())
        if piece.picture:
            form.setFontWeight(QFont.Weight.DemiBold)
        form.setForeground(theme().colour("success" if piece.learnt else "muted"))
        form.setFontUnderline(piece.learnt)
        strength = (0.22, 0.12) if piece.learnt else (0.14, 0.06)
        ground = QColor(theme().colour("success" if piece.learnt else "muted"))
        ground.setAlphaF(strength[second] if self._borders or piece.picture else strength[0] if piece.learnt else 0.0)
        form.setBackground(ground)
        return form
