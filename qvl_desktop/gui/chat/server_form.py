"""Other servers to ask: the list, and the fields of one.

Owns the form and asking a server what models it has. Does not own keeping servers (`storage.servers`).
"""

from __future__ import annotations

import json

from PySide6.QtCore import QUrl, Signal
from PySide6.QtNetwork import QNetworkAccessManager, QNetworkReply, QNetworkRequest
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.chat_protocol import error_message
from qvl_desktop.core.dialects import DIALECTS
from qvl_desktop.gui.help.mark import HelpMark
from qvl_desktop.gui.theme import Space, set_kind, set_role
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.storage.servers import Server, keep_servers, known_servers
from qvl_desktop.storage.settings import Settings

_TIMEOUT_MS = 15_000
_MOST_BYTES = 1 << 20


class ServerForm(QWidget):
    """Signals: `changed()`: the list of servers is another one; `removed(Server)`: one of them was forgotten."""

    changed = Signal()
    removed = Signal(object)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._reply: QNetworkReply | None = None
        self._network = QNetworkAccessManager(self)
        title = QLabel(self.tr("Other servers"), self)
        set_role(title, "heading")
        words = QLabel(
            self.tr(
                "Any address that speaks OpenAI's protocol: vLLM, SGLang, LM Studio, Ollama, or this program on "
                "another machine. Questions and pictures are sent there. The key stays in your settings, never in "
                "a project."
            ),
            self,
        )
        words.setWordWrap(True)
        set_role(words, "caption")
        self.choice = ChoiceBox(self)
        self.choice.setObjectName("serverChoice")
        self.choice.setAccessibleName(self.tr("Other servers"))
        self.choice.activated.connect(self._show_chosen)
        self.remove_button = QPushButton(self.tr("Remove"), self)
        self.remove_button.setObjectName("removeServerButton")
        set_kind(self.remove_button, "danger")
        self.remove_button.clicked.connect(self.remove)
        top = QHBoxLayout()
        top.addWidget(self.choice, 1)
        top.addWidget(HelpMark("server.choice", self.choice, parent=self))
        top.addWidget(self.remove_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(title)
        layout.addWidget(words)
        layout.addLayout(top)
        layout.addLayout(self._make_fields())
        self.says = QLabel(self)
        self.says.setWordWrap(True)
        self.says.setObjectName("serverSays")
        layout.addWidget(self.says)
        self.fill()

    def _make_fields(self) -> QGridLayout:
        self.url = QLineEdit(self)
        self.url.setPlaceholderText("http://localhost:8000/v1")
        self.key = QLineEdit(self)
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.key.setPlaceholderText(self.tr("None"))
        self.model = ChoiceBox(self)
        self.model.setEditable(True)
        self.model.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.model.setMinimumContentsLength(12)
        self.look_button = QPushButton(self.tr("Ask it"), self)
        self.look_button.setObjectName("askModelsButton")
        self.look_button.setToolTip(self.tr("Ask the server which models it has"))
        self.look_button.clicked.connect(self.look)
        self.dialect = ChoiceBox(self)
        for name in DIALECTS:
            self.dialect.addItem(name, name)
        self.dialect.addItem(self.tr("This program's server"), "")
        self.dialect.setToolTip(
            self.tr("The family of the model: it says how boxes are written, and how large pictures are")
        )
        self.save_button = QPushButton(self.tr("Keep"), self)
        self.save_button.setObjectName("keepServerButton")
        self.save_button.clicked.connect(self.save)
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.S)
        grid.setVerticalSpacing(Space.XS)
        rows = (
            (self.tr("Address"), self.url, "server.url"),
            (self.tr("Key"), self.key, "server.key"),
            (self.tr("Model"), self.model, "server.model"),
            (self.tr("Family"), self.dialect, "server.family"),
        )
        for line in (self.choice, self.model, self.dialect, self.url, self.key):
            line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            line.setMinimumWidth(90)
        for at, (name, field, topic) in enumerate(rows):
            label = QLabel(name, self)
            label.setBuddy(field)
            field.setAccessibleName(name)
            grid.addWidget(label, at, 0)
            grid.addWidget(HelpMark(topic, field, name, self), at, 1)
            grid.addWidget(field, at, 2)
        grid.addWidget(self.look_button, 2, 3)
        grid.addWidget(self.save_button, 3, 3)
        grid.setColumnStretch(2, 1)
        return grid

    # The list

    def fill(self, chosen: str = "") -> None:
        """Show the servers that are kept; `chosen` is the reference of the one to show."""
        servers = known_servers(self._settings)
        self.choice.clear()
        for server in servers:
            self.choice.addItem(server.name, server.reference)
        self.choice.addItem(self.tr("New server…"), "")
        at = self.choice.findData(chosen) if chosen else self.choice.count() - 1
        self.choice.setCurrentIndex(max(at, 0))
        self._show_chosen()

    def begin_new(self) -> None:
        """Show empty fields for another server."""
        self.fill()
        self.url.setFocus()

    def _show_chosen(self) -> None:
        reference = str(self.choice.currentData() or "")
        server = next((one for one in known_servers(self._settings) if one.reference == reference), None)
        self.remove_button.setEnabled(server is not None)
        self.url.setText(server.url if server else "")
        self.key.setText(server.key if server else "")
        self.model.clear()
        self.model.setEditText(server.model if server else "")
        self.dialect.setCurrentIndex(max(0, self.dialect.findData(server.dialect)) if server else 0)
        self._say("")

    def save(self) -> None:
        """Keep what the fields say, if nothing is wrong with it."""
        server = self._server()
        problem = server.problem
        if problem:
            words = {
                "url": self.tr("An address begins with http:// or https:// and names a machine."),
                "model": self.tr("Name the model, or ask the server which it has."),
                "dialect": self.tr("Choose the family of the model."),
            }
            self._say(words[problem], "danger")
            (self.url if problem == "url" else self.model).setFocus()
            return
        before = str(self.choice.currentData() or "")
        kept = [one for one in known_servers(self._settings) if one.reference != before]
        keep_servers(self._settings, [*kept, server])
        self.fill(server.reference)
        self._say(self.tr("Kept. Choose it at the top of the page, in the place of a model."), "success")
        self.changed.emit()

    def remove(self) -> None:
        """Forget the server that is shown; whoever hears `removed` can put it back."""
        reference = str(self.choice.currentData() or "")
        servers = known_servers(self._settings)
        keep_servers(self._settings, [one for one in servers if one.reference != reference])
        self.fill()
        self.changed.emit()
        for server in servers:
            if server.reference == reference:
                self.removed.emit(server)

    def put_back(self, server: Server) -> None:
        """Keep a server again that was forgotten, and show it."""
        kept = [one for one in known_servers(self._settings) if one.reference != server.reference]
        keep_servers(self._settings, [*kept, server])
        self.fill(server.reference)
        self.changed.emit()

    def _server(self) -> Server:
        url = self.url.text().strip().rstrip("/")
        return Server(url, self.model.currentText().strip(), str(self.dialect.currentData()), self.key.text().strip())

    # What models it has

    def look(self) -> None:
        """Ask the server for its models."""
        if self._server().problem == "url":
            self.save()
            return
        if self._reply is not None:
            self._reply.abort()
        request = QNetworkRequest(QUrl(f"{self._server().url}/models"))
        request.setTransferTimeout(_TIMEOUT_MS)
        request.setAttribute(
            QNetworkRequest.Attribute.RedirectPolicyAttribute, QNetworkRequest.RedirectPolicy.ManualRedirectPolicy
        )
        if key := self.key.text().strip():
            request.setRawHeader(b"Authorization", f"Bearer {key}".encode())
        self._say(self.tr("Asking…"))
        self._reply = self._network.get(request)
        self._reply.finished.connect(self._looked)

    def _looked(self) -> None:
        reply, self._reply = self._reply, None
        if reply is None:
            return
        status = int(reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute) or 0)
        body = bytes(reply.read(_MOST_BYTES).data())
        reply.deleteLater()
        names = model_names(_json(body)) if status == 200 else []
        if names:
            typed = self.model.currentText()
            self.model.clear()
            self.model.addItems(names)
            self.model.setEditText(typed or names[0])
            self._say(self.tr("It names its models: {count}.").format(count=len(names)), "success")
        elif status == 200:
            self._say(self.tr("It answers, but names no models. Type the name."), "warning")
        else:
            reason = error_message(_json(body)) or (f"HTTP {status}" if status else reply.errorString())
            self._say(self.tr("It does not answer as it should: {reason}").format(reason=reason), "danger")

    def _say(self, words: str, role: str = "muted") -> None:
        self.says.setText(words)
        set_role(self.says, role)  # type: ignore[arg-type]
        self.says.setVisible(bool(words))


def model_names(body: object) -> list[str]:
    """The names in the answer of `/v1/models`."""
    rows = body.get("data") if isinstance(body, dict) else None
    return [str(row["id"]) for row in rows or [] if isinstance(row, dict) and row.get("id")]


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None
