"""The settings menu: what is switched often, and the way to everything else.

Owns the menu and writing its choices. Does not own the preferences (`preferences`) nor what a choice does at once
(`live_settings`).
"""

from __future__ import annotations

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.translation import LANGUAGES
from qvl_desktop.jobs.session import Session

_BELOW = ("help", "tour", "keyboard", "news", "report", "safe_mode")


class SettingsMenu(QMenu):
    """Language and look, the preferences, and what helps."""

    def __init__(self, session: Session, actions: dict[str, QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._actions = actions
        self.aboutToShow.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        """Build the menu in the language in force."""
        for menu in self.findChildren(QMenu):
            menu.deleteLater()
        self.clear()
        settings = self._session.settings
        languages = [("", self.tr("As the system")), *LANGUAGES.items()]
        self._choice("language", self.tr("Language"), languages).triggered.connect(self._choose_language)
        looks = [("system", self.tr("As the system")), ("light", self.tr("Light")), ("dark", self.tr("Dark"))]
        self._choice("theme", self.tr("Look"), looks).triggered.connect(self._choose_look)
        self.addAction(self._actions["preferences"])
        self.addSeparator()
        self._actions["safe_mode"].setEnabled(not settings.safe)
        for name in _BELOW:
            self.addAction(self._actions[name])

    def _choice(self, name: str, title: str, items: list[tuple[str, str]]) -> QActionGroup:
        menu = QMenu(title, self)
        set_icon(menu.menuAction(), name)
        group = QActionGroup(menu)
        for value, text in items:
            action = menu.addAction(text)
            action.setData(value)
            action.setCheckable(True)
            action.setChecked(value == getattr(self._session.settings, name))
            group.addAction(action)
        self.addMenu(menu)
        return group

    def _choose_language(self, action: QAction) -> None:
        self._session.settings.language = str(action.data())

    def _choose_look(self, action: QAction) -> None:
        self._session.settings.theme = str(action.data())
