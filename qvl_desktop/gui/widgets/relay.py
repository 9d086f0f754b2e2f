"""The way of a result from a worker thread to an object that may be gone by then.

Owns `Relay`. A worker must never hold or call a widget's child: that may be destroyed in the same moment, and the
process with it. It holds the relay, which knows its receiver weakly and speaks to it in the window's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import WeakMethod

from shiboken6 import isValid

from qvl_desktop.jobs.bridge import call_in_window, open_bridge


class Relay:
    """Plain data, shared by its receiver and the workers."""

    def __init__(self, receive: Callable[[Any], None]) -> None:
        """`receive` is a method of a `QObject` of the window's thread, where this is called too."""
        open_bridge()
        self._receive = WeakMethod(receive)

    def send(self, result: object) -> None:
        """Have the receiver called with `result`, soon, if it is still there. Called by workers."""
        call_in_window(partial(self._deliver, result))

    def _deliver(self, result: object) -> None:
        receive: Any = self._receive()
        if receive is not None and isValid(receive.__self__):
            receive(result)
