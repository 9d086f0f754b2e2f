"""One conversation on the page: its turns in order under a short head.

Owns keeping one `TurnView` a turn, and the head's words and menu. Does not own storing, nor the picture.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.core.dataset import SPLITS
from qvl_desktop.core.i18n import translate
from qvl_desktop.core.templates import TEMPLATES
from qvl_desktop.gui.conversations.frames import paint_frame
from qvl_desktop.gui.conversations.turn_faults import order_fault
from qvl_desktop.gui.conversations.turn_view import TurnView
from qvl_desktop.gui.icons import icon, set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.words import split_text
from qvl_desktop.storage.rows import ConversationRow


class ConversationCard(QFrame):
    """Signals: `turnMade(TurnView)` for each new view, so that its signals can be joined; `addTurnRequested(id)`,
    `deleteRequested(id)`, `duplicateRequested(id)`, `systemRequested(id)` for a system turn, `splitChosen(id, split)`,
    `chosen(id)` when it was clicked.
    """

    turnMade = Signal(object)
    addTurnRequested = Signal(int)
    deleteRequested = Signal(int)
    duplicateRequested = Signal(int)
    systemRequested = Signal(int)
    splitChosen = Signal(int, str)
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.conversation_id = 0
        self.row: ConversationRow | None = None
        self.turns: list[TurnView] = []
        self._current = False
        self._title = QLabel(self)
        set_role(self._title, "caption")
        self._more = self._make_menu_button()
        head = QHBoxLayout()
        head.setContentsMargins(Space.S, 0, 0, 0)
        head.addWidget(self._title, 1)
        head.addWidget(self._more)
        self._column = QVBoxLayout()
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.XS)
        self.add_button = QPushButton(self.tr("Add a turn"), self)
        set_kind(self.add_button, "quiet")
        set_icon(self.add_button, "plus", "muted")
        self.add_button.clicked.connect(self._add)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, 0, 0)
        foot.addWidget(self.add_button)
        foot.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.XS, Space.XS, Space.XS, Space.XS)
        layout.setSpacing(Space.XS)
        layout.addLayout(head)
        self._order = QLabel(self)
        self._order.setWordWrap(True)
        self._order.setContentsMargins(Space.S, 0, Space.S, 0)
        set_role(self._order, "warning")
        layout.addLayout(self._column)
        layout.addWidget(self._order)
        layout.addLayout(foot)
        theme().changed.connect(self.update)

    def show_row(self, row: ConversationRow) -> None:
        """Show a conversation as the project has it now.

        Views of turns that stay are kept; views of others are used again before new ones are made.
        """
        self.conversation_id, self.row = row.id, row
        kept = {view.row.id: view for view in self.turns}
        present = {turn.id for turn in row.turns}
        spare = [view for number, view in kept.items() if number not in present]
        self.turns = []
        said = row.content.turns
        for place, turn in enumerate(row.turns):
            view = kept.get(turn.id) or (spare.pop(0) if spare else None)
            if view is None:
                view = TurnView(turn, self)
                self.turnMade.emit(view)
            if view.row != turn or view.before != said[:place]:
                view.show_row(turn, said[:place])
            if self._column.indexOf(view) != place:
                self._column.removeWidget(view)
                self._column.insertWidget(place, view)
                view.show()  # at once, so that it can take the focus
            self.turns.append(view)
        for view in spare:
            self._column.removeWidget(view)
            view.hide()
            view.deleteLater()
        self._title.setText(self._words(row))
        fault = order_fault(said)
        self._order.setText(fault)
        self._order.setVisible(bool(fault))

    def set_current(self, current: bool) -> None:
        """Mark the conversation whose boxes are on the picture."""
        if current != self._current:
            self._current = current
            self.update()

    def offer_turn(self, offered: bool) -> None:
        """Show the button for another turn: only where the user is."""
        self.add_button.setVisible(offered)

    def light(self, turn_id: int | None, ordinals: Collection[int]) -> None:
        """Light up chips of one turn, none in the others."""
        for view in self.turns:
            view.text.light(ordinals if view.row.id == turn_id else ())

    def view_of(self, turn_id: int) -> TurnView | None:
        """The view of a turn, if it is one of these."""
        return next((view for view in self.turns if view.row.id == turn_id), None)

    def _words(self, row: ConversationRow) -> str:
        parts = []
        if row.template:
            name, _, language = row.template.partition("/")
            label = translate("templates", TEMPLATES[name].label) if name in TEMPLATES else name
            parts.append(f"{label} ({language})" if language else label)
            if row.edited:
                parts.append(self.tr("edited"))
        elif row.source:
            parts.append(row.source)
        else:
            parts.append(self.tr("Conversation {number}").format(number=row.id))
        if row.split:
            parts.append(split_text(row.split))
        return " · ".join(parts)

    def _make_menu_button(self) -> QToolButton:
        button = QToolButton(self)
        set_icon(button, "more", "muted")
        button.setToolTip(self.tr("More about this conversation"))
        button.setAccessibleName(self.tr("More about this conversation"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        splits = menu.addMenu(self.tr("Split"))
        splits.addAction(self.tr("As its picture"), partial(self._choose_split, ""))
        for split in SPLITS:
            splits.addAction(split_text(split), partial(self._choose_split, split))
        menu.addAction(icon("settings"), self.tr("Add a system turn"), self._add_system)
        menu.addSeparator()
        menu.addAction(icon("copy"), self.tr("Duplicate the conversation (Ctrl+Shift+D)"), self._duplicate)
        menu.addAction(icon("trash"), self.tr("Delete the conversation (Ctrl+Del)"), self._delete)
        button.setMenu(menu)
        return button

    def _choose_split(self, split: str) -> None:
        self.splitChosen.emit(self.conversation_id, split)

    def _add(self) -> None:
        self.addTurnRequested.emit(self.conversation_id)

    def _add_system(self) -> None:
        self.systemRequested.emit(self.conversation_id)

    def _duplicate(self) -> None:
        self.duplicateRequested.emit(self.conversation_id)

    def _delete(self) -> None:
        self.deleteRequested.emit(self.conversation_id)

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit(self.conversation_id)
        event.accept()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        paint_frame(self, "panel", "accent" if self._current else "line", 10.0)
