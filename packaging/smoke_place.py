"""Where the packed app is looked at: a user, a home, an empty path, and what must be so afterwards.

Owns the environment of somebody who has nothing, starting programs in it, and the proof that nothing was left behind:
no process, and no file outside the home and the work folder. Run by root, the app belongs to nobody else: a user id of
its own, which may write nowhere but there, so that every file it made anywhere can be found by its owner.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

MARK = "QVL_SMOKE"
"""Stands in the environment of everything that is started here, and so of its children."""
USER = 64000 + os.getpid() % 1000
"""A user id that no system gives to anybody, and that another look at the same time has not either."""
LOOKED_AT = ("/tmp", "/var", "/dev/shm", "/home", "/opt", "/root", "/run", "/srv", "/usr/local")
"""Where files of that user are searched, besides the app itself."""


class Failure(Exception):
    """What was not as it should be."""


class Place:
    """A folder with a home and a work folder, whose programs see nothing else. A context manager."""

    def __init__(self, app: Path, display_name: str, engine: str = "") -> None:
        self.app = app.resolve()
        self.program = str(self.app / "qvl-desktop")
        self.engine = engine
        self.folder = Path(tempfile.mkdtemp(prefix="qvl smoke 测试 "))
        self.home, self.work = self.folder / "home", self.folder / "work"
        empty, temporary = self.folder / "empty", self.folder / "tmp"
        for part in (self.home, self.work, empty, temporary):
            part.mkdir()
        self.environment = {
            "HOME": str(self.home),
            "PATH": str(empty),
            "TMPDIR": str(temporary),
            "DISPLAY": display_name,
            "LANG": "C.UTF-8",
            MARK: str(os.getpid()),
        }
        if engine:
            self.environment["QVL_DESKTOP_ENGINE"] = engine
        self.as_user = os.getuid() == 0
        if self.as_user:
            for part in (self.folder, self.home, self.work, temporary):
                os.chown(part, USER, USER)
        self._before = listing(self.app)

    def __enter__(self) -> Place:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.processes():
            process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def moved_to(self, app: Path) -> None:
        """The app lies elsewhere now, as it was."""
        gone, self.app = self.app, app.resolve()
        self.program = str(self.app / "qvl-desktop")
        self._before = {
            (path.replace(str(gone), str(self.app), 1), size, changed) for path, size, changed in self._before
        }

    def start(self, *command: str, **options: Any) -> subprocess.Popen[str]:
        """Start a program here."""
        if self.as_user:
            options |= {"user": USER, "group": USER, "extra_groups": []}
        return subprocess.Popen(command, env=self.environment, cwd=self.work, text=True, **options)

    def run(self, *command: str, code: int = 0, seconds: float = 900) -> str:
        """A command's standard output (with `code` not 0, what it says on standard error); another exit code is a
        `Failure`."""
        process = self.start(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Failure(f"{' '.join(command)} did not end within {seconds:.0f} s") from None
        if process.returncode != code:
            raise Failure(f"{' '.join(command)} ended with {process.returncode}, not {code}:\n{(err or out)[-2000:]}")
        return err if code else out

    def must_have_no_python(self) -> None:
        """Otherwise all of this would prove nothing."""
        for name in ("python3", "python", "qvl-desktop"):
            if shutil.which(name, path=self.environment["PATH"]):
                raise Failure(f"{name} is on the path: this would prove nothing")

    def must_be_left_clean(self) -> None:
        """No process goes on, the app's folder is as it was, and nothing lies outside home and work."""
        wait_for(lambda: not self.processes(), 15, "the end of the app's children")
        if (after := listing(self.app)) != self._before:
            raise Failure(f"the app's own folder has changed: {sorted(after ^ self._before)[:5]}")
        if strays := self.strays():
            raise Failure(f"files outside the home and the work folder: {strays[:5]}")
        kept = sorted(str(path.relative_to(self.home)) for path in self.home.rglob("*") if path.is_file())
        print(f"nothing left running; in the home: {', '.join(sorted({_top(name) for name in kept}))}")

    def strays(self) -> list[str]:
        """Files of the app's user outside its place; none can be told apart when the app runs as ourselves."""
        if not self.as_user:
            return []
        found = subprocess.run(
            ["find", *LOOKED_AT, str(self.app), "-xdev", "-uid", str(USER), "-not", "-path", f"{self.folder}*"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return found.stdout.splitlines()

    def processes(self) -> list[psutil.Process]:
        """What was started here, directly or not, and still lives."""
        found = []
        for process in psutil.process_iter():
            try:
                alive = process.status() != psutil.STATUS_ZOMBIE
                if alive and process.environ().get(MARK) == self.environment[MARK]:
                    found.append(process)
            except psutil.Error:
                continue
        return found


def listing(folder: Path) -> set[tuple[str, int, int]]:
    """Every file below a folder with its size and time."""
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return {(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in paths}


def wait_for(condition: Callable[[], bool], seconds: float, what: str, every: float = 0.02) -> float:
    """Wait until the condition holds and tell the seconds it took; a `Failure` after so many."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > seconds:
            raise Failure(f"{what} did not come within {seconds:.0f} s")
        time.sleep(every)
    return time.monotonic() - begun


def _top(name: str) -> str:
    return "/".join(Path(name).parts[:3])
