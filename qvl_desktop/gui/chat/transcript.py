"""The column of messages.

Owns their order, showing a long chat a part at a time from its end, scrolling along with an answer that grows, and
telling which answer is meant. Does not own the messages (`messages`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QScrollArea, QVBoxLayout, QWidget

from qvl_desktop.gui.chat.messages import AnswerView, QuestionView
from qvl_desktop.gui.chat.thread import Exchange
from qvl_desktop.gui.theme import Space, set_kind
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.jobs.waiting import waiter

REPAINT_MS = 40
"""A growing answer is laid out at most this often."""

PART = 12
"""Exchanges that are made at a time; earlier ones follow when they are asked for."""

SLICE_SECONDS = 0.012


class Transcript(QScrollArea):
    """Questions and answers, oldest on top.

    Signals: `phraseHovered(index, n or None)`, `answerSelected(index)`, `pictureClicked(path)`, `retry(index)`,
    `addToProject(index)`, `edited(index, words)`, `versionAsked(index, by)`; `index` counts exchanges.
    """

    phraseHovered = Signal(int, object)
    answerSelected = Signal(int)
    pictureClicked = Signal(Path)
    retry = Signal(int)
    addToProject = Signal(int)
    edited = Signal(int, str)
    versionAsked = Signal(int, int)
    rowsMade = Signal()

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._exchanges: list[Exchange] = []
        self._answers: dict[int, AnswerView] = {}
        self._questions: dict[int, QuestionView] = {}
        self._first = 0
        self._wanted = 0
        self._follows = True
        self._hold: int | None = None
        content = QWidget(self)
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        self._column.setSpacing(Space.L)
        self.earlier_button = QPushButton(self.tr("Show earlier messages"), content)
        self.earlier_button.setObjectName("earlierButton")
        set_kind(self.earlier_button, "quiet")
        self.earlier_button.clicked.connect(self.show_earlier)
        self.earlier_button.hide()
        self._column.addWidget(self.earlier_button, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Chat"))
        self._dirty: set[int] = set()
        self._timer = waiter(self, REPAINT_MS, self._refresh_dirty)
        self._maker = waiter(self, 0, self._make_some)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._range_changed)
        bar.valueChanged.connect(self._scrolled)

    # What it shows

    @property
    def answers(self) -> list[AnswerView]:
        """The views of the answers that are made, oldest first."""
        return [self._answers[index] for index in sorted(self._answers)]

    @property
    def questions(self) -> list[QuestionView]:
        """The views of the questions that are made, oldest first."""
        return [self._questions[index] for index in sorted(self._questions)]

    def answer(self, index: int) -> AnswerView | None:
        """The view of answer `index`; None while it is not made."""
        return self._answers.get(index)

    def question(self, index: int) -> QuestionView | None:
        """The view of question `index`; None while it is not made."""
        return self._questions.get(index)

    @property
    def complete(self) -> bool:
        """Whether everything asked for is made."""
        return self._first <= self._wanted

    def show_all(self, exchanges: Sequence[Exchange]) -> None:
        """Show these exchanges and no others: the last ones now, earlier ones when they are asked for."""
        for row in (*self._questions.values(), *self._answers.values()):
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._questions.clear()
        self._answers.clear()
        self._dirty.clear()
        self._exchanges = list(exchanges)
        self._first = len(self._exchanges)
        self._wanted = max(0, self._first - PART)
        self._follows, self._hold = True, None
        if self._exchanges:
            self._make_row(self._first - 1, at_top=True)
            self._first -= 1
        self._go_on()

    def show_from(self, index: int, exchanges: Sequence[Exchange]) -> None:
        """The exchanges from `index` on are others now; those before it stay as they are."""
        if index < self._first or len(exchanges) > index + PART:
            self.show_all(exchanges)
            return
        for views in (self._questions, self._answers):
            for at in [at for at in views if at >= index]:
                row: QWidget = views.pop(at)
                self._column.removeWidget(row)
                row.hide()
                row.deleteLater()
        self._dirty = {at for at in self._dirty if at < index}
        self._exchanges = list(exchanges[:index])
        for exchange in exchanges[index:]:
            self.append(exchange)

    def append(self, exchange: Exchange) -> None:
        """Add one at the end and scroll to it."""
        self._exchanges.append(exchange)
        self._make_row(len(self._exchanges) - 1, at_top=False)
        self._follows = True

    def show_earlier(self) -> None:
        """Make some more of the messages before those on show; what is in sight stays where it is."""
        if self._first > 0:
            self._wanted = max(0, self._first - PART)
            self._go_on()

    def bring(self, index: int) -> None:
        """Scroll to an answer."""
        view = self._answers.get(index)
        if view is not None:
            self._follows = index == len(self._exchanges) - 1
            self.ensureWidgetVisible(view, 0, Space.L)

    def refresh(self, index: int, *, soon: bool = False) -> None:
        """Show exchange `index` as it is now; `soon` gathers the changes of a stream."""
        if soon:
            self._dirty.add(index)
            if not self._timer.isActive():
                self._timer.start()
            return
        self._dirty.discard(index)
        if (answer := self._answers.get(index)) is not None:
            answer.refresh()

    def light(self, index: int | None, number: int | None) -> None:
        """Draw one phrase stronger and all others as usual."""
        for place, answer in self._answers.items():
            answer.light(number if place == index else None)

    # Making

    def _go_on(self) -> None:
        self.earlier_button.setVisible(self._first > 0 and self.complete)
        if not self.complete:
            self._maker.start()

    def _make_some(self) -> None:
        until = time.perf_counter() + SLICE_SECONDS
        self._hold = self.verticalScrollBar().maximum() - self.verticalScrollBar().value()
        while not self.complete:
            self._first -= 1
            self._make_row(self._first, at_top=True)
            if time.perf_counter() > until:
                break
        self._go_on()
        if self.complete:
            self.rowsMade.emit()

    def _make_row(self, index: int, *, at_top: bool) -> None:
        exchange = self._exchanges[index]
        question = self._questions[index] = QuestionView(exchange, self._thumbnails)
        question.pictureClicked.connect(self.pictureClicked)
        question.edited.connect(lambda words: self.edited.emit(index, words))
        answer = self._answers[index] = AnswerView(exchange)
        answer.phraseHovered.connect(lambda number: self.phraseHovered.emit(index, number))
        answer.selected.connect(lambda: self.answerSelected.emit(index))
        answer.retry.connect(lambda: self.retry.emit(index))
        answer.addToProject.connect(lambda: self.addToProject.emit(index))
        answer.versionAsked.connect(lambda by: self.versionAsked.emit(index, by))
        place = 1 if at_top else self._column.count() - 1
        self._column.insertWidget(place, question)
        self._column.insertWidget(place + 1, answer)
        if at_top and not self.complete:
            return
        self.rowsMade.emit()

    def _refresh_dirty(self) -> None:
        for index in sorted(self._dirty):
            self.refresh(index)

    # Scrolling

    def _range_changed(self, _low: int, high: int) -> None:
        if self._follows:
            self.verticalScrollBar().setValue(high)
        elif self._hold is not None:
            self.verticalScrollBar().setValue(high - self._hold)

    def _scrolled(self, value: int) -> None:
        bar = self.verticalScrollBar()
        self._follows = value >= bar.maximum() - Space.XL
        if self._follows or self.complete:
            self._hold = None
        if value <= bar.minimum() and bar.maximum() > 0 and self.complete and self._first > 0 and not self._follows:
            self.show_earlier()
