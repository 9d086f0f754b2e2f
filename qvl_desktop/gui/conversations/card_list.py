"""The conversations that are shown, one card under the other.

Owns the cards, which of them is the current one, stepping through turns, and passing their signals on. Does not own
what an edit does (`editing`) nor the picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QPushButton, QScrollArea, QVBoxLayout, QWidget

from qvl_desktop.gui.conversations.card import ConversationCard
from qvl_desktop.gui.conversations.turn_view import TurnView
from qvl_desktop.gui.theme import Space, set_kind
from qvl_desktop.storage.rows import ConversationRow

PAGE = 20
"""How many conversations are shown before the user asks for more."""


class CardList(QScrollArea):
    """Signals: `currentChanged()`: another conversation is the current one; `moreRequested()`: `limit` has grown. The
    others are those of `TurnView` and `ConversationCard`.
    """

    currentChanged = Signal()
    moreRequested = Signal()
    turnEntered = Signal(int)
    textEdited = Signal(int, str)
    roleChosen = Signal(int, str)
    moveRequested = Signal(int, int)
    deleteTurnRequested = Signal(int)
    insertRequested = Signal(int)
    duplicateTurnRequested = Signal(int)
    drafted = Signal(int)
    chipAsked = Signal(int, str, object)
    chipMenu = Signal(int, object, QPoint)
    boxesHovered = Signal(int, tuple)
    boxClicked = Signal(int, tuple)
    wordsSelected = Signal(int, object)
    addTurnRequested = Signal(int)
    deleteRequested = Signal(int)
    duplicateRequested = Signal(int)
    systemRequested = Signal(int)
    splitChosen = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.limit = PAGE
        self.cards: list[ConversationCard] = []
        self._current: int | None = None
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = QWidget(self)
        self._column = QVBoxLayout()
        self._column.setSpacing(Space.M)
        self.more_button = QPushButton(body)
        set_kind(self.more_button, "quiet")
        self.more_button.clicked.connect(self._show_more)
        outer = QVBoxLayout(body)
        outer.setContentsMargins(Space.M, 0, Space.M, Space.M)
        outer.setSpacing(Space.M)
        outer.addLayout(self._column)
        outer.addWidget(self.more_button)
        outer.addStretch(1)
        self.setWidget(body)

    # What is shown

    def show_rows(self, rows: Sequence[ConversationRow], total: int) -> None:
        """Show these conversations, the first `len(rows)` of `total`.

        Cards of those that stay are kept; cards of others are used again before new ones are made.
        """
        kept = {card.conversation_id: card for card in self.cards}
        present = {row.id for row in rows}
        spare = [card for number, card in kept.items() if number not in present]
        for card in spare:
            for view in card.turns:
                view.cancel_editing()
        self.cards = []
        for place, row in enumerate(rows):
            card = kept.get(row.id) or (spare.pop(0) if spare else self._make_card())
            if card.row != row:
                card.show_row(row)
            if self._column.indexOf(card) != place:
                self._column.removeWidget(card)
                self._column.insertWidget(place, card)
                card.show()
            self.cards.append(card)
        for card in spare:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.more_button.setVisible(total > len(rows))
        self.more_button.setText(self.tr("Show more ({count} left)").format(count=total - len(rows)))
        if self._current not in {row.id for row in rows}:
            self._current = rows[0].id if rows else None
        self._mark_current()

    def start_over(self) -> None:
        """Other conversations come next: show the first page of them, from the top."""
        self.limit = PAGE
        self._current = None
        self.verticalScrollBar().setValue(0)

    def reveal(self, conversation_id: int) -> None:
        """Make a conversation the current one with the next `show_rows`, however far down it stands."""
        self._current = conversation_id
        self.limit = max(self.limit, len(self.cards) + 1, PAGE)

    @property
    def current_row(self) -> ConversationRow | None:
        """The current conversation."""
        return next((card.row for card in self.cards if card.conversation_id == self._current), None)

    def make_current(self, conversation_id: int) -> bool:
        """Make a conversation the current one; True when it was not yet."""
        if conversation_id == self._current:
            return False
        self._current = conversation_id
        self._mark_current()
        return True

    def make_current_by_turn(self, turn_id: int) -> bool:
        """The same for the conversation of a turn."""
        view = self.view_of(turn_id)
        return view is not None and self.make_current(view.row.conversation_id)

    def _mark_current(self) -> None:
        several = len(self.cards) > 1
        for card in self.cards:
            current = card.conversation_id == self._current
            card.set_current(several and current)
            card.offer_turn(current)

    def _show_more(self) -> None:
        self.limit += PAGE
        self.moreRequested.emit()

    # Turns

    @property
    def turns(self) -> list[TurnView]:
        """The views of all turns, from top to bottom."""
        return [view for card in self.cards for view in card.turns]

    def view_of(self, turn_id: int) -> TurnView | None:
        """The view of a turn."""
        return next((view for view in self.turns if view.row.id == turn_id), None)

    def neighbour(self, turn_id: int) -> int | None:
        """The turn behind another one in its conversation, or before it at the end."""
        for card in self.cards:
            ids = [view.row.id for view in card.turns]
            if turn_id in ids and len(ids) > 1:
                place = ids.index(turn_id)
                return ids[place + 1] if place + 1 < len(ids) else ids[place - 1]
        return None

    def show_turn(self, turn_id: int) -> None:
        """Scroll to a turn and give it the focus."""
        if (view := self.view_of(turn_id)) is not None:
            view.setFocus(Qt.FocusReason.OtherFocusReason)
            QTimer.singleShot(0, view, lambda: self.ensureWidgetVisible(view, 0, Space.XL))

    def scroll_to(self, turn_id: int) -> None:
        """Bring a turn into sight; the focus stays where it is."""
        if (view := self.view_of(turn_id)) is not None:
            self.ensureWidgetVisible(view, 0, Space.XL)

    def focus_turn(self, turn_id: int) -> None:
        """Give a turn the focus."""
        self.show_turn(turn_id)

    def write_next_empty(self, turn_id: int) -> None:
        """When the user has just finished a turn by key and the next one is empty, go on there."""
        views = self.turns
        for view, following in pairwise(views):
            same = view.row.conversation_id == following.row.conversation_id
            if view.row.id == turn_id and same and view.hasFocus() and not following.row.text.strip():
                following.start_editing()

    def light(self, lit: Mapping[int, Sequence[int]]) -> None:
        """Light the chips of box tokens up, by turn; all others go out."""
        for view in self.turns:
            view.text.light(lit.get(view.row.id, ()))

    def clear_selection_but(self, turn_id: int | None) -> None:
        """Choose no words, except in one turn."""
        for view in self.turns:
            if view.row.id != turn_id:
                view.text.blockSignals(True)
                view.text.clear_selection()
                view.text.blockSignals(False)

    def clear_picks_but(self, turn_id: int | None) -> None:
        """Choose no chip, except in one turn."""
        for view in self.turns:
            if view.row.id != turn_id:
                view.text.pick(None)

    def finish_editing(self) -> None:
        """Keep what is being written."""
        for view in self.turns:
            view.finish_editing()

    def cancel_editing(self) -> None:
        """Forget what is being written (its project is gone)."""
        for view in self.turns:
            view.cancel_editing()

    def _step(self, turn_id: int, by: int) -> None:
        ids = [view.row.id for view in self.turns]
        place = ids.index(turn_id) + by
        if 0 <= place < len(ids):
            self.show_turn(ids[place])

    # Parts

    def _make_card(self) -> ConversationCard:
        card = ConversationCard(self.widget())
        card.turnMade.connect(self._join)
        card.addTurnRequested.connect(self.addTurnRequested)
        card.deleteRequested.connect(self.deleteRequested)
        card.duplicateRequested.connect(self.duplicateRequested)
        card.systemRequested.connect(self.systemRequested)
        card.splitChosen.connect(self.splitChosen)
        card.chosen.connect(self._on_card_chosen)
        return card

    def _on_card_chosen(self, conversation_id: int) -> None:
        if self.make_current(conversation_id):
            self.currentChanged.emit()

    def _join(self, view: TurnView) -> None:
        view.entered.connect(self.turnEntered)
        view.textEdited.connect(self.textEdited)
        view.roleChosen.connect(self.roleChosen)
        view.moveRequested.connect(self.moveRequested)
        view.deleteRequested.connect(self.deleteTurnRequested)
        view.insertRequested.connect(self.insertRequested)
        view.boxesHovered.connect(self.boxesHovered)
        view.boxClicked.connect(self.boxClicked)
        view.wordsSelected.connect(self.wordsSelected)
        view.duplicateRequested.connect(self.duplicateTurnRequested)
        view.drafted.connect(self.drafted)
        view.chipAsked.connect(self.chipAsked)
        view.chipMenu.connect(self.chipMenu)
        view.stepRequested.connect(self._step)
