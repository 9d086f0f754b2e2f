"""The bar above the pages: the project and its menu, undo and redo, runs that are alive, settings.

Owns these widgets. Does not own what they do: menus hold the window's actions.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_role
from qvl_desktop.gui.widgets.elided_label import ElidedLabel
from qvl_desktop.gui.words import path_text

NAME_WIDTH = 240
"""Pixels that the name of a project or a run may take; longer ones are shortened."""


class TopBar(QWidget):
    """Signals: `recentChosen(path)`, `runsClicked()`."""

    recentChosen = Signal(str)
    runsClicked = Signal()

    def __init__(self, actions: dict[str, QAction], settings_menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self._actions = actions
        self._recent: list[str] = []
        self._recent_menu = QMenu(self)
        self._recent_menu.aboutToShow.connect(self._fill_recent)
        self._project = QToolButton(self)
        self._project.setObjectName("projectButton")
        self._project.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._project.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._project.setMenu(self._project_menu())
        set_icon(self._project, "chevron-down", "muted")
        self._project.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow behind the name
        self._path = ElidedLabel(self)
        set_role(self._path, "caption")
        self._runs = QToolButton(self)
        self._runs.setObjectName("runsButton")
        self._runs.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        set_icon(self._runs, "train", "accent")
        self._runs.clicked.connect(self.runsClicked)
        self._runs.hide()
        self._settings = QToolButton(self)
        self._settings.setObjectName("settingsButton")
        self._settings.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._settings.setMenu(settings_menu)
        set_icon(self._settings, "settings")
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.S, Space.XS, Space.S, Space.XS)
        row.setSpacing(Space.XS)
        row.addWidget(self._project)
        row.addWidget(self._path, 1)
        row.addWidget(self._runs)
        for name in ("undo", "redo"):
            row.addWidget(self._tool(name))
        row.addWidget(self._settings)
        self.retranslate()
        self.show_project(None)

    def show_project(self, path: Path | None) -> None:
        """Show the project's name and where it lies."""
        self._project.setText(_shortened(self._project, path.stem if path else self.tr("No project")))
        self._project.setToolTip(path.stem if path else self.tr("Project"))
        self._path.setText(path_text(path.parent) if path else "")
        self._path.setToolTip(str(path) if path else "")

    def show_recent(self, paths: list[str]) -> None:
        """The projects offered under "Recent"."""
        self._recent = paths
        self._recent_menu.menuAction().setVisible(bool(paths))

    def show_runs(self, texts: list[str]) -> None:
        """Show that runs are alive: one line each as the tool tip."""
        self._runs.setVisible(bool(texts))
        words = self.tr("%n run(s) training", "", len(texts)) if len(texts) != 1 else texts[0]
        self._runs.setText(_shortened(self._runs, words))
        self._runs.setToolTip("\n".join(texts))

    def retranslate(self) -> None:
        """Take the words of the language in force."""
        self._recent_menu.setTitle(self.tr("Recent projects"))
        self._project.setAccessibleName(self.tr("Project"))
        self._settings.setToolTip(self.tr("Settings"))
        self._settings.setAccessibleName(self.tr("Settings"))

    def _tool(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"{name}Button")
        button.setDefaultAction(self._actions[name])
        button.setIconSize(QSize(20, 20))
        return button

    def _project_menu(self) -> QMenu:
        menu = QMenu(self)
        for name in ("new_project", "open_folder", "open_project"):
            menu.addAction(self._actions[name])
        menu.addMenu(self._recent_menu)
        menu.addAction(self._actions["open_demo"])
        menu.addSeparator()
        for name in ("import_data", "export_data"):
            menu.addAction(self._actions[name])
        menu.addSeparator()
        for name in ("show_in_folder", "close_project"):
            menu.addAction(self._actions[name])
        menu.addSeparator()
        menu.addAction(self._actions["quit"])
        return menu

    def _fill_recent(self) -> None:
        self._recent_menu.clear()
        for path in self._recent:
            action = self._recent_menu.addAction(Path(path).stem)
            action.setToolTip(path)
            action.setData(path)
            action.triggered.connect(self._choose_recent)
        self._recent_menu.setToolTipsVisible(True)

    def _choose_recent(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.recentChosen.emit(str(action.data()))


def _shortened(button: QToolButton, words: str) -> str:
    """The words as far as there is room for them, with `&` as itself."""
    return button.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, NAME_WIDTH).replace("&", "&&")
