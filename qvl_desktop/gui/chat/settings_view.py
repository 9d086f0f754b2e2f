"""The settings of answers, in the place of the messages: each with a sentence that says what it does.

Owns the fields. Does not own their values (`choices`, `thread`), servers (`server_form`) nor who reads them.
"""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator, QKeyEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.chat.choices import LONGEST, Choices
from qvl_desktop.gui.chat.server_form import ServerForm
from qvl_desktop.gui.help.placing import help_beside
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.settings_watch import SettingsWatch
from qvl_desktop.jobs.waiting import waiter
from qvl_desktop.storage.servers import Server

_KEEP_MS = 300


class SettingsView(QScrollArea):
    """Signals: `closed()`; `systemChanged(words)`: the system prompt of the open chat; `serversChanged()`."""

    closed = Signal()
    systemChanged = Signal(str)
    serversChanged = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._quiet = False
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._column_widget = QWidget(self)
        set_surface(self._column_widget, "window")
        self._column = QVBoxLayout(self._column_widget)
        self._column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        self._column.setSpacing(Space.XS)
        self._make_head()
        self._make_fields()
        self._column.addSpacing(Space.L)
        self.servers = ServerForm(session.settings, self)
        self.servers.changed.connect(self.serversChanged)
        self.servers.removed.connect(self._offer_back)
        self._column.addWidget(self.servers)
        self._column.addStretch(1)
        self.setWidget(self._column_widget)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what it holds has the focus
        self._timer = waiter(self, _KEEP_MS, self._keep_system)
        self.system.textChanged.connect(self._system_typed)
        SettingsWatch.of(session).changed.connect(self._follow)
        self.show_choices()

    def _make_head(self) -> None:
        title = QLabel(self.tr("Settings of the answers"), self)
        set_role(title, "heading")
        self.done_button = QPushButton(self.tr("Done"), self)
        self.done_button.setObjectName("settingsDoneButton")
        set_kind(self.done_button, "primary")
        self.done_button.clicked.connect(self.closed)
        row = QHBoxLayout()
        row.addWidget(title, 1)
        row.addWidget(self.done_button)
        self._column.addLayout(row)

    def _make_fields(self) -> None:
        self.system = QPlainTextEdit(self)
        self.system.setObjectName("systemPrompt")
        self.system.setTabChangesFocus(True)
        self.system.setFixedHeight(84)
        self.system.setPlaceholderText(self.tr("For example: Answer in one sentence."))
        self._field(
            "chat.system",
            self.tr("System prompt"),
            self.system,
            self.tr("What the model is told before this chat begins. New chats begin with the same words."),
        )
        self.temperature = QDoubleSpinBox(self)
        self.temperature.setRange(0.0, 2.0)
        self.temperature.setSingleStep(0.1)
        self.temperature.setDecimals(2)
        self._field(
            "chat.temperature",
            self.tr("Temperature"),
            self.temperature,
            self.tr(
                "0 takes the likeliest word each time: best for boxes, and the same answer every time. "
                "Higher is freer, and less certain."
            ),
        )
        self.top_p = QDoubleSpinBox(self)
        self.top_p.setRange(0.01, 1.0)
        self.top_p.setSingleStep(0.05)
        self._field(
            "chat.top_p",
            self.tr("Top p"),
            self.top_p,
            self.tr(
                "Only the likeliest words that make up this share are drawn from. 1 leaves none out. "
                "Counts when the temperature is above 0."
            ),
        )
        self.max_tokens = QSpinBox(self)
        self.max_tokens.setRange(1, LONGEST)
        self.max_tokens.setSingleStep(128)
        self._field(
            "chat.max_tokens",
            self.tr("Longest answer"),
            self.max_tokens,
            self.tr("In tokens: a word has one or two, a box about twelve. A longer answer is cut off there."),
        )
        self.seed = QLineEdit(self)
        self.seed.setValidator(QIntValidator(0, 2**31 - 1, self))
        self.seed.setPlaceholderText(self.tr("Chance"))
        self._field(
            "chat.seed",
            self.tr("Seed"),
            self.seed,
            self.tr("The same number draws the same answer again. Empty: another one each time."),
        )
        self.make_room = ChoiceBox(self)
        for words, value in (
            (self.tr("Ask"), ""),
            (self.tr("Unload it"), "yes"),
            (self.tr("Keep it loaded"), "no"),
        ):
            self.make_room.addItem(words, value)
        self._field(
            "chat.make_room",
            self.tr("When training begins"),
            self.make_room,
            self.tr(
                "The model of this page takes memory that a run may need. It is loaded again by the next question."
            ),
        )
        for number in (self.temperature, self.top_p, self.max_tokens):
            number.lineEdit().setTextMargins(Space.S, 0, 0, 0)
        for spin in (self.temperature, self.top_p):
            spin.valueChanged.connect(self._keep)
        self.max_tokens.valueChanged.connect(self._keep)
        self.seed.textChanged.connect(self._keep)
        self.make_room.activated.connect(self._keep)

    def _field(self, topic: str, name: str, field: QWidget, words: str) -> None:
        label = QLabel(name, self)
        label.setBuddy(field)
        field.setAccessibleName(name)
        field.setAccessibleDescription(words)
        help_line = QLabel(words, self)
        help_line.setWordWrap(True)
        set_role(help_line, "caption")
        if not isinstance(field, QPlainTextEdit):
            field.setMaximumWidth(220)
        self._column.addSpacing(Space.S)
        for widget in (label, field, help_line):
            self._column.addWidget(widget)
        help_beside(label, topic, field)

    # Values

    def _offer_back(self, server: Server) -> None:
        """A server that was forgotten, with its key, comes back by a click."""
        words = self.tr("{name} is not in the list any more.").format(name=server.name)
        self._session.offered.emit("info", words, [(self.tr("Undo"), lambda: self._put_back(server))])

    def _put_back(self, server: Server) -> None:
        if shiboken6.isValid(self):
            self.servers.put_back(server)

    def show_choices(self) -> None:
        """Show what is in force."""
        choices = Choices.of(self._session.settings)
        self._quiet = True
        self.temperature.setValue(choices.temperature)
        self.top_p.setValue(choices.top_p)
        self.max_tokens.setValue(choices.max_tokens)
        self.seed.setText("" if choices.seed is None else str(choices.seed))
        self.make_room.setCurrentIndex(max(0, self.make_room.findData(self._session.settings.make_room)))
        self._quiet = False

    def _follow(self, name: str) -> None:
        """What was changed among the preferences shows here."""
        if name == "make_room":
            self.show_choices()

    def show_system(self, words: str) -> None:
        """Show the system prompt of the open chat."""
        if words != self.system.toPlainText():
            self._quiet = True
            self.system.setPlainText(words)
            self._quiet = False

    def _keep(self) -> None:
        if self._quiet:
            return
        seed = self.seed.text()
        Choices(
            self.temperature.value(),
            self.top_p.value(),
            self.max_tokens.value(),
            int(seed) if seed.isdecimal() else None,
        ).keep(self._session.settings)
        self._session.settings.make_room = str(self.make_room.currentData())

    def _system_typed(self) -> None:
        if not self._quiet:
            self._timer.start()

    def _keep_system(self) -> None:
        words = self.system.toPlainText().strip()
        self._session.settings.chat = self._session.settings.chat | {"system": words}
        self.systemChanged.emit(words)

    def finish(self) -> None:
        """Keep what was typed at once."""
        if self._timer.isActive():
            self._timer.stop()
            self._keep_system()

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
