"""The left side of the Train page: new run, comparing, finding and sorting runs, the list, and the trash below it.

Owns which runs are listed and in what order, and the trash line. Does not own a line (`run_list`) nor what is done
with a run (`page`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from qvl_desktop.core.amounts import file_size
from qvl_desktop.core.run_folder import RunState
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.train.run_list import RunList
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.widgets.search_line import SearchLine
from qvl_desktop.gui.words import date_text, method_text, state_text
from qvl_desktop.jobs.run_summary import RunSummary
from qvl_desktop.jobs.run_trash import Trashed

WIDTH = 244
MANY = 6
"""From this many runs on, finding and sorting are offered."""
ORDERS = ("newest", "name", "best", "state")
_STATES = list(RunState)


def matches(run: RunSummary, words: list[str]) -> bool:
    """Whether every word stands somewhere in what is known of a run."""
    text = " ".join(
        (run.name, run.folder.path.name, run.note, run.model, method_text(run.method), state_text(run.state))
    )
    return all(word in text.casefold() for word in words)


def in_order(runs: list[RunSummary], order: str) -> list[RunSummary]:
    """Starred runs first, each part in the order asked for."""

    def key(run: RunSummary) -> tuple[Any, ...]:
        best = -(run.acc50 if run.acc50 is not None else -1.0)
        keys: dict[str, tuple[Any, ...]] = {
            "newest": (-run.created, run.name),
            "name": (run.name.casefold(),),
            "best": (best, -run.created),
            "state": (_STATES.index(run.state), -run.created),
        }
        return (not run.star, *keys[order])

    return sorted(runs, key=key)


class RunPanel(QWidget):
    """Signals: `newClicked()`, `compareClicked()`, `restoreAsked(Trashed)`, `emptyAsked()`: delete what is in the trash
    for good, said twice."""

    newClicked = Signal()
    compareClicked = Signal()
    restoreAsked = Signal(object)
    emptyAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        set_surface(self, "panel")
        self._runs: list[RunSummary] = []
        self._trash: list[Trashed] = []
        self._trash_bytes = 0
        self.list = RunList(self)
        new = QPushButton(self.tr("New run"), self)
        new.setObjectName("newRunButton")
        set_icon(new, "plus")
        new.clicked.connect(self.newClicked)
        self._compare = QPushButton(self)
        self._compare.setObjectName("compareButton")
        set_icon(self._compare, "statistics")
        self._compare.clicked.connect(self.compareClicked)
        self.search = SearchLine(self.tr("Find runs"), self)
        self.search.setObjectName("runSearch")
        self.search.textChanged.connect(self._list)
        self.order = ChoiceBox(self)
        self.order.setObjectName("runOrder")
        self.order.setAccessibleName(self.tr("Order of the runs"))
        names = {
            "newest": self.tr("Newest first"),
            "name": self.tr("By name"),
            "best": self.tr("Best Acc@0.5 first"),
            "state": self.tr("By state"),
        }
        for name in ORDERS:
            self.order.addItem(names[name], name)
        self.order.currentIndexChanged.connect(self._list)
        self._empty = QLabel(self)
        self._empty.setWordWrap(True)
        set_role(self._empty, "caption")
        self._trash_button = QPushButton(self)
        self._trash_button.setObjectName("runTrash")
        set_kind(self._trash_button, "quiet")
        set_icon(self._trash_button, "trash", "muted")
        self._trash_button.clicked.connect(self._show_trash_menu)
        self._trash_button.hide()
        head = QVBoxLayout()
        head.setContentsMargins(Space.M, 0, Space.M, 0)
        head.setSpacing(Space.S)
        for widget in (new, self._compare, self.search, self.order, self._empty):
            head.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.M, 0, 0)
        column.setSpacing(Space.M)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self._trash_button)
        self.list.checkedChanged.connect(self.show_checked)
        self.show_checked()

    def show_runs(self, runs: list[RunSummary]) -> None:
        """Other runs, or other figures of them."""
        self._runs = runs
        many = len(runs) >= MANY or bool(self.search.text())
        self.search.setVisible(many)
        self.order.setVisible(many)
        self._list()

    def show_run(self, run: RunSummary) -> None:
        """One run's figures changed; the order stays as it is until the list is made anew."""
        for place, old in enumerate(self._runs):
            if old.folder == run.folder:
                self._runs[place] = run
        self.list.show_run(run)

    def show_trash(self, trash: list[Trashed], size: int) -> None:
        """What is in the trash, and its bytes."""
        self._trash, self._trash_bytes = trash, size
        self._trash_button.setVisible(bool(trash))
        self._trash_button.setText(self.tr("Trash: %n run(s)", "", len(trash)) + f" · {file_size(size)}")

    def show_checked(self) -> None:
        """Comparing is offered as soon as there is something to compare."""
        count = len(self.list.checked)
        self._compare.setText(self.tr("Compare %n run(s)", "", count))
        self._compare.setVisible(count > 0)

    def trash_menu(self) -> QMenu:
        """The runs that can be brought back, and emptying the trash."""
        menu = QMenu(self)
        for run in self._trash[:20]:
            when = date_text(run.when)
            action = menu.addAction(
                self.tr("Bring back “{name}”, deleted {when}").format(name=run.name, when=when),
                lambda run=run: self.restoreAsked.emit(run),  # type: ignore[misc]
            )
            set_icon(action, "undo")
        menu.addSeparator()
        sure = menu.addMenu(self.tr("Empty the trash ({size})").format(size=file_size(self._trash_bytes)))
        sure.addAction(self.tr("Delete %n run(s) for good", "", len(self._trash)), self.emptyAsked.emit)
        return menu

    def choose(self, path: Path | None) -> None:
        """Select a run, also one that a search hides, or none."""
        if path is not None and self.search.text() and not any(path == run.folder.path for run in self._listed()):
            self.search.clear()
        self.list.choose(path)

    def _show_trash_menu(self) -> None:
        menu = self.trash_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        place = self._trash_button.mapToGlobal(self._trash_button.rect().topLeft())
        place.setY(place.y() - menu.sizeHint().height())
        menu.popup(place)

    def _listed(self) -> list[RunSummary]:
        words = self.search.text().casefold().split()
        return in_order([run for run in self._runs if matches(run, words)], str(self.order.currentData()))

    def _list(self) -> None:
        found = self._listed()
        self.list.show_runs(found)
        if not self._runs:
            self._empty.setText(self.tr("Runs appear here. They go on when the window is closed."))
        elif not found:
            self._empty.setText(self.tr("No run is called so."))
        self._empty.setVisible(not found)
