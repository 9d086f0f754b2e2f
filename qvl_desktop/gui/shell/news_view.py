"""What is new in each version, beside the window, from the shipped list of changes.

Owns this view. Does not own the list (`core.changelog`). Nothing is fetched; links are not followed.
"""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from qvl_desktop.core.changelog import changelog
from qvl_desktop.gui.help.paper import dress
from qvl_desktop.gui.theme import Space, body_font, theme
from qvl_desktop.gui.translation import language_in_force

SIZE = (640, 560)


class NewsView(QDialog):
    """The list of changes. Not modal; `chosen` is the language of the settings."""

    def __init__(self, chosen: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chosen = chosen
        self.setObjectName("newsView")
        self.setWindowTitle(self.tr("What is new"))
        self.resize(*SIZE)
        self.text = QTextBrowser(self)
        self.text.setObjectName("newsText")
        self.text.setAccessibleName(self.tr("What is new"))
        self.text.setOpenLinks(False)
        self.text.setSearchPaths([])
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        column.addWidget(self.text)
        theme().changed.connect(self._show)
        self._show()
        self.text.setFocus()

    def _show(self) -> None:
        text = changelog(language_in_force(self._chosen))
        if not text:
            self.text.setPlainText(self.tr("The list of changes is not part of this installation."))
            return
        document = self.text.document()
        document.setBaseUrl(QUrl())
        document.setDocumentMargin(Space.M)
        document.setDefaultFont(body_font())
        self.text.setMarkdown(text)
        dress(document)
        self.text.moveCursor(QTextCursor.MoveOperation.Start)
