"""Models that other programs left on this disk, offered for the list.

Owns asking for them and the row of each. Does not own where such caches are (`core.model_search`).
"""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from qvl_desktop.core.amounts import file_size
from qvl_desktop.core.cards import ModelCard
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.model_search import models_in_caches
from qvl_desktop.gui.models.words import PARTED
from qvl_desktop.gui.theme import Space, set_role, set_surface
from qvl_desktop.gui.widgets.elided_label import ElidedLabel
from qvl_desktop.gui.words import path_text
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task


class FoundView(QWidget):
    """Hidden until it is asked to look."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._task: Task[list[ModelCard]] | None = None
        self._title = QLabel(self.tr("Found on this disk"), self)
        set_role(self._title, "heading")
        self._words = QLabel(self)
        self._words.setObjectName("foundWords")
        set_role(self._words, "muted")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, Space.M)
        self._column.setSpacing(Space.S)
        self._column.addWidget(self._title)
        self._column.addWidget(self._words)
        self.rows: list[QWidget] = []
        self.hide()

    def look(self) -> None:
        """Look into the caches of the hubs' libraries, beside the window."""
        if self._task is not None:
            return
        self._say(self.tr("Looking…"))
        self.show()
        known = {card.path for card in self._session.models.cards}
        task: Task[list[ModelCard]] = Task(lambda: [card for card in models_in_caches() if card.path not in known])
        self._task = task.on_success(self._found).on_end(self._ended).start(self)

    def _found(self, cards: list[ModelCard]) -> None:
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows.clear()
        for card in cards:
            self._add(card)
        none = self.tr("Nothing else in the folders of Hugging Face and ModelScope. Add any other folder by hand.")
        self._say("" if cards else none)

    def _ended(self) -> None:
        self._task = None

    def _say(self, words: str) -> None:
        self._words.setText(words)
        self._words.setVisible(bool(words))

    def _add(self, card: ModelCard) -> None:
        row = QWidget(self)
        set_surface(row, "raised")
        name, facts, place = QLabel(card.name, row), QLabel(row), ElidedLabel(row)
        set_role(name, "heading")
        set_role(facts, "muted")
        set_role(place, "caption")
        facts.setText(PARTED.join(part for part in (card.family, card.precision, file_size(card.size)) if part))
        place.setText(path_text(card.path))
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        for label in (name, facts, place):
            words.addWidget(label)
        button = QPushButton(self.tr("Add"), row)
        button.setObjectName("addFound")
        button.clicked.connect(lambda: self._take(card, row))
        line = QHBoxLayout(row)
        line.setContentsMargins(Space.L, Space.M, Space.M, Space.M)
        line.addLayout(words, 1)
        line.addWidget(button)
        self._column.addWidget(row)
        self.rows.append(row)

    def _take(self, card: ModelCard, row: QWidget) -> None:
        try:
            self._session.models.add_folder(card.path)
        except QvlError as error:
            self._session.report(error)
            return
        self.rows.remove(row)
        row.hide()
        row.deleteLater()
        if not self.rows:
            self.hide()
