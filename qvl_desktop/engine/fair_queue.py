"""Who is answered next: clients take turns, each one's questions in the order they came.

Owns the order and how many may wait. Thread-safe. Does not answer (`worker`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque

from qvl_desktop.engine.job import Job


class BusyError(Exception):
    """Too many questions wait; `own` says that they are all of this client."""

    def __init__(self, *, own: bool) -> None:
        super().__init__()
        self.own = own


class FairQueue:
    """Jobs that wait. `limit`: of all clients; `per_client`: of one."""

    def __init__(self, limit: int, per_client: int) -> None:
        self._limit, self._per_client = limit, per_client
        self._changed = threading.Condition()
        self._waiting: OrderedDict[str, deque[Job]] = OrderedDict()

    def __len__(self) -> int:
        with self._changed:
            return sum(map(len, self._waiting.values()))

    def put(self, *jobs: Job) -> None:
        """Queue the jobs of one request, all or none. Raises `BusyError`."""
        with self._changed:
            self._drop_cancelled()
            client = jobs[0].client
            if len(self._waiting.get(client, ())) + len(jobs) > self._per_client:
                raise BusyError(own=True)
            if sum(map(len, self._waiting.values())) + len(jobs) > self._limit:
                raise BusyError(own=False)
            self._waiting.setdefault(client, deque()).extend(jobs)
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
