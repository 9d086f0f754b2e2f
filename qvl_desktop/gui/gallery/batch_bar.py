"""What can be done with the selected pictures, at the foot of the gallery; empty when none is selected.

Owns these buttons. Does not own the edits (`jobs.picture_query`) or the selection (`page`).
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from qvl_desktop.core.dataset import SPLITS, Split
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_role, set_surface
from qvl_desktop.gui.words import split_text


class BatchBar(QWidget):
    """Signals: `splitChosen(split)`."""

    splitChosen = Signal(str)

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "panel")
        self.words = QLabel(self)
        set_role(self.words, "caption")
        self.buttons = QWidget(self)
        row = QHBoxLayout(self.buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XS)
        for name in ("done", "skipped", "unmark"):
            row.addWidget(self._button(actions[name]))
        row.addWidget(self._splits())
        remove = self._button(actions["remove"])
        remove.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        row.addWidget(remove)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.XS, Space.M, Space.XS)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.buttons)
        self.setMinimumHeight(40)
        self.show_selection(0, 0)

    def show_selection(self, selected: int, shown: int) -> None:
        """How many are selected, of how many on show."""
        self.buttons.setVisible(selected > 0)
        if selected:
            words = self.tr("{selected} of {shown} selected").format(selected=f"{selected:,}", shown=f"{shown:,}")
        else:
            words = self.tr("%n picture(s)", "", shown)
        self.words.setText(words)

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton(self)
        button.setDefaultAction(action)
        button.setAccessibleName(action.text())
        button.setText(action.text())
        button.setIconSize(QSize(18, 18))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button

    def _splits(self) -> QToolButton:
        button = QToolButton(self)
        button.setText(self.tr("Split"))
        button.setAccessibleName(self.tr("Split"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        names: tuple[Split, ...] = (*SPLITS, "")
        for split in names:
            menu.addAction(split_text(split), partial(self.splitChosen.emit, split))
        button.setMenu(menu)
        set_icon(button, "chevron-down")
        button.setIconSize(QSize(14, 14))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button
