"""Strips below the top bar: what the window has to say for longer than a notice, without being in the way.

Owns showing them, one below the other, and closing them. Does not own what they say (`start_notes`, `preferences`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.gui.icons import pixmap, set_icon
from qvl_desktop.gui.theme import Space, set_kind, theme
from qvl_desktop.gui.widgets.speaking import announce

Offer = tuple[str, Callable[[], object]]
"""The words of a button and what it does."""

_COLOURS = {"info": "accent", "warning": "warning", "success": "success"}


class Strips(QWidget):
    """Takes no room while it holds nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._strips: dict[str, Strip] = {}
        self.hide()

    def show_strip(
        self,
        name: str,
        level: str,
        text: str,
        offers: Sequence[Offer] = (),
        *,
        closed: Callable[[], object] | None = None,
    ) -> Strip:
        """Show one, in the place of the last of this name.

        `level` is "info", "success" or "warning". Each offer closes it. `closed` is called when the user closes it;
        without it there is no button for that.
        """
        place = self._column.indexOf(self._strips[name]) if name in self._strips else self._column.count()
        self.close_strip(name)
        strip = Strip(level, text, [(words, self._then(name, call)) for words, call in offers], self)
        if closed is not None:
            strip.let_close(self._then(name, closed))
        self._strips[name] = strip
        self._column.insertWidget(place, strip)
        self.show()
        announce(strip, text)
        return strip

    def close_strip(self, name: str) -> None:
        """Take one away; none is no harm."""
        strip = self._strips.pop(name, None)
        if strip is not None:
            self._column.removeWidget(strip)
            strip.hide()
            strip.deleteLater()
        self.setVisible(bool(self._strips))

    @property
    def texts(self) -> dict[str, str]:
        """What is shown now, by name."""
        return {name: strip.text for name, strip in self._strips.items()}

    def strip(self, name: str) -> Strip | None:
        """One that is shown."""
        return self._strips.get(name)

    def _then(self, name: str, call: Callable[[], object]) -> Callable[[], object]:
        def close_and_call() -> None:
            self.close_strip(name)
            call()

        return close_and_call


class Strip(QFrame):
    """One strip: a mark, its words, buttons."""

    def __init__(self, level: str, text: str, offers: Sequence[Offer], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text, self._level = text, level
        self.setObjectName("strip")
        self.setProperty("level", level)
        self.setAccessibleName(text)
        self._mark = QLabel(self)
        self.label = QLabel(text, self)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(Space.M, Space.XS, Space.S, Space.XS)
        self._row.setSpacing(Space.S)
        self._row.addWidget(self._mark)
        self._row.addWidget(self.label, 1)
        self.buttons: list[QPushButton] = []
        for words, call in offers:
            button = QPushButton(words, self)
            set_kind(button, "plain")
            button.clicked.connect(call)
            self._row.addWidget(button)
            self.buttons.append(button)
        self.close_button: QToolButton | None = None
        theme().changed.connect(self._dress)
        self._dress()

    def let_close(self, call: Callable[[], object]) -> None:
        """Give it a button that closes it."""
        button = QToolButton(self)
        button.setToolTip(self.tr("Close"))
        button.setAccessibleName(self.tr("Close"))
        set_icon(button, "close", "muted")
        button.clicked.connect(call)
        self._row.addWidget(button)
        self.close_button = button

    def _dress(self) -> None:
        self._mark.setPixmap(pixmap(self._level, 20, _COLOURS[self._level]))
