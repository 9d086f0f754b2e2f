"""The known models that are not here yet, by family, and the row for any other.

Owns which of them are shown. Does not own a row (`known_row`) nor the facts (`core.known_models`).
"""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from qvl_desktop.core.known_models import KNOWN
from qvl_desktop.gui.models.known_row import KnownRow
from qvl_desktop.gui.theme import Space, set_role
from qvl_desktop.jobs.downloads import Downloads
from qvl_desktop.jobs.session import Session


class KnownList(QWidget):
    """The rows are made once, so that an open form stays open; those whose model is here, or coming, are hidden."""

    def __init__(self, session: Session, downloads: Downloads, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._downloads = session, downloads
        title = QLabel(self.tr("To download"), self)
        set_role(title, "heading")
        hint = QLabel(
            self.tr(
                "Memory is a forecast for one picture a sample and 512 tokens; to chat, in 16 bits unless the model is "
                "smaller by itself."
            ),
            self,
        )
        hint.setWordWrap(True)
        set_role(hint, "caption")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.M, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(title)
        column.addWidget(hint)
        self.rows = [KnownRow(session, downloads, model, self) for model in (*KNOWN, None)]
        for row in self.rows:
            column.addWidget(row)
        session.modelsChanged.connect(self.show_rows)
        downloads.listChanged.connect(self.show_rows)
        self.show_rows()

    def show_rows(self) -> None:
        """Show what is not here."""
        here = {card.name.casefold() for card in self._session.models.cards}
        coming = {item.download.wanted.name.casefold() for item in self._downloads.items}
        for row in self.rows:
            row.setVisible(row.model is None or row.model.name.casefold() not in here | coming)
