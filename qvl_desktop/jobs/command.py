"""One sub-command of this program as a child of the window: what it prints, how far it is, how it ended.

Owns the process, reading its lines and its progress ("3 / 10" on stderr), ending it. Does not own what the lines mean.
"""

from __future__ import annotations

import re
from collections import deque

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from qvl_desktop.jobs.child import child_command, child_environment
from qvl_desktop.jobs.waiting import waiter

GRACE_MS = 4000
"""How long a child that is to end may take before it is killed."""

_PROGRESS = re.compile(r"(\d+) (?:/|of) (\d+)")
_KEPT = 40


class ChildCommand(QObject):
    """Runs once. Signals:

    lineArrived(str): a line of stdout.
    progressed(int, int): done and total, as the child counts them on stderr.
    ended(str): it is over; "" when it did what it was asked, else why not. Not told after `cancel`.
    cancelled(): it is over because of `cancel`.
    """

    lineArrived = Signal(str)
    progressed = Signal(int, int)
    ended = Signal(str)
    cancelled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._cancelling = False
        self._said: deque[str] = deque(maxlen=_KEPT)
        self._held = ""
        self._killer = waiter(self, GRACE_MS, self._kill)

    @property
    def running(self) -> bool:
        """Whether the child lives."""
        return self._process is not None

    def start(self, *arguments: str) -> None:
        """Start `qvl-desktop ARGUMENTS`."""
        process = QProcess(self)
        environment = QProcessEnvironment()
        for name, value in child_environment().items():
            environment.insert(name, value)
        process.setProcessEnvironment(environment)
        process.readyReadStandardOutput.connect(self._read_output)
        process.readyReadStandardError.connect(self._read_errors)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._error_occurred)
        self._process = process
        program, *words = child_command(*arguments)
        process.start(program, words)

    def cancel(self) -> None:
        """Ask the child to end, and kill it when it does not."""
        if self._process is None or self._cancelling:
            return
        self._cancelling = True
        self._process.terminate()
        self._killer.start()

    def shutdown(self) -> None:
        """End the child now, quietly; for the end of whatever wanted to know."""
        process, self._process = self._process, None
        self._killer.stop()
        if process is not None:
            process.blockSignals(True)
            process.kill()
            process.waitForFinished(GRACE_MS)
            process.deleteLater()

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _read_output(self) -> None:
        while self._process is not None and self._process.canReadLine():
            line = bytes(self._process.readLine().data()).decode("utf-8", "replace").rstrip("\r\n")
            self.lineArrived.emit(line)

    def _read_errors(self) -> None:
        if self._process is None:
            return
        self._held += bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        *lines, self._held = re.split(r"[\r\n]+", self._held)
        for line in [*lines, self._held]:
            if found := _PROGRESS.search(line):
                self.progressed.emit(int(found[1]), int(found[2]))
        self._said.extend(line for line in lines if line.strip() and not _PROGRESS.fullmatch(line.strip()))

    def _error_occurred(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and self._process is not None:
            reason = self._process.errorString()
            self._drop()
            self.ended.emit(self.tr("The process cannot be started: {reason}").format(reason=reason))

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        if self._process is None:
            return
        self._read_output()
        rest = bytes(self._process.readAllStandardOutput().data()).decode("utf-8", "replace").strip()
        if rest:
            self.lineArrived.emit(rest)
        self._read_errors()
        self._drop()
        if self._cancelling:
            self.cancelled.emit()
        elif status is QProcess.ExitStatus.CrashExit:
            self.ended.emit(self.tr("The process ended unexpectedly: it crashed, was killed, or ran out of memory."))
        elif code:
            said = [*self._said, self._held]
            last = next((line.strip() for line in reversed(said) if line.strip()), "")
            self.ended.emit(last.removeprefix("qvl-desktop: ") or self.tr("Exit code {code}.").format(code=code))
        else:
            self.ended.emit("")

    def _drop(self) -> None:
        self._killer.stop()
        if self._process is not None:
            self._process.deleteLater()
            self._process = None
