"""The downloads that run, wait, rest or failed, and those that have just come.

Owns the rows and what their buttons do. Does not own the queue (`jobs.downloads`).
"""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from qvl_desktop.gui.models.download_row import DownloadRow
from qvl_desktop.gui.theme import Space, set_role
from qvl_desktop.jobs.downloads import Downloads


class DownloadList(QWidget):
    """Hidden while there is nothing to show."""

    def __init__(self, downloads: Downloads, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._downloads = downloads
        self._rows: dict[str, DownloadRow] = {}
        title = QLabel(self.tr("Downloads"), self)
        set_role(title, "heading")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, Space.M)
        self._column.setSpacing(Space.S)
        self._column.addWidget(title)
        downloads.listChanged.connect(self.show_items)
        downloads.progressed.connect(self.show_items)
        self.show_items()

    @property
    def rows(self) -> list[DownloadRow]:
        """What is shown, in its order."""
        return list(self._rows.values())

    def show_items(self) -> None:
        """Take over what is in the queue; rows that stay are kept, so that a button under the mouse stays too."""
        items = self._downloads.items
        for key in [key for key in self._rows if key not in {item.key for item in items}]:
            row = self._rows.pop(key)
            row.hide()
            self._column.removeWidget(row)
            row.deleteLater()
        for item in items:
            row = self._rows.get(item.key) or self._add(item.key)
            row.show_item(item)
        self.setVisible(bool(items))

    def _add(self, key: str) -> DownloadRow:
        item = next(item for item in self._downloads.items if item.key == key)
        row = DownloadRow(item, self)
        row.pauseClicked.connect(self._downloads.pause)
        row.resumeClicked.connect(self._downloads.resume)
        row.removeClicked.connect(self._downloads.cancel)
        self._column.addWidget(row)
        self._rows[key] = row
        return row
