"""One model or adapter as a card: name, facts, where it lies, what can be done with it.

Owns the widgets of a card. Does not own what the buttons do (`page`).
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.core.amounts import file_size
from qvl_desktop.core.cards import CardKind, ModelCard
from qvl_desktop.core.download_record import DownloadRecord, RecordError
from qvl_desktop.gui.help.trouble_button import TroubleButton
from qvl_desktop.gui.icons import set_icon, set_mark
from qvl_desktop.gui.models.words import parameters_text as parameters_text
from qvl_desktop.gui.models.words import source_text
from qvl_desktop.gui.theme import Space, set_role, set_surface
from qvl_desktop.gui.words import date_text, method_text, path_text, percent_text

ICONS = {CardKind.DEMO: "template", CardKind.MODEL: "models", CardKind.ADAPTER: "adapter"}


class CardView(QWidget):
    """Signals, each with the card: `chatClicked`, `trainClicked`, `folderClicked`, `removeClicked`, `checkClicked`,
    `mendClicked`, `trashClicked`. `state` shows what is being done with it."""

    chatClicked = Signal(object)
    trainClicked = Signal(object)
    folderClicked = Signal(object)
    removeClicked = Signal(object)
    checkClicked = Signal(object)
    mendClicked = Signal(object)
    trashClicked = Signal(object)

    def __init__(
        self,
        card: ModelCard,
        parent: QWidget | None = None,
        *,
        removable: bool = False,
        downloaded: bool = False,
    ) -> None:
        super().__init__(parent)
        self.card = card
        self._downloaded = downloaded
        set_surface(self, "raised")
        self.setAccessibleName(card.name)
        mark = QLabel(self)
        set_mark(mark, ICONS[card.kind], 24, "muted")
        name, facts, path = QLabel(card.name, self), QLabel(self.facts(), self), QLabel(self.place(), self)
        set_role(name, "heading")
        set_role(facts, "muted")
        set_role(path, "caption")
        facts.setWordWrap(True)
        path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        path.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        path.setToolTip(str(card.path))
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        for label in (name, facts, path):
            words.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, Space.M, Space.M, Space.M)
        row.setSpacing(Space.M)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.state = QLabel(self)
        self.state.setObjectName("cardState")
        self.state.setWordWrap(True)
        self.state.hide()
        self.trouble = TroubleButton(self)
        words.addWidget(self.state)
        words.addWidget(self.trouble)
        if card.problem:
            facts.hide()
            self.say(card.problem, "danger")
            if card.mendable:
                row.addWidget(self._button(self.tr("Mend"), "download", lambda: self.mendClicked.emit(self.card)))
        else:
            row.addWidget(self._button(self.tr("Chat"), "chat", self._chat))
            if card.kind is not CardKind.ADAPTER:
                row.addWidget(self._button(self.tr("Train"), "train", self._train))
        row.addWidget(self._tool(self.tr("Open folder"), "external", self._folder))
        if downloaded:
            row.addWidget(self._more())
        if removable:
            row.addWidget(self._tool(self.tr("Take off this list; the files stay"), "close", self._remove))

    def say(self, words: str, role: str = "muted") -> None:
        """Show a line below the facts, or none."""
        self.state.setText(words)
        self.state.setVisible(bool(words))
        self.trouble.say(words if role == "danger" else "")
        set_role(self.state, role)  # type: ignore[arg-type]

    def place(self) -> str:
        """Where it lies; the demo model is part of the program."""
        if self.card.kind is CardKind.DEMO:
            return self.tr("Comes with the program")
        return "  ·  ".join(part for part in (path_text(self.card.path), self._origin()) if part)

    def _origin(self) -> str:
        """The hub and the commit of a downloaded model."""
        try:
            record = DownloadRecord.load(self.card.path) if self._downloaded else None
        except RecordError:
            record = None
        if record is None:
            return ""
        hub, commit = source_text(record.source), record.commit[:10]
        return self.tr("{hub}, commit {commit}").format(hub=hub, commit=commit) if commit else hub

    def facts(self) -> str:
        """What is known about the card, in one line."""
        card = self.card
        parts = [card.family, parameters_text(card.parameters), card.precision, file_size(card.size)]
        if card.kind is CardKind.ADAPTER:
            parts = [
                method_text(card.method),
                self.tr("on {base}").format(base=base_text(card)),
                self.tr("Acc@0.5 {score}").format(score=percent_text(card.metrics["acc50"]))
                if "acc50" in card.metrics
                else "",
                parameters_text(card.parameters),
                file_size(card.size),
                date_text(card.created),
            ]
        return "  ·  ".join(part for part in parts if part)

    def _button(self, text: str, icon: str, slot: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(f"{icon}Button")
        set_icon(button, icon)
        button.clicked.connect(slot)
        return button

    def _tool(self, text: str, icon: str, slot: Callable[[], None]) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"{icon}Button")
        button.setToolTip(text)
        button.setAccessibleName(text)
        set_icon(button, icon, "muted")
        button.clicked.connect(slot)
        return button

    def _more(self) -> QToolButton:
        button = self._tool(self.tr("More"), "more", lambda: None)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        if not self.card.problem:
            menu.addAction(self.tr("Check every file again"), lambda: self.checkClicked.emit(self.card))
        menu.addAction(self.tr("Move to the trash"), lambda: self.trashClicked.emit(self.card))
        button.setMenu(menu)
        return button

    def _chat(self) -> None:
        self.chatClicked.emit(self.card)

    def _train(self) -> None:
        self.trainClicked.emit(self.card)

    def _folder(self) -> None:
        self.folderClicked.emit(self.card)

    def _remove(self) -> None:
        self.removeClicked.emit(self.card)


def base_text(card: ModelCard) -> str:
    """The name of the model an adapter was made on."""
    return card.base.replace("\\", "/").rstrip("/").rpartition("/")[2] or "?"
