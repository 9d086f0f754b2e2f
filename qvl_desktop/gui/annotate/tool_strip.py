"""The tools at the left edge of the canvas, each with its key.

Owns these buttons. Does not own the actions behind them (`actions`) or the light menu's sliders (`light_menu`).
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.gui.annotate.actions import TOOL_ACTIONS
from qvl_desktop.gui.annotate.light_menu import LightMenu
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.shortcuts import Shortcuts, native
from qvl_desktop.gui.theme import Space, set_surface, theme

_WIDTH = 40


class ToolStrip(QWidget):
    """A column of tools; the letter under an icon is its key."""

    def __init__(
        self, actions: dict[str, QAction], light: LightMenu, shortcuts: Shortcuts, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        set_surface(self, "panel")
        self._shortcuts = shortcuts
        self._buttons: dict[str, QToolButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XS, Space.S, Space.XS, Space.S)
        column.setSpacing(Space.XS)
        for name in TOOL_ACTIONS:
            column.addWidget(self._button(name, actions[name]))
        line = QFrame(self)
        line.setProperty("line", True)
        line.setFixedHeight(1)
        column.addWidget(line)
        for name in ("hide", "navigator"):
            column.addWidget(self._button(name, actions[name]))
        self.light = QToolButton(self)
        self.light.setObjectName("lightButton")
        self.light.setIconSize(QSize(20, 20))
        self.light.setFixedWidth(theme().pixels(_WIDTH))
        self.light.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.light.setMenu(light)
        self.light.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.light.setToolTip(self.tr("Brightness and contrast of the view; the file stays as it is"))
        self.light.setAccessibleName(self.tr("Brightness and contrast"))
        set_icon(self.light, "light")
        light.changed.connect(self._on_light)
        column.addWidget(self.light)
        column.addStretch(1)
        shortcuts.changed.connect(self._show_keys)
        self._show_keys()

    def _button(self, name: str, action: QAction) -> QToolButton:
        button = self._buttons[name] = QToolButton(self)
        button.setObjectName(f"{name}Tool")
        button.setDefaultAction(action)
        button.setAccessibleName(action.text())
        button.setIconSize(QSize(20, 20))
        button.setFixedWidth(theme().pixels(_WIDTH))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setProperty("strip", True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _show_keys(self) -> None:
        """The first key of each, in place of the words."""
        for name, button in self._buttons.items():
            keys = self._shortcuts.keys(f"annotate.{name}")
            action = button.defaultAction()
            action.setIconText(native(keys[0]) if keys else " ")

    def _on_light(self, light: object) -> None:
        plain = getattr(light, "plain", True)
        set_icon(self.light, "light", "text" if plain else "accent")
