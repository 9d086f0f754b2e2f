"""Cyclic garbage is collected in the window's thread alone.

Owns switching Python's automatic collector off and doing its work when the event loop is about to rest, so that a
window at which nothing happens is not woken for it. Python runs it in whichever thread happens to allocate; when that
is a worker and the garbage holds a Qt object, the object's destructor takes a lock of Qt's and then asks for Python's,
while the window's thread may hold Python's and wait for Qt's: both stand still for ever. Objects without cycles are
freed as before, at once.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QAbstractEventDispatcher, QObject, QTimer

LOOK_SECONDS = 0.25
"""At least, between two collections: more would cost frames while something moves."""
YOUNG = 5_000
"""Objects that came and did not go since the last collection: enough to look through them (a millisecond or two)."""
GENERATION_OFTEN = 10
"""Collections of one generation before the next older one is looked through too."""


class GarbageCollector(QObject):
    """Collects in the thread that made it, from now until `stop()`. There should be one."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        self._young = self._middle = 0
        gc.disable()
        self._looked_at = 0.0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._before_rest)
        self._loop = QAbstractEventDispatcher.instance()
        self._loop.aboutToBlock.connect(self._before_rest)

    def _before_rest(self) -> None:
        """Look if there is much, now or when the time has come. Called at each turn of the loop, so it is short."""
        if gc.get_count()[0] < YOUNG:
            return
        wait = self._looked_at + LOOK_SECONDS - time.monotonic()
        if wait <= 0:
            self.look()
            self._looked_at = time.monotonic()
        elif not self._later.isActive():
            self._later.start(round(wait * 1000) + 1)

    def look(self) -> None:
        """Collect the youngest objects when there are many; older ones every tenth time, all every hundredth."""
        if gc.get_count()[0] < YOUNG:
            return
        self._young += 1
        self._middle += self._young % GENERATION_OFTEN == 0
        if self._young % GENERATION_OFTEN:
            gc.collect(0)
        elif self._middle % GENERATION_OFTEN:
            gc.collect(1)
        else:
            gc.collect(2)

    def stop(self) -> None:
        """Give the work back to Python, with nothing left to collect: what is left it would collect at once, perhaps
        inside the destructor of this very object, where a lock of Qt's is held that the garbage needs too."""
        self._loop.aboutToBlock.disconnect(self._before_rest)
        self._later.stop()
        gc.collect()
        if self._was_enabled:
            gc.enable()
