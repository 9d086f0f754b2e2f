"""A long edit under way: what it is, how far, and a way to give it up.

Owns the card that lies over the window meanwhile, and keeping mouse and keys from what lies under it, so that the focus
and everything else is where it was afterwards. Does not own the work (`jobs.long_edit`).
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from qvl_desktop.gui.theme import Space, set_role, set_surface, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.words import count_text
from qvl_desktop.jobs.long_edit import LongEdits
from qvl_desktop.jobs.waiting import waiter

_WIDTH = 380
_SHOW_AFTER_MS = 250
"""What is over sooner shows nothing."""

_HELD_BACK = {
    QEvent.Type.KeyPress,
    QEvent.Type.KeyRelease,
    QEvent.Type.ShortcutOverride,
    QEvent.Type.Shortcut,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.Wheel,
    QEvent.Type.ContextMenu,
    QEvent.Type.DragEnter,
    QEvent.Type.Drop,
    QEvent.Type.InputMethod,
}


class BusyCard(QWidget):
    """Lies over its parent while `edits` is at work."""

    def __init__(self, parent: QWidget, edits: LongEdits) -> None:
        super().__init__(parent)
        self._over = parent
        self._edits = edits
        self.card = QFrame(self)
        self.card.setObjectName("toast")
        set_surface(self.card, "raised")
        self.title = QLabel(self.card)
        self.title.setWordWrap(True)
        set_role(self.title, "heading")
        self.bar = QProgressBar(self.card)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.count = QLabel(self.card)
        set_role(self.count, "caption")
        self.give_up = QPushButton(self.tr("Give up"), self.card)
        self.give_up.setToolTip(self.tr("Esc; everything stays as it was"))
        self.give_up.clicked.connect(self._on_give_up)
        foot = QHBoxLayout()
        foot.addWidget(self.count, 1)
        foot.addWidget(self.give_up)
        column = QVBoxLayout(self.card)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        column.setSpacing(Space.S)
        column.addWidget(self.title)
        column.addWidget(self.bar)
        column.addLayout(foot)
        self._timer = waiter(self, _SHOW_AFTER_MS, self._appear)
        edits.begun.connect(self._on_begun)
        edits.progressed.connect(self._on_progress)
        edits.ended.connect(self._on_ended)
        parent.installEventFilter(self)
        self.hide()

    def _on_begun(self, words: str) -> None:
        self.title.setText(words)
        self.bar.setRange(0, 0)
        self.count.clear()
        self.give_up.setEnabled(True)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]
        self._timer.start()

    def _on_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(done)
        share = self.tr("{share:.0%} of {count} changes")
        self.count.setText(share.format(share=done / max(total, 1), count=count_text(total)))

    def _on_ended(self) -> None:
        self._timer.stop()
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        self.hide()

    def _on_give_up(self) -> None:
        self.give_up.setEnabled(False)
        self.count.setText(self.tr("Taking it back…"))
        self._edits.cancel()

    def _appear(self) -> None:
        self._place()
        self.show()
        self.raise_()

    def _place(self) -> None:
        self.setGeometry(self._over.rect())
        self.card.setFixedWidth(min(_WIDTH, self.width() - 2 * Space.L))
        self.card.adjustSize()
        self.card.move((self.width() - self.card.width()) // 2, (self.height() - self.card.height()) // 2)

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._over and self.isVisible():
            self._place()
        if not self._edits.running or event.type() not in _HELD_BACK:
            return False
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and event.type() == QEvent.Type.KeyPress:
            if self.give_up.isEnabled():
                self._on_give_up()
            return True
        return isinstance(watched, QWidget) and not (watched is self.give_up or self.isAncestorOf(watched))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        veil = theme().colour("window")
        veil.setAlpha(140)
        painter.fillRect(self.rect(), veil)
        painter.end()
