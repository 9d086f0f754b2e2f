"""The navigation rail at the left: one button a page.

Owns the buttons and which of them is down. Does not own the pages or switching them (`main_window`).
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.shell.pages import PAGES
from qvl_desktop.gui.theme import Space

WIDTH = 112
"""Pixels; wider in a language whose names of pages need it."""


class Rail(QWidget):
    """Signals: `chosen(name)` when the user picks a page."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.setFixedWidth(WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.XS, Space.M, Space.XS, Space.M)
        layout.setSpacing(Space.XS)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        for number, page in enumerate(PAGES, start=1):
            button = self._button(page.name, page.icon)
            button.setShortcut(QKeySequence(f"Ctrl+{number}"))
            layout.addWidget(button)
        layout.addStretch(1)
        self.retranslate()

    def show_page(self, name: str) -> None:
        """Press the button of the page that is shown."""
        self._buttons[name].setChecked(True)

    def retranslate(self) -> None:
        """Take the words of the language in force."""
        for number, page in enumerate(PAGES, start=1):
            button = self._buttons[page.name]
            button.setText(QCoreApplication.translate("pages", page.title))
            button.setToolTip(f"{QCoreApplication.translate('pages', page.hint)}  (Ctrl+{number})")
            button.setShortcut(QKeySequence(f"Ctrl+{number}"))  # setText drops it
        widest = max(button.sizeHint().width() for button in self._buttons.values())
        self.setFixedWidth(max(WIDTH, widest + 2 * Space.XS))

    def _button(self, name: str, icon: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"rail-{name}")
        button.setProperty("rail", True)
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(22, 22))
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_icon(button, icon)
        button.clicked.connect(self._clicked)
        self._group.addButton(button)
        self._buttons[name] = button
        return button

    def _clicked(self) -> None:
        name = next(name for name, button in self._buttons.items() if button is self.sender())
        self.chosen.emit(name)
