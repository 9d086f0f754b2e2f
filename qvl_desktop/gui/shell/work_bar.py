"""The line at the foot of the window while pictures are being added: how many, how long yet, and a way to stop.

Owns showing it. Does not own the work (`jobs.opening`).
"""

from __future__ import annotations

import time

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.words import duration_text
from qvl_desktop.jobs.opening import Adding
from qvl_desktop.jobs.picture_query import PictureQuery

_ETA_AFTER = 1.0
"""Seconds of work before a guess is worth saying."""


class WorkBar(QWidget):
    """Hidden while there is nothing to show."""

    def __init__(self, query: PictureQuery, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "panel")
        self._adding: Adding | None = None
        self._began: float | None = None
        self.words = QLabel(self)
        set_role(self.words, "caption")
        self.words.setMinimumWidth(260)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Pictures being added"))
        self.left = QLabel(self)
        set_role(self.left, "caption")
        self.left.setMinimumWidth(110)
        self.stop = QPushButton(self.tr("Stop"), self)
        set_kind(self.stop, "quiet")
        self.stop.setToolTip(self.tr("Add no more; the pictures that are in stay"))
        self.stop.clicked.connect(self._stop)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, Space.XS, Space.M, Space.XS)
        row.setSpacing(Space.M)
        row.addWidget(self.words)
        row.addWidget(self.bar, 1)
        row.addWidget(self.left)
        row.addWidget(self.stop)
        self.hide()
        query.addingBegun.connect(self._begin)

    def _begin(self, adding: Adding) -> None:
        self._adding, self._began = adding, None
        self.bar.setRange(0, 0)
        self.words.setText(self.tr("Searching for pictures…"))
        self.left.clear()
        self.stop.setText(self.tr("Stop"))
        self.stop.setEnabled(True)
        adding.progressed.connect(self._show)
        adding.ended.connect(self._end)

    def _show(self, done: int, total: int) -> None:
        if self.sender() is not self._adding:
            return
        self.setVisible(done < total or not total)
        if not total:
            self.words.setText(self.tr("Searching for pictures… {count} found").format(count=f"{done:,}"))
            return
        now = time.monotonic()
        self._began = self._began or now
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        words = self.tr("Adding pictures: {done} of {total}").format(done=f"{done:,}", total=f"{total:,}")
        self.words.setText(words)
        if done and now - self._began >= _ETA_AFTER:
            seconds = (now - self._began) * (total - done) / done
            self.left.setText(self.tr("{time} left").format(time=duration_text(max(seconds, 1))))

    def _stop(self) -> None:
        if self._adding is not None:
            self._adding.stop()
            self.stop.setEnabled(False)

    def _end(self) -> None:
        if self.sender() is self._adding:
            self._adding = None
            self.hide()
