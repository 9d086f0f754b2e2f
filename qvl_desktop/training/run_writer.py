"""The one writer of a run's events.

Owns appending to `events.jsonl` (rank 0 only) and telling observers in this process. Does not own the event types
(`core.events`) or what they are about.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from qvl_desktop.core.events import Event, Stage
from qvl_desktop.core.run_folder import EventWriter, RunFolder

Observer = Callable[[Event], None]

STAGE_INTERVAL = 0.25
"""Seconds between two `Stage` events of one stage; its first and last are always written."""


class RunWriter:
    """Writes the events of one run. On other ranks than 0 every call does nothing."""

    def __init__(self, run: RunFolder, *, rank: int = 0, observers: Iterable[Observer] = ()) -> None:
        self._events = EventWriter(run) if rank == 0 else None
        self._observers = tuple(observers)
        self._last_stage: tuple[str, float] = ("", 0.0)

    def write(self, event: Event) -> None:
        """Append one event and tell the observers."""
        if self._events is None:
            return
        stamped = replace(event, t=time.time())
        self._events.write(stamped)
        for observer in self._observers:
            observer(stamped)

    def observe(self, observer: Observer) -> None:
        """Tell one more observer from now on."""
        self._observers = (*self._observers, observer)

    def stage(self, name: str, done: int, total: int) -> None:
        """Report progress of something that is no step; calls in quick succession are thinned out."""
        last_name, last_time = self._last_stage
        now = time.monotonic()
        if name == last_name and done < total and now - last_time < STAGE_INTERVAL:
            return
        self._last_stage = (name, now)
        self.write(Stage(stage=name, done=done, total=total))

    def close(self) -> None:
        """Flush to disk; nothing can be written afterwards."""
        if self._events is not None:
            self._events.close()
            self._events = None
