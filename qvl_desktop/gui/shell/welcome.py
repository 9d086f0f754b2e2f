"""The start page, shown while no project is open.

Owns its words and buttons. Does not own opening projects (`main_window`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from qvl_desktop.gui.data.dropping import data_source
from qvl_desktop.gui.icons import application_icon, set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.widgets.guarded import guarded

WIDTH = 560
SHOWN_RECENT = 6


class WelcomePage(QWidget):
    """Signals: `recentChosen(path)`, `dropped(path)` with a project, a folder or a data file."""

    recentChosen = Signal(str)
    dropped = Signal(str)

    def __init__(self, actions: dict[str, QAction], recent: list[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "window")
        self.setAcceptDrops(True)
        self._actions = actions
        column = QVBoxLayout()
        column.setSpacing(Space.M)
        column.addLayout(self._head())
        column.addSpacing(Space.S)
        column.addLayout(self._buttons(primary="open_project" if recent else "open_demo"))
        if recent:
            column.addSpacing(Space.M)
            column.addLayout(self._recent(recent[:SHOWN_RECENT]))
        hint = QLabel(self.tr("You can also drop a folder of pictures, a data file or a project here."), self)
        set_role(hint, "caption")
        column.addSpacing(Space.S)
        column.addWidget(hint)
        middle = QWidget(self)
        middle.setFixedWidth(WIDTH)
        middle.setLayout(column)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addWidget(middle, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)

    @guarded
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_path(event.mimeData()):
            event.acceptProposedAction()

    @guarded
    def dropEvent(self, event: QDropEvent) -> None:
        if path := _dropped_path(event.mimeData()):
            event.acceptProposedAction()
            self.dropped.emit(path)

    def _head(self) -> QHBoxLayout:
        mark = QLabel(self)
        mark.setPixmap(application_icon().pixmap(56, 56))
        title = QLabel(self.tr("From pictures to a model that points"), self)
        set_role(title, "title")
        text = QLabel(
            self.tr(
                "Draw boxes, turn them into conversations, tune the model on them, and ask it about new pictures. "
                "Everything stays on this machine."
            ),
            self,
        )
        text.setWordWrap(True)
        set_role(text, "muted")
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        words.addWidget(title)
        words.addWidget(text)
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row

    def _buttons(self, primary: str) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(Space.S)
        icons = {
            "open_demo": "template",
            "open_folder": "folder-add",
            "new_project": "new",
            "open_project": "folder-open",
        }
        order = sorted(icons, key=lambda name: name != primary)
        for name in order:
            action = self._actions[name]
            button = QPushButton("  " + action.text(), self)
            button.setObjectName(f"welcome-{name}")
            button.setStyleSheet("text-align: left; padding: 8px 12px;")
            set_icon(button, icons[name], "accent_text" if name == primary else "text")
            set_kind(button, "primary" if name == primary else "plain")
            button.clicked.connect(action.trigger)
            column.addWidget(button)
        return column

    def _recent(self, paths: list[str]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(Space.XS)
        heading = QLabel(self.tr("Recent projects"), self)
        set_role(heading, "heading")
        column.addWidget(heading)
        for path in paths:
            button = QPushButton(f"{Path(path).stem}   —   {Path(path).parent}", self)
            button.setProperty("path", path)
            button.setToolTip(path)
            button.setStyleSheet("text-align: left;")
            set_kind(button, "quiet")
            button.clicked.connect(self._choose_recent)
            column.addWidget(button)
        return column

    def _choose_recent(self) -> None:
        self.recentChosen.emit(str(self.sender().property("path")))


def _dropped_path(data: QMimeData) -> str:
    for url in data.urls():
        path = Path(url.toLocalFile()) if url.isLocalFile() else None
        if path and (path.is_dir() or path.suffix == ".qvl" or data_source([path]) is not None):
            return str(path)
    return ""
