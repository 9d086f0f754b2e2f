"""Who is answered next: clients take turns, each one's questions in the order they came.

Owns the order and how many may wait. Thread-safe. Does not answer (`worker`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque

from qvl_desktop.engine.job import Job


class BusyError(Exception):
    """Too many questions wait, of all clients or of one."""


class FairQueue:
    """Jobs that wait. `limit`: of all clients; `per_client`: of one."""

    def __init__(self, limit: int, per_client: int) -> None:
        self._limit, self._per_client = limit, per_client
        self._changed = threading.Condition()
        self._waiting: OrderedDict[str, deque[Job]] = OrderedDict()

    def __len__(self) -> int:
        with self._changed:
            return sum(map(len, self._waiting.values()))

    def has_room(self, client: str, count: int) -> bool:
        """Whether so many more questions of a client may wait."""
        with self._changed:
            self._drop_cancelled()
            own, everybody = len(self._waiting.get(client, ())), sum(map(len, self._waiting.values()))
            return own + count <= self._per_client and everybody + count <= self._limit

    def put(self, *jobs: Job) -> None:
        """Queue the jobs of one request, all or none. Raises `BusyError`."""
        with self._changed:
            if not self.has_room(jobs[0].client, len(jobs)):
                raise BusyError
            self._waiting.setdefault(jobs[0].client, deque()).extend(jobs)
            self._changed.notify()

    def take(self, *, wait: bool = False) -> Job | None:
        """The next job that somebody still wants; with `wait`, not before there is one."""
        with self._changed:
            while True:
                self._drop_cancelled()
                if self._waiting:
                    client, jobs = self._waiting.popitem(last=False)
                    job = jobs.popleft()
                    if jobs:
                        self._waiting[client] = jobs
                    return job
                if not wait:
                    return None
                self._changed.wait()

    def _drop_cancelled(self) -> None:
        for client in list(self._waiting):
            left = deque(job for job in self._waiting[client] if not job.cancelled)
            if left:
                self._waiting[client] = left
            else:
                del self._waiting[client]
