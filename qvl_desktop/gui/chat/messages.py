"""The two kinds of message in a chat: what the user asked, and what the model answered.

Owns their look and what their buttons and links signal. Does not own their order (`transcript`) nor the chat's data
(`thread`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.gui.chat.answer_html import answer_html, shown_words
from qvl_desktop.gui.chat.thread import Exchange, State
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, mono_font, set_kind, set_role, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.thumbnails import Thumbnails

THUMBNAIL = 56
WIDEST_QUESTION = 460


class PictureButton(QToolButton):
    """A small picture that can be pressed. The file's name is its tooltip."""

    def __init__(self, path: Path, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self._thumbnails = thumbnails
        self.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
        self.setToolTip(path.name)
        self.setAccessibleName(path.name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        thumbnails.ready.connect(self._ready)
        self._ready(path)

    def _ready(self, path: Path) -> None:
        if path != self.path:
            return
        image = self._thumbnails.get(path)
        if isinstance(image, QImage):
            self.setIcon(QIcon(QPixmap.fromImage(image)))
        elif isinstance(image, str):
            set_icon(self, "warning")
            self.setToolTip(image)


class QuestionView(QWidget):
    """What the user asked, to the right, with its pictures. Signals: `pictureClicked(path)`."""

    pictureClicked = Signal(object)

    def __init__(self, exchange: Exchange, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._exchange = exchange
        self._words = QLabel(self)
        self._words.setObjectName("question")
        self._words.setTextFormat(Qt.TextFormat.RichText)
        self._words.setWordWrap(True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout()
        column.setSpacing(Space.XS)
        if exchange.pictures:
            row = QHBoxLayout()
            row.addStretch(1)
            for path in exchange.pictures:
                button = PictureButton(path, thumbnails, self)
                button.clicked.connect(lambda _=False, path=path: self.pictureClicked.emit(path))
                row.addWidget(button)
            column.addLayout(row)
        column.addWidget(self._words, 0, Qt.AlignmentFlag.AlignRight)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.XL, 0, 0, 0)
        layout.addStretch(1)
        layout.addLayout(column)
        theme().changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        colours = theme().colours
        self._words.setText(answer_html(self._exchange.question))
        self._words.setStyleSheet(
            f"QLabel#question {{ background: {colours.accent_soft}; border-radius: 10px; padding: 8px 12px; }}"
        )
        self._words.ensurePolished()
        lines = shown_words(self._exchange.question).split("\n")
        longest = max(map(self._words.fontMetrics().horizontalAdvance, lines), default=0)
        width = min(longest + 2 * Space.M + Space.L, WIDEST_QUESTION)
        self._words.setFixedSize(width, self._words.heightForWidth(width))


class AnswerView(QWidget):
    """What the model answered: coloured phrases, its figures, and what can be done with it.

    Signals: `phraseHovered(n or None)`, `selected()` when the answer is clicked, `retry()`, `addToProject()`.
    """

    phraseHovered = Signal(object)
    selected = Signal()
    retry = Signal()
    addToProject = Signal()

    def __init__(self, exchange: Exchange, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._exchange = exchange
        self._lit: int | None = None
        self._raw = False
        self._waiting_for = ""
        self._words = QLabel(self)
        self._words.setObjectName("answer")
        self._words.setWordWrap(True)
        self._words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.LinksAccessibleByMouse
        )
        self._words.linkHovered.connect(lambda link: self.phraseHovered.emit(int(link) if link else None))
        self._words.linkActivated.connect(lambda link: self._pressed(int(link)))
        self._words.installEventFilter(self)
        self._status = QLabel(self)
        self._status.setObjectName("answerStatus")
        self._status.setWordWrap(True)
        self._figures = QLabel(self)
        self._figures.setObjectName("figures")
        set_role(self._figures, "caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, Space.XL, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(self._words)
        layout.addWidget(self._status)
        layout.addWidget(self._figures)
        layout.addWidget(self._make_tools())
        theme().changed.connect(self.refresh)
        self.refresh()

    def _make_tools(self) -> QWidget:
        self._tools = QWidget(self)
        row = QHBoxLayout(self._tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XS)
        self.retry_button = QPushButton(self.tr("Try again"), self._tools)
        self.retry_button.setObjectName("retryButton")
        set_icon(self.retry_button, "refresh")
        self.retry_button.clicked.connect(self.retry)
        self.add_button = QPushButton(self.tr("Add to project"), self._tools)
        self.add_button.setObjectName("addToProjectButton")
        for button in (self.add_button, self.retry_button):
            button.setStyleSheet("QPushButton { padding: 3px 8px 3px 2px; }")
        set_icon(self.add_button, "plus")
        self.add_button.clicked.connect(self.addToProject)
        self.copy_button = QToolButton(self._tools)
        self.copy_button.setObjectName("copyButton")
        self.copy_button.setToolTip(self.tr("Copy the answer as the model wrote it"))
        set_icon(self.copy_button, "copy")
        self.copy_button.clicked.connect(self._copy)
        self.raw_button = QToolButton(self._tools)
        self.raw_button.setObjectName("rawButton")
        self.raw_button.setText("<>")
        self.raw_button.setCheckable(True)
        self.raw_button.setToolTip(self.tr("Show the tokens as the model wrote them"))
        self.raw_button.toggled.connect(self._show_raw)
        set_kind(self.add_button, "quiet")
        set_kind(self.retry_button, "quiet")
        for tool in (self.copy_button, self.raw_button):
            tool.setAccessibleName(tool.toolTip())
        for widget in (self.add_button, self.retry_button, self.copy_button, self.raw_button):
            row.addWidget(widget)
        row.addStretch(1)
        return self._tools

    # What it shows

    @property
    def text(self) -> str:
        """The rich text that is shown."""
        return self._words.text()

    @property
    def status(self) -> str:
        """The sentence under the answer: what is waited for, or what went wrong."""
        return self._status.text()

    @property
    def figures(self) -> str:
        """The line of figures."""
        return self._figures.text()

    def refresh(self) -> None:
        """Show the exchange as it is now."""
        exchange = self._exchange
        if self._raw:
            self._words.setTextFormat(Qt.TextFormat.PlainText)
            self._words.setText(exchange.answer)
        else:
            self._words.setTextFormat(Qt.TextFormat.RichText)
            self._words.setText(answer_html(exchange.answer, streaming=exchange.running, lit=self._lit))
        self._words.setVisible(bool(exchange.answer))
        self._words.setAccessibleName(exchange.answer)
        status, role = self._status_words()
        self._status.setText(status)
        set_role(self._status, role)  # type: ignore[arg-type]
        self._status.setVisible(bool(status))
        self._tools.setVisible(not exchange.running)
        answered = bool(exchange.answer) and not exchange.running
        for button in (self.add_button, self.copy_button, self.raw_button):
            button.setVisible(answered)
        self.retry_button.setVisible(exchange.state in (State.FAILED, State.STOPPED))
        self._figures.setText(self._figure_words())
        self._figures.setVisible(bool(self._figures.text()))

    def set_waiting_for(self, words: str) -> None:
        """What is said while nothing of the answer is there yet."""
        self._waiting_for = words
        self.refresh()

    def light(self, number: int | None) -> None:
        """Draw one phrase stronger, or none."""
        if number != self._lit:
            self._lit = number
            self.refresh()

    def _status_words(self) -> tuple[str, str]:
        exchange = self._exchange
        if exchange.state is State.FAILED:
            return exchange.problem, "danger"
        if exchange.running and not exchange.answer:
            return self._waiting_for or self.tr("Thinking…"), "muted"
        if exchange.state is State.STOPPED and not exchange.answer:
            return self.tr("Stopped."), "muted"
        if exchange.state is State.DONE and not exchange.answer:
            return self.tr("The model answered with nothing."), "muted"
        if exchange.cut:
            return self.tr("The answer reached its length limit."), "warning"
        return "", "muted"

    def _figure_words(self) -> str:
        exchange = self._exchange
        if exchange.running or not exchange.tokens:
            return self.tr("Stopped") if exchange.state is State.STOPPED and exchange.answer else ""
        count = self.tr("{count} tokens") if exchange.tokens > 1 else self.tr("{count} token")
        words = [
            count.format(count=exchange.tokens),
            self.tr("{s:.1f} s").format(s=exchange.seconds),
        ]
        if exchange.tokens_per_second:
            words.insert(1, self.tr("{rate:.0f} tokens/s").format(rate=exchange.tokens_per_second))
        return " · ".join([*words, exchange.model] if exchange.model else words)

    # What the user does

    def _pressed(self, number: int) -> None:
        self.selected.emit()
        self.phraseHovered.emit(number)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._exchange.answer)

    def _show_raw(self, raw: bool) -> None:
        self._raw = raw
        self._words.setFont(mono_font() if raw else self.font())
        self.refresh()

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._words and event.type() == QEvent.Type.MouseButtonPress:
            self.selected.emit()
        return super().eventFilter(watched, event)
