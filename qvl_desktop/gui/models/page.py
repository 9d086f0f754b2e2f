"""The Models page: the demo model, local folders, and adapters with the run they came from.

Owns the sections and what the buttons of a card do. Does not own the shelf (`jobs.models`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from qvl_desktop.core.cards import DEMO, CardKind, ModelCard
from qvl_desktop.core.errors import QvlError
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.models.card_view import CardView
from qvl_desktop.gui.theme import Space, set_role
from qvl_desktop.jobs.session import Session

WIDEST = 980


class ModelsPage(QWidget):
    """Cards in two sections, models and adapters; "Add a folder" above them."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._cards: list[CardView] = []
        self._problem = QLabel(self)
        self._problem.setObjectName("problem")
        self._problem.setWordWrap(True)
        set_role(self._problem, "danger")
        self._problem.hide()
        self._column = QVBoxLayout()
        self._column.setSpacing(Space.S)
        content = QWidget(self)
        content.setMaximumWidth(WIDEST)
        inner = QVBoxLayout(content)
        inner.setContentsMargins(Space.XL, Space.L, Space.XL, Space.XL)
        inner.setSpacing(Space.M)
        inner.addLayout(self._head())
        inner.addWidget(self._problem)
        inner.addLayout(self._column)
        inner.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        session.modelsChanged.connect(self._show)
        self._show()
        session.models.refresh()

    @property
    def cards(self) -> list[CardView]:
        """The cards that are shown, in their order."""
        return list(self._cards)

    def add_folder(self, folder: Path) -> bool:
        """Put a folder on the shelf, or say why it is no model; True when it was taken."""
        try:
            card = self._session.models.add_folder(folder)
        except QvlError as error:
            self._problem.setText(str(error))
            self._problem.show()
            return False
        self._problem.hide()
        words = self.tr("{name} was added: {family}.")
        self._session.notice.emit("success", words.format(name=card.name, family=card.family or self.tr("adapter")))
        return True

    def _head(self) -> QHBoxLayout:
        title = QLabel(self.tr("On this machine"), self)
        set_role(title, "title")
        add = QPushButton(self.tr("Add a model folder…"), self)
        add.setObjectName("addFolderButton")
        set_icon(add, "folder-add")
        add.clicked.connect(self._choose_folder)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(title)
        row.addStretch(1)
        row.addWidget(add)
        return row

    def _choose_folder(self) -> None:
        title = self.tr("Folder of a model")
        if folder := QFileDialog.getExistingDirectory(self, title, str(Path.home())):
            self.add_folder(Path(folder))

    def _show(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._cards.clear()
        shelf = self._session.models
        self._section(
            self.tr("Models"),
            shelf.models(),
            self.tr("No model yet. Add the folder of a downloaded Qwen-VL model."),
        )
        self._column.addSpacing(Space.M)
        self._section(
            self.tr("Adapters"),
            shelf.adapters(),
            self.tr("Adapters appear here when a training run of this project ends."),
        )

    def _section(self, title: str, cards: list[ModelCard], empty: str) -> None:
        heading = QLabel(title, self)
        set_role(heading, "heading")
        self._column.addWidget(heading)
        for card in cards:
            view = CardView(card, self, removable=self._removable(card))
            view.chatClicked.connect(self._chat)
            view.trainClicked.connect(self._train)
            view.folderClicked.connect(self._open_folder)
            view.removeClicked.connect(self._remove)
            self._column.addWidget(view)
            self._cards.append(view)
        if not cards:
            hint = QLabel(empty, self)
            hint.setWordWrap(True)
            set_role(hint, "muted")
            hint.setAlignment(Qt.AlignmentFlag.AlignLeft)
            self._column.addWidget(hint)

    def _removable(self, card: ModelCard) -> bool:
        return card.kind is not CardKind.DEMO and str(card.path) in self._session.settings.model_folders

    def _chat(self, card: ModelCard) -> None:
        if card.kind is CardKind.ADAPTER:
            self._session.chat_with(card.base or DEMO, card.reference)
        else:
            self._session.chat_with(card.reference)

    def _train(self, card: ModelCard) -> None:
        self._session.train_with(card.reference)

    def _open_folder(self, card: ModelCard) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(card.path)))

    def _remove(self, card: ModelCard) -> None:
        self._session.models.remove_folder(card.path)
