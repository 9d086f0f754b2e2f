"""The `?` beside a setting: one plain sentence where it stands, and a way to its place in the documentation.

Owns the mark and its card. Does not own the sentences (`topics`), where marks are put (`placing`) nor the window of
help (`desk`).
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.gui.help.desk import show_help
from qvl_desktop.gui.help.topics import Topic, topic
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_surface
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.jobs.waiting import waiter

SIDE = 16
"""Pixels of the sign."""
CARD_WIDTH = 320
HOVER_MS = 350
"""How long the mouse rests on a mark before it speaks."""
LEAVE_MS = 250
"""How long the card stays after the mouse has left both."""


class HelpMark(QToolButton):
    """A quiet `?` for one setting. Resting the mouse on it, Enter, Space or a click show its sentence."""

    def __init__(self, name: str | Topic, of: QWidget, words: str = "", parent: QWidget | None = None) -> None:
        """`name` is the topic's (or the topic itself), `of` the field it helps with, `words` what the setting is
        called (else the field's own name or text)."""
        super().__init__(parent or of.parentWidget())
        self._name = name
        self.of = of
        self._words = words or name_of(of)
        self._card: HelpCard | None = None
        self.setProperty("helpMark", True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setIconSize(QSize(SIDE, SIDE))
        set_icon(self, "help", "muted")
        self.setAccessibleName(self.tr("Help on {setting}").format(setting=self._words))
        self.setAccessibleDescription(self.topic.sentence)
        self.clicked.connect(self._on_clicked)
        self._show_soon = waiter(self, HOVER_MS, self.show_card)
        self._hide_soon = waiter(self, LEAVE_MS, self._hide_if_left)
        of.installEventFilter(self)
        self.setVisible(not of.isHidden())
        if of.window() is self.window():
            QWidget.setTabOrder(of, self)

    @property
    def topic(self) -> Topic:
        """What it says, in the language in force."""
        return topic(self._name) if isinstance(self._name, str) else self._name

    @property
    def card(self) -> HelpCard | None:
        """The card while it is open."""
        return self._card

    def show_card(self) -> HelpCard:
        """Show the sentence below the mark."""
        self._show_soon.stop()
        if self._card is None:
            for other in self.window().findChildren(HelpCard):
                other.dismiss()
            self._card = HelpCard(self, self._words)
            self._card.destroyed.connect(self._forget)
        return self._card

    def hide_card(self) -> None:
        """Put the sentence away."""
        self._show_soon.stop()
        if self._card is not None:
            card, self._card = self._card, None
            card.hide()
            card.deleteLater()

    def open_page(self) -> None:
        """Show the place in the documentation."""
        self.hide_card()
        if self.window().windowType() == Qt.WindowType.Popup:
            self.window().close()  # it would keep the mouse from the help
        show_help(self.topic.link)

    def _forget(self) -> None:
        self._card = None

    def _on_clicked(self) -> None:
        card = self.show_card()
        card.more.setFocus(Qt.FocusReason.OtherFocusReason)

    def _hide_if_left(self) -> None:
        card = self._card
        if card is not None and not card.underMouse() and not self.underMouse() and not card.more.hasFocus():
            self.hide_card()

    def leave_soon(self) -> None:
        """The mouse has left; the card goes unless it comes back."""
        self._hide_soon.start()

    @guarded
    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._hide_soon.stop()
        self._show_soon.start()

    @guarded
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._show_soon.stop()
        self.leave_soon()

    @guarded
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.hide_card()

    @guarded
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.leave_soon()

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()  # also where a dialog would take Enter for its own button
        elif event.key() == Qt.Key.Key_Escape and self._card is not None:
            self.hide_card()
        else:
            super().keyPressEvent(event)

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.of and event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self.setVisible(not self.of.isHidden())
        return False


class HelpCard(QFrame):
    """The sentence and "More…", over the window of its mark. Esc and a click elsewhere put it away."""

    def __init__(self, mark: HelpMark, words: str) -> None:
        super().__init__(mark.window())
        self._mark = mark
        self.setObjectName("helpCard")
        set_surface(self, "raised")
        self.setAccessibleName(mark.accessibleName())
        self.sentence = QLabel(mark.topic.sentence, self)
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.more = QPushButton(self.tr("More…"), self)
        self.more.setAccessibleName(self.tr("More about {setting}").format(setting=words))
        self.more.setAccessibleDescription(mark.topic.sentence)
        self.more.setObjectName("helpMore")
        self.more.setAutoDefault(False)
        self.more.clicked.connect(mark.open_page)
        self.more.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.S, Space.S, Space.S)
        column.setSpacing(Space.XS)
        column.addWidget(self.sentence)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self._place()
        self.show()
        self.raise_()

    def dismiss(self) -> None:
        """Put the card away."""
        self._mark.hide_card()

    def _place(self) -> None:
        window = self._mark.window()
        width = min(CARD_WIDTH, window.width() - 2 * Space.S)
        self.setFixedWidth(width)
        layout = self.layout()
        assert layout is not None
        self.setFixedHeight(layout.totalHeightForWidth(width))
        corner = self._mark.mapTo(window, QPoint(0, self._mark.height() + Space.XS))
        left = max(Space.S, min(corner.x() - Space.S, window.width() - width - Space.S))
        top = corner.y()
        if top + self.height() > window.height() - Space.S:
            top = max(Space.S, top - self.height() - self._mark.height() - 2 * Space.XS)
        self.move(left, top)

    @guarded
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._mark.leave_soon()

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.more:
            return False
        if event.type() == QEvent.Type.FocusOut:
            self._mark.leave_soon()
        elif isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()  # Esc is ours, not the page's
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._mark.setFocus(Qt.FocusReason.OtherFocusReason)
                self.dismiss()
                return True
        elif isinstance(event, QKeyEvent) and _is_enter(event):
            self.more.click()
            return True
        return False


def _is_enter(event: QKeyEvent) -> bool:
    return event.type() == QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def name_of(field: QWidget) -> str:
    """What a field is called: its name for assistive tools, or its text."""
    if name := field.accessibleName():
        return name
    return field.text().replace("&", "") if isinstance(field, QAbstractButton) else ""
