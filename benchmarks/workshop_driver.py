"""Runs one program in its own process and times what a user does in it: start, open, edit, draw, next picture, search.

Owns what is timed and how, the same for every program. Started by `workshop.py` with a plan as JSON, in the program's
own environment: needs nothing but that program's Qt. The program runs its own `main`; the driver takes over where its
event loop would begin. Figures are pairs of milliseconds: by the clock, and of processor time.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workshop_programs import PROGRAMS, SIZE, Program

sys.path.pop(0)  # this folder's names are no concern of the program

Pair = tuple[float, float]
PATIENCE = 120.0
"""Seconds for one thing to happen."""
MOVES_SECONDS = 5.0
"""For the moves of one drawing, so that slow programs end too."""


class Driver:
    """One program, one plan. `figures` maps a name to a pair, or to a number."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.program: Program = PROGRAMS[plan["program"]]()
        self.core = self.program.module("QtCore")
        self.gui = self.program.module("QtGui")
        self.figures: dict[str, Any] = {}

    def run(self) -> None:
        """Start the program; never returns."""
        widgets = self.program.module("QtWidgets")
        widgets.QApplication.exec = lambda *_arguments: self._measure()
        self.program.launch(Path(self.plan["home"]))
        raise RuntimeError("the program ended before its event loop")

    def _measure(self) -> int:
        try:
            self._first_frame()
            self.wait(1.0)
            self.figures["memory, started"] = memory()
            self.program.find()
            self.program.window.showNormal()
            self.program.window.resize(*SIZE)
            self.wait(0.3)
            self._look_out_for_dialogs()
            for step in self.plan["steps"]:
                getattr(self, step)()
                print(self.plan["program"], step, self.figures, file=sys.stderr, flush=True)
            self.figures["canvas"] = self.program.target.width() * self.program.target.height()
            self.program.close()
        except Exception as error:  # noqa: BLE001 - the table says why there is no figure
            self.figures["failed"] = f"{type(error).__name__}: {error}"
        self._end()
        return 0

    def _end(self) -> None:
        Path(self.plan["out"]).write_text(json.dumps(self.figures), encoding="utf-8")
        os._exit(0)

    def _look_out_for_dialogs(self) -> None:
        """A dialog that waits for an answer would wait for ever: it ends the measurement, with its words."""
        widgets = self.program.module("QtWidgets")

        def look() -> None:
            dialog = widgets.QApplication.activeModalWidget()
            if dialog is not None:
                words = dialog.text() if hasattr(dialog, "text") else dialog.windowTitle()
                self.figures["failed"] = f"it asked: {words}"
                self._end()

        self.timer = self.core.QTimer()
        self.timer.timeout.connect(look)
        self.timer.start(1000)

    # What is timed

    def _first_frame(self) -> None:
        """From the start of the process until the first frame of the window was painted."""
        core, application = self.core, self.core.QCoreApplication.instance()
        painted: list[Pair] = []

        class Watch(core.QObject):  # type: ignore[misc, name-defined]
            begun = False

            def eventFilter(self, watched: Any, event: Any) -> bool:
                if event.type() == core.QEvent.Type.Paint:
                    Watch.begun = True
                elif Watch.begun and not painted:
                    painted.append((time.time(), time.process_time() * 1000))
                return False

        watch = Watch()
        application.installEventFilter(watch)
        self.until(lambda: bool(painted))
        application.removeEventFilter(watch)
        self.figures["start"] = ((painted[0][0] - self.plan["started"]) * 1000, painted[0][1])

    def open(self) -> None:
        """Open the folder, or its index, until the first picture is painted."""
        with Clock(whole=True) as clock:
            self.program.open(Path(self.plan["target"]))
            self.until(lambda: self.program.shown() is not None)
            self._paint()
        self.figures["open"] = clock.pair
        self.wait(1.0)
        self.until(self.program.ready)
        self.figures["memory, opened"] = memory()

    def next(self) -> None:
        """Go on picture by picture, when what is fetched in advance is there."""
        self.figures["next"] = middle([self._step() for _ in range(self.plan["nexts"])])
        self.figures["memory, walked"] = memory()

    def edit(self) -> None:
        """Drag a box with the mouse: the moment it is let go, and all that the window does because of it."""
        place = self.plan["edited"]
        self._go_to(place["number"], place["boxes"])
        at = self._on_canvas(*place["at"])
        picture = Path(place["picture"])
        self._press(at)
        self._release(at)
        self.wait(0.5)
        letting_go, everything, on_disk = [], [], []
        for number in range(self.plan["edits"]):
            by = 14 if number % 2 == 0 else -14
            self._press(at)
            for step in range(1, 6):
                self._move(at + self.core.QPointF(by * step / 5, by * step / 10), held=True)
                self._turn()
            at = at + self.core.QPointF(by, by / 2)
            before = self.program.saved(picture)
            with Clock() as clock:
                self._release(at)
            letting_go.append(clock.pair)
            followed, waited = self._work_until_saved(picture, before)
            everything.append(add(clock.pair, followed))
            on_disk.append(clock.pair[0] + waited)
            self.wait(0.3)
        self.figures["edit"], self.figures["edit, all"] = middle(letting_go), middle(everything)
        self.figures["edit, saved"] = statistics.median(on_disk)

    def draw(self) -> None:
        """Draw a box on pictures with many: one move of the mouse until the window is painted again."""
        for place in self.plan["drawn"]:
            self._go_to(place["number"], place["boxes"])
            self.program.draw()
            self.wait(0.3)
            self.figures[f"draw {place['boxes']}"] = self._draw()

    def search(self) -> None:
        """Search for a part of the name, until the list shows the answer."""
        text = self.plan["text"]
        with Clock() as clock:
            self.program.search(text)
            self.until(lambda: self.program.answered(text))
            self._paint()
        self.figures["search"] = clock.pair

    # How

    def _step(self) -> Pair:
        self.wait(self.plan["pause"])
        self.until(self.program.ready)
        action, before = self.program.next_action(), self.program.shown()
        with Clock() as clock:
            action.trigger()
            self.until(lambda: self.program.shown() not in (None, before))
            self._paint()
        self.at = getattr(self, "at", 0) + 1
        return clock.pair

    def _go_to(self, number: int, boxes: int) -> None:
        while getattr(self, "at", 0) < number:
            self._step()
        if self.program.boxes() != boxes:
            raise RuntimeError(f"picture {number} has {self.program.boxes()} boxes, not {boxes}")

    def _draw(self) -> Pair:
        start = self._on_canvas(310, 210)
        seen, watch = self._count_paints()
        self._press(start)
        moves: list[Pair] = []
        end = time.perf_counter() + MOVES_SECONDS
        while len(moves) < self.plan["moves"] and (len(moves) < 5 or time.perf_counter() < end):
            step = len(moves)
            to = start + self.core.QPointF(10 + step % 150, 10 + (step * 2) % 130)
            with Clock() as clock:
                self._move(to, held=True)
                self._turn()
            moves.append(clock.pair)
        self.program.target.removeEventFilter(watch)
        self.figures["painted"] = min(self.figures.get("painted", 1.0), len(seen) / len(moves))
        self._escape()
        self._release(start)
        self.wait(0.2)
        return middle(moves)

    def _count_paints(self) -> tuple[list[int], Any]:
        core, seen = self.core, list[int]()

        class Watch(core.QObject):  # type: ignore[misc, name-defined]
            def eventFilter(self, watched: Any, event: Any) -> bool:
                if event.type() == core.QEvent.Type.Paint:
                    seen.append(1)
                return False

        watch = Watch()
        self.program.target.installEventFilter(watch)
        return seen, watch

    def _work_until_saved(self, picture: Path, before: object) -> tuple[Pair, float]:
        """What the window's thread works until the edit is saved and 0.4 s after, and how long the saving took.

        Waiting is counted in the second alone.
        """
        spent, began = (0.0, 0.0), time.perf_counter()
        waited: float | None = 0.0 if self.program.saved(picture) != before else None
        quiet = 0.0
        while quiet < 0.4:
            with Clock() as clock:
                self._turn()
            spent = add(spent, clock.pair)
            if waited is None and self.program.saved(picture) != before:
                waited = (time.perf_counter() - began) * 1000
            time.sleep(0.005)
            quiet += 0.005 if waited is not None else 0.0
            if time.perf_counter() > began + PATIENCE:
                raise TimeoutError("the edit was not saved")
        return spent, waited or 0.0

    def _on_canvas(self, x: float, y: float) -> Any:
        """Where a pixel of the picture lies on the canvas."""
        point = self.core.QPointF
        zero, far = self.program.on_picture(point(0, 0)), self.program.on_picture(point(400, 400))
        return point(
            (x - zero.x()) * 400 / (far.x() - zero.x()),
            (y - zero.y()) * 400 / (far.y() - zero.y()),
        )

    def _press(self, at: Any) -> None:
        self._move(at, held=False)
        self._mouse("MouseButtonPress", at, held=True)

    def _release(self, at: Any) -> None:
        self._mouse("MouseButtonRelease", at, held=False)

    def _move(self, at: Any, *, held: bool) -> None:
        self._mouse("MouseMove", at, held=held)

    def _mouse(self, kind: str, at: Any, *, held: bool) -> None:
        buttons = self.core.Qt.MouseButton
        left, none = buttons.LeftButton, buttons.NoButton
        target = self.program.target
        place = self.core.QPointF(target.mapToGlobal(at.toPoint()))
        event = self.gui.QMouseEvent(
            getattr(self.core.QEvent.Type, kind), at, place, none if kind == "MouseMove" else left,
            left if held else none, self.core.Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        self.core.QCoreApplication.sendEvent(target, event)

    def _escape(self) -> None:
        none = self.core.Qt.KeyboardModifier.NoModifier
        for kind in (self.core.QEvent.Type.KeyPress, self.core.QEvent.Type.KeyRelease):
            event = self.gui.QKeyEvent(kind, self.core.Qt.Key.Key_Escape, none)
            self.core.QCoreApplication.sendEvent(self.program.canvas, event)

    def _turn(self) -> None:
        self.core.QCoreApplication.processEvents()

    def _paint(self) -> None:
        self._turn()
        self.program.target.repaint()

    def wait(self, seconds: float) -> None:
        """Let the program work."""
        loop = self.core.QEventLoop()
        self.core.QTimer.singleShot(int(seconds * 1000), loop.quit)
        loop.exec()

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the program work until this holds."""
        end = time.perf_counter() + PATIENCE
        while not holds():
            if time.perf_counter() > end:
                raise TimeoutError(f"it did not happen within {PATIENCE:.0f} s")
            self._turn()
            time.sleep(0.0005)


class Clock:
    """Milliseconds of a block by the clock, and of the processor: this thread's, or the whole process's."""

    def __init__(self, *, whole: bool = False) -> None:
        self._used = time.process_time if whole else time.thread_time
        self.pair: Pair = (0.0, 0.0)

    def __enter__(self) -> Clock:
        self._start = time.perf_counter(), self._used()
        return self

    def __exit__(self, *_error: object) -> None:
        clock, used = self._start
        self.pair = (time.perf_counter() - clock) * 1000, (self._used() - used) * 1000


def add(one: Pair, other: Pair) -> Pair:
    """Both after one another."""
    return one[0] + other[0], one[1] + other[1]


def middle(pairs: list[Pair]) -> Pair:
    """The medians."""
    return statistics.median(clock for clock, _ in pairs), statistics.median(used for _, used in pairs)


def memory() -> float:
    """Resident MiB of this process; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    lines = status.read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    Driver(json.loads(sys.argv[1])).run()
