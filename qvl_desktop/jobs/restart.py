"""The window starting itself anew, after it has let go of everything.

Owns the command line and taking this process's place. Does not own closing the window (`app`) or starting children
(`child`): the slim app's children are another program, its window is its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from qvl_desktop.jobs.child import child_environment, detached, is_frozen


def own_command(arguments: Sequence[str]) -> list[str]:
    """The command line of this program's window, from source, from a wheel or frozen."""
    return [sys.executable, *arguments] if is_frozen() else [sys.executable, "-m", "qvl_desktop", *arguments]


def start_again(arguments: Sequence[str]) -> None:
    """Become a new window with these arguments; where a process cannot be replaced, start one beside it and return."""
    command, environment = own_command(arguments), child_environment()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    if sys.platform == "win32":
        subprocess.Popen(command, env=environment, **detached())
    else:
        os.execve(command[0], command, environment)
