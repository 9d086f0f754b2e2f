"""Which model answers, with which adapter, or which other server; and how the engine is.

Owns the choices and the words about the engine's state. Does not own the engine (`jobs.engine`), the shelf
(`jobs.models`) nor the list of servers (`storage.servers`).
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from qvl_desktop.core.cards import ModelCard
from qvl_desktop.core.chat_protocol import BASE_MODEL
from qvl_desktop.gui.help.placing import help_beside
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role
from qvl_desktop.gui.widgets.model_choice import AdapterChoice, ModelChoice
from qvl_desktop.jobs.engine import EngineSpec, EngineState, adapter_name
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.servers import Server, known_servers

IN_PRECISION = "model in "
"""How the engine begins the stage that says which precision it chose."""


SERVER = "server "
"""How the data of a server begins in the list of models."""

ADD_SERVER = "add server"


class ModelBar(QWidget):
    """The list of chats, model, adapter, state, settings, new chat.

    Signals: `changed()` when the user chose another model, adapter or server; `newChat()`; `listAsked(on)`;
    `settingsAsked(on)`; `addServerAsked()`.
    """

    changed = Signal()
    newChat = Signal()
    listAsked = Signal(bool)
    settingsAsked = Signal(bool)
    addServerAsked = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._wanted: tuple[str, str] = ("", "")
        self._kept: dict[str, ModelCard] = {}
        self._place_before = -1
        self.models = ModelChoice(session, self)
        self.models.setObjectName("modelChoice")
        self.models.setMinimumWidth(150)
        self.adapters = AdapterChoice(session, self)
        self.adapters.setObjectName("adapterChoice")
        self.adapters.setMinimumWidth(170)
        self._status = QLabel(self)
        self._status.setObjectName("engineStatus")
        self.unload_button = QPushButton(self.tr("Unload"), self)
        self.unload_button.setObjectName("unloadButton")
        self.unload_button.setToolTip(self.tr("Unload the model and free its memory"))
        set_kind(self.unload_button, "quiet")
        self.unload_button.clicked.connect(session.engine.unload)
        self.new_button = QPushButton(self.tr("New chat"), self)
        self.new_button.setObjectName("newChatButton")
        set_icon(self.new_button, "new")
        set_kind(self.new_button, "quiet")
        self.new_button.clicked.connect(self.newChat)
        self.list_button = self._toggle("listButton", "list", self.tr("Show or hide the list of chats"))
        self.list_button.toggled.connect(self.listAsked)
        self.settings_button = self._toggle("chatSettingsButton", "settings", self.tr("Settings of the answers"))
        self.settings_button.toggled.connect(self.settingsAsked)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(Space.S, Space.S, Space.L, Space.S)
        self.row.setSpacing(Space.S)
        for widget in (self.list_button, self.models, self.adapters, self._status, self.unload_button):
            self.row.addWidget(widget)
        help_beside(self.models, "chat.model")
        help_beside(self.adapters, "chat.adapter")
        self.row.addStretch(1)
        for widget in (self.settings_button, self.new_button):
            self.row.addWidget(widget)
        self.models.activated.connect(self._model_chosen)
        self.adapters.activated.connect(self._adapter_chosen)
        session.modelsChanged.connect(self.show_cards)
        session.engine.stateChanged.connect(self._show_state)
        session.engine.stageChanged.connect(self._show_state)
        self.show_cards()
        self._show_state()

    def _toggle(self, name: str, icon: str, words: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setCheckable(True)
        button.setToolTip(words)
        button.setAccessibleName(words)
        set_icon(button, icon)
        return button

    # What is chosen

    @property
    def model(self) -> str:
        """The chosen model as `--model` takes it; "" when there is none, or another server is to answer."""
        data = str(self.models.currentData() or "")
        return "" if data.startswith(SERVER) or data == ADD_SERVER else data

    @property
    def server(self) -> Server | None:
        """The other server that is to answer."""
        data = str(self.models.currentData() or "")
        if not data.startswith(SERVER):
            return None
        servers = known_servers(self._session.settings)
        return next((one for one in servers if one.reference == data.removeprefix(SERVER)), None)

    @property
    def ready(self) -> bool:
        """Whether there is anybody to ask."""
        return bool(self.model) or self.server is not None

    @property
    def adapter(self) -> str:
        """The chosen adapter's folder, or ""."""
        return str(self.adapters.currentData() or "")

    def choose(self, model: str, adapter: str = "") -> None:
        """Choose from outside; takes effect as soon as the shelf holds it."""
        self._wanted = (model, adapter)
        self.show_cards()

    def spec(self) -> EngineSpec | None:
        """What the engine has to load: the chosen model, the chosen adapter and those chosen before on it."""
        if not self.model:
            return None
        card = self._session.models.card(self.adapter) if self.adapter else None
        if card is not None:
            self._kept[str(card.path)] = card
        mine = [card for card in self._session.models.adapters(self.model) if str(card.path) in self._kept]
        return EngineSpec(self.model, {self._name(card): card.path for card in mine})

    @property
    def request_model(self) -> str:
        """What a request calls the chosen adapter, or "base"; the model's name on another server."""
        if (server := self.server) is not None:
            return server.model
        card = self._session.models.card(self.adapter) if self.adapter else None
        return self._name(card) if card is not None else BASE_MODEL

    def forget_others(self) -> None:
        """Load only what is chosen now (another adapter may be why the engine failed)."""
        self._kept.clear()

    @property
    def shown_name(self) -> str:
        """The choice in words, for the line under an answer."""
        if (server := self.server) is not None:
            return server.name
        return " + ".join(box.currentText() for box in (self.models, self.adapters) if box.currentData())

    @property
    def status(self) -> str:
        """The words about the engine."""
        return self._status.text()

    def _name(self, card: ModelCard) -> str:
        """The adapter's name, told apart from others of the same name."""
        name = adapter_name(card.path)
        alike = [other for other in self._session.models.adapters() if adapter_name(other.path) == name]
        return (
            name if len(alike) < 2 else f"{name} {sorted(str(other.path) for other in alike).index(str(card.path)) + 1}"
        )

    # What is shown

    def show_cards(self) -> None:
        """Take over what is on the shelf; the choice stays where it can."""
        kept = str(self.models.currentData() or "")
        model, adapter = self._wanted if self._wanted[0] else (kept, self.adapter)
        self.models.blockSignals(True)
        cards = self.models.offer()
        servers = known_servers(self._session.settings)
        if cards:
            self.models.insertSeparator(self.models.count())
        for server in servers:
            self.models.addItem(server.name, SERVER + server.reference)
            self.models.setItemData(self.models.count() - 1, server.url, Qt.ItemDataRole.ToolTipRole)
        self.models.addItem(self.tr("Another server…"), ADD_SERVER)
        place = self._place_of(model)
        if place >= 0:
            self.models.setCurrentIndex(place)
        elif not cards and not servers:
            self.models.setCurrentIndex(-1)
        self.models.blockSignals(False)
        self._place_before = self.models.currentIndex()
        self._show_adapters(adapter)
        if self._wanted[0] and place >= 0 and self.adapter == self._wanted[1]:
            self._wanted = ("", "")
        self.changed.emit()

    def _place_of(self, model: str) -> int:
        if model.startswith(SERVER):
            return self.models.findData(model)
        return self.models.place_of(model)

    def _show_adapters(self, chosen: str) -> None:
        self.adapters.offer(self.model, chosen)
        self.adapters.setVisible(self.server is None)

    def choose_server(self, reference: str) -> None:
        """Choose another server from outside."""
        place = self.models.findData(SERVER + reference)
        if place >= 0:
            self.models.setCurrentIndex(place)
            self._model_chosen()

    def _model_chosen(self) -> None:
        if self.models.currentData() == ADD_SERVER:
            self.models.setCurrentIndex(self._place_before)
            self.addServerAsked.emit()
            return
        self._place_before = self.models.currentIndex()
        self._show_state()
        self._wanted = ("", "")
        self._show_adapters("")
        self.changed.emit()

    def _adapter_chosen(self) -> None:
        self._wanted = ("", "")
        self.changed.emit()

    def _show_state(self) -> None:
        engine = self._session.engine
        words, role = self.state_words()
        self._status.setText(words)
        self._status.setToolTip(engine.error)
        set_role(self._status, role)  # type: ignore[arg-type]
        self.unload_button.setVisible(self.server is None and engine.state in (EngineState.READY, EngineState.STARTING))

    def state_words(self) -> tuple[str, str]:
        """The engine's state in words, and the role of the label."""
        engine = self._session.engine
        if self.server is not None:
            return self.tr("Another server answers"), "muted"
        match engine.state:
            case EngineState.STARTING:
                share = f" {engine.share:.0%}" if engine.share >= 0 else ""
                return self.stage_words(engine.stage) + share, "muted"
            case EngineState.READY:
                return self.tr("Ready"), "success"
            case EngineState.FAILED:
                return self.tr("The model could not be loaded"), "danger"
            case EngineState.STOPPING:
                return self.tr("Unloading…"), "muted"
            case _:
                return self.tr("Not loaded yet"), "muted"

    def stage_words(self, stage: str) -> str:
        """What a starting engine does."""
        if stage == "model":
            return self.tr("Loading the model…")
        if stage.startswith(IN_PRECISION):
            return self.tr("Loading the model in {precision}…").format(precision=stage.removeprefix(IN_PRECISION))
        if stage.startswith("adapter "):
            return self.tr("Loading the adapter…")
        return self.tr("Starting…")
