"""The preferences: everything that is kept for the user, a line each, in force at once.

Owns the frame: the list of pages, going back to the usual with a way to undo it. Does not own the lines
(`preference_pages`), how they look (`preference_rows`), or what a changed setting does (`live_settings`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.shell.preference_pages import PreferencePages
from qvl_desktop.gui.shell.preference_rows import Line
from qvl_desktop.gui.shell.strips import Strips
from qvl_desktop.gui.theme import Space, set_kind, theme
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.settings_watch import SettingsWatch

SIZE = (820, 560)
_UNDO = "undo"


class Preferences(QDialog):
    """Not modal: what is changed shows in the window beside it."""

    def __init__(
        self,
        session: Session,
        actions: dict[str, QAction],
        show_servers: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._before: dict[str, Any] = {}
        self.setObjectName("preferences")
        self.setWindowTitle(self.tr("Preferences"))
        wanted = QSize(theme().pixels(SIZE[0]), theme().pixels(SIZE[1]))
        self.resize(wanted.boundedTo(parent.size()) if parent is not None else wanted)
        self.sections = QListWidget(self)
        self.sections.setObjectName("preferenceSections")
        self.sections.setAccessibleName(self.tr("Preferences"))
        self.sections.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.pages = QStackedWidget(self)
        self.strips = Strips(self)
        self.content = PreferencePages(session, actions, show_servers, self)
        self.content.undoOffered.connect(self._offer_undo)
        for title, lines in self.content.pages:
            item = QListWidgetItem(title, self.sections)
            item.setSizeHint(QSize(0, self.fontMetrics().height() + 2 * Space.S))
            self.pages.addWidget(_page(lines))
        for line in self.lines:
            line.resetAsked.connect(lambda line=line: self._reset([line]))
        widest = max(self.fontMetrics().horizontalAdvance(title) for title, _ in self.content.pages)
        self.sections.setFixedWidth(max(140, widest + 2 * Space.L))
        self.sections.currentRowChanged.connect(self.pages.setCurrentIndex)
        self.sections.setCurrentRow(0)
        self.reset_all = QPushButton(self.tr("Everything as it was at first"), self)
        set_kind(self.reset_all, "quiet")
        self.close_button = QPushButton(self.tr("Close"), self)
        for button, slot in ((self.reset_all, self._on_reset_all), (self.close_button, self.close)):
            button.setAutoDefault(False)
            button.clicked.connect(slot)
        self._lay_out()
        SettingsWatch.of(session).changed.connect(self.refresh)
        self.refresh()
        self.sections.setFocus()

    @property
    def lines(self) -> list[Line]:
        """All lines, of all pages."""
        return [line for _, lines in self.content.pages for line in lines]

    def line(self, name: str) -> Line:
        """The line of a value, by its name."""
        return next(line for line in self.lines if line.value is not None and line.value.name == name)

    @property
    def state(self) -> tuple[int, str, dict[str, Any]]:
        """The page that is shown, the name of the line that has the keyboard, and what can be undone."""
        has = next((line.objectName() for line in self.lines if line.field.target.hasFocus()), "")
        return self.sections.currentRow(), has, self._before

    @state.setter
    def state(self, state: tuple[int, str, dict[str, Any]]) -> None:
        row, has, before = state
        self.sections.setCurrentRow(row)
        for line in self.lines:
            if has and line.objectName() == has:
                line.field.target.setFocus()
        if before:
            self._offer_back(before)

    def refresh(self) -> None:
        """Show what is in force."""
        for line in self.lines:
            line.refresh()
        self.content.refresh()
        self.reset_all.setEnabled(any(line.value is not None and not line.value.is_usual for line in self.lines))

    def _on_reset_all(self) -> None:
        self._reset(self.lines)

    def _reset(self, lines: list[Line]) -> None:
        values = [line.value for line in lines if line.value is not None and not line.value.is_usual]
        before = {value.name: value.read() for value in values}
        self._offer_back(before)
        for value in values:
            value.write(value.usual)
        self.refresh()

    def _offer_back(self, before: dict[str, Any]) -> None:
        """Offer to undo a reset. Another language makes this view anew: `state` carries it over."""
        self._before = before
        titles = [line.title for line in self.lines if line.value is not None and line.value.name in before]
        words = (
            self.tr("{name}: as it was at first.").format(name=titles[0])
            if len(titles) == 1
            else self.tr("Everything here is as it was at first. Your model folders and servers are still there.")
        )
        self._offer_undo(words, self._put_back)

    def _put_back(self) -> None:
        before, self._before = self._before, {}
        for line in self.lines:
            if line.value is not None and line.value.name in before:
                line.value.write(before[line.value.name])
        self.refresh()

    def _offer_undo(self, words: str, undo: Callable[[], object]) -> None:
        self.strips.show_strip(_UNDO, "info", words, [(self.tr("Undo"), undo)], closed=self._forget)

    def _forget(self) -> None:
        self._before = {}

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(Space.M)
        middle.addWidget(self.sections)
        middle.addWidget(self.pages, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.reset_all)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        column.setSpacing(Space.M)
        column.addLayout(middle, 1)
        column.addWidget(self.strips)
        column.addLayout(foot)


def _page(lines: list[Line]) -> QScrollArea:
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.setContentsMargins(Space.XS, Space.XS, Space.M, Space.XS)
    column.setSpacing(Space.L)
    for line in lines:
        column.addWidget(line)
    column.addStretch(1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its fields take the keyboard, and are scrolled to
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area
