"""The two kinds of message in a chat: what the user asked, and what the model answered.

Owns their look and what their buttons and links signal. Does not own their order (`transcript`) nor the chat's data
(`thread`).
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.gui.chat.answer_reader import read_answer
from qvl_desktop.gui.chat.answer_text import AnswerText
from qvl_desktop.gui.chat.picture_button import PictureButton
from qvl_desktop.gui.chat.question_field import QuestionField
from qvl_desktop.gui.chat.thread import Exchange, State
from qvl_desktop.gui.help.trouble_button import TroubleButton
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Role, Space, set_kind, set_role, set_surface, theme
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.gui.words import count_text
from qvl_desktop.jobs.waiting import waiter

WIDEST_QUESTION = 420
PICTURES_A_ROW = 5


class QuestionView(QWidget):
    """What the user asked, to the right, with its pictures.

    Signals: `pictureClicked(path)`, `edited(words)`: the question in other words.
    """

    pictureClicked = Signal(object)
    edited = Signal(str)

    def __init__(self, exchange: Exchange, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._exchange = exchange
        self._editor: QWidget | None = None
        self._bubble = QFrame(self)
        self._bubble.setObjectName("question")
        self._words = AnswerText(self._bubble)
        self._words.setAccessibleName(exchange.question)
        inside = QVBoxLayout(self._bubble)
        inside.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        inside.addWidget(self._words)
        self.edit_button = QToolButton(self)
        self.edit_button.setObjectName("editQuestionButton")
        self.edit_button.setToolTip(self.tr("Ask in other words; this version stays"))
        self.edit_button.setAccessibleName(self.edit_button.toolTip())
        set_icon(self.edit_button, "edit", "muted")
        self.edit_button.clicked.connect(self.edit)
        self._column = QVBoxLayout()
        self._column.setSpacing(Space.XS)
        if exchange.pictures:
            for place in range(0, len(exchange.pictures), PICTURES_A_ROW):
                row = QHBoxLayout()
                row.setSpacing(Space.XS)
                row.addStretch(1)
                for path in exchange.pictures[place : place + PICTURES_A_ROW]:
                    button = PictureButton(path, thumbnails, self)
                    button.clicked.connect(lambda _=False, path=path: self.pictureClicked.emit(path))
                    row.addWidget(button)
                self._column.addLayout(row)
        self._row = QHBoxLayout()
        self._row.setSpacing(Space.XS)
        self._row.addStretch(1)
        self._row.addWidget(self.edit_button, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addWidget(self._bubble)
        self._column.addLayout(self._row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.XL, 0, 0, 0)
        layout.addLayout(self._column)
        theme().changed.connect(self._dress)
        self._dress()

    @property
    def words(self) -> str:
        """What a reader sees of the question."""
        return self._words.words

    @property
    def editor(self) -> QuestionField | None:
        """The field in which the question is being changed."""
        return self._editor.findChild(QuestionField) if self._editor is not None else None

    def set_editable(self, editable: bool) -> None:
        """Whether the question can be asked in other words now."""
        self.edit_button.setEnabled(editable)

    def edit(self) -> None:
        """Let the question be changed in its place."""
        if self._editor is not None or not self.edit_button.isEnabled():
            return
        self._editor = QFrame(self)
        set_surface(self._editor, "raised")
        field = QuestionField(self._editor)
        field.setProperty("bare", True)
        field.setPlainText(self._exchange.question)
        field.setAccessibleName(self.tr("Question"))
        field.entered.connect(self._send)
        field.escaped.connect(self._leave)
        send = QPushButton(self.tr("Ask again"), self._editor)
        send.setObjectName("sendEditedButton")
        set_kind(send, "primary")
        send.clicked.connect(self._send)
        cancel = QPushButton(self.tr("Cancel"), self._editor)
        cancel.clicked.connect(self._leave)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(send)
        column = QVBoxLayout(self._editor)
        column.setContentsMargins(Space.S, Space.XS, Space.S, Space.S)
        column.addWidget(field)
        column.addLayout(buttons)
        self._column.addWidget(self._editor)
        self._bubble.hide()
        self.edit_button.hide()
        field.selectAll()
        field.setFocus()

    def _send(self) -> None:
        field = self.editor
        words = field.toPlainText().strip() if field is not None else ""
        if words:
            self._leave()
            self.edited.emit(words)

    def _leave(self) -> None:
        if self._editor is not None:
            self._editor.hide()
            self._editor.deleteLater()
            self._editor = None
        self._bubble.show()
        self.edit_button.show()

    def _dress(self) -> None:
        self._words.show_reader(read_answer(self._exchange.question or "…"))
        self._words.setFixedWidth(min(self._words.ideal_width() + Space.XS, WIDEST_QUESTION))


class AnswerView(QWidget):
    """What the model answered: coloured phrases, its figures, and what can be done with it.

    Signals: `phraseHovered(n or None)`, `selected()` when the answer is clicked, `retry()`, `addToProject()`,
    `versionAsked(by)`: another version, 1 for the next and -1 for the former.
    """

    phraseHovered = Signal(object)
    selected = Signal()
    retry = Signal()
    addToProject = Signal()
    versionAsked = Signal(int)

    def __init__(self, exchange: Exchange, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._exchange = exchange
        self._raw = False
        self._waiting_for = ""
        self.body = AnswerText(self)
        self.body.setObjectName("answer")
        self.body.phraseHovered.connect(self.phraseHovered)
        self.body.phrasePressed.connect(self._pressed)
        self.body.pressed.connect(self.selected)
        self._status = QLabel(self)
        self._status.setObjectName("answerStatus")
        self._status.setWordWrap(True)
        self._status.setTextFormat(Qt.TextFormat.PlainText)
        self._status.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._figures = QLabel(self)
        self._figures.setObjectName("figures")
        self._figures.setTextFormat(Qt.TextFormat.PlainText)
        self._figures.setWordWrap(True)
        set_role(self._figures, "caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, Space.XL, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(self.body)
        layout.addWidget(self._status)
        self.trouble = TroubleButton(self)
        layout.addWidget(self.trouble)
        layout.addWidget(self._figures)
        layout.addWidget(self._make_tools())
        self._more = waiter(self, 0, self.refresh)
        self.refresh()

    def _make_tools(self) -> QWidget:
        self._tools = QWidget(self)
        row = QHBoxLayout(self._tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XS)
        self.add_button = QPushButton(self.tr("Add to project"), self._tools)
        self.add_button.setObjectName("addToProjectButton")
        set_icon(self.add_button, "plus")
        self.add_button.clicked.connect(self.addToProject)
        self.retry_button = QPushButton(self.tr("Try again"), self._tools)
        self.retry_button.setObjectName("retryButton")
        set_icon(self.retry_button, "refresh")
        self.retry_button.clicked.connect(self.retry)
        for button in (self.add_button, self.retry_button):
            button.setProperty("tight", True)
            set_kind(button, "quiet")
        self.copy_button = self._tool("copyButton", "copy", self.tr("Copy the answer as the model wrote it"))
        self.copy_button.clicked.connect(self._copy)
        self.again_button = self._tool("againButton", "refresh", self.tr("Answer again; this version stays"))
        self.again_button.clicked.connect(self.retry)
        self.raw_button = self._tool("rawButton", "", self.tr("Show the tokens as the model wrote them"))
        self.raw_button.setText("<>")
        self.raw_button.setCheckable(True)
        self.raw_button.toggled.connect(self._show_raw)
        self._versions = QWidget(self._tools)
        turn = QHBoxLayout(self._versions)
        turn.setContentsMargins(0, 0, 0, 0)
        turn.setSpacing(0)
        self.back_button = self._tool("formerVersionButton", "chevron-left", self.tr("The version before"))
        self.back_button.clicked.connect(lambda: self.versionAsked.emit(-1))
        self.forth_button = self._tool("nextVersionButton", "chevron-right", self.tr("The next version"))
        self.forth_button.clicked.connect(lambda: self.versionAsked.emit(1))
        self._place = QLabel(self._versions)
        self._place.setObjectName("versionPlace")
        set_role(self._place, "caption")
        for part in (self.back_button, self._place, self.forth_button):
            turn.addWidget(part)
        self._versions.hide()
        for widget in (
            self.add_button, self.retry_button, self.again_button, self.copy_button, self.raw_button, self._versions,
        ):  # fmt: skip
            row.addWidget(widget)
        row.addStretch(1)
        return self._tools

    def _tool(self, name: str, icon: str, words: str) -> QToolButton:
        button = QToolButton(self._tools)
        button.setObjectName(name)
        button.setToolTip(words)
        button.setAccessibleName(words)
        if icon:
            set_icon(button, icon)
        return button

    # What it shows

    @property
    def exchange(self) -> Exchange:
        return self._exchange

    @property
    def text(self) -> str:
        """The words that are shown."""
        return self.body.words

    @property
    def status(self) -> str:
        """The sentence under the answer: what is waited for, or what went wrong."""
        return self._status.text()

    @property
    def figures(self) -> str:
        """The line of figures."""
        return self._figures.text()

    @property
    def version(self) -> str:
        """Which version this is of how many, "2/3"; "" for the only one."""
        return self._place.text() if self._versions.isVisibleTo(self) else ""

    def refresh(self) -> None:
        """Show the exchange as it is now."""
        exchange = self._exchange
        if self._raw:
            self.body.show_plain(exchange.answer)
        else:
            self.body.show_reader(exchange.reader)
            if not exchange.read and not self.body.cut_off:
                self._more.start()
        self.body.setVisible(bool(exchange.answer))
        self.body.setAccessibleName(exchange.answer[:2000])
        status, role = self._status_words()
        self._status.setText(status)
        set_role(self._status, role)
        self._status.setVisible(bool(status))
        self.trouble.say(status if role == "danger" else "")
        self._tools.setVisible(not exchange.running)
        answered = bool(exchange.answer) and not exchange.running
        for button in (self.add_button, self.copy_button, self.raw_button):
            button.setVisible(answered)
        unfinished = exchange.state in (State.FAILED, State.STOPPED)
        self.retry_button.setVisible(unfinished)
        self.again_button.setVisible(not unfinished)
        self._figures.setText(self._figure_words())
        self._figures.setVisible(bool(self._figures.text()))

    def set_waiting_for(self, words: str) -> None:
        """What is said while nothing of the answer is there yet."""
        self._waiting_for = words
        self.refresh()

    def set_version(self, place: int, count: int) -> None:
        """Which version this is, from 1, of how many."""
        self._place.setText(f"{place}/{count}")
        self._place.setToolTip(self.tr("Version {place} of {count}").format(place=place, count=count))
        self.back_button.setEnabled(place > 1)
        self.forth_button.setEnabled(place < count)
        self._versions.setVisible(count > 1)

    def light(self, number: int | None) -> None:
        """Draw one phrase stronger, or none."""
        self.body.light(number)

    def _status_words(self) -> tuple[str, Role]:
        exchange = self._exchange
        if exchange.state is State.FAILED:
            return exchange.problem, "danger"
        if exchange.running and not exchange.answer:
            return self._waiting_for or self.tr("Thinking…"), "muted"
        if exchange.state is State.STOPPED:
            return exchange.problem or ("" if exchange.answer else self.tr("Stopped.")), "muted"
        if exchange.state is State.DONE and not exchange.answer:
            return self.tr("The model answered with nothing."), "muted"
        if exchange.cut:
            return self.tr("The answer reached its length limit. The settings say how long one may be."), "warning"
        if self.body.cut_off:
            words = self.tr("The answer goes on: {count} characters. Copy or export it to read all of it.")
            return words.format(count=count_text(len(exchange.answer))), "muted"
        return "", "muted"

    def _figure_words(self) -> str:
        exchange = self._exchange
        words: list[str] = []
        if exchange.running:
            return ""
        if exchange.state is State.STOPPED and exchange.answer:
            words.append(self.tr("Stopped"))
        if exchange.corrected:
            words.append(self.tr("Corrected by hand"))
        if exchange.tokens:
            count = self.tr("{count} tokens") if exchange.tokens > 1 else self.tr("{count} token")
            words.append(count.format(count=exchange.tokens))
            if exchange.tokens_per_second:
                words.append(self.tr("{rate:.0f} tokens/s").format(rate=exchange.tokens_per_second))
        if exchange.seconds:
            words.append(self.tr("{s:.1f} s").format(s=exchange.seconds))
        return " · ".join([*words, exchange.model] if exchange.model and words else words)

    # What the user does

    def _pressed(self, number: int) -> None:
        self.selected.emit()
        self.phraseHovered.emit(number)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._exchange.answer)

    def _show_raw(self, raw: bool) -> None:
        self._raw = raw
        self.refresh()
