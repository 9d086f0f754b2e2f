"""Which model answers, with which adapter, and how its process is.

Owns the two choices and the words about the engine's state. Does not own the engine (`jobs.engine`) or the shelf
(`jobs.models`).
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QWidget

from qvl_desktop.core.cards import ModelCard
from qvl_desktop.core.chat_protocol import BASE_MODEL
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role
from qvl_desktop.jobs.engine import EngineSpec, EngineState, adapter_name
from qvl_desktop.jobs.session import Session

IN_PRECISION = "model in "
"""How the engine begins the stage that says which precision it chose."""


class ModelBar(QWidget):
    """Model, adapter, state, new chat.

    Signals: `changed()` when the user chose another model or adapter, `newChat()`.
    """

    changed = Signal()
    newChat = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._wanted: tuple[str, str] = ("", "")
        self._kept: dict[str, ModelCard] = {}
        self.models = QComboBox(self)
        self.models.setObjectName("modelChoice")
        self.models.setAccessibleName(self.tr("Model"))
        self.models.setMinimumWidth(150)
        self.adapters = QComboBox(self)
        self.adapters.setObjectName("adapterChoice")
        self.adapters.setAccessibleName(self.tr("Adapter"))
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
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, Space.S, Space.L, Space.S)
        row.setSpacing(Space.S)
        for widget in (self.models, self.adapters, self._status, self.unload_button):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.new_button)
        self.models.activated.connect(self._model_chosen)
        self.adapters.activated.connect(self._adapter_chosen)
        session.modelsChanged.connect(self.show_cards)
        session.engine.stateChanged.connect(self._show_state)
        session.engine.stageChanged.connect(self._show_state)
        self.show_cards()
        self._show_state()

    # What is chosen

    @property
    def model(self) -> str:
        """The chosen model as `--model` takes it; "" when there is none."""
        return str(self.models.currentData() or "")

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
        """What a request calls the chosen adapter, or "base"."""
        card = self._session.models.card(self.adapter) if self.adapter else None
        return self._name(card) if card is not None else BASE_MODEL

    def forget_others(self) -> None:
        """Load only what is chosen now (another adapter may be why the engine failed)."""
        self._kept.clear()

    @property
    def shown_name(self) -> str:
        """The choice in words, for the line under an answer."""
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
        model, adapter = self._wanted if self._wanted[0] else (self.model, self.adapter)
        cards = self._session.models.models()
        self.models.blockSignals(True)
        self.models.clear()
        for card in cards:
            self.models.addItem(card.name, card.reference)
            self.models.setItemData(self.models.count() - 1, str(card.path), 3)  # Qt.ItemDataRole.ToolTipRole
        place = self._place_of(model)
        if place >= 0:
            self.models.setCurrentIndex(place)
        self.models.blockSignals(False)
        self.models.setEnabled(bool(cards))
        self._show_adapters(adapter)
        if self._wanted[0] and place >= 0 and self.adapter == self._wanted[1]:
            self._wanted = ("", "")
        self.changed.emit()

    def _place_of(self, model: str) -> int:
        card = self._session.models.card(model) if model else None
        return self.models.findData(card.reference if card is not None else model)

    def _show_adapters(self, chosen: str) -> None:
        self.adapters.blockSignals(True)
        self.adapters.clear()
        self.adapters.addItem(self.tr("No adapter"), "")
        for card in self._session.models.adapters(self.model) if self.model else []:
            self.adapters.addItem(card.name, str(card.path))
        self.adapters.setCurrentIndex(max(0, self.adapters.findData(chosen)))
        self.adapters.blockSignals(False)
        self.adapters.setEnabled(self.adapters.count() > 1)

    def _model_chosen(self) -> None:
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
        self.unload_button.setVisible(engine.state in (EngineState.READY, EngineState.STARTING))

    def state_words(self) -> tuple[str, str]:
        """The engine's state in words, and the role of the label."""
        engine = self._session.engine
        match engine.state:
            case EngineState.STARTING:
                return self.stage_words(engine.stage), "muted"
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
