"""Short work beside the window: `Task(op).on_success(show).start(parent)`.

Owns the thread pools and the way results come back to the window's thread. `op` never touches a widget. Work that
outlives the window (training) or holds a model (the engine) is a child process, not a task.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Generator
from functools import partial
from inspect import isgenerator
from typing import Any, Generic, TypeVar, cast

from PySide6.QtCore import QCoreApplication, QMetaObject, QObject, QRunnable, QThreadPool

from qvl_desktop.core.errors import Cancelled
from qvl_desktop.jobs.bridge import call_in_window, open_bridge
from qvl_desktop.jobs.guarded import guarded

T = TypeVar("T")
PROGRESS_INTERVAL = 0.05
"""Seconds between two progress reports of one task; what comes faster is dropped, the last one is kept."""

Report = Callable[[int, int], None]
FailureHandler = Callable[[Exception], None]


def _to_excepthook(error: Exception) -> None:
    sys.excepthook(type(error), error, error.__traceback__)


_report_failure: FailureHandler = _to_excepthook
_running: set[_Job] = set()
_serial_pool: QThreadPool | None = None


def report_failures_to(handler: FailureHandler | None) -> None:
    """Where failures of tasks without `on_failure` go; `None` goes back to `sys.excepthook`."""
    global _report_failure  # noqa: PLW0603 - one process has one place where failures are shown
    _report_failure = handler or _to_excepthook


def end_all_tasks(milliseconds: int = 5000) -> bool:
    """Cancel every task, forget its callbacks and wait; True when all threads are idle. For the end of the program."""
    for job in tuple(_running):
        job.forget()
    pools = [QThreadPool.globalInstance(), *([_serial_pool] if _serial_pool else [])]
    return all([pool.waitForDone(milliseconds) for pool in pools])


class Task(Generic[T]):
    """Runs `op()` on a pool thread and hands its result to a callback in the window's thread.

    `op` may be a generator function: each `yield` reports progress and is a place to cancel; its `return` value is the
    result. Callbacks are dropped when `parent` is destroyed first. Without `on_failure`, a failure is reported to
    the session, which shows it. `Cancelled` ends a task quietly: no callback is called but `on_end`.

    Work that was cancelled and ends all the same, because it was past its last place to stop: what only asked
    something is dropped, also its failure, as nobody wants the answer any more; what changed something (`serial` tasks,
    and those that say so by `changing`) has changed it, and tells as if it had not been cancelled.
    """

    def __init__(self, op: Callable[[], T | Generator[Any, None, T]]) -> None:
        self._job = _Job()
        self._op = op

    @classmethod
    def reporting(cls, op: Callable[[Report], T]) -> Task[T]:
        """A task whose `op(report)` calls `report(done, total)` as it goes; the call raises `Cancelled` when asked to.

        `on_progress` gets the pair `(done, total)`.
        """
        task = cls(lambda: op(task._job.report))
        return task

    def on_success(self, callback: Callable[[T], None]) -> Task[T]:
        """Call `callback(result)` when the work is done."""
        self._job.on_success = cast("Callable[[object], None]", callback)
        return self

    def on_failure(self, callback: FailureHandler) -> Task[T]:
        """Call `callback(error)` instead of the default report."""
        self._job.on_failure = callback
        return self

    def on_progress(self, callback: Callable[[Any], None]) -> Task[T]:
        """Call `callback(value)` for what a generator yields, at most 20 times a second."""
        self._job.on_progress = callback
        return self

    def on_end(self, callback: Callable[[], None]) -> Task[T]:
        """Call `callback()` last, whatever happened (also after a cancel)."""
        self._job.on_end = callback
        return self

    def changing(self) -> Task[T]:
        """The work changes something that stays, such as a file: its end is told also after a cancel."""
        self._job.changing = True
        return self

    def start(self, parent: QObject, *, serial: bool = False) -> Task[T]:
        """Begin. `serial` tasks run one after the other in their order: use it for writers to one project."""
        open_bridge()
        self._job.changing |= serial
        self._job.begin(parent)
        _pool(serial).start(_Runner(self._op, self._job))
        return self

    def cancel(self) -> None:
        """Ask the work to end at its next `yield`; work that has not begun does not begin."""
        self._job.cancel()

    @property
    def running(self) -> bool:
        return self._job in _running


def _pool(serial: bool) -> QThreadPool:
    global _serial_pool  # noqa: PLW0603 - made once, when first needed
    if not serial:
        return QThreadPool.globalInstance()
    if _serial_pool is None:
        _serial_pool = QThreadPool(QCoreApplication.instance())
        _serial_pool.setMaxThreadCount(1)
        _serial_pool.destroyed.connect(_forget_serial_pool)
    return _serial_pool


def _forget_serial_pool() -> None:
    global _serial_pool  # noqa: PLW0603
    _serial_pool = None


class _Job:
    """What a worker and the window's thread share of a task. Holds no Qt object but in its callbacks.

    The callbacks are called, and let go of, in the window's thread. Kept alive in `_running` until the task has ended.
    """

    def __init__(self) -> None:
        self.on_success: Callable[[object], None] | None = None
        self.on_failure: FailureHandler | None = None
        self.on_progress: Callable[[Any], None] | None = None
        self.on_end: Callable[[], None] | None = None
        self.changing = False
        self.cancelled = threading.Event()
        self._watch: QMetaObject.Connection | None = None
        self._forgotten = False
        self._reported_at = 0.0

    def begin(self, parent: QObject) -> None:
        """From now on the task runs, until it has ended or its parent is gone."""
        _running.add(self)
        self._watch = parent.destroyed.connect(self.forget)

    def cancel(self) -> None:
        self.cancelled.set()

    def forget(self) -> None:
        """Nobody waits for the result any more."""
        self._forgotten = True
        self.cancel()

    # Called by the worker

    def report(self, done: int, total: int) -> None:
        """Between two pieces of work: tell how far it is."""
        if self.cancelled.is_set():
            raise Cancelled
        now = time.monotonic()
        if now - self._reported_at >= PROGRESS_INTERVAL or done >= total:
            self._reported_at = now
            self.tell((done, total))

    def tell(self, value: object) -> None:
        call_in_window(partial(self._progress, value))

    def finish(self, result: object, error: Exception | None) -> None:
        call_in_window(partial(self._end, result, error))

    # Called in the window's thread

    def _progress(self, value: object) -> None:
        if self.on_progress and not self._forgotten and not self.cancelled.is_set():
            self.on_progress(value)

    def _end(self, result: object, error: Exception | None) -> None:
        _running.discard(self)
        if self._watch is not None:
            QObject.disconnect(self._watch)
            self._watch = None
        try:
            if not self._forgotten:
                self._call_back(result, error)
        finally:
            on_end = self.on_end
            self.on_success = self.on_failure = self.on_progress = self.on_end = None
            if on_end and not self._forgotten:
                on_end()

    def _call_back(self, result: object, error: Exception | None) -> None:
        if isinstance(error, Cancelled) or (self.cancelled.is_set() and not self.changing):
            return
        if error is not None:
            (self.on_failure or _report_failure)(error)
        elif self.on_success:
            self.on_success(result)


class _Runner(QRunnable):
    """Runs the work on a pool thread; the only place where its errors are caught broadly."""

    def __init__(self, op: Callable[[], object], job: _Job) -> None:
        super().__init__()
        self._op = op
        self._job = job

    @guarded
    def run(self) -> None:
        job = self._job
        try:
            if job.cancelled.is_set():
                raise Cancelled
            result = self._op()
            if isgenerator(result):
                result = self._exhaust(cast("Generator[object, None, object]", result))
        except Exception as error:  # noqa: BLE001 - handed to the window's thread
            job.finish(None, error)
        else:
            job.finish(result, None)

    def _exhaust(self, steps: Generator[object, None, object]) -> object:
        job, last, latest = self._job, 0.0, None
        while True:
            if job.cancelled.is_set():
                steps.close()
                raise Cancelled
            try:
                latest = next(steps)
            except StopIteration as end:
                if latest is not None:
                    job.tell(latest)
                return end.value
            now = time.monotonic()
            if now - last >= PROGRESS_INTERVAL:
                job.tell(latest)
                last, latest = now, None
