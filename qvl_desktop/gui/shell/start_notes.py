"""What the window says when it starts: that it is in safe mode, that it died last time, what is new in this version.

Owns when each is said, and saying it again in another language. Does not own the strips (`strips`), crash files
(`jobs.crash_watch`), the report (`report_view`) or the news (`news_view`).
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from qvl_desktop import __version__
from qvl_desktop.gui.shell.strips import Strips
from qvl_desktop.jobs.crash_watch import Crash
from qvl_desktop.jobs.session import Session

SAFE, CRASH, NEWS = "safe mode", "crash", "news"


class StartNotes(QObject):
    """The strips of a start. `start_normally`, `show_crash` and `show_news` are what their buttons do."""

    def __init__(
        self,
        session: Session,
        strips: Strips,
        *,
        start_normally: Callable[[], object],
        show_crash: Callable[[str], object],
        show_news: Callable[[], object],
    ) -> None:
        super().__init__(strips)
        self._session, self._strips = session, strips
        self._start_normally, self._show_crash, self._show_news = start_normally, show_crash, show_news
        self._crash: Crash | None = None
        session.languageChanged.connect(self._say_again)
        if session.settings.safe:
            self._say_safe()
        else:
            self._offer_news()

    def offer_crash(self, crash: Crash) -> None:
        """Say that the window died last time, and offer what it left behind."""
        self._crash = crash
        self._strips.show_strip(
            CRASH,
            "warning",
            self.tr("The program ended unexpectedly last time. Your project was kept, every edit of it."),
            [(self.tr("Show the report"), lambda: self._show_crash(crash.text))],
            closed=_nothing,
        )

    def _say_safe(self) -> None:
        self._strips.show_strip(
            SAFE,
            "warning",
            self.tr("Safe mode: the usual settings are in force. Your own are neither used nor changed."),
            [(self.tr("Start normally"), self._start_normally)],
        )

    def _offer_news(self) -> None:
        """Once after the version changed; at the very first start nothing is new."""
        settings = self._session.settings
        last, settings.last_version = settings.last_version, __version__
        if last and last != __version__:
            self._say_news()

    def _say_news(self) -> None:
        words = self.tr("This is version {version} of QVL Desktop.")
        self._strips.show_strip(
            NEWS,
            "info",
            words.format(version=__version__),
            [(self.tr("What is new"), self._show_news)],
            closed=_nothing,
        )

    def _say_again(self) -> None:
        shown = self._strips.texts
        if SAFE in shown:
            self._say_safe()
        if CRASH in shown and self._crash is not None:
            self.offer_crash(self._crash)
        if NEWS in shown:
            self._say_news()


def _nothing() -> None:
    """What closing a strip does beyond that."""
