"""What a run said that should be read: samples left out, settings changed, a loss that climbs.

Owns showing the latest and unfolding the rest. Does not own the words (the run's own).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface

FIRST = 2
"""Notices that are seen without unfolding."""
MOST = 200


class NoticesView(QWidget):
    """Hidden while there is none. The newest stands first; one that was said again is counted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "raised")
        self._told: tuple[str, ...] = ()
        self._text = QLabel(self)
        self._text.setObjectName("runNotices")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        set_role(self._text, "warning")
        self._more = QPushButton(self)
        self._more.setObjectName("moreNotices")
        self._more.setCheckable(True)
        set_kind(self._more, "quiet")
        self._more.toggled.connect(self._show)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        column.setSpacing(Space.XS)
        column.addWidget(self._text)
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_notices(self, notices: Sequence[str]) -> None:
        """Show what was said, in its order."""
        counted = Counter(notices)
        latest = list(dict.fromkeys(reversed(notices)))[:MOST]
        told = tuple(f"{text}  ×{counted[text]}" if counted[text] > 1 else text for text in latest)
        if told != self._told:
            self._told = told
            self._show()
        self.setVisible(bool(told))

    def _show(self) -> None:
        shown = self._told if self._more.isChecked() else self._told[:FIRST]
        self._text.setText("\n".join(shown))
        hidden = len(self._told) - FIRST
        self._more.setVisible(hidden > 0)
        self._more.setText(self.tr("Show fewer") if self._more.isChecked() else self.tr("%n more", "", hidden))
        set_icon(self._more, "chevron-down" if self._more.isChecked() else "chevron-right", "muted")
