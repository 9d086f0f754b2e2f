"""How this program starts itself for a child's work.

Owns the command line, the environment and the detaching of children. Does not own any child (`training`, `engine`).

The slim frozen app has no model half: its children are those of another installation, the program that
`QVL_DESKTOP_ENGINE` names (the app sets it from the setting `engine_program`), else the `qvl-desktop` on the path.
Where there is neither, the child is the slim program itself, which can download and check, but load no model.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP

ENGINE_VARIABLE = "QVL_DESKTOP_ENGINE"
PROGRAM = "qvl-desktop"

NO_ENGINE = QT_TRANSLATE_NOOP(
    "errors",
    "This slim edition holds the window alone. Install the model half (pip install qvl-desktop), then choose its "
    "program in the preferences (Program for model work), or name it in QVL_DESKTOP_ENGINE.",
)


class NoEngineError(QvlError):
    """The slim app knows no installation that could do its model work."""


def is_frozen() -> bool:
    """Whether this is the packed app."""
    return bool(getattr(sys, "frozen", False))


def is_slim() -> bool:
    """Whether this is the packed app without its model half."""
    return is_frozen() and importlib.util.find_spec("torch") is None


def installed_engine() -> str | None:
    """The program of another installation that does the slim app's model work; None where none is known."""
    named = os.environ.get(ENGINE_VARIABLE) or shutil.which(PROGRAM)
    if not named or Path(named).resolve() == Path(sys.executable).resolve():
        return None
    return named


def require_engine() -> None:
    """Raise `NoEngineError` where a child could load no model."""
    if is_slim() and installed_engine() is None:
        raise NoEngineError(NO_ENGINE)


def child_command(*args: str) -> list[str]:
    """The command line that runs this program with `args`, from source, from a wheel or frozen."""
    if is_frozen():
        return [(installed_engine() if is_slim() else None) or sys.executable, *args]
    return [sys.executable, "-m", "qvl_desktop", *args]


def child_environment(**extra: str) -> dict[str, str]:
    """The environment of a child: this one's, UTF-8 and unbuffered, with this package found from any folder."""
    environment = dict(os.environ)
    if is_slim():
        environment["PYINSTALLER_RESET_ENVIRONMENT"] = "1"  # the child may be a packed app as well, but another one
    elif not is_frozen():
        package_root = str(Path(__file__).resolve().parent.parent.parent)
        paths = [package_root, *environment.get("PYTHONPATH", "").split(os.pathsep)]
        environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    environment.update(PYTHONUNBUFFERED="1", PYTHONUTF8="1", PYTHONIOENCODING="utf-8")
    environment.update(extra)
    return environment


def detached() -> dict[str, Any]:
    """The arguments of `subprocess.Popen` that let a child outlive this process and its terminal."""
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS | subprocess.CREATE_BREAKAWAY_FROM_JOB
        return {"creationflags": flags, "close_fds": True}
    return {"start_new_session": True, "close_fds": True}
