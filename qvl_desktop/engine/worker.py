"""The thread on which the model answers: whose question is taken when, and under which adapter.

Owns the loop: questions join in fair order, every batch takes its steps in turn (one batch an adapter), rows are put
aside where memory runs short. Does not own HTTP (`server`), the order (`fair_queue`) or a step (`batch`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import torch

from qvl_desktop.core.errors import QvlError
from qvl_desktop.engine.answerer import Answerer
from qvl_desktop.engine.batch import Batch, Row, Side, Solo
from qvl_desktop.engine.fair_queue import FairQueue
from qvl_desktop.engine.family_batch import FamilySide
from qvl_desktop.engine.family_generator import FamilyGenerator
from qvl_desktop.engine.generator import Answer, Generator
from qvl_desktop.engine.host import ModelHost
from qvl_desktop.engine.job import Event, Job
from qvl_desktop.engine.memory import PREFIX_SHARE, room_for_keys
from qvl_desktop.engine.metrics import Meter
from qvl_desktop.engine.prefix import PrefixStore

TURN = 8
"""Steps that a batch takes before another adapter's has its turn."""
JOINING = 0.25
"""Seconds that questions may go on joining before those that are being answered take a step."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """`rows`: answers side by side at most; `waiting`: questions that wait, `per_client`: of one client; `key_bytes`:
    memory for keys and values (0: half of what is free)."""

    rows: int = 16
    waiting: int = 64
    per_client: int = 48
    key_bytes: int = 0


class GenerationWorker:
    """Answers jobs on a thread of its own."""

    def __init__(self, host: ModelHost, limits: Limits | None = None, meter: Meter | None = None) -> None:
        self.host = host
        self.limits = limits or Limits()
        self.meter = meter or Meter()
        self.queue = FairQueue(self.limits.waiting, self.limits.per_client)
        self._side = side_of(host.generator)
        self._room = self.limits.key_bytes or room_for_keys(host.generator.model)
        self._rows = self.limits.rows if self._side is not None else 1
        self._prefixes = PrefixStore(int(self._room * PREFIX_SHARE))
        self._kept = 0
        self._batches: dict[str, Batch | Solo] = {}
        self._aside: list[tuple[str, Row]] = []
        self._force = ExitStack()
        self._forced = ""
        self._thread = threading.Thread(target=self._run, name="answers", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Questions that have not begun."""
        return len(self.queue)

    @property
    def running(self) -> int:
        """Answers that go on, about."""
        return sum(len(batch.rows) for batch in list(self._batches.values())) + len(self._aside)

    @property
    def gauges(self) -> dict[str, float]:
        """What `Meter.text` wants to know, about."""
        return {
            "qvl_requests_running": self.running,
            "qvl_requests_waiting": self.waiting,
            "qvl_kv_cache_bytes": sum(batch.nbytes for batch in list(self._batches.values())),
            "qvl_kept_bytes": self._kept,
        }

    def submit(self, *jobs: Job) -> None:
        """Queue the jobs of one request. Raises `BusyError` when too many wait."""
        for job in jobs:
            job.tell = self._counted(job)
        self.queue.put(*jobs)

    # The thread

    def _run(self) -> None:
        while True:
            try:
                self._admit()
                self._go_on()
            except Exception as error:  # noqa: BLE001 - the edge of the model's thread: reported, and the next is served
                _log.exception("answers failed")
                self._fail_all(error)

    def _go_on(self) -> None:
        """Each batch takes its steps; one alone takes a single one, so that questions can join behind it."""
        for name in list(self._batches):
            batch = self._batches[name]
            for _ in range(TURN if len(self._batches) > 1 else 1):
                if not batch.rows:
                    break
                self._make_room(batch)
                self._step(name, batch)
            if not batch.rows:
                self._batches.pop(name, None)

    def _step(self, name: str, batch: Batch | Solo) -> None:
        self._put_in_force(name)
        job = batch.rows[0] if isinstance(batch, Solo) else None
        try:
            batch.step()
            self.meter.count("qvl_steps_total")
        except Exception as error:  # noqa: BLE001 - as above
            if isinstance(batch, Batch) and out_of_memory(error) and len(batch.rows) > 1:
                _log.warning("out of memory: %d answers at once are too many", len(batch.rows))
                self._rows = max(1, len(batch.rows) // 2)
                self._prefixes.forget()
                while batch.rows:
                    self._set_aside(name, batch)
                self._batches.pop(name)
            elif job is not None:
                job.tell(self._failure(error))
            else:
                self._fail(name, error)

    def _admit(self) -> None:
        """Let questions join while there is room; waits for one where nothing goes on."""
        began = time.perf_counter()
        while self.running < self._rows or (self._aside and not self._batches):
            if self._batches and time.perf_counter() - began > JOINING:
                return
            if self._aside:
                if not self._fits(*self._aside[0]):
                    return
                name, row = self._aside.pop(0)
                if row.job.cancelled:
                    row.writing.reason = "cancelled"
                    row.finish()
                else:
                    self._join(name, row)
                continue
            if self._batches and not self._fits_another():
                return
            if not self._batches:
                self._prefixes.shrink(self._prefixes.limit)
            job = self.queue.take(wait=not self._batches)
            if job is None:
                return
            self._join(job.model, job)

    def _join(self, name: str, joining: Job | Row) -> None:
        job = joining if isinstance(joining, Job) else joining.job
        before = self.host.generator.seen
        try:
            self._put_in_force(name)
            batch = self._batches.get(name) or self._new_batch(name)
            try:
                self._begin(batch, joining)
            except Exception as error:
                if not out_of_memory(error) or not self._prefixes.nbytes:
                    raise
                self._prefixes.forget()
                self._begin(batch, joining)
            if batch.rows:
                self._batches[name] = batch
        except Exception as error:  # noqa: BLE001 - as above
            job.tell(self._failure(error))
        self._kept = self._prefixes.nbytes
        self.meter.count("qvl_pictures_total", self.host.generator.seen - before)

    @staticmethod
    def _begin(batch: Batch | Solo, joining: Job | Row) -> None:
        if isinstance(joining, Job):
            batch.start(joining)
        elif isinstance(batch, Batch):
            batch.join(joining)

    def _new_batch(self, name: str) -> Batch | Solo:
        if self._side is not None:
            return Batch(self._side, name, self._prefixes, self._rows)
        return Solo(self.host.generator, name)

    def _put_in_force(self, name: str) -> None:
        if self._forced != name:
            self._forced = ""
            self._force.close()
            self._force.enter_context(self.host.using(name))
            self._forced = name

    # Memory

    def _fits(self, name: str, row: Row) -> bool:
        """Whether a row that was put aside can go on; one always can."""
        batch = self._batches.get(name)
        return not self._batches or batch is None or self._held(batch, 1) <= self._room

    def _fits_another(self) -> bool:
        return all(self._held(batch, 1) <= self._room for batch in self._batches.values())

    def _held(self, batch: Batch | Solo, more: int) -> int:
        """Bytes of all batches, when this one has so many rows more."""
        others = sum(other.nbytes for other in self._batches.values() if other is not batch)
        return others + batch.bytes_with(more)

    def _make_room(self, batch: Batch | Solo) -> None:
        """Before a step: what is kept for later goes first, then the newest rows are put aside."""
        name = next(name for name, one in self._batches.items() if one is batch)
        while (held := self._held(batch, 0)) > self._room:
            if self._prefixes.nbytes:
                self._prefixes.forget()
            if len(batch.rows) < 2 or not isinstance(batch, Batch):
                return
            _log.info("%d MiB of keys and values are too much: one answer waits", held // 2**20)
            self._set_aside(name, batch)

    def _set_aside(self, name: str, batch: Batch) -> None:
        self._aside.insert(0, (name, batch.put_aside()))
        self.meter.count("qvl_preemptions_total")

    # Failures

    def _failure(self, error: Exception) -> Exception:
        """What a request is told; anything unexpected goes into the log."""
        if not isinstance(error, QvlError):
            _log.error("an answer failed", exc_info=error)
            self.host.generator.forget()
            self._prefixes.forget()
        return error

    def _fail(self, name: str, error: Exception) -> None:
        """A batch is lost with all its answers."""
        batch = self._batches.pop(name, None)
        told = self._failure(error)
        for row in batch.rows if batch else []:
            (row if isinstance(row, Job) else row.job).tell(told)

    def _fail_all(self, error: Exception) -> None:
        for name in list(self._batches):
            self._fail(name, error)
        for _, row in self._aside:
            row.job.tell(error)
        self._aside.clear()
        self._forced = ""
        self._force = ExitStack()

    # Counting

    def _counted(self, job: Job) -> Callable[[Event], None]:
        """The job's `tell`, counting what goes by; what it raises cancels the job."""
        tell = job.tell

        def counted(event: Event) -> None:
            if isinstance(event, Answer):
                first = event.queued_seconds + event.first_seconds
                self.meter.observe("qvl_time_to_first_token_seconds", first)
                self.meter.count("qvl_prompt_tokens_total", event.prompt_tokens)
                self.meter.count("qvl_prompt_tokens_cached_total", event.reused_tokens)
                self.meter.count("qvl_generation_tokens_total", event.tokens)
            if not isinstance(event, str):
                outcome = "error" if isinstance(event, Exception) else event.stopped
                self.meter.count("qvl_requests_total", model=job.model, outcome=outcome)
                self.meter.observe("qvl_request_seconds", time.perf_counter() - job.arrived)
            try:
                tell(event)
            except RuntimeError:  # the request's loop is gone
                job.cancel()

        return counted


def side_of(generator: Answerer) -> Side | None:
    """What answers side by side; None for a model that is answered one by one."""
    if isinstance(generator, Generator):
        return generator
    if isinstance(generator, FamilyGenerator) and FamilySide.fits(generator):
        return FamilySide(generator)
    return None


def out_of_memory(error: Exception) -> bool:
    """Whether an error of torch's means that memory ran out, on a card or on the host."""
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or "can't allocate memory" in str(error)
