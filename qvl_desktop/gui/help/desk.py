"""Where help is asked for: one call from anywhere in the window.

Owns the one window of help and when it is made. Does not own what it shows (`window`, `book`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from qvl_desktop.gui.help.book import FIRST, Book, Link, book

if TYPE_CHECKING:
    from qvl_desktop.gui.help.window import HelpWindow

_shown: list[HelpWindow] = []


def show_help(link: Link | str = "") -> HelpWindow:
    """Open help at a place ("memory.md#the-disk"); without one where it was left, else at its beginning."""
    from qvl_desktop.gui.help.window import HelpWindow

    if not _shown:
        application = QCoreApplication.instance()
        assert application is not None, "help belongs to an application"
        application.aboutToQuit.connect(close_help)
        _shown.append(HelpWindow())
    window = _shown[0]
    wanted = help_book().link(link) if isinstance(link, str) and link else link or None
    if isinstance(wanted, Link):
        window.show_link(wanted)
    elif not window.visited:
        window.show_link(Link(FIRST))
    window.come()
    return window


def close_help() -> None:
    """Close the window of help and let go of it."""
    while _shown:
        window = _shown.pop()
        window.close()
        window.deleteLater()


def help_book() -> Book:
    """The documentation in the language in force."""
    return book(QLocale().name())
