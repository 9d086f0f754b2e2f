"""The user's settings as the window hears of them: a signal for each that becomes another, whoever changed it.

Owns only the signal. Does not own the settings (`storage.settings`) or what follows (`gui.shell.live_settings`).
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from qvl_desktop.jobs.session import Session


class SettingsWatch(QObject):
    """Signals: `changed(name)`, the setting of this name has another value."""

    changed = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        settings, tell = session.settings, self.changed.emit
        settings.subscribe(tell)
        self.destroyed.connect(partial(settings.unsubscribe, tell))

    @classmethod
    def of(cls, session: Session) -> SettingsWatch:
        """The one of a session, made when first asked for."""
        for child in session.children():
            if isinstance(child, SettingsWatch):
                return child
        return cls(session)
