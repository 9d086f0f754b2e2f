"""What the user asked of a run, as the loop sees it.

Owns reading `control` between steps, signals that mean "stop", waiting during a pause, and telling all ranks the
same. Does not write `control` (the window does) and does not act on what was asked (`callbacks`).
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from types import FrameType

from qvl_desktop.core.errors import Cancelled
from qvl_desktop.core.run_folder import Command, RunFolder

POLL_SECONDS = 0.1


class Control:
    """Reads the user's wishes. A wish to sample counts once, however long the file says it."""

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self._stopped_by_signal = False
        self._sampled_at = self._written_at()

    def listen_to_signals(self) -> None:
        """Make the first SIGINT or SIGTERM a wish to stop and save, and outlive the terminal (SIGHUP)."""
        for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
            if number := getattr(signal, name, None):
                signal.signal(number, self._on_signal)
        if hangup := getattr(signal, "SIGHUP", None):
            signal.signal(hangup, signal.SIG_IGN)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopped_by_signal = True
        signal.signal(number, signal.SIG_DFL)  # a second one ends the process at once

    def should_stop(self) -> bool:
        """Whether the run is to finish its step, save and end."""
        return self._stopped_by_signal or self._run.asked() is Command.STOP

    def should_pause(self) -> bool:
        """Whether the run is to wait before its next step."""
        return not self.should_stop() and self._run.asked() is Command.PAUSE

    def take_sample_wish(self) -> bool:
        """Whether samples are wanted now; each time the file is written counts once."""
        if self._run.asked() is not Command.SAMPLE:
            return False
        written = self._written_at()
        fresh = written != self._sampled_at
        self._sampled_at = written
        return fresh

    def check(self) -> None:
        """Raise `Cancelled` when the user wants to stop; for work before the first step."""
        if self.should_stop():
            raise Cancelled

    def wait_while_paused(self, on_pause: Callable[[], None], on_resume: Callable[[], None]) -> None:
        """Hold the loop as long as a pause is asked for, telling when it begins and ends."""
        if not self.should_pause():
            return
        on_pause()
        while self.should_pause():
            time.sleep(POLL_SECONDS)
        on_resume()

    def _written_at(self) -> int:
        try:
            return self._run.control.stat().st_mtime_ns
        except OSError:
            return 0
