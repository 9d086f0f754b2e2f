"""The settings menu: language, look, where runs lie.

Owns the menu and writing the choices. Does not own languages (`gui.translation`) or colours (`gui.theme`).
"""

from __future__ import annotations

import os

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.translation import LANGUAGES
from qvl_desktop.jobs.child import ENGINE_VARIABLE, installed_engine, is_slim
from qvl_desktop.jobs.session import Session


class SettingsMenu(QMenu):
    """Signals: `languageChosen(code)`; "" is the system's."""

    languageChosen = Signal(str)

    def __init__(self, session: Session, actions: dict[str, QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._actions = actions
        self.fill()

    def fill(self) -> None:
        """Build the menu in the language in force."""
        self.clear()
        settings = self._session.settings
        languages = self._choice(
            self.tr("Language"), "language", [("", self.tr("As the system")), *LANGUAGES.items()], settings.language
        )
        languages.triggered.connect(self._choose_language)
        looks = [("system", self.tr("As the system")), ("light", self.tr("Light")), ("dark", self.tr("Dark"))]
        self._choice(self.tr("Look"), "theme", looks, settings.theme).triggered.connect(self._choose_look)
        self.addSeparator()
        runs = self.addAction(self.tr("Folder for runs…"))
        runs.triggered.connect(self._choose_runs_folder)
        beside = self.addAction(self.tr("Keep runs beside the project"))
        beside.setCheckable(True)
        beside.setChecked(not settings.runs_folder)
        beside.setEnabled(bool(settings.runs_folder))
        beside.triggered.connect(self._runs_beside_project)
        if is_slim():
            program = self.addAction(self.tr("Program for model work…"))
            program.setToolTip(self.tr("The installed qvl-desktop that loads and trains models for this slim edition"))
            program.triggered.connect(self._choose_engine)
        self.addSeparator()
        self.addAction(self._actions["tour"])
        self.addAction(self._actions["keyboard"])
        self.addAction(self._actions["report"])

    def _choice(self, title: str, icon: str, items: list[tuple[str, str]], chosen: str) -> QActionGroup:
        menu = QMenu(title, self)
        set_icon(menu.menuAction(), icon)
        group = QActionGroup(menu)
        for value, text in items:
            action = menu.addAction(text)
            action.setData(value)
            action.setCheckable(True)
            action.setChecked(value == chosen)
            group.addAction(action)
        self.addMenu(menu)
        return group

    def _choose_language(self, action: QAction) -> None:
        self._session.settings.language = str(action.data())
        self.languageChosen.emit(str(action.data()))

    def _choose_look(self, action: QAction) -> None:
        self._session.settings.theme = str(action.data())
        theme().set_mode(action.data())

    def _choose_runs_folder(self) -> None:
        start = str(self._session.runs_folder)
        if folder := QFileDialog.getExistingDirectory(self.parentWidget(), self.tr("Folder for runs"), start):
            self._set_runs_folder(folder)

    def _choose_engine(self) -> None:
        start = installed_engine() or ""
        path, _ = QFileDialog.getOpenFileName(self.parentWidget(), self.tr("Program for model work"), start)
        if path:
            self._session.settings.engine_program = path
            os.environ[ENGINE_VARIABLE] = path

    def _runs_beside_project(self) -> None:
        self._set_runs_folder("")

    def _set_runs_folder(self, folder: str) -> None:
        self._session.settings.runs_folder = folder
        self._session.look_at_runs()
        self.fill()
