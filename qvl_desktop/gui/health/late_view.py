"""A view of the whole project that is made anew when it is looked at, not at every change.

Owns when. Does not own what is shown (`statistics_view`, `split_view`).
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from qvl_desktop.jobs.health import HealthCheck
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.waiting import waiter


class LateView(QWidget):
    """A subclass says in `renew` how its contents are made, and how long it waits for further changes (`DELAY_MS`)."""

    DELAY_MS = 300

    def __init__(self, session: Session, health: HealthCheck, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._health = health
        self._stale = True
        self._timer = waiter(self, self.DELAY_MS, self.renew)

    def renew(self) -> None:
        """Make the contents anew, beside the window."""
        raise NotImplementedError

    def invalidate(self) -> None:
        """Something changed: the contents are made anew, now or when they come into sight."""
        self._stale = True
        if self.isVisible():
            self._timer.start()

    def catch_up(self) -> None:
        """Make the contents anew if something changed since."""
        if self._stale:
            self._timer.start(0)
