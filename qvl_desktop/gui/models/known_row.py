"""A known model that is not here yet: what it is good for, what it needs, and the way to fetch it.

Owns the row and opening the form below it. Does not own the facts (`core.known_models`) nor the form.
"""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from qvl_desktop.core.known_models import KnownModel
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.models.download_form import DownloadForm
from qvl_desktop.gui.models.words import facts_text, needs_text
from qvl_desktop.gui.theme import Space, set_role, set_surface
from qvl_desktop.jobs.downloads import Downloads
from qvl_desktop.jobs.session import Session


class KnownRow(QWidget):
    """`model` is `None` for the last row, where any repository can be named."""

    def __init__(
        self, session: Session, downloads: Downloads, model: KnownModel | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._downloads, self.model = session, downloads, model
        self.form: DownloadForm | None = None
        set_surface(self, "raised")
        lines = self._lines()
        self.setAccessibleName(lines[0])
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        for text, role in zip(lines, ("heading", "body", "muted", "caption"), strict=False):
            label = QLabel(text, self)
            label.setWordWrap(True)
            set_role(label, role)  # type: ignore[arg-type]
            words.addWidget(label)
        self.open = QPushButton(self.tr("Download…"), self)
        self.open.setObjectName("openDownload")
        set_icon(self.open, "download")
        self.open.clicked.connect(self.open_form)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addLayout(words, 1)
        row.addWidget(self.open)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(Space.L, Space.M, Space.M, Space.M)
        self._column.addLayout(row)

    def open_form(self) -> None:
        """Open the form, or close it."""
        if self.form is not None:
            self.close_form()
            return
        self.form = DownloadForm(self._session, self._downloads, self.model, self)
        self.form.closed.connect(self.close_form)
        self._column.addWidget(self.form)
        self.form.show()
        (self.form.source if self.model else self.form.name).setFocus()

    def close_form(self) -> None:
        """Close the form; what was asked of a hub is forgotten."""
        form, self.form = self.form, None
        if form is not None:
            form.hide()
            self._column.removeWidget(form)
            form.deleteLater()
            self.open.setFocus()

    def _lines(self) -> list[str]:
        if self.model is None:
            return [
                self.tr("Another model"),
                self.tr("Any repository of the families above, by its name on the hub."),
            ]
        lines = [self.model.name, self.model.advice, facts_text(self.model), needs_text(self.model)]
        return [line for line in lines if line]
