"""A download in the list: how far it is, and pause, resume, remove.

Owns the widgets of a row. Does not own what the buttons do (`download_list`) nor the words (`words`).
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.gui.help.trouble_button import TroubleButton
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.models.words import source_text, state_line
from qvl_desktop.gui.theme import Space, set_role, set_surface
from qvl_desktop.gui.words import path_text
from qvl_desktop.hubs.queue import Ask, DownloadState
from qvl_desktop.jobs.downloads import Shown

SCALE = 1000


class DownloadRow(QWidget):
    """Signals, each with the download's key: `pauseClicked`, `resumeClicked`, `removeClicked`."""

    pauseClicked = Signal(str)
    resumeClicked = Signal(str)
    removeClicked = Signal(str)

    def __init__(self, item: Shown, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.item = item
        set_surface(self, "raised")
        wanted = item.download.wanted
        self.setAccessibleName(wanted.name)
        name, place = QLabel(wanted.name, self), QLabel(self)
        set_role(name, "heading")
        set_role(place, "caption")
        place.setText(
            self.tr("{hub}, to {folder}").format(hub=source_text(wanted.source), folder=path_text(wanted.folder))
        )
        place.setToolTip(str(wanted.folder))
        self.line = QLabel(self)
        self.line.setObjectName("downloadLine")
        set_role(self.line, "muted")
        self.problem = QLabel(self)
        self.problem.setObjectName("downloadProblem")
        self.problem.setWordWrap(True)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, SCALE)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("How far the download is"))
        self.pause = self._button("pauseDownload", "pause", self.tr("Pause; what is here stays"))
        self.resume = self._button("resumeDownload", "play", self.tr("Resume"))
        self.remove = self._button("removeDownload", "close", self.tr("Cancel and delete what came"))
        self.pause.clicked.connect(lambda: self.pauseClicked.emit(self.item.key))
        self.resume.clicked.connect(lambda: self.resumeClicked.emit(self.item.key))
        self.remove.clicked.connect(lambda: self.removeClicked.emit(self.item.key))
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        self.trouble = TroubleButton(self)
        for widget in (name, place, self.bar, self.line, self.problem, self.trouble):
            words.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, Space.M, Space.M, Space.M)
        row.setSpacing(Space.S)
        row.addLayout(words, 1)
        for button in (self.pause, self.resume, self.remove):
            row.addWidget(button)
        self.show_item(item)

    def show_item(self, item: Shown) -> None:
        """Show how far it is now."""
        self.item = item
        status = item.status
        self.line.setText(state_line(item))
        self.bar.setValue(round(SCALE * status.done / status.total) if status.total else 0)
        failed = status.state is DownloadState.FAILED
        problem = status.problem_text
        if problem and not failed:
            problem = self.tr("{problem} Trying again…").format(problem=problem)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.trouble.say(problem)
        set_role(self.problem, "danger" if failed else "warning")
        leaving = item.asked is Ask.CANCEL
        waits = item.asked is Ask.PAUSE or failed or status.state is DownloadState.PAUSED
        going = item.asked is Ask.RUN and status.state is DownloadState.PAUSED
        self.pause.setVisible(not leaving and (not waits or going))
        self.resume.setVisible(not leaving and waits and not going)
        self.remove.setEnabled(not leaving)

    def _button(self, name: str, icon: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        set_icon(button, icon, "muted")
        return button
