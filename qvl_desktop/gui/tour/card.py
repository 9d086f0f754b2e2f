"""The card of the tour: what to do now, how far it is, and the way on, back and out.

Owns the widgets and what the user asks of them. Does not own the steps, nor where the card is put (`tour`).
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.gui.icons import pixmap, set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, theme
from qvl_desktop.gui.widgets.guarded import guarded

WIDTH = 274
"""Fits over the side panels of the pages, beside what is pointed at."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the card shows, in the language in force. `hint` and `offer` are empty when there is nothing to say; `done`
    marks the step; `urges` makes Next the button that stands out. `place` and `of` count from 1."""

    title: str
    text: str
    place: int
    of: int
    hint: str = ""
    offer: str = ""
    done: bool = False
    urges: bool = False
    last: bool = False
    waits: bool = False


class TourCard(QFrame):
    """Signals: `nextAsked()`, `backAsked()`, `leaveAsked()`, `offerTaken()` (the button in the middle), `moved()`: the
    user dragged it somewhere.

    Clicking its buttons does not take the focus from where the user types. With the focus in it: Esc leaves.
    """

    nextAsked = Signal()
    backAsked = Signal()
    leaveAsked = Signal()
    offerTaken = Signal()
    moved = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("tourCard")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._said: Said | None = None
        self._grip: QPoint | None = None
        self._count = QLabel(self)
        set_role(self._count, "caption")
        self.leave_button = QToolButton(self)
        self.leave_button.setObjectName("tourLeave")
        set_icon(self.leave_button, "close", "muted")
        self._title = QLabel(self)
        set_role(self._title, "heading")
        self._text = QLabel(self)
        self._sign = QLabel(self)
        self._hint = QLabel(self)
        set_role(self._hint, "muted")
        for label in (self._title, self._text, self._hint):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.offer_button = QPushButton(self)
        self.offer_button.setObjectName("tourOffer")
        self.back_button = QPushButton(self)
        self.back_button.setObjectName("tourBack")
        self.next_button = QPushButton(self)
        self.next_button.setObjectName("tourNext")
        set_kind(self.back_button, "quiet")
        for button in (self.leave_button, self.offer_button, self.back_button, self.next_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._lay_out()
        self.next_button.clicked.connect(self.nextAsked)
        self.back_button.clicked.connect(self.backAsked)
        self.leave_button.clicked.connect(self.leaveAsked)
        self.offer_button.clicked.connect(self.offerTaken)
        theme().changed.connect(self._dress)
        self._dress()
        self.hide()

    @property
    def said(self) -> Said | None:
        """What it shows."""
        return self._said

    def say(self, said: Said) -> bool:
        """Show this; True when it is anything new."""
        if said == self._said:
            return False
        before, self._said = self._said, said
        self._count.setText(self.tr("Tour: {place} of {of}").format(place=said.place, of=said.of))
        self._title.setText(said.title)
        self._text.setText(said.text)
        self._hint.setText(self.tr("Done.") if said.done and not said.hint else said.hint)
        self._hint.setVisible(bool(self._hint.text()))
        self._sign.setVisible(bool(self._hint.text()))
        self.offer_button.setText(said.offer)
        self.offer_button.setVisible(bool(said.offer))
        set_kind(self.offer_button, "primary" if said.waits else "plain")
        self.back_button.setText(self.tr("Back"))
        self.back_button.setVisible(said.place > 1)
        self.next_button.setText(self.tr("Finish") if said.last else self.tr("Next"))
        self.next_button.setEnabled(not said.waits)
        set_kind(self.next_button, "primary" if (said.urges or said.last) and not said.waits else "plain")
        words = self.tr("Leave the tour; it goes on here next time (Esc)")
        self.leave_button.setToolTip(words)
        self.leave_button.setAccessibleName(words)
        self.setAccessibleName(f"{self._count.text()}. {said.title}")
        self.setAccessibleDescription(f"{said.text} {self._hint.text()}")
        self._show_sign()
        self._fit()
        if before is None or (before.title, before.hint, before.done) != (said.title, said.hint, said.done):
            self._announce(f"{said.title}. {said.text} {self._hint.text()}")
        return True

    def take_focus(self) -> None:
        """Put the keyboard into the card: on the button that comes next."""
        button = self.offer_button if not self.next_button.isEnabled() else self.next_button
        button.setFocus(Qt.FocusReason.TabFocusReason)

    def _announce(self, words: str) -> None:
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _fit(self) -> None:
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.setFixedHeight(max(layout.totalHeightForWidth(self.width()), layout.totalMinimumSize().height()))

    def _show_sign(self) -> None:
        done = self._said is not None and self._said.done
        self._sign.setPixmap(pixmap("success", 16, "success") if done else pixmap("info", 16, "muted"))

    def _dress(self) -> None:
        colours = theme().colours
        edge = colours.link if theme().dark else colours.accent
        self.setFixedWidth(round(WIDTH * min(max(theme().scale, 1.0), 1.4)))
        self.setStyleSheet(
            f"QFrame#tourCard {{ background: {colours.raised}; border: 1px solid {edge}; border-radius: 10px; }}"
        )
        self._show_sign()
        if self._said is not None:
            self._fit()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._count, 1)
        head.addWidget(self.leave_button)
        hint = QHBoxLayout()
        hint.setSpacing(Space.S)
        hint.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        hint.addWidget(self._hint, 1)
        foot = QHBoxLayout()
        foot.setSpacing(Space.S)
        foot.addWidget(self.back_button)
        foot.addStretch(1)
        foot.addWidget(self.next_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.S, Space.M, Space.M)
        column.setSpacing(Space.S)
        column.addLayout(head)
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addLayout(hint)
        column.addWidget(self.offer_button)
        column.addLayout(foot)

    # Keys and mouse

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leaveAsked.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            button = focused if isinstance(focused, QPushButton | QToolButton) else self.next_button
            button.click()
        else:
            super().keyPressEvent(event)

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = event.position().toPoint()

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        parent = self.parentWidget()
        if self._grip is None or parent is None:
            return
        wanted = self.mapToParent(event.position().toPoint()) - self._grip
        if self._grip is not None and (wanted - self.pos()).manhattanLength() > 0:
            x = min(max(wanted.x(), 0), max(parent.width() - self.width(), 0))
            y = min(max(wanted.y(), 0), max(parent.height() - self.height(), 0))
            self.move(x, y)
            self.moved.emit()

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None
