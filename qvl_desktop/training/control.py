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


class CardFreed(Exception):
    """A pause that gives the card back, asked for where nothing is to be saved: unwinds quietly."""


class Control:
    """Reads the user's wishes. A wish to sample counts once, however long the file says it.

    `pause_frees`: whether a plain pause gives the card back too (the plan's `pause_frees_card`).
    """

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self.pause_frees = False
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

    def wish(self) -> Command:
        """What the user wants of the loop: `RUN`, `PAUSE`, `PAUSE_AND_FREE` or `STOP`."""
        asked = Command.STOP if self.should_stop() else self._run.asked()
        if asked is Command.PAUSE and self.pause_frees:
            return Command.PAUSE_AND_FREE
        return Command.RUN if asked is Command.SAMPLE else asked

    def forget_pause(self) -> None:
        """The wish has been carried out: the process that goes on is not to meet it again."""
        if self.wish() is Command.PAUSE_AND_FREE:
            self._run.ask(Command.RUN)

    def take_sample_wish(self) -> bool:
        """Whether samples are wanted now; each time the file is written counts once."""
        if self._run.asked() is not Command.SAMPLE:
            return False
        written = self._written_at()
        fresh = written != self._sampled_at
        self._sampled_at = written
        return fresh

    def check(self) -> None:
        """For work before the first step: raise `Cancelled` when the user wants to stop, `CardFreed` when the card."""
        if self.should_stop():
            raise Cancelled
        if self.wish() is Command.PAUSE_AND_FREE:
            raise CardFreed

    def wish_after_pause(
        self, agreed: Callable[[Command], Command], on_pause: Callable[[], None], on_resume: Callable[[], None]
    ) -> Command:
        """What is wanted when no pause is wanted any more; until then this waits, telling when that begins and ends.

        `agreed` gives the first process' answer to every one, again and again: none waits for long inside a call that
        gives up after some minutes.
        """
        wish = agreed(self.wish())
        if wish is not Command.PAUSE:
            return wish
        on_pause()
        while wish is Command.PAUSE:
            time.sleep(POLL_SECONDS)
            wish = agreed(self.wish())
        on_resume()
        return wish

    def _written_at(self) -> int:
        try:
            return self._run.control.stat().st_mtime_ns
        except OSError:
            return 0
