"""The Models page: downloads that run, what is on this machine, and what can be fetched.

Owns the order of the parts, adding a folder, and telling the end of a download. Does not own the parts.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from qvl_desktop.core.errors import QvlError
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.models.card_view import CardView
from qvl_desktop.gui.models.download_list import DownloadList
from qvl_desktop.gui.models.found_view import FoundView
from qvl_desktop.gui.models.known_list import KnownList
from qvl_desktop.gui.models.shelf_view import ShelfView
from qvl_desktop.gui.theme import Space, set_kind, set_role
from qvl_desktop.jobs.downloads import downloads_of
from qvl_desktop.jobs.session import Session

WIDEST = 980


class ModelsPage(QWidget):
    """One column: problem, downloads, found folders, cards, known models."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        downloads = downloads_of(session)
        self._problem = QLabel(self)
        self._problem.setObjectName("problem")
        self._problem.setWordWrap(True)
        set_role(self._problem, "danger")
        self._problem.hide()
        content = QWidget(self)
        content.setMaximumWidth(WIDEST)
        self.downloads = DownloadList(downloads, content)
        self.found = FoundView(session, content)
        self.shelf = ShelfView(session, downloads, content)
        self.known = KnownList(session, downloads, content)
        inner = QVBoxLayout(content)
        inner.setContentsMargins(Space.XL, Space.L, Space.XL, Space.XL)
        inner.setSpacing(Space.M)
        inner.addLayout(self._head())
        for part in (self._problem, self.downloads, self.found, self.shelf, self.known):
            inner.addWidget(part)
        inner.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what it holds has the focus
        scroll.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        session.models.refresh()
        downloads.follow()

    @property
    def cards(self) -> list[CardView]:
        """The cards that are shown, in their order."""
        return list(self.shelf.cards)

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
        look = QPushButton(self.tr("Look on this disk"), self)
        look.setObjectName("lookButton")
        look.setToolTip(self.tr("In the folders of Hugging Face and ModelScope"))
        set_icon(look, "search")
        set_kind(look, "quiet")
        look.clicked.connect(self.found.look)
        add = QPushButton(self.tr("Add a model folder…"), self)
        add.setObjectName("addFolderButton")
        set_icon(add, "folder-add")
        add.clicked.connect(self._choose_folder)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(title)
        row.addStretch(1)
        row.addWidget(look)
        row.addWidget(add)
        return row

    def _choose_folder(self) -> None:
        title = self.tr("Folder of a model")
        if folder := QFileDialog.getExistingDirectory(self, title, str(Path.home())):
            self.add_folder(Path(folder))
