"""Drives starts of the real program in a process of its own: `python drive_start.py MODE [ARGUMENTS of the program]`.

`die` ends by a fault while the window comes up; `raise` by an exception; `tell` says how the window came up and closes
it; `ask-safe`, `ask-normal` and `ask-close` answer the question before the window by keys; `normally` clicks on "Start
normally"; `report` opens the report of the crash; `stay` waits to be killed. What happens is told on stdout, one JSON
object a line.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from qvl_desktop import app, cli
from qvl_desktop.gui.shell.start_choice import StartChoice
from qvl_desktop.jobs.session import Session

MODE, ARGUMENTS = sys.argv[1], sys.argv[2:]
KEYS = {"ask-safe": Qt.Key.Key_Return, "ask-close": Qt.Key.Key_Escape}


def tell(**values: Any) -> None:
    print(json.dumps(values), flush=True)


class DrivenWindow(app.MainWindow):
    """The real main window, with somebody at the keyboard and mouse."""

    def __init__(self, session: Session) -> None:
        if MODE == "die":
            ctypes.string_at(0)
        if MODE == "raise":
            raise ValueError("the window cannot be made")
        super().__init__(session)

    def start(self) -> None:
        super().start()
        settings = self.session.settings
        tell(
            what="up",
            pid=os.getpid(),
            title=self.windowTitle(),
            safe=settings.safe,
            theme=settings.theme,
            strips=self.strips.texts,
            project=str(self.session.project.path) if self.session.project else "",
            size=[self.width(), self.height()],
            keys=self.shortcuts.keys("window.palette"),
        )
        QTimer.singleShot(100, self._go_on)

    def _go_on(self) -> None:
        if MODE == "stay":
            return
        if MODE == "normally":
            self._become("tell")
            self._click("safe mode")
            return
        if MODE == "report":
            self._click("crash")
            self._until_report()
            return
        self.close()

    def _click(self, name: str) -> None:
        strip = self.strips.strip(name)
        assert strip is not None
        QTest.mouseClick(strip.findChild(QPushButton), Qt.MouseButton.LeftButton)

    def _until_report(self) -> None:
        view: Any = self.side_views.view("report")
        if view is None or not view.copy.isEnabled():
            QTimer.singleShot(50, self._until_report)
            return
        QTest.mouseClick(view.copy, Qt.MouseButton.LeftButton)
        tell(what="report", text=QApplication.clipboard().text())
        view.close()
        self.close()

    def _become(self, mode: str) -> None:
        """The program starts itself anew; let this driver be what is started."""
        from qvl_desktop.jobs import restart

        restart.own_command = lambda arguments: [sys.executable, str(Path(__file__)), mode, *arguments]


def answer() -> None:
    """At the question before the window: press a key, or walk to the other button."""
    dialog = next((widget for widget in QApplication.topLevelWidgets() if isinstance(widget, StartChoice)), None)
    if dialog is None or not dialog.isVisible():
        QTimer.singleShot(20, answer)
        return
    tell(what="asked")
    if MODE == "ask-normal":
        QTest.mouseClick(dialog.normal, Qt.MouseButton.LeftButton)
    else:
        QTest.keyClick(dialog, KEYS[MODE])


app.MainWindow = DrivenWindow  # type: ignore[misc]
if os.environ.get("SETTLE"):
    app.SETTLED_SECONDS = 0.01  # type: ignore[assignment]
if MODE.startswith("ask"):
    app.make_application()
    QTimer.singleShot(20, answer)
began = time.monotonic()
code = cli.main(ARGUMENTS)
tell(what="ended", code=code)
sys.exit(code)
