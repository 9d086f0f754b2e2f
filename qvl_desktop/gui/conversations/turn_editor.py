"""A turn as it is written: plain text with its tags, and faults shown where they are.

Owns the editor of one turn, the line of words about its faults, and mending them in place. Does not own storing the
text nor what is a fault (`turn_faults`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.conversation import Role, Turn
from qvl_desktop.core.lint import Fault
from qvl_desktop.gui.conversations.chips import units
from qvl_desktop.gui.conversations.turn_faults import faults_of, mended, words_of_fault
from qvl_desktop.gui.theme import Space, mono_font, set_kind, set_role, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.jobs.waiting import waiter

_LEAST, _MOST = 60, 360
_CHECK_DELAY_MS = 60


class TurnEditor(QWidget):
    """Signals: `finished(text)` when the user keeps the text, `cancelled()` when they do not, `saved(text)` when it is
    to be stored and writing may go on (another window came to the front), `drafted()` after each change.

    Ctrl+Enter and leaving keep it, Escape does not. A text with faults can be kept: `check` finds them again.
    `before` are the turns before it.
    """

    finished = Signal(str)
    saved = Signal(str)
    cancelled = Signal()
    drafted = Signal()

    def __init__(
        self, text: str, parent: QWidget | None = None, *, role: Role = "user", before: Sequence[Turn] = ()
    ) -> None:
        super().__init__(parent)
        self._role: Role = role
        self._before = tuple(before)
        self._original = text
        self._done = False
        self.found: list[Fault] = []
        self.edit = _Plain(self)
        self.edit.setPlainText(text)
        self._shown = self.edit.raw_text()
        self.edit.setAccessibleName(self.tr("Text of the turn"))
        self.edit.keep.connect(self.finish)
        self.edit.drop.connect(self.cancel)
        self.edit.left.connect(self.finish)
        self.edit.away.connect(self._save)
        self.message = QLabel(self)
        self.message.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        self.mend_button = QPushButton(self.tr("Mend"), self)
        self.mend_button.setToolTip(self.tr("Correct this fault (Alt+Enter)"))
        self.mend_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        set_kind(self.mend_button, "plain")
        self.mend_button.clicked.connect(self.mend)
        self.edit.mendAsked.connect(self.mend)
        self.edit.cursorPositionChanged.connect(self._show_message)
        foot = QHBoxLayout()
        foot.setSpacing(Space.S)
        foot.addWidget(self.message, 1)
        foot.addWidget(self.mend_button, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.edit)
        layout.addLayout(foot)
        self.setFocusProxy(self.edit)
        self._timer = waiter(self, _CHECK_DELAY_MS, self._check)
        self.edit.textChanged.connect(self._timer.start)
        theme().changed.connect(self._check)
        self._check()
        cursor = self.edit.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self.edit.setTextCursor(cursor)

    @property
    def text(self) -> str:
        """What is written now. As long as nothing was changed it is the turn's own text, to the character: the field
        itself knows no line ends but one."""
        raw = self.edit.raw_text()
        return self._original if raw == self._shown else raw

    def finish(self) -> None:
        """Keep the text as it is now."""
        if not self._done:
            self._done = True
            self.finished.emit(self.text)

    def select(self, start: int, end: int) -> None:
        """Select characters of the text and bring them into sight."""
        text = self.text
        cursor = self.edit.textCursor()
        cursor.setPosition(units(text[:start]))
        cursor.setPosition(units(text[:end]), QTextCursor.MoveMode.KeepAnchor)
        self.edit.setTextCursor(cursor)
        self.edit.ensureCursorVisible()

    def cancel(self) -> None:
        """Forget what was written."""
        if not self._done:
            self._done = True
            self.cancelled.emit()

    def _save(self) -> None:
        if not self._done:
            self.saved.emit(self.text)

    def _check(self) -> None:
        """Underline what looks like a token and is none, and say what the first one lacks."""
        text = self.text
        self.found = faults_of(self._before, self._role, text)
        marks = []
        for fault in self.found:
            mark = QTextEdit.ExtraSelection()
            style = QTextCharFormat()
            style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            style.setUnderlineColor(theme().colour("danger"))
            mark.format = style
            cursor = QTextCursor(self.edit.document())
            cursor.setPosition(units(text[: fault.start]))
            cursor.setPosition(units(text[: fault.end]), QTextCursor.MoveMode.KeepAnchor)
            mark.cursor = cursor
            marks.append(mark)
        self.edit.setExtraSelections(marks)
        self._show_message()
        self.drafted.emit()

    @property
    def fault(self) -> Fault | None:
        """The fault that is spoken of: the one at the cursor, else the first."""
        at = self.edit.textCursor().position()
        text = self.text
        here = (one for one in self.found if units(text[: one.start]) <= at <= units(text[: one.end]))
        return next(here, next(iter(self.found), None))

    def mend(self) -> None:
        """Correct the fault that is spoken of, where that can be done for sure; the text's own undo takes it back."""
        fault, text = self.fault, self.text
        better = mended(self._before, self._role, text, fault) if fault is not None else None
        if better is None:
            return
        cursor = self.edit.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(better)
        self._check()

    def _show_message(self) -> None:
        fault, text = self.fault, self.text
        self.mend_button.setVisible(fault is not None and mended(self._before, self._role, text, fault) is not None)
        if fault is not None:
            words = words_of_fault(fault, text)
            more = self.tr("(and %n more)", "", len(self.found) - 1) if len(self.found) > 1 else ""
            self.message.setText(f"{words} {more}".strip())
        else:
            self.message.setText(self.tr("Ctrl+Enter keeps the text, Esc leaves it as it was."))
        set_role(self.message, "danger" if self.found else "caption")


class _Plain(QPlainTextEdit):
    """The text field. Signals: `keep()`, `drop()`, `left()` (the focus went elsewhere in the window), `away()` (another
    window has it), `mendAsked()`."""

    mendAsked = Signal()
    keep = Signal()
    drop = Signal()
    left = Signal()
    away = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        set_role(self, "mono")
        self.setFont(mono_font())
        self.setTabChangesFocus(True)
        self.document().documentLayout().documentSizeChanged.connect(self._fit_height)

    def raw_text(self) -> str:
        """The text with every character as it is; `toPlainText` would make plain blanks of no-break ones."""
        return self.document().toRawText().replace("\u2029", "\n")

    def _fit_height(self) -> None:
        """As high as its lines (a plain document's height counts lines), within limits."""
        lines = math.ceil(self.document().size().height()) * self.fontMetrics().lineSpacing()
        height = min(max(lines + 24, _LEAST), _MOST)
        if height != self.height():
            self.setFixedHeight(height)

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_height()

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self.drop.emit()
        elif enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.keep.emit()
        elif enter and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.mendAsked.emit()
        else:
            super().keyPressEvent(event)

    @guarded(default=False)
    def event(self, event: QEvent) -> bool:
        """Keys with Ctrl+Z belong to the text while it is written, not to the project's history."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if control and event.key() in (Qt.Key.Key_Z, Qt.Key.Key_Y):
                event.accept()
                return True
        return super().event(event)

    @guarded
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() == Qt.FocusReason.ActiveWindowFocusReason:
            self.away.emit()
        elif event.reason() != Qt.FocusReason.PopupFocusReason and QApplication.activePopupWidget() is None:
            self.left.emit()
