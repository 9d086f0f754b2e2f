"""Where the user was on pages that are made again, in another language or another size of words.

Owns asking each page for it before it goes and giving it to the page that takes its place, and waiting with the change
while a dialog holds the window. Does not own what a page hands over: a page that has something implements `HandsOver`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget


@runtime_checkable
class HandsOver(Protocol):
    """A page with something to lose: what was typed, which of its views is shown."""

    def hand_over(self) -> object:
        """What the next page of this kind is to show. The page is not used afterwards."""
        ...

    def take_over(self, state: object) -> None:
        """Show what an earlier page of this kind handed over."""
        ...


class Handed:
    """What pages handed over, until their successors are made."""

    def __init__(self) -> None:
        self._states: dict[str, object] = {}

    def keep(self, pages: Mapping[str, QWidget]) -> None:
        """Ask pages, by their names, what they hand over."""
        for name, page in pages.items():
            if isinstance(page, HandsOver):
                self._states[name] = page.hand_over()

    def give(self, name: str, page: QWidget) -> None:
        """Give a new page what the one before it left."""
        if name in self._states and isinstance(page, HandsOver):
            page.take_over(self._states.pop(name))

    def forget(self) -> None:
        """Another project: what was there is of no use here."""
        self._states.clear()


def when_no_dialog_is_open(window: QWidget, call: Callable[[], object]) -> bool:
    """Whether a dialog holds the window now; then `call` is made as soon as it has closed."""
    dialog = QApplication.activeModalWidget()
    if not isinstance(dialog, QDialog):
        return False
    dialog.finished.connect(lambda _: QTimer.singleShot(0, window, call))
    return True
