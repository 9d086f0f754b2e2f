"""What opens beside the window: preferences, keys, the report and log, what is new. None of it stops the work.

Owns which are open, that each is there once, and showing them again in another language. Does not own any of them.
Each is imported when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog

if TYPE_CHECKING:
    from qvl_desktop.gui.shell.main_window import MainWindow


class SideViews(QObject):
    """Belongs to the window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._open: dict[str, tuple[QDialog, Callable[[], QDialog]]] = {}
        window.session.languageChanged.connect(self._make_again)

    def show_preferences(self) -> QDialog:
        """The user's preferences."""
        return self._show("preferences", self._preferences)

    def show_keys(self) -> QDialog:
        """All commands with their keys."""
        return self._show("keys", self._keys)

    def show_news(self) -> QDialog:
        """What is new in each version."""
        return self._show("news", self._news)

    def show_report(self, crash: str = "") -> QDialog:
        """The report for somebody who helps, and the log; with what a crash left behind when it is given."""
        if crash:
            self.close_view("report")
        return self._show("report", lambda: self._report(crash))

    def view(self, name: str) -> QDialog | None:
        """One that is open: "preferences", "keys", "report" or "news"."""
        return self._open[name][0] if name in self._open else None

    def close_view(self, name: str) -> None:
        """Close one; none is no harm."""
        if (view := self.view(name)) is not None:
            view.close()

    def _show(self, name: str, make: Callable[[], QDialog]) -> QDialog:
        view = self.view(name)
        if view is None:
            view = make()
            view.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            view.finished.connect(lambda: self._gone(name, view))
            self._open[name] = (view, make)
        view.show()
        view.raise_()
        view.activateWindow()
        return view

    def _gone(self, name: str, view: QDialog) -> None:
        if name in self._open and self._open[name][0] is view:
            del self._open[name]

    def _make_again(self) -> None:
        """In the new language, where they were."""
        for name, (view, make) in list(self._open.items()):
            place, state = view.geometry(), getattr(view, "state", None)
            view.close()
            made = self._show(name, make)
            made.setGeometry(place)
            if state is not None:
                made.state = state  # type: ignore[attr-defined]

    def _preferences(self) -> QDialog:
        from qvl_desktop.gui.shell.preferences import Preferences

        return Preferences(self._window.session, self._window.window_actions, self._window.show_servers, self._window)

    def _keys(self) -> QDialog:
        from qvl_desktop.gui.shell.keyboard_sheet import KeyboardSheet

        return KeyboardSheet(self._window.shortcuts, self._window)

    def _news(self) -> QDialog:
        from qvl_desktop.gui.shell.news_view import NewsView

        return NewsView(self._window.session.settings.language, self._window)

    def _report(self, crash: str) -> QDialog:
        from qvl_desktop.gui.shell.report_view import ReportView

        return ReportView(self._window, crash=crash)
