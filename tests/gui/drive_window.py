"""Drives a real window in a process of its own: `python drive_window.py start|attach PROJECT RUNS`.

`start` sets a short run up with clicks and waits to be killed; `attach` finds a paused run alive, clicks "Go on" and
follows it to its end. What happens is told on stdout, one JSON object a line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QToolButton

from qvl_desktop import app
from qvl_desktop.gui.shell.pages import PAGES
from qvl_desktop.gui.train.page import TrainPage
from qvl_desktop.jobs.session import Session

MODE, PROJECT, RUNS = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
SETTINGS = {"epochs": "2", "batch_size": "2", "eval_steps": "0", "save_steps": "2", "lora_rank": "4"}


def tell(**values: Any) -> None:
    print(json.dumps(values), flush=True)


class DrivenWindow(app.MainWindow):
    """The real main window, with somebody at the mouse."""

    def __init__(self, session: Session) -> None:
        session.settings.runs_folder = RUNS
        super().__init__(session)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._look)
        self._told: set[str] = set()

    def start(self) -> None:
        super().start()
        button = self.findChild(QToolButton, "rail-train")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self._clock.start(20)

    @property
    def train(self) -> TrainPage:
        page = self.page(next(page for page in PAGES if page.name == "train"))
        assert isinstance(page, TrainPage)
        return page

    def _look(self) -> None:
        if MODE == "start" and "begun" not in self._told:
            self._begin()
        for run in self.session.runs.alive:
            thread = self.session.runs.thread_of(run.folder.path)
            if thread is None:
                continue
            drawn = self.train.run_view.curves.drawn_steps if self.train.run_view.run == run.folder.path else 0
            if drawn and "drawn" not in self._told:
                self._told.add("drawn")
                tell(what="drawn", steps=drawn, pid=thread.process_id, run=str(run.folder.path))
        if MODE == "attach" and "drawn" in self._told and "gone on" not in self._told:
            self._told.add("gone on")
            QTest.mouseClick(self.train.findChild(QPushButton, "goOnButton"), Qt.MouseButton.LeftButton)
        if MODE != "attach" or self.session.runs.alive:
            return
        for run in self.session.runs.summaries:
            if run.state.value in ("finished", "failed", "interrupted"):
                tell(what="ended", state=run.state.value, steps=run.step, message=run.message)
                QApplication.quit()

    def _begin(self) -> None:
        if not self.session.models.models():
            return
        self._told.add("begun")
        for name, text in SETTINGS.items():
            line = self.train.new_run.form.editor(name)
            assert isinstance(line, QLineEdit)
            line.setFocus()
            line.selectAll()
            QTest.keyClicks(line, text)
        QTest.mouseClick(self.train.findChild(QPushButton, "startButton"), Qt.MouseButton.LeftButton)
        tell(what="begun", problems=self.train.new_run.problems())


app.MainWindow = DrivenWindow  # type: ignore[misc]
sys.exit(app.run_window(PROJECT))
