"""What the tour looks at: the window, its pages as far as they were shown, and what is open.

Owns finding pages and telling which part of a widget is in sight. Does not own what is looked for (`spots`, `signs`).
Pages are only named for their types: none is imported before the user has opened it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import shiboken6
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QWidget

from qvl_desktop.jobs.demo_project import is_sample
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.project import Project

if TYPE_CHECKING:
    from qvl_desktop.gui.annotate.page import AnnotatePage
    from qvl_desktop.gui.chat.page import ChatPage
    from qvl_desktop.gui.conversations.page import ConversationsPage
    from qvl_desktop.gui.data.export_dialog import ExportDialog
    from qvl_desktop.gui.health.page import HealthPage
    from qvl_desktop.gui.shell.main_window import MainWindow
    from qvl_desktop.gui.train.page import TrainPage

LEAST = 6
"""A part of a widget that is smaller than this many pixels is not in sight."""


class Scene:
    """The window as it is now. `edits` counts what was committed to the project since the window opened."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.session: Session = window.session
        self.edits = 0
        self._found: dict[tuple[str, int], QWidget] = {}

    def forget(self) -> None:
        """Look for every widget anew: those of the pages are others."""
        self._found.clear()

    @property
    def project(self) -> Project | None:
        return self.session.project

    @property
    def on_sample(self) -> bool:
        """Whether the project that is open is one of the samples, the user's own copy of which nothing can spoil."""
        project = self.project
        return project is not None and is_sample(Path(project.path))

    @property
    def page_name(self) -> str:
        return self.window.current_page

    def _page(self, name: str) -> QWidget | None:
        return self._find(f"page-{name}", self.window)

    def _find(self, name: str, inside: QWidget, *, visible: bool = False) -> QWidget | None:
        """A widget by its object's name. What was found is kept: walking through a window takes milliseconds."""
        key = name, id(inside)
        kept = self._found.get(key)
        there = kept is not None and shiboken6.isValid(kept) and inside.isAncestorOf(kept)
        if there and kept is not None and (kept.isVisible() or not visible):
            return kept
        found = [one for one in inside.findChildren(QWidget, name) if one.isVisible() or not visible]
        if not found:
            return None
        self._found[key] = found[-1]  # the last: those of another language may still be on their way out
        return found[-1]

    @property
    def annotate(self) -> AnnotatePage | None:
        return cast("AnnotatePage | None", self._page("annotate"))

    @property
    def conversations(self) -> ConversationsPage | None:
        return cast("ConversationsPage | None", self._page("conversations"))

    @property
    def health(self) -> HealthPage | None:
        return cast("HealthPage | None", self._page("health"))

    @property
    def train(self) -> TrainPage | None:
        return cast("TrainPage | None", self._page("train"))

    @property
    def chat(self) -> ChatPage | None:
        return cast("ChatPage | None", self._page("chat"))

    @property
    def export(self) -> ExportDialog | None:
        """The export dialog, while it is open."""
        modal = QApplication.activeModalWidget()
        return cast("ExportDialog", modal) if modal is not None and modal.objectName() == "exportDialog" else None

    def rail(self, name: str) -> QWidget | None:
        """The button of a page."""
        return self._find(f"rail-{name}", self.window.rail)

    def named(self, name: str, inside: QWidget | None = None) -> QWidget | None:
        """A visible widget by its object's name."""
        return self._find(name, inside or self.window, visible=True)

    def blocked(self, widget: QWidget) -> bool:
        """Whether a dialog keeps the user from this widget."""
        modal = QApplication.activeModalWidget()
        return modal is not None and widget.window() is not modal


def in_sight(widget: QWidget, host: QWidget, part: QRect | None = None) -> QRect | None:
    """What can be seen of a widget, or of a part of it (in its own coordinates), in coordinates of `host`; None when
    that is nothing: hidden, in another window, or scrolled away."""
    if not widget.isVisible() or widget.window() is not host.window():
        return None
    seen = QRect(part) if part is not None else QRect(QPoint(), widget.size())
    at: QWidget | None = widget
    while at is not None and at is not host:
        seen = (seen & at.rect()).translated(at.pos())
        if seen.width() < LEAST or seen.height() < LEAST:
            return None
        at = None if at.isWindow() else at.parentWidget()
    return seen & host.rect() if at is host else None
