"""The three programs that `workshop.py` compares: how each is installed, started, opened, drawn on and searched in.

Owns what differs between them, in their own terms: widgets, keys and files that a user meets. Does not own what is
timed (`workshop_driver`) nor any code of the peers. Imports Qt only inside methods, since each program brings its own.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

SIZE = (1360, 860)
"""The window, for all three."""


class Program:
    """One program in its own process. `window` and `canvas` are found once its event loop would start."""

    name = ""
    title = ""
    wheel = ""
    """What pip installs; "" for ours."""
    python = (3, 10)
    """The oldest Python it runs on."""
    qt = "PySide6"
    indexed = False
    """Opens an index instead of a folder."""
    open_keys, next_keys, draw_keys = "Ctrl+U", "D", ""

    window: Any
    canvas: Any
    target: Any
    """The widget that mouse events go to."""

    def module(self, name: str) -> Any:
        """A module of the Qt binding, such as QtCore."""
        return importlib.import_module(f"{self.qt}.{name}")

    def launch(self, home: Path) -> None:
        """Start as from the command line; returns or exits when its event loop ends."""
        raise NotImplementedError

    def find(self) -> None:
        """Find the window and the canvas."""
        self.window = self.main_window()
        found = self.window.findChildren(self.module("QtWidgets").QWidget)
        self.canvas = self.target = next(w for w in found if type(w).__name__ == "Canvas")

    def main_window(self) -> Any:
        """The window that stands on the screen."""
        widgets = self.module("QtWidgets")
        windows = widgets.QApplication.topLevelWidgets()
        return next(w for w in windows if isinstance(w, widgets.QMainWindow) and w.isVisible())

    def action(self, keys: str) -> Any:
        """The action that has these keys."""
        for action in self.window.findChildren(self.module("QtGui").QAction):
            if any(one.toString() == keys for one in action.shortcuts()):
                return action
        raise LookupError(f"{self.title}: no action has the keys {keys}")

    def open(self, target: Path) -> None:
        """Open a folder by its menu entry; the folder dialog answers at once."""
        self.module("QtWidgets").QFileDialog.getExistingDirectory = lambda *_args, **_more: str(target)
        self.action(self.open_keys).trigger()

    def shown(self) -> object:
        """Which picture stands on the canvas; None while none does."""
        pixmap = self.canvas.pixmap
        return None if pixmap is None or pixmap.isNull() else pixmap.cacheKey()

    def ready(self) -> bool:
        """What is fetched in advance has been fetched, as far as the program tells."""
        return True

    def boxes(self) -> int:
        """How many boxes the picture at hand has."""
        return len(self.canvas.shapes)

    def on_picture(self, point: Any) -> Any:
        """Where a point of the canvas lies on the picture, in its pixels."""
        raise NotImplementedError

    def next_action(self) -> Any:
        """The action that goes to the next picture."""
        return self.action(self.next_keys)

    def draw(self) -> None:
        """Take the tool that draws boxes."""
        if self.draw_keys:
            self.action(self.draw_keys).trigger()

    def saved(self, picture: Path) -> object:
        """Another value once an edit of the picture is on disk."""
        file = picture.with_suffix(".json")
        return file.stat().st_mtime_ns if file.exists() else None

    def search(self, text: str) -> None:
        """Type into the search for names, and Return where the program wants it."""
        raise NotImplementedError

    def answered(self, text: str) -> bool:
        """The list shows what was searched for."""
        return True

    def close(self) -> None:
        """Before the process ends."""


class Ours(Program):
    name = title = "ours"
    indexed = True

    def launch(self, home: Path) -> None:
        sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
        from qvl_desktop import app
        from qvl_desktop.jobs.start_watch import StartWatch

        StartWatch().settled()  # the driver ends each process at once: no start has failed
        app.run_window(None)

    def find(self) -> None:
        from qvl_desktop.gui.shell.pages import PAGES

        self.window = self.main_window()
        self.session = self.window.session
        self.window.show_page("annotate")
        self.page = self.window.page(next(page for page in PAGES if page.name == "annotate"))
        self.canvas, self.target = self.page.canvas, self.page.canvas.viewport()

    def open(self, target: Path) -> None:
        self.session.open_project(target)

    def shown(self) -> object:
        return None if self.canvas.waiting else self.canvas.path

    def ready(self) -> bool:
        if not self.session.project.checked:
            return False
        ahead = self.page.pictures.neighbours()[:1]
        return all(self.canvas.loader.cached(row.file) is not None for row in ahead)

    def boxes(self) -> int:
        return len(self.page.editing.rows)

    def on_picture(self, point: Any) -> Any:
        return self.canvas.mapToScene(point.toPoint())

    def next_action(self) -> Any:
        return self.page.page_actions["next"]

    def saved(self, picture: Path) -> object:
        return self.session.project.last_step

    def search(self, text: str) -> None:
        self.page.pictures.search.setText(text)

    def answered(self, text: str) -> bool:
        return self.session.pictures.filter.text == text and not self.session.pictures.busy

    def close(self) -> None:
        self.session.close_project()


class Labelme(Program):
    name, title, wheel, python = "labelme", "labelme 7.9.1", "labelme==7.9.1", (3, 12)
    draw_keys = "Ctrl+R"

    def launch(self, home: Path) -> None:
        sys.argv = ["labelme", "--logger-level", "error"]
        importlib.import_module("labelme.__main__").main()

    def on_picture(self, point: Any) -> Any:
        return self.canvas.transform_widget_point_to_image(point)

    def search(self, text: str) -> None:
        _line(self, "Search Filename").setText(text)


class XAnyLabeling(Program):
    name, title, wheel = "x-anylabeling", "X-AnyLabeling 4.2.1", "x-anylabeling-cvhub[cpu]==4.2.1"
    qt = "PyQt6"
    draw_keys = "R"

    def launch(self, home: Path) -> None:
        sys.argv = ["xanylabeling", "--work-dir", str(home), "--no-auto-update-check", "--logger-level", "error"]
        importlib.import_module("anylabeling.app").main()

    def on_picture(self, point: Any) -> Any:
        return self.canvas.transform_pos(point)

    def search(self, text: str) -> None:
        line = _line(self, "Search files...")
        line.setText(text)
        core, gui = self.module("QtCore"), self.module("QtGui")
        key, none = core.Qt.Key.Key_Return, core.Qt.KeyboardModifier.NoModifier
        for kind in (core.QEvent.Type.KeyPress, core.QEvent.Type.KeyRelease):
            core.QCoreApplication.sendEvent(line, gui.QKeyEvent(kind, key, none))


PROGRAMS: dict[str, type[Program]] = {one.name: one for one in (Ours, Labelme, XAnyLabeling)}
PEERS = (Labelme, XAnyLabeling)


def own_home(home: Path) -> dict[str, str]:
    """The environment of a program that has never run before and has no screen."""
    home.mkdir(parents=True, exist_ok=True)
    places = {name: str(home) for name in ("HOME", "USERPROFILE")}
    places |= {
        name: str(home / name.lower())
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "APPDATA", "LOCALAPPDATA")
    }
    return os.environ | places | {"QVL_CONFIG_DIR": str(home / "qvl"), "QT_QPA_PLATFORM": "offscreen"}


def _line(program: Program, words: str) -> Any:
    lines = program.window.findChildren(program.module("QtWidgets").QLineEdit)
    return next(line for line in lines if line.placeholderText() == words)
