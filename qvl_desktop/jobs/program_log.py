"""The log of the window, and where unexpected failures end.

Owns the log file, the exception hooks of all threads and Qt's messages. Does not own what the user sees of a failure
(`Session.report`).
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from qvl_desktop.storage.settings import data_folder

_MAX_BYTES = 1_000_000
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
LEVELS = ("INFO", "WARNING", "ERROR")
"""The levels that can be asked for, the least first."""

_NUMBERS = {name: getattr(logging, name) for name in ("DEBUG", *LEVELS, "CRITICAL")}
_HEAD = re.compile(r"\d{4}-\d\d-\d\d \S+ ([A-Z]+) ")
_log = logging.getLogger("qvl_desktop")


def log_file() -> Path:
    """The file of the window's log."""
    return data_folder() / "qvl-desktop.log"


def read_log(file: Path, level: str, most: int = 5000) -> str:
    """The last `most` lines of the log that belong to `level` (one of `LEVELS`) or worse, "" when there are none.

    A log that has grown full goes on in a new file; both are read.
    """
    lines = [line for part in (file.with_name(f"{file.name}.1"), file) for line in _lines(part)]
    wanted = _NUMBERS[level]
    kept, inside = [], wanted <= logging.INFO
    for line in lines:
        if head := _HEAD.match(line):
            inside = _NUMBERS.get(head[1], wanted) >= wanted
        if inside:
            kept.append(line)
    return "\n".join(kept[-most:])


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def start_logging() -> None:
    """Write the program's log to its file and warnings to stderr. A file that cannot be written stops nothing."""
    _log.setLevel(logging.INFO)
    formatter = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handlers: list[logging.Handler] = []
    if sys.stderr is not None:
        handlers.append(logging.StreamHandler())
        handlers[0].setLevel(logging.WARNING)
    try:
        log_file().parent.mkdir(parents=True, exist_ok=True)
        handlers.append(
            RotatingFileHandler(log_file(), maxBytes=_MAX_BYTES, backupCount=1, encoding="utf-8", delay=True)
        )
    except OSError as error:
        _log.warning("no log file: %s", error)
    for handler in handlers:
        handler.setFormatter(formatter)
        _log.addHandler(handler)


class _Bridge(QObject):
    """Carries a failure from any thread to the window's. Signals: `failed(error)`."""

    failed = Signal(object)


_bridge: _Bridge | None = None


def catch_failures(report: Callable[[Exception], None]) -> None:
    """Send what nobody caught, in any thread, to `report` in the window's thread, and Qt's messages to the log."""
    global _bridge  # noqa: PLW0603 - one process has one set of hooks
    _bridge = _Bridge()
    _bridge.failed.connect(report)
    sys.excepthook = _on_exception
    threading.excepthook = lambda args: _on_exception(args.exc_type, args.exc_value, args.exc_traceback)
    qInstallMessageHandler(_on_qt_message)


def release_failures() -> None:
    """Take the hooks away again, before the window's objects go."""
    global _bridge  # noqa: PLW0603
    _bridge = None
    sys.excepthook = sys.__excepthook__
    threading.excepthook = threading.__excepthook__
    qInstallMessageHandler(None)


def _on_exception(kind: type[BaseException], error: BaseException | None, traceback: TracebackType | None) -> None:
    if not isinstance(error, Exception) or _bridge is None:
        sys.__excepthook__(kind, error or kind(), traceback)
        return
    _bridge.failed.emit(error)


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    _log.log(_LEVELS.get(kind, logging.WARNING), "Qt: %s", text)
