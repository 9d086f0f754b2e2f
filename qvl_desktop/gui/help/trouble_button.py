"""A quiet "Help" below a message that the documentation tells more about.

Owns the button and when it is there. Does not own finding the entry (`trouble`).
"""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from qvl_desktop.gui.help.book import Link
from qvl_desktop.gui.help.desk import show_help
from qvl_desktop.gui.help.trouble import trouble_link
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import set_kind


class TroubleButton(QPushButton):
    """Hidden unless the message that was said last has an entry."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link: Link | None = None
        self.setObjectName("troubleHelp")
        self.setText(self.tr("Help"))
        self.setAccessibleName(self.tr("Help on this message"))
        self.setToolTip(self.tr("What the help says about this message"))
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        set_icon(self, "help", "link")
        set_kind(self, "quiet")
        self.clicked.connect(self._open)
        self.hide()

    @property
    def link(self) -> Link | None:
        """The entry on the message."""
        return self._link

    def say(self, message: str) -> None:
        """A message is shown beside it; "" for none."""
        self._link = trouble_link(message) if message else None
        self.setVisible(self._link is not None)

    def _open(self) -> None:
        if self._link is not None:
            show_help(self._link)
