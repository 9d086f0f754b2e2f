"""A project that the system wants opened by an event, as macOS does on a double click: before and after the window."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from qvl_desktop.storage.demo_project import make_demo_project, read_shipped

ROOT = Path(__file__).resolve().parents[2]

DRIVE = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication
from qvl_desktop import app

first, second = map(Path, sys.argv[1:])
shown = []

class Driven(app.MainWindow):
    def __init__(self, session):
        super().__init__(session)
        self.rest = [second]
        QCoreApplication.postEvent(QApplication.instance(), QFileOpenEvent(str(first)))
        QApplication.instance().processEvents()
        session.projectChanged.connect(self.look)

    def look(self):
        if self.session.project is None:
            return
        shown.append(self.session.project.path.name)
        if self.rest:
            path = self.rest.pop()
            event = QFileOpenEvent(QUrl.fromLocalFile(str(path)))
            QTimer.singleShot(0, lambda: QCoreApplication.postEvent(QApplication.instance(), event))
        else:
            QTimer.singleShot(0, self.close)

app.MainWindow = Driven
code = app.run_window()
print(json.dumps([code, shown]))
"""


def test_files_asked_for_by_event_are_opened(tmp_path: Path, own_home: Path) -> None:
    shipped = read_shipped("en")
    first, second = (make_demo_project(tmp_path / name, shipped, "en") for name in ("a", "乙 b"))
    first = first.rename(first.with_name("first 项目.qvl"))
    done = subprocess.run(
        [sys.executable, "-c", DRIVE, str(first), str(second)],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [0, [first.name, second.name]]
