"""The program's QApplication: it hears of files that macOS wants opened.

Owns that one event: a project double-clicked in the Finder, or dropped on the Dock, arrives there as an event and not
on the command line. Does not own what is opened (`jobs.opening`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from qvl_desktop.gui.widgets.guarded import guarded


class Application(QApplication):
    """A file that comes before the window is ready waits for it."""

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self._open: Callable[[Path], object] | None = None
        self._waiting: Path | None = None

    def take_asked(self) -> Path | None:
        """The last file or folder that was asked for before `open_with`, once."""
        asked, self._waiting = self._waiting, None
        return asked

    def open_with(self, opening: Callable[[Path], object]) -> None:
        """From now on files are opened by this."""
        self._open = opening

    @guarded(default=False)
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            if self._open is None:
                self._waiting = Path(event.file())
            else:
                self._open(Path(event.file()))
            return True
        return super().event(event)
