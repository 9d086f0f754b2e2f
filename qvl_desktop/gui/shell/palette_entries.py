"""What the command palette offers in the window: commands of all pages, pages, recent projects.

Owns the list and going to a command's page before it is run. Does not own the card (`palette`) or the commands.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QTimer

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.gui.help.book import book
from qvl_desktop.gui.help.desk import help_book, show_help
from qvl_desktop.gui.shell.pages import PAGES
from qvl_desktop.gui.shell.palette import Entry
from qvl_desktop.gui.shortcuts import WINDOW, Command, Shortcuts, native
from qvl_desktop.jobs.session import Session

_OPEN = QT_TRANSLATE_NOOP("palette", "Open {name}")
_GO = QT_TRANSLATE_NOOP("palette", "Go to")
_RECENT = QT_TRANSLATE_NOOP("palette", "Recent projects")
_HELP = QT_TRANSLATE_NOOP("palette", "Help: {title}")
_PREFIX = "page."
_SELF = "window.palette"


class Window(Protocol):
    """What is asked of the window."""

    session: Session
    shortcuts: Shortcuts

    @property
    def current_page(self) -> str: ...
    def show_page(self, name: str) -> None: ...
    def open_text(self, path: str) -> None: ...


def palette_entries(window: Window, recent: list[str]) -> list[Entry]:
    """All entries: the commands of the page that is shown first, then the window's, pages, other pages', projects."""
    commands = [one for one in window.shortcuts.commands if one.name != _SELF and not one.name.startswith(_PREFIX)]
    commands = [one for one in commands if one.keys or not one.shown]  # what only the mouse does cannot be run
    needing = {page.name for page in PAGES if page.needs_project and window.session.project is None}
    commands = [one for one in commands if _page(one) not in needing]
    here = [one for one in commands if _page(one) == window.current_page]
    everywhere = [one for one in commands if one.scope == WINDOW]
    elsewhere = [one for one in commands if _page(one) not in (WINDOW, window.current_page)]
    return [
        *(_command(window, one) for one in here),
        *_pages(window),
        *(_command(window, one) for one in everywhere),
        *_recent(window, recent),
        *(_command(window, one) for one in elsewhere),
        *_help(),
    ]


def _command(window: Window, command: Command) -> Entry:
    keys = window.shortcuts.keys(command.name)
    group = command.heading if command.scope == WINDOW else _title(_page(command))
    shown = native(keys[0]) if keys else ""
    return Entry(
        command.title.rstrip("…"), partial(_run, window, command), group, shown, f"{command.text} {command.name}"
    )


def _run(window: Window, command: Command) -> None:
    page = _page(command)
    if page not in (WINDOW, window.current_page):
        window.show_page(page)
    QTimer.singleShot(0, window.shortcuts, partial(window.shortcuts.run, command.name))


def _pages(window: Window) -> list[Entry]:
    group = QCoreApplication.translate("palette", _GO)
    return [
        Entry(_title(page.name), partial(window.show_page, page.name), group, native(f"Ctrl+{number}"), page.title)
        for number, page in enumerate(PAGES, start=1)
    ]


def _recent(window: Window, paths: list[str]) -> list[Entry]:
    words, group = QCoreApplication.translate("palette", _OPEN), QCoreApplication.translate("palette", _RECENT)
    return [
        Entry(words.format(name=Path(path).stem), partial(window.open_text, path), group, also=path) for path in paths
    ]


def _help() -> list[Entry]:
    words, group = QCoreApplication.translate("palette", _HELP), QCoreApplication.translate("actions", "Help")
    english = {path: title for _, pages in book("en").contents for title, path in pages}
    return [
        Entry(words.format(title=title), partial(show_help, path), group, also=f"help {english[path]}")
        for _, pages in help_book().contents
        for title, path in pages
    ]


def _page(command: Command) -> str:
    """The page of a command; a part of a page is written PAGE.PART in its scope."""
    return command.scope.partition(".")[0]


def _title(page: str) -> str:
    titles = {spec.name: spec.title for spec in PAGES}
    return QCoreApplication.translate("pages", titles[page]) if page in titles else page
