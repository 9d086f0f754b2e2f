"""The column of messages.

Owns their order, scrolling along with an answer that grows, and telling which answer is meant. Does not own the
messages (`messages`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from qvl_desktop.gui.chat.messages import AnswerView, QuestionView
from qvl_desktop.gui.chat.thread import Exchange
from qvl_desktop.gui.theme import Space
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.jobs.waiting import waiter

REPAINT_MS = 40
"""A growing answer is laid out at most this often."""


class Transcript(QScrollArea):
    """Questions and answers, oldest on top.

    Signals: `phraseHovered(index, n or None)`, `answerSelected(index)`, `pictureClicked(path)`, `retry(index)`,
    `addToProject(index)`; `index` counts exchanges.
    """

    phraseHovered = Signal(int, object)
    answerSelected = Signal(int)
    pictureClicked = Signal(Path)
    retry = Signal(int)
    addToProject = Signal(int)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._answers: list[AnswerView] = []
        self._rows: list[QWidget] = []
        self._follows = True
        content = QWidget(self)
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        self._column.setSpacing(Space.L)
        self._column.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setAccessibleName(self.tr("Chat"))
        self._dirty: set[int] = set()
        self._timer = waiter(self, REPAINT_MS, self._refresh_dirty)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._range_changed)
        bar.valueChanged.connect(self._scrolled)

    @property
    def answers(self) -> list[AnswerView]:
        """The answers' views, oldest first."""
        return list(self._answers)

    def show_all(self, exchanges: Sequence[Exchange]) -> None:
        """Show these exchanges and no others."""
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows.clear()
        self._answers.clear()
        self._dirty.clear()
        for exchange in exchanges:
            self.append(exchange)

    def append(self, exchange: Exchange) -> None:
        """Add one at the end and scroll to it."""
        index = len(self._answers)
        question = QuestionView(exchange, self._thumbnails)
        question.pictureClicked.connect(self.pictureClicked)
        answer = AnswerView(exchange)
        answer.phraseHovered.connect(lambda number: self.phraseHovered.emit(index, number))
        answer.selected.connect(lambda: self.answerSelected.emit(index))
        answer.retry.connect(lambda: self.retry.emit(index))
        answer.addToProject.connect(lambda: self.addToProject.emit(index))
        self._answers.append(answer)
        for row in (question, answer):
            self._rows.append(row)
            self._column.insertWidget(self._column.count() - 1, row)
        self._follows = True

    def refresh(self, index: int, *, soon: bool = False) -> None:
        """Show exchange `index` as it is now; `soon` gathers the changes of a stream."""
        if soon:
            self._dirty.add(index)
            if not self._timer.isActive():
                self._timer.start()
            return
        self._dirty.discard(index)
        if index < len(self._answers):
            self._answers[index].refresh()

    def light(self, index: int | None, number: int | None) -> None:
        """Draw one phrase stronger and all others as usual."""
        for place, answer in enumerate(self._answers):
            answer.light(number if place == index else None)

    def _refresh_dirty(self) -> None:
        for index in sorted(self._dirty):
            self.refresh(index)

    def _range_changed(self, _low: int, high: int) -> None:
        if self._follows:
            self.verticalScrollBar().setValue(high)

    def _scrolled(self, value: int) -> None:
        self._follows = value >= self.verticalScrollBar().maximum() - Space.XL
