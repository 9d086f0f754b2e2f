"""Who is asked: a model of this machine with an adapter, or another server with its family's dialect.

Owns these fields and what they were last time. The servers are those of the Chat page, and one that is asked here is
kept among them. Does not own models (`jobs.models`), that list (`storage.servers`) nor asking (`jobs.asking`).
"""

from __future__ import annotations

import json

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.answerers import Answerer
from qvl_desktop.core.dialects import DIALECTS, QWEN2_5_VL
from qvl_desktop.gui.help.mark import HelpMark
from qvl_desktop.gui.help.placing import help_beside
from qvl_desktop.gui.theme import Space, set_role
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.widgets.model_choice import AdapterChoice, ModelChoice
from qvl_desktop.gui.words import family_name
from qvl_desktop.jobs.asking import Asker, Door
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.servers import Server, keep_servers, known_servers

_REMEMBERED = "review.who"
HERE, THERE = 0, 1


class WhoBox(QWidget):
    """Signals: `changed()`: somebody else is chosen."""

    changed = Signal()

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._kept = self._remembered()
        self.place = ChoiceBox(self)
        self.place.setAccessibleName(self.tr("Who answers"))
        self._fill_places()
        self.models = ModelChoice(session, self)
        self.adapters = AdapterChoice(session, self)
        self.url = QLineEdit(self)
        self.url.setPlaceholderText("http://192.168.1.20:8000/v1")
        self.key = QLineEdit(self)
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.key.setPlaceholderText(self.tr("Only where the server asks for one"))
        self.remote = ChoiceBox(self)
        self.remote.setEditable(True)
        self.remote.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.family = ChoiceBox(self)
        for name in DIALECTS:
            self.family.addItem(family_name(name), name)
        self.family.addItem(self.tr("This program's server"), "")
        self.look_button = QPushButton(self.tr("Look"), self)
        self.look_button.setToolTip(self.tr("Ask the server which models it has"))
        self.look_button.setAutoDefault(False)
        self.look_button.clicked.connect(self.look)
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self.said, "caption")
        self._pages = QStackedWidget(self)
        self._here_page, self._there_page = self._here(), self._there()
        self._pages.addWidget(self._here_page)
        self._pages.addWidget(self._there_page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self.place)
        help_beside(self.place, "ask.who")
        layout.addWidget(self._pages)
        self.place.activated.connect(self._on_place)
        self.models.activated.connect(self._on_model)
        self.adapters.activated.connect(lambda _place: self.changed.emit())
        for line in (self.url, self.key):
            line.textChanged.connect(lambda _text: self.changed.emit())
        self.remote.editTextChanged.connect(lambda _text: self.changed.emit())
        session.modelsChanged.connect(self._fill_models)
        self._restore()

    # What is chosen

    @property
    def chosen(self) -> Answerer | None:
        """Who is asked; None while something is missing."""
        if self.place.currentIndex() == HERE:
            model = str(self.models.currentData() or "")
            return Answerer(model=model, adapter=str(self.adapters.currentData() or "")) if model else None
        url, model = self.url.text().strip().rstrip("/"), self.remote.currentText().strip()
        if not url or not model:
            return None
        return Answerer(model=model, url=url, dialect=str(self.family.currentData()))

    @property
    def given_key(self) -> str:
        """The other server's key."""
        return self.key.text().strip()

    def choose_here(self, model: str, adapter: str) -> None:
        """Choose a model of this machine and an adapter ("" = none), as `--model` and `--adapter` call them."""
        self.place.setCurrentIndex(HERE)
        self._show_place(HERE)
        self.models.choose(model)
        self._fill_adapters(adapter)
        self.changed.emit()

    def remember(self) -> None:
        """Keep what is chosen for the next time: the key with the user's settings, never in the project."""
        body = {
            "model": str(self.models.currentData() or ""),
            "adapter": str(self.adapters.currentData() or ""),
            "server": "",
        }
        settings = self._session.settings
        chosen = self.chosen
        if chosen is not None and chosen.external:
            server = Server(chosen.url, chosen.model, chosen.dialect, self.given_key)
            others = [one for one in known_servers(settings) if one.reference != server.reference]
            keep_servers(settings, [*others, server])
            body["server"] = server.reference
        settings.window_state = settings.window_state | {_REMEMBERED: json.dumps(body)}

    def look(self) -> None:
        """Ask the server which models it has, and say what it says."""
        door = Door(self.url.text().strip().rstrip("/"), self.given_key)
        self.look_button.setEnabled(False)
        self.said.setText(self.tr("Looking…"))

        def found(names: list[str]) -> None:
            before = self.remote.currentText()
            self.remote.clear()
            self.remote.addItems(names)
            self.remote.setEditText(before if before or not names else names[0])
            count = self.tr("%n model(s) there", "", len(names))
            self.said.setText(count if names else self.tr("The server answers and lists no models: type its name."))

        task: Task[list[str]] = Task(lambda: Asker().models(door))
        task.on_success(found).on_failure(lambda error: self.said.setText(str(error)))
        task.on_end(lambda: self.look_button.setEnabled(True)).start(self)

    # What is shown

    def _fill_places(self) -> None:
        """This machine, the servers that are kept, and one more."""
        self.place.addItem(self.tr("A model on this machine"), "")
        for server in known_servers(self._session.settings):
            self.place.addItem(server.name, server.reference)
        self.place.addItem(self.tr("Another server (OpenAI-compatible)"), "")

    def _on_place(self, number: int) -> None:
        servers = {one.reference: one for one in known_servers(self._session.settings)}
        server = servers.get(str(self.place.itemData(number)))
        if server is not None:
            self._show_server(server.url, server.key, server.model, server.dialect)
        elif number:
            self._show_server("", "", "", QWEN2_5_VL)
        self._show_place(THERE if number else HERE)
        self.changed.emit()

    def _show_server(self, url: str, key: str, model: str, family: str) -> None:
        self.url.setText(url)
        self.key.setText(key)
        self.remote.setEditText(model)
        self.family.setCurrentIndex(max(self.family.findData(family), 0))
        self.said.setText("")

    def _show_place(self, place: int) -> None:
        """Turn to the fields of a place; those of the other take no room."""
        for number, page in enumerate((self._here_page, self._there_page)):
            policy = QSizePolicy.Policy.Preferred if number == place else QSizePolicy.Policy.Ignored
            page.setSizePolicy(QSizePolicy.Policy.Preferred, policy)
        self._pages.setCurrentIndex(place)
        self._pages.adjustSize()

    def _on_model(self) -> None:
        self._fill_adapters("")
        self.changed.emit()

    def _fill_models(self) -> None:
        chosen = str(self.models.currentData() or self._kept.get("model") or "")
        adapter = str(self.adapters.currentData() or self._kept.get("adapter") or "")
        self.models.offer()
        self.models.choose(chosen)
        self._fill_adapters(adapter)
        self.changed.emit()

    def _fill_adapters(self, chosen: str) -> None:
        self.adapters.offer(self.models.reference, chosen)

    def _remembered(self) -> dict[str, object]:
        try:
            body = json.loads(self._session.settings.window_state.get(_REMEMBERED, "{}"))
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}

    def _restore(self) -> None:
        kept = self._kept
        self._fill_models()
        number = self.place.findData(kept.get("server")) if kept.get("server") else HERE
        self.place.setCurrentIndex(max(number, HERE))
        self._show_server("", "", "", QWEN2_5_VL)
        self._on_place(max(number, HERE))

    def _here(self) -> QWidget:
        page = QWidget(self)
        form = _form(page)
        _add(form, self.tr("Model"), self.models, "ask.model")
        _add(form, self.tr("Adapter"), self.adapters, "chat.adapter")
        return page

    def _there(self) -> QWidget:
        page = QWidget(self)
        form = _form(page)
        _add(form, self.tr("Address"), self.url, "server.url")
        _add(form, self.tr("Key"), self.key, "server.key")
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self.remote, 1)
        row.addWidget(HelpMark("server.model", self.remote, self.tr("Model"), page))
        row.addWidget(self.look_button)
        self.remote.setAccessibleName(self.tr("Model"))
        form.addRow(self.tr("Model"), row)
        _add(form, self.tr("Family"), self.family, "server.family")
        self.family.setToolTip(self.tr("How that model writes boxes; the wrong family puts them in the wrong places"))
        form.addRow("", self.said)
        return page


def _form(page: QWidget) -> QFormLayout:
    form = QFormLayout(page)
    form.setContentsMargins(0, 0, 0, 0)
    form.setSpacing(Space.S)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return form


def _add(form: QFormLayout, words: str, field: QWidget, topic: str) -> None:
    field.setAccessibleName(words)
    form.addRow(words, field)
    help_beside(field, topic)
