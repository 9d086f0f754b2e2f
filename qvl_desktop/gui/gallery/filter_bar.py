"""The one line in which pictures are looked for, and what else is asked as small words below it.

Owns the search line, the button of the sheet with all filters, and the words that can be clicked away. The same bar
stands over the list and over the gallery and shows the same filter. Does not own the filter (`jobs.picture_query`).
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.gui.gallery.filter_panel import FilterPanel
from qvl_desktop.gui.gallery.filter_words import conditions
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space
from qvl_desktop.gui.widgets.flow import FlowLayout
from qvl_desktop.gui.widgets.search_line import SearchLine
from qvl_desktop.jobs.picture_query import PictureQuery
from qvl_desktop.jobs.waiting import waiter
from qvl_desktop.storage.filters import PictureFilter

_DELAY_MS = 150
_WORDS = 28


class FilterBar(QWidget):
    """Shows and sets the filter of a query."""

    def __init__(self, query: PictureQuery, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.query = query
        self.search = SearchLine(self.tr("Name or folder"), self)
        self.search.setAccessibleName(self.tr("Filter pictures by name or folder"))
        self.more = QToolButton(self)
        self.more.setIconSize(QSize(20, 20))
        self.more.setCheckable(True)
        self.more.setToolTip(self.tr("All filters"))
        self.more.setAccessibleName(self.tr("All filters"))
        set_icon(self.more, "filter")
        self.more.clicked.connect(self.open_panel)
        self.panel: FilterPanel | None = None
        self.words = QWidget(self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.words.setSizePolicy(policy)
        self._flow = FlowLayout(self.words)
        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        row.addWidget(self.search, 1)
        row.addWidget(self.more)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addLayout(row)
        layout.addWidget(self.words)
        self._timer = waiter(self, _DELAY_MS, self._send)
        self.search.textChanged.connect(self._timer.start)
        query.filterChanged.connect(self.show_filter)
        self.show_filter()

    def show_filter(self) -> None:
        """Show what is in force, whoever changed it."""
        asked = self.query.filter
        if not self._timer.isActive() and self.search.text().strip() != asked.text:
            self.search.blockSignals(True)
            self.search.setText(asked.text)
            self.search.blockSignals(False)
        while (item := self._flow.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        said = conditions(asked)
        for words, left in said:
            self._flow.addWidget(self._chip(words, left))
        self.words.setVisible(bool(said))
        self.words.updateGeometry()
        self.more.setChecked(bool(said))

    def open_panel(self) -> None:
        """Open the sheet with all filters."""
        if self._timer.isActive():
            self._send()
        if self.panel is None:
            self.panel = FilterPanel(self.query, self)
            self.panel.changed.connect(self.query.set_filter)
        self.show_filter()
        self.panel.open_at(self)

    def _send(self) -> None:
        self._timer.stop()
        self.query.set_filter(self.query.filter.but(text=self.search.text().strip()))

    def _chip(self, words: str, left: PictureFilter) -> QPushButton:
        short = words if len(words) <= _WORDS else words[: _WORDS - 1] + "…"
        chip = QPushButton(short.replace("&", "&&"), self.words)
        chip.setProperty("chip", True)
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        chip.setIconSize(QSize(12, 12))
        set_icon(chip, "close", "muted")
        chip.setToolTip(self.tr("{condition}: click to drop it").format(condition=words))
        chip.setAccessibleName(words)
        chip.clicked.connect(partial(self.query.set_filter, left))
        chip.show()
        return chip
