"""Answers side by side, a column for each that answers.

Owns the columns, their heads and their buttons. Does not own asking (`compare_desk`), the boxes (`compare_picture`) nor
what an answer looks like (`messages`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.chat.compare_sources import LETTERS, Source, short_names, swatch
from qvl_desktop.gui.chat.messages import AnswerView, QuestionView
from qvl_desktop.gui.chat.thread import Exchange
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.widgets.elided_label import ElidedLabel
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.jobs.waiting import waiter

NARROWEST = 176
"""Pixels of a column; where there is less room the columns scroll sideways."""

HIGHEST_QUESTION = 150


class Column(QFrame):
    """One that answers. Signals: `removed()`, `asked()`: ask it (again), `taken()`, `added()`, `phraseHovered(n or
    None)`, `hovered(whether)`."""

    removed = Signal()
    asked = Signal()
    taken = Signal()
    added = Signal()
    phraseHovered = Signal(object)
    hovered = Signal(bool)

    def __init__(self, place: int, source: Source, name: str, parent: QWidget | None = None) -> None:
        """`name` is what stands at its head."""
        super().__init__(parent)
        self.source = source
        self.place = place
        self.answer: AnswerView | None = None
        self._in_project = False
        self.setMinimumWidth(NARROWEST)
        self.setAccessibleName(f"{LETTERS[place]}: {source.label}")
        set_surface(self, "panel")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(Space.M, Space.S, Space.S, Space.M)
        self._layout.setSpacing(Space.S)
        self._layout.addLayout(self._make_head(name))
        self._words = QLabel(self.tr("Not asked yet"), self)
        set_role(self._words, "muted")
        self.ask_button = QPushButton(self.tr("Ask it too"), self)
        self.ask_button.setObjectName("askTooButton")
        self.ask_button.clicked.connect(self.asked)
        self.take_button = QPushButton(self)
        self.take_button.setObjectName("takeButton")
        self.take_button.setToolTip(
            self.tr("The next question goes on from this answer (Alt+Shift+{number})").format(number=place + 1)
        )
        self.take_button.setProperty("tight", True)
        set_kind(self.take_button, "quiet")
        self.take_button.clicked.connect(self.taken)
        for widget in (self._words, self.ask_button, self.take_button):
            self._layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)
        self._layout.addStretch(1)
        self.show_answer(None, chosen=False, asked=False)

    def _make_head(self, words: str) -> QHBoxLayout:
        mark = QLabel(self)
        mark.setPixmap(swatch(self.place).pixmap(QSize(22, 22)))
        name = ElidedLabel(self)
        name.setText(words)
        set_role(name, "heading")
        self.remove_button = QToolButton(self)
        self.remove_button.setObjectName("removeSourceButton")
        self.remove_button.setToolTip(self.tr("Compare without {name}").format(name=self.source.label))
        self.remove_button.setAccessibleName(self.remove_button.toolTip())
        set_icon(self.remove_button, "close", "muted")
        self.remove_button.clicked.connect(self.removed)
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(mark)
        head.addWidget(name, 1)
        head.addWidget(self.remove_button)
        return head

    def show_answer(self, exchange: Exchange | None, *, chosen: bool, asked: bool) -> None:
        """Show this answer, or that there is none to the question (`asked`: there is a question). `chosen`: the chat
        goes on from it."""
        if self.answer is not None and self.answer.exchange is not exchange:
            self._layout.removeWidget(self.answer)
            self.answer.hide()
            self.answer.deleteLater()
            self.answer = None
        if exchange is not None and self.answer is None:
            self.answer = AnswerView(exchange, self)
            self.answer.layout().setContentsMargins(0, 0, 0, 0)  # type: ignore[union-attr]
            self.answer.phraseHovered.connect(self.phraseHovered)
            self.answer.retry.connect(self.asked)
            self.answer.addToProject.connect(self.added)
            self.answer.add_button.setAccessibleName(self.answer.add_button.text())
            self.answer.add_button.setToolTip(self.answer.add_button.text())
            self.answer.add_button.setText("")  # its icon has to do in a column
            self._layout.insertWidget(1, self.answer)
        self._words.setVisible(exchange is None)
        self.ask_button.setVisible(exchange is None and asked)
        self.set_chosen(chosen)
        self.refresh()

    def set_chosen(self, chosen: bool) -> None:
        """Whether the chat goes on from this answer."""
        self.take_button.setText(self.tr("Goes on here") if chosen else self.tr("Go on from here"))
        self.take_button.setEnabled(not chosen)
        set_icon(self.take_button, "check" if chosen else "chat")

    def refresh(self) -> None:
        """Show the answer as it is now."""
        if self.answer is not None:
            self.answer.refresh()
            self.answer.add_button.setEnabled(self._in_project)
        done = self.answer is not None and bool(self.answer.exchange.answer) and not self.answer.exchange.running
        self.take_button.setVisible(done)

    def set_busy(self, busy: bool) -> None:
        """Whether answers are under way, so that nothing more can be asked."""
        self.ask_button.setEnabled(not busy)
        self.remove_button.setEnabled(not busy)
        if self.answer is not None:
            for button in (self.answer.retry_button, self.answer.again_button):
                button.setEnabled(not busy)

    def set_project_open(self, is_open: bool) -> None:
        """Whether an answer can be kept in a project."""
        self._in_project = is_open
        self.refresh()

    @guarded
    def enterEvent(self, event: QEnterEvent) -> None:
        self.hovered.emit(True)
        super().enterEvent(event)

    @guarded
    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit(False)
        super().leaveEvent(event)


class CompareView(QWidget):
    """Signals: `removed(place)`, `asked(place)`, `taken(place)`, `added(place)`, `phraseHovered(place, n or None)`,
    `columnHovered(place or None)`, `pictureClicked(path)`."""

    removed = Signal(int)
    asked = Signal(int)
    taken = Signal(int)
    added = Signal(int)
    phraseHovered = Signal(object, object)
    columnHovered = Signal(object)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._asked: tuple[str, tuple[Path, ...]] | None = None
        self._fit = waiter(self, 0, self._fit_question)
        self.columns: list[Column] = []
        self.add_button = QPushButton(self.tr("Add to the comparison"), self)
        self.add_button.setObjectName("addSourceButton")
        set_icon(self.add_button, "plus")
        set_kind(self.add_button, "quiet")
        self._hint = QLabel(self)
        self._hint.setWordWrap(True)
        set_role(self._hint, "muted")
        top = QHBoxLayout()
        top.addWidget(self._hint, 1)
        top.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignTop)
        self._question_area = QScrollArea(self)
        self._question_area.setWidgetResizable(True)
        self._question_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._question_area.hide()
        row = QWidget(self)
        self._row = QHBoxLayout(row)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(Space.S)
        area = QScrollArea(self)
        area.setWidget(row)
        area.setWidgetResizable(True)
        area.setAccessibleName(self.tr("Answers side by side"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        layout.setSpacing(Space.M)
        layout.addLayout(top)
        layout.addWidget(self._question_area)
        layout.addWidget(area, 1)

    def set_sources(self, sources: Sequence[Source]) -> None:
        """A column for each."""
        for column in self.columns:
            self._row.removeWidget(column)
            column.hide()
            column.deleteLater()
        names = short_names(sources)
        self.columns = [self._make_column(place, source, names[place]) for place, source in enumerate(sources)]
        if len(sources) < 2:
            words = self.tr("Add at least two: models, adapters, checkpoints of a run, or other servers.")
        else:
            words = self.tr("Your question goes to all of them at once.")
        held = len({source.model for source in sources if source.server is None})
        if held > 1:
            more = self.tr("{count} models are held in memory at a time.").format(count=held)
            words = f"{words} {more}"
        self._hint.setText(words)

    def _make_column(self, place: int, source: Source, name: str) -> Column:
        column = Column(place, source, name, self)
        column.removed.connect(lambda: self.removed.emit(place))
        column.asked.connect(lambda: self.asked.emit(place))
        column.taken.connect(lambda: self.taken.emit(place))
        column.added.connect(lambda: self.added.emit(place))
        column.phraseHovered.connect(lambda number: self.phraseHovered.emit(place, number))
        column.hovered.connect(lambda inside: self.columnHovered.emit(place if inside else None))
        self._row.addWidget(column, 1)
        return column

    def show_question(self, exchange: Exchange | None) -> None:
        """The question that all answer."""
        asked = (exchange.question, exchange.pictures) if exchange is not None else None
        if asked == self._asked:
            return
        self._asked = asked
        self._question_area.setVisible(exchange is not None)
        if exchange is not None:
            several = exchange.pictures if len(exchange.pictures) > 1 else ()  # a single one stands large beside it
            question = QuestionView(Exchange(exchange.question, several), self._thumbnails, self._question_area)
            question.edit_button.hide()
            question.installEventFilter(self)
            self._question_area.setWidget(question)
            self._fit.start()

    def _fit_question(self) -> None:
        """As high as its words, up to a point."""
        question = self._question_area.widget()
        if question is not None:
            self._question_area.setFixedHeight(min(question.sizeHint().height(), HIGHEST_QUESTION))

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit.start()
        return super().eventFilter(watched, event)

    def light(self, place: int | None, number: int | None) -> None:
        """Draw one phrase of one answer stronger, and no other."""
        for column in self.columns:
            if column.answer is not None:
                column.answer.light(number if column.place == place else None)
