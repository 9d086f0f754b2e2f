"""One answer at a time, first come first served.

Owns the thread on which the model runs and the queue before it. Does not own HTTP (`server`) or the model (`host`).
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from qvl_desktop.core.errors import QvlError
from qvl_desktop.engine.generator import Answer, Question
from qvl_desktop.engine.host import ModelHost
from qvl_desktop.engine.sampling import Sampling

MAX_WAITING = 64
"""More questions than this are refused rather than kept waiting."""

_log = logging.getLogger(__name__)


class BusyError(Exception):
    """The queue is full."""


@dataclass(slots=True)
class Job:
    """One question on its way. `events` receives text pieces (str), then one `Answer` or the exception."""

    model: str
    question: Question
    max_new_tokens: int
    sampling: Sampling
    stop: Sequence[str]
    loop: asyncio.AbstractEventLoop
    events: asyncio.Queue[str | Answer | Exception] = field(default_factory=asyncio.Queue)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """Nobody wants the answer any more: it ends before the next token, or never begins."""
        self.cancelled.set()

    def tell(self, event: str | Answer | Exception) -> None:
        """From the model's thread to the waiting request; the request's loop may already be gone."""
        try:
            self.loop.call_soon_threadsafe(self.events.put_nowait, event)
        except RuntimeError:
            self.cancel()


class GenerationWorker:
    """A thread that answers jobs in the order they came."""

    def __init__(self, host: ModelHost) -> None:
        self.host = host
        self._jobs: queue.Queue[Job] = queue.Queue(MAX_WAITING)
        self._thread = threading.Thread(target=self._run, name="answers", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Jobs that have not begun, about."""
        return self._jobs.qsize()

    def submit(self, job: Job) -> Job:
        """Queue a job. Raises `BusyError` when too many wait."""
        try:
            self._jobs.put_nowait(job)
        except queue.Full as error:
            raise BusyError from error
        return job

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            if not job.cancelled.is_set():
                job.tell(self._answer(job))

    def _answer(self, job: Job) -> Answer | Exception:
        try:
            with self.host.using(job.model) as generator:
                return generator.answer(
                    job.question.turns,
                    job.question.pictures,
                    job.max_new_tokens,
                    job.sampling,
                    on_piece=job.tell,
                    should_stop=job.cancelled.is_set,
                    stop=job.stop,
                    variant=job.model,
                )
        except QvlError as error:
            return error
        except Exception as error:  # noqa: BLE001 - the edge of the model's thread: reported, and the next is served
            _log.exception("an answer failed")
            self.host.generator.forget()
            return error
