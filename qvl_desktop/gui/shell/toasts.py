"""Notices: calm, not modal, at the lower left, where no page has its buttons.

Owns showing, repeating, hiding. Does not own what is said (`Session.notice`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.gui.help.trouble_button import TroubleButton
from qvl_desktop.gui.icons import set_icon, set_mark
from qvl_desktop.gui.theme import Space
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.speaking import announce

Offer = tuple[str, Callable[[], object]]
"""The words of a button and what it does."""

SECONDS = {"info": 6, "success": 6, "warning": 12, "error": 0}
"""How long a notice stays; 0 until it is closed."""

OFFER_SECONDS = 15
"""How long a notice with buttons stays at least."""

COLOURS = {"info": "accent", "success": "success", "warning": "warning", "error": "danger"}
MOST = 4
WIDTH = 420
ABOVE_FOOT = 44
"""Pixels kept free below, for the line at the foot of a list."""


class Toasts(QWidget):
    """Lies over its parent, transparent for the mouse where there is no notice."""

    def __init__(self, parent: QWidget, left: int) -> None:
        """`left` is where the pages begin, in pixels of the parent."""
        super().__init__(parent)
        self._left = left
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.S)
        self._toasts: list[Toast] = []
        self._over = parent
        parent.installEventFilter(self)
        self.hide()

    def show_notice(self, level: str, text: str) -> None:
        """Show a notice; one that is already there counts up instead."""
        for toast in self._toasts:
            if (toast.level, toast.text) == (level, text) and not toast.offers:
                toast.again()
                announce(toast, toast.spoken, urgent=level == "error")
                self._place()
                return
        self.show_offers(level, text, ())

    def show_offers(self, level: str, text: str, offers: Sequence[Offer]) -> None:
        """Show a notice with buttons: each is (words, call), and closes the notice. A new one replaces the last."""
        for other in [toast for toast in self._toasts if toast.offers and offers]:
            self._remove(other)
        toast = Toast(level, text, self, offers)
        toast.closed = lambda: self._remove(toast)
        self._toasts.append(toast)
        announce(toast, toast.spoken, urgent=level == "error")
        self._layout.addWidget(toast)
        if len(self._toasts) > MOST:
            self._remove(self._toasts[0])
        self._place()

    def clear(self) -> None:
        """Take all notices away: they are in words that no longer hold."""
        for toast in self._toasts[:]:
            self._remove(toast)

    @property
    def texts(self) -> list[str]:
        """What is shown now, oldest first."""
        return [toast.text for toast in self._toasts]

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _remove(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
            self._layout.removeWidget(toast)
            toast.hide()
            toast.deleteLater()
            self._place()

    def _place(self) -> None:
        self.setVisible(bool(self._toasts))
        parent = self._over
        width = min(WIDTH, parent.width() - self._left - 2 * Space.L)
        height = sum(toast.fit(width) for toast in self._toasts) + Space.S * max(0, len(self._toasts) - 1)
        self.setGeometry(self._left + Space.L, parent.height() - height - ABOVE_FOOT, width, height)
        self.raise_()


def _nothing() -> None:
    """What a notice calls when nobody waits for its end."""


class Toast(QFrame):
    """One notice. `closed` is called when its time is over or the user closes it."""

    def __init__(self, level: str, text: str, parent: QWidget, offers: Sequence[Offer] = ()) -> None:
        super().__init__(parent)
        self.level, self.text, self._count = level, text, 1
        self.offers = tuple(offers)
        self.closed: Callable[[], None] = _nothing
        self.setObjectName("toast")
        self.setProperty("level", level)
        self.setAccessibleName(text)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, Space.S, Space.S, Space.S)
        row.setSpacing(Space.S)
        mark = QLabel(self)
        set_mark(mark, level, 20, COLOURS[level])
        self._label = QLabel(text, self)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton(self)
        close.setToolTip(self.tr("Close"))
        close.setAccessibleName(self.tr("Close"))
        set_icon(close, "close", "muted")
        close.clicked.connect(self._close)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        words.addWidget(self._label)
        self.help = TroubleButton(self)
        self.help.say(text if level in ("warning", "error") else "")
        if offers or self.help.link:
            words.addLayout(self._buttons())
        row.addLayout(words, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._close)
        self._start()

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        for place, (words, _) in enumerate(self.offers):
            button = QPushButton(words, self)
            button.setProperty("place", place)
            button.clicked.connect(self._on_offer)
            row.addWidget(button)
        row.addWidget(self.help)
        row.addStretch(1)
        return row

    def _on_offer(self) -> None:
        _, call = self.offers[int(self.sender().property("place"))]
        self._close()
        call()

    @property
    def spoken(self) -> str:
        """What a screen reader says: the words, and what can be done about them."""
        return " ".join([self._label.text(), *(f"{words}." for words, _ in self.offers)])

    def again(self) -> None:
        """The same was said once more."""
        self._count += 1
        self._label.setText(f"{self.text}  ×{self._count}")
        self._start()

    def fit(self, width: int) -> int:
        """Take the height that the text needs at this width; the height in pixels."""
        layout = self.layout()
        assert layout is not None
        self.setFixedHeight(max(layout.totalHeightForWidth(width), layout.totalMinimumSize().height()))
        return self.height()

    def _start(self) -> None:
        seconds = SECONDS[self.level]
        if seconds:
            self._timer.start((max(seconds, OFFER_SECONDS) if self.offers else seconds) * 1000)

    def _close(self) -> None:
        self.closed()
