"""A report that a user can send to somebody who helps: versions, the machine, the last troubles.

Owns its text and hiding paths in it. It holds no pictures and, unless asked for, no paths. Does not own how
it is shown (`gui.shell.report_view`), the log (`program_log`) or crash files (`crash_watch`).
"""

from __future__ import annotations

import platform
import re
import sys
from importlib import metadata
from pathlib import Path

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from qvl_desktop import __version__
from qvl_desktop.core.amounts import memory_size
from qvl_desktop.jobs.child import installed_engine, is_slim
from qvl_desktop.jobs.machine import look_at_machine
from qvl_desktop.jobs.program_log import log_file, read_log

PACKAGES = ("torch", "transformers", "peft", "accelerate", "bitsandbytes", "gptqmodel", "tokenizers", "numpy", "pillow")
"""What of the model half is told; read from what is installed, nothing is imported."""

LAST_TROUBLES = 30
"""Lines of the log that are told, warnings and worse."""

_PATH = re.compile(
    r"""(?<![\w.:/<])(?:~?/(?=\S)|[A-Za-z]:[\\/]|\\\\)[^\n'"<>|]*?(?=: |, | \(|['"<>|\n]|$)""", re.MULTILINE
)
"""An absolute path, to where a sentence goes on after it. Names may hold blanks, so too much rather than too little."""


def support_report(*, with_paths: bool = False, crash: str = "") -> str:
    """The whole text. Takes up to a second (the card is asked): make it beside the window."""
    machine = look_at_machine()
    place = "card" if machine.on_card else "processor"
    lines = [
        f"QVL Desktop {__version__} ({'frozen' if getattr(sys, 'frozen', False) else 'Python package'})",
        f"System: {platform.system()} {platform.release()} {platform.machine()}",
        f"Python {platform.python_version()}, PySide6 {pyside_version}, Qt {qVersion()}",
        f"Window system: {QGuiApplication.platformName()}, screens: {_screens()}",
        f"Trains on: {machine.name} ({place}, {memory_size(machine.total)}, {memory_size(machine.free)} free), "
        f"{machine.cores} cores",
        f"Model half: {_model_half()}",
        "",
        "Last troubles:",
        *(last_troubles(log_file()) or ["none"]),
    ]
    if crash:
        lines += ["", "Crash:", crash]
    text = "\n".join(lines) + "\n"
    return text if with_paths else without_paths(text)


def last_troubles(log: Path) -> list[str]:
    """The last warnings and errors of the log, with what follows each (a traceback), oldest first."""
    return read_log(log, "WARNING", LAST_TROUBLES).splitlines()


def without_paths(text: str) -> str:
    """The text with every absolute path but the program's own files taken out: `<path>`, its suffix kept."""
    shortened = re.sub(r'File "([^"]*)"', lambda match: f'File "{_own(match[1])}"', text)
    return _PATH.sub(lambda match: _hidden(match[0]), shortened)


def _own(path: str) -> str:
    """A file of a traceback: libraries and the program from their package on, anything else hidden."""
    for mark in ("site-packages", "qvl_desktop"):
        _, found, rest = path.replace("\\", "/").partition(f"{mark}/")
        if found:
            return rest if mark == "site-packages" else f"{mark}/{rest}"
    return Path(path).name


def _hidden(path: str) -> str:
    suffix = Path(path.strip()).suffix
    return f"<path{suffix}>" if re.fullmatch(r"\.\w{1,12}", suffix) else "<path>"


def _model_half() -> str:
    """The versions, or in the slim app whose they would be: another installation's, with a word on how to ask it."""
    if is_slim():
        return f"slim edition, asks {installed_engine() or 'no program'} (its versions: qvl-desktop doctor)"
    return ", ".join(f"{name} {_version(name)}" for name in PACKAGES)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _screens() -> str:
    return ", ".join(
        f"{screen.size().width()}x{screen.size().height()} at {screen.devicePixelRatio():g}x"
        for screen in QGuiApplication.screens()
    )
