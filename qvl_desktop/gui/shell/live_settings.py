"""What a changed setting does at once, whoever changed it: the menu, the preferences, or an undo there.

Owns this table. Does not own the settings (`storage.settings`) or what takes effect (`theme`, `translation`, ...).
"""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtCore import QObject

from qvl_desktop.gui.shortcuts import Shortcuts
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.widgets.thumbnails import keep_thumbnails
from qvl_desktop.jobs.child import ENGINE_VARIABLE
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.settings_watch import SettingsWatch

MB = 10**6


class LiveSettings(QObject):
    """Lives as long as the window; `show_again(language)` is the window's: it makes the pages anew."""

    def __init__(self, session: Session, show_again: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._show_again = show_again
        self._program = session.settings.engine_program
        keep_thumbnails(session.settings.thumbnail_limit * MB)
        SettingsWatch.of(session).changed.connect(self._apply)

    def _apply(self, name: str) -> None:
        settings = self._session.settings
        if name == "language":
            self._show_again(settings.language)
        elif name == "theme":
            theme().set_mode(settings.theme)  # type: ignore[arg-type]
        elif name == "text_size":
            theme().set_text_size(settings.text_size)
            self._show_again(settings.language)
        elif name == "runs_folder":
            self._session.look_at_runs()
        elif name == "model_folders":
            self._session.models.refresh()
        elif name == "engine_program":
            self._use_program(settings.engine_program)
        elif name == "shortcuts":
            Shortcuts.of(self._session).refresh()
        elif name == "thumbnail_limit":
            keep_thumbnails(settings.thumbnail_limit * MB)

    def _use_program(self, program: str) -> None:
        if program:
            os.environ[ENGINE_VARIABLE] = program
        elif os.environ.get(ENGINE_VARIABLE) == self._program:
            os.environ.pop(ENGINE_VARIABLE, None)
        self._program = program
