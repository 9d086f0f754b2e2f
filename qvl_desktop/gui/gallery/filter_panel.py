"""All that pictures can be filtered by, on one small sheet that opens under the filter button.

Owns these fields. Does not own the filter in force (`jobs.picture_query`) nor its short form (`filter_bar`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.dataset import SPLITS, Split
from qvl_desktop.gui.help.mark import HelpMark
from qvl_desktop.gui.help.placing import help_beside
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.widgets.wrapped_check import WrappedCheckBox
from qvl_desktop.gui.words import split_text, status_text
from qvl_desktop.jobs.picture_query import PictureQuery
from qvl_desktop.jobs.waiting import waiter
from qvl_desktop.storage.filters import STATUSES, PictureFilter

_DELAY_MS = 200
_WIDTH = 440
_OFFERED_REFS = 2000
_RANGES = ("regions", "width", "height")


class FilterPanel(QFrame):
    """A sheet over the page; what is chosen holds at once. Signals: `changed(PictureFilter)`."""

    changed = Signal(object)

    def __init__(self, query: PictureQuery, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._query = query
        self._filling = False
        set_surface(self, "raised")
        self.setFixedWidth(_WIDTH)
        self._timer = waiter(self, _DELAY_MS, self._send)
        self._refs = QStringListModel(self)
        self.statuses = {status: self._toggle(status_text(status)) for status in STATUSES}
        splits: tuple[Split, ...] = (*SPLITS, "")
        self.splits = {split: self._toggle(split_text(split)) for split in splits}
        self.ref = self._ref_line(self.tr("With a ref: choose one, Enter"), self._add_ref)
        self.every = WrappedCheckBox(self.tr("Each of these refs"), self)
        self.every.setToolTip(self.tr("Otherwise one of them is enough"))
        self.every.toggled.connect(self._send)
        self.without = self._ref_line(self.tr("Without a ref: choose one, Enter"), self._add_without)
        self.said = QLineEdit(self)
        self.said.setClearButtonEnabled(True)
        self.said.setPlaceholderText(self.tr("Words of a question or answer"))
        self.said.textChanged.connect(self._timer.start)
        self.ranges = {name: (self._number(), self._number()) for name in _RANGES}
        self.talk = self._choice(self.tr("With or without"), self.tr("With conversations"), self.tr("Without"))
        self.file = self._choice(self.tr("There or not"), self.tr("Missing"), self.tr("There"))
        self.saved = ChoiceBox(self)
        self.saved.activated.connect(self._take_saved)
        self.name = QLineEdit(self)
        self.name.setPlaceholderText(self.tr("Name, to keep this filter"))
        self.name.returnPressed.connect(self._save)
        self.forget = QPushButton(self.tr("Forget"), self)
        self.forget.clicked.connect(self._forget)
        self._forgotten: tuple[str, PictureFilter] | None = None
        self.clear = QPushButton(self.tr("Clear all"), self)
        set_kind(self.clear, "quiet")
        self.clear.clicked.connect(partial(self.changed.emit, PictureFilter()))
        self.shown = QLabel(self)
        set_role(self.shown, "muted")
        self._lay_out()
        query.filterChanged.connect(self.show_filter)
        query.idsChanged.connect(self._count)
        query.savedChanged.connect(self._list_saved)

    def open_at(self, anchor: QWidget) -> None:
        """Show the sheet under a widget, inside its window where there is room."""
        project = self._query.project
        self._refs.setStringList(project.all_refs(limit=_OFFERED_REFS) if project else [])
        self._list_saved()
        self.show_filter()
        self._count()
        self.adjustSize()
        place = anchor.mapToGlobal(QPoint(0, anchor.height() + Space.XS))
        window = anchor.window()
        right = window.mapToGlobal(QPoint(window.width(), 0)).x() - self.width() - Space.S
        self.move(min(place.x(), max(right, 0)), place.y())
        self.show()
        self.said.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_filter(self) -> None:
        """Show what is in force, whoever changed it."""
        asked = self._query.filter
        self._filling = True
        try:
            for status, box in self.statuses.items():
                box.setChecked(status in asked.statuses)
            for split, box in self.splits.items():
                box.setChecked(split in asked.splits)
            self.every.setChecked(asked.every_ref)
            self.every.setEnabled(len(asked.refs) > 1)
            _set_text(self.said, asked.said)
            for name, lines in self.ranges.items():
                for line, end in zip(lines, ("from", "to"), strict=True):
                    value = getattr(asked, f"{name}_{end}")
                    _set_text(line, "" if value is None else str(value))
            self.talk.setCurrentIndex({None: 0, True: 1, False: 2}[asked.has_conversations])
            self.file.setCurrentIndex({None: 0, True: 1, False: 2}[asked.missing])
        finally:
            self._filling = False
        self.clear.setEnabled(not asked.empty)
        self.name.setEnabled(not asked.empty)

    def _send(self) -> None:
        """Put what the fields say in force, also what was just typed."""
        self._timer.stop()
        if self._filling:
            return
        ends = {
            f"{name}_{end}": int(line.text()) if line.text() else None
            for name, lines in self.ranges.items()
            for line, end in zip(lines, ("from", "to"), strict=True)
        }
        choice = (None, True, False)
        asked = self._query.filter.but(
            statuses=tuple(status for status, box in self.statuses.items() if box.isChecked()),
            splits=tuple(split for split, box in self.splits.items() if box.isChecked()),
            every_ref=self.every.isChecked(),
            said=self.said.text().strip(),
            has_conversations=choice[self.talk.currentIndex()],
            missing=choice[self.file.currentIndex()],
            **ends,
        )
        self.changed.emit(asked)

    def _add_ref(self, ref: str) -> None:
        self._send()
        asked = self._query.filter
        self.changed.emit(asked.but(refs=tuple(dict.fromkeys((*asked.refs, ref)))))

    def _add_without(self, ref: str) -> None:
        self._send()
        asked = self._query.filter
        self.changed.emit(asked.but(without_refs=tuple(dict.fromkeys((*asked.without_refs, ref)))))

    def _count(self) -> None:
        self.shown.setText(self.tr("%n picture(s)", "", len(self._query.ids)))

    # Filters that are kept

    def _list_saved(self) -> None:
        names = sorted(self._query.saved())
        self.saved.clear()
        self.saved.addItem(self.tr("Kept filters…") if names else self.tr("No filter kept yet"))
        self.saved.addItems(names)
        self.saved.setEnabled(bool(names))
        self._show_forget()

    def _take_saved(self, place: int) -> None:
        self._forgotten = None
        self._show_forget()
        if place > 0:
            self.changed.emit(self._query.saved().get(self.saved.itemText(place), PictureFilter()))

    def _save(self) -> None:
        if name := self.name.text().strip():
            self._forgotten = None
            self._query.save(name, self._query.filter)
            self.name.clear()

    def _forget(self) -> None:
        """Forget the filter that is chosen; the same button brings it back."""
        if self._forgotten is not None:
            (name, asked), self._forgotten = self._forgotten, None
            self._query.save(name, asked)
            return
        name = self.saved.currentText()
        self._forgotten = name, self._query.saved().get(name, PictureFilter())
        self._query.save(name, None)

    def _show_forget(self) -> None:
        self.forget.setText(self.tr("Undo") if self._forgotten is not None else self.tr("Forget"))
        self.forget.setVisible(self._forgotten is not None or self.saved.currentIndex() > 0)

    # Parts

    def _toggle(self, words: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setCheckable(True)
        button.clicked.connect(self._send)
        return button

    def _ref_line(self, words: str, add: Callable[[str], None]) -> QLineEdit:
        line = QLineEdit(self)
        line.setPlaceholderText(words)
        line.setAccessibleName(words)
        completer = QCompleter(self._refs, line)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(8)
        line.setCompleter(completer)

        def take(ref: str) -> None:
            if ref := ref.strip():
                add(ref)
            QTimer.singleShot(0, line.clear)

        completer.activated.connect(take)
        line.returnPressed.connect(lambda: take(line.text()))
        return line

    def _number(self) -> QLineEdit:
        line = QLineEdit(self)
        line.setValidator(QIntValidator(0, 1_000_000, line))
        line.setFixedWidth(76)
        line.textChanged.connect(self._timer.start)
        return line

    def _choice(self, either: str, yes: str, no: str) -> QComboBox:
        box = ChoiceBox(self)
        box.addItems([either, yes, no])
        box.activated.connect(self._send)
        return box

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnStretch(1, 1)

        def line(topic: str, words: str, *widgets: QWidget) -> None:
            at = grid.rowCount()
            label = QLabel(words, self)
            set_role(label, "muted")
            row = QHBoxLayout()
            row.setSpacing(Space.XS)
            for widget in widgets:
                row.addWidget(widget, 0 if isinstance(widget, QLabel) else 1)
                if not widget.accessibleName():
                    widget.setAccessibleName(words)
            label.setVisible(bool(words))
            grid.addWidget(label, at, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addLayout(row, at, 1)
            if topic:
                grid.addWidget(HelpMark(topic, widgets[0], words or widgets[0].accessibleName(), self), at, 2)

        def ends(topic: str, name: str, words: str) -> None:
            low, high = self.ranges[name]
            low.setAccessibleName(self.tr("{what}: from").format(what=words))
            high.setAccessibleName(self.tr("{what}: to").format(what=words))
            at = grid.rowCount()
            line(topic, words, low, QLabel(self.tr("to"), self), high)
            row = grid.itemAtPosition(at, 1)
            layout = row.layout() if row is not None else None
            if isinstance(layout, QHBoxLayout):
                layout.addStretch(4)

        line("filter.status", self.tr("Status"), *list(self.statuses.values())[:2])
        line("", "", *list(self.statuses.values())[2:])
        line("filter.split", self.tr("Split"), *list(self.splits.values())[:2])
        line("", "", *list(self.splits.values())[2:])
        line("filter.ref", self.tr("Ref"), self.ref)
        line("filter.without", "", self.without)
        grid.addWidget(self.every, grid.rowCount(), 1)
        help_beside(self.every, "filter.every", into=grid)
        line("filter.said", self.tr("Says"), self.said)
        ends("filter.regions", "regions", self.tr("Regions"))
        ends("filter.size", "width", self.tr("Width"))
        ends("filter.size", "height", self.tr("Height"))
        line("filter.talk", self.tr("Conversations"), self.talk)
        line("filter.file", self.tr("File"), self.file)
        rule = QFrame(self)
        rule.setProperty("line", True)
        rule.setFixedHeight(1)
        keeping = QHBoxLayout()
        keeping.setSpacing(Space.S)
        keeping.addWidget(self.saved, 1)
        keeping.addWidget(self.forget)
        keeping.addWidget(HelpMark("filter.saved", self.saved, self.tr("Kept filters…"), self))
        keeping.addWidget(self.name, 1)
        keeping.addWidget(HelpMark("filter.name", self.name, self.tr("Name, to keep this filter"), self))
        self.name.setAccessibleName(self.tr("Name, to keep this filter"))
        self.saved.setAccessibleName(self.tr("Kept filters…"))
        foot = QHBoxLayout()
        foot.addWidget(self.shown, 1)
        foot.addWidget(self.clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        layout.setSpacing(Space.M)
        layout.addLayout(grid)
        layout.addWidget(rule)
        layout.addLayout(keeping)
        layout.addLayout(foot)


def _set_text(line: QLineEdit, text: str) -> None:
    """Show a text without moving the cursor of who is typing the same."""
    if line.text().strip() != text:
        line.setText(text)
