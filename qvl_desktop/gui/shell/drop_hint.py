"""What lies over a page while something is dragged over it: what would come of letting it go.

Owns the look. Does not own the words (`gui.data.drop_words`) nor taking what is dropped.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from qvl_desktop.gui.data.drop_words import DropWords
from qvl_desktop.gui.icons import pixmap
from qvl_desktop.gui.theme import Space, set_role, theme
from qvl_desktop.gui.widgets.guarded import guarded


class DropHint(QWidget):
    """Covers its parent; the mouse goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dropHint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._shown: DropWords | None = None
        self._sign = QLabel(self)
        self._title = QLabel(self)
        set_role(self._title, "title")
        self._text = QLabel(self)
        set_role(self._text, "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(*[Space.XL * 3] * 4)
        column.setSpacing(Space.M)
        column.addStretch(1)
        for label in (self._sign, self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            column.addWidget(label)
        column.addStretch(1)
        parent.installEventFilter(self)
        self.hide()

    @property
    def shown(self) -> DropWords | None:
        """What it says; None while it is hidden."""
        return self._shown

    @property
    def title(self) -> str:
        """The large words."""
        return self._title.text()

    def show_words(self, words: DropWords | None) -> None:
        """Say this, or nothing."""
        self._shown = words
        self.setVisible(words is not None)
        if words is None:
            return
        self._sign.setPixmap(pixmap(words.icon, 48, "warning" if words.kind == "nothing" else "link"))
        count = words.count
        title = self.tr("New project with %n picture(s)", "", count) if words.kind == "pictures" else words.title
        self._title.setText(title)
        self._text.setText(words.text)
        self.setAccessibleName(f"{title}. {words.text}")
        self._cover()
        self.raise_()
        self.update()

    def _cover(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._cover()
        return False

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = theme().colour("window")
        ground.setAlpha(251)
        painter.fillRect(self.rect(), ground)
        refused = self._shown is not None and self._shown.kind == "nothing"
        painter.setPen(QPen(theme().colour("control" if refused else "link"), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(16, 16, -16, -16), 12, 12)
        painter.end()
