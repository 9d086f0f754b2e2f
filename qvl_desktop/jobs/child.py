"""How this program starts itself for a child's work.

Owns the command line, the environment and the detaching of children. Does not own any child (`training`, `engine`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def child_command(*args: str) -> list[str]:
    """The command line that runs this program with `args`, from source, from a wheel or frozen."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *args]
    return [sys.executable, "-m", "qvl_desktop", *args]


def child_environment(**extra: str) -> dict[str, str]:
    """The environment of a child: this one's, UTF-8 and unbuffered, with this package found from any folder."""
    environment = dict(os.environ)
    if not getattr(sys, "frozen", False):
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
