"""One question on its way through the server.

Owns what a request has become once it is checked, and telling the request what happens to it. Does not own the queue
(`fair_queue`) or answering (`worker`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from qvl_desktop.engine.generator import Answer, Question
from qvl_desktop.engine.sampling import Sampling

Event = str | Answer | Exception
"""A piece of text, then the whole answer or what went wrong."""


@dataclass(slots=True, eq=False)
class Job:
    """A question. `tell` is called from the model's thread and must not wait; what it raises cancels the job.

    `client` is who asks, for fair order. `pieces`: whether the text is wanted as it grows. `arrived` is when the
    question came, by `time.perf_counter`.
    """

    model: str
    question: Question
    max_new_tokens: int
    sampling: Sampling
    stop: Sequence[str]
    tell: Callable[[Event], None]
    client: str = ""
    ignore_end: bool = False
    pieces: bool = True
    arrived: float = field(default_factory=time.perf_counter)
    _cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def cancelled(self) -> bool:
        """Whether nobody wants the answer any more."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """The answer ends before the next token, or never begins."""
        self._cancelled.set()
