"""What a mend would change: the text before and after, or a sentence.

Owns showing one `Preview`. Does not own making it (`storage.mending`).
"""

from __future__ import annotations

from difflib import SequenceMatcher
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from qvl_desktop.gui.colours import over
from qvl_desktop.gui.theme import Space, mono_font, set_role, theme
from qvl_desktop.storage.mending import Preview

_AROUND = 90
_MOST = 1200
_SHADE = 0.27
"""How much of a colour lies under what differs."""


class BeforeAfter(QWidget):
    """Two lines, "now" and "then", with what differs marked; or one sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Preview | None = None
        self._names = [QLabel(self.tr("Now"), self), QLabel(self.tr("Then"), self)]
        self.texts = [QLabel(self), QLabel(self)]
        self.words = QLabel(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.XS)
        grid.setColumnStretch(1, 1)
        for row, (name, text) in enumerate(zip(self._names, self.texts, strict=True)):
            set_role(name, "caption")
            text.setFont(mono_font())
            text.setTextFormat(Qt.TextFormat.RichText)
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, row, 1)
        grid.addWidget(self.words, 2, 0, 1, 2)
        for label in (*self.texts, self.words):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        theme().changed.connect(self._paint)

    def show_preview(self, preview: Preview | None, otherwise: str = "") -> None:
        """Show what would change; without a preview a sentence, if there is one."""
        self._shown = preview
        textual = preview is not None and bool(preview.before or preview.after)
        for label in (*self._names, *self.texts):
            label.setVisible(textual)
        words = preview.words if preview is not None else otherwise
        if preview is not None and textual and not preview.after:
            words = self.tr("All of it is deleted.")
            self._names[1].hide()
            self.texts[1].hide()
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self._paint()

    def _paint(self) -> None:
        if self._shown is not None and self._shown.before:
            before, after = marked(self._shown.before, self._shown.after)
            self.texts[0].setText(before)
            self.texts[1].setText(after)


def marked(before: str, after: str) -> tuple[str, str]:
    """Both texts as HTML around what differs, that on a coloured ground."""
    if not after:
        return _plain(before[:_MOST]), ""
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    start = max(0, head - _AROUND)
    lead = "…" if start else ""
    one, two = before[start : start + _MOST], after[start : start + _MOST]
    parts: tuple[list[str], list[str]] = ([lead], [lead])
    for name, a1, a2, b1, b2 in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        same = name == "equal"
        piece, other = one[a1:a2], two[b1:b2]
        if same and len(piece) > 3 * _AROUND:
            piece = other = piece[:_AROUND] + " … " + piece[-_AROUND:]
        parts[0].append(_plain(piece) if same else _ground(piece, "danger"))
        parts[1].append(_plain(other) if same else _ground(other, "success"))
    return "".join(parts[0]), "".join(parts[1])


def _plain(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _ground(text: str, colour: str) -> str:
    if not text:
        return ""
    ground = over(getattr(theme().colours, colour), theme().colours.raised, _SHADE)
    return f'<span style="background-color: {ground};">{_plain(text)}</span>'
