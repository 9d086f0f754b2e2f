"""Several answers of one model side by side: they join and leave between two tokens.

Owns the rows being answered, one step for all of them, and what stays of a chat for its next turn. Whose question is
taken when, and under which adapter, is `worker`'s; prompts, pictures and one pass over a prompt are `generator`'s.
Not thread-safe.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import torch

from qvl_desktop.engine.generator import Answer, Question
from qvl_desktop.engine.job import Job
from qvl_desktop.engine.prefix import Prefix, PrefixStore
from qvl_desktop.engine.sampling import Sampler, Sampling
from qvl_desktop.engine.slot_cache import SlotCache, extend
from qvl_desktop.engine.writing import Writing

if TYPE_CHECKING:
    from qvl_desktop.engine.answerer import Answerer


@dataclass(slots=True, eq=False)
class Row:
    """One answer being made: the prompt, how many tokens may follow it, what is written and what it took."""

    job: Job
    laid: Reading
    room: int
    writing: Writing
    sampler: Sampler
    began: float
    reused: int = 0
    first_seconds: float = 0.0
    prefix: Prefix | None = None

    @property
    def ids(self) -> list[int]:
        """Prompt and answer so far."""
        return [*self.laid.input_ids, *self.writing.ids]

    def finish(self) -> None:
        """Tell the answer as it stands."""
        self.writing.close()
        self.job.tell(
            Answer(
                text=self.writing.text,
                tokens=len(self.writing.ids),
                prompt_tokens=len(self.laid.input_ids),
                reused_tokens=self.reused,
                seconds=time.perf_counter() - self.began,
                first_seconds=self.first_seconds,
                stopped=self.writing.reason,
                queued_seconds=self.began - self.job.arrived,
            )
        )


class Reading(Protocol):
    """A question as tokens; see `generator.Laid`."""

    @property
    def input_ids(self) -> list[int]: ...

    @property
    def pictures(self) -> list[tuple[int, str]]: ...

    @property
    def lead(self) -> str: ...

    @property
    def level(self) -> int: ...

    @property
    def mark(self) -> int: ...


class Steps(Protocol):
    """See `slot_steps.SlotSteps`."""

    def next(self, ids: torch.Tensor) -> torch.Tensor: ...


class Side(Protocol):
    """What a batch needs of a model: `generator.Generator`, or `family_batch.FamilySide`."""

    model: Any

    @property
    def device(self) -> torch.device: ...

    @property
    def context(self) -> int: ...

    def lay_out(self, question: Question, variant: str) -> Any: ...

    def writing(
        self, laid: Any, stop: Sequence[str], on_piece: Callable[[str], None] | None, *, ends: bool
    ) -> Writing: ...

    def sampler(self, sampling: Sampling) -> Sampler: ...

    def read(self, prefix: Prefix, laid: Any, variant: str) -> torch.Tensor: ...

    def read_on(self, prefix: Prefix, laid: Any, ids: Sequence[int]) -> torch.Tensor: ...

    def steps(self, cache: SlotCache, variant: str) -> Steps: ...


class Batch:
    """Rows under one adapter, which must be in force whenever `join` or `step` is called.

    Args:
        generator: the model and what it keeps.
        variant: the adapter's name.
        prefixes: where chats are kept for their next turn.
        most: rows at most, for the size of buffers.
    """

    def __init__(self, generator: Side, variant: str, prefixes: PrefixStore, most: int) -> None:
        generator.model.eval()  # for good: to look at every module before each token takes its time
        self._generator = generator
        self._variant = variant
        self._prefixes = prefixes
        self._most = most
        self._cache = SlotCache()
        self._steps = generator.steps(self._cache, variant)
        self.rows: list[Row] = []

    @property
    def nbytes(self) -> int:
        """Bytes of keys and values."""
        return self._cache.nbytes

    def bytes_with(self, more: int = 0) -> int:
        """Bytes that keys and values of the present rows and so many more need for their next token, about."""
        longest = max((*self._cache.lengths, 0)) + 1
        return self._cache.bytes_with(len(self.rows) + more, longest)

    def start(self, job: Job) -> None:
        """Read a question and choose the first token of its answer, which ends at once where nothing follows.

        Raises `QvlError` for a question that cannot be answered, and whatever the model fails with; the batch is then
        as it was.
        """
        began = time.perf_counter()
        with torch.no_grad():
            laid = self._generator.lay_out(job.question, self._variant)
            on_piece = job.tell if job.pieces else None
            writing = self._generator.writing(laid, job.stop, on_piece, ends=not job.ignore_end)
            writing.lead(laid.lead)
            room = min(job.max_new_tokens, self._generator.context - len(laid.input_ids))
            self.join(Row(job, laid, room, writing, self._generator.sampler(job.sampling), began))

    def join(self, row: Row) -> None:
        """Go on with a row where it was: read all its tokens, as far as they are not kept, and choose the next."""
        with torch.no_grad():
            logits, prefix = self._read(row)
            self._prefixes.put(prefix)
            row.prefix = prefix
            if self._goes_on(row, int(row.sampler.choose(logits))):
                self._cache.add(prefix.cache, row.laid.mark, self._most)
                self.rows.append(row)

    def step(self) -> None:
        """One token for every row; those that end leave."""
        for place in reversed(range(len(self.rows))):
            row = self.rows[place]
            if row.job.cancelled:
                row.writing.reason = "cancelled"
                row.finish()
                self._leave(place)
        if not self.rows:
            return
        with torch.no_grad():
            last = torch.tensor([row.writing.ids[-1] for row in self.rows], device=self._generator.device)
            logits = self._steps.next(last)
            likeliest = logits.argmax(-1).tolist()
            tokens = [
                likeliest[place] if row.sampler.likeliest else int(row.sampler.choose(logits[place : place + 1]))
                for place, row in enumerate(self.rows)
            ]
        ended = [place for place, row in enumerate(self.rows) if not self._goes_on(row, tokens[place])]
        for place in reversed(ended):
            self._leave(place)

    def put_aside(self) -> Row:
        """Take out the newest row; `join` of any batch of this adapter goes on with it where it was."""
        row = self.rows.pop()
        self._cache.remove(len(self.rows))
        row.prefix = None
        return row

    # Rows

    def _read(self, row: Row) -> tuple[torch.Tensor, Prefix]:
        """Logits (1, vocabulary) after all of a row's tokens, and a cache that holds them."""
        generator, laid = self._generator, row.laid
        prefix = self._prefixes.take(laid.input_ids, laid.pictures, self._variant, laid.level)
        if not row.writing.ids:
            row.reused = len(prefix.input_ids)
        logits = generator.read(prefix, laid, self._variant)
        if row.writing.ids:  # in a pass of its own: the prompt's length decides the rotary level
            logits = generator.read_on(prefix, laid, row.writing.ids)
        return logits, prefix

    def _goes_on(self, row: Row, token: int) -> bool:
        """Give a row its next token; whether another one follows. Tells the answer when none does."""
        row.first_seconds = row.first_seconds or time.perf_counter() - row.began
        if not row.writing.ends_with(token):
            if row.job.cancelled:
                row.writing.reason = "cancelled"
            elif len(row.writing.ids) < row.room:
                return True
        row.finish()
        return False

    def _leave(self, place: int) -> None:
        """A row that has ended gives its slot back; its chat is kept for the next turn."""
        row = self.rows[place]
        self._keep(row, place)
        self._cache.remove(place)
        last = self.rows.pop()
        if place < len(self.rows):
            self.rows[place] = last

    def _keep(self, row: Row, place: int) -> None:
        """Keep the keys of prompt and answer, behind those of the prompt where they still are as they were."""
        length, prefix = self._cache.lengths[place], row.prefix
        row.prefix = None
        if prefix is None or not self._prefixes.holds(prefix):
            return
        known = len(prefix.input_ids)
        ids = row.ids[:length]
        if prefix.input_ids != ids[:known]:
            return
        extend(prefix.cache, self._cache.kept(place, known, length))
        prefix.input_ids = ids
        self._prefixes.put(prefix)


class Solo:
    """One answer after the other, for models that are not answered side by side. The same calls as `Batch`."""

    nbytes = 0

    def __init__(self, generator: Answerer, variant: str) -> None:
        self._generator = generator
        self._variant = variant
        self.rows: list[Job] = []

    def bytes_with(self, more: int = 0) -> int:
        """Nothing is known of it."""
        return 0

    def start(self, job: Job) -> None:
        """It is answered by `step`."""
        self.rows.append(job)

    def step(self) -> None:
        """Answer one question to its end. Raises what `start` of a batch does."""
        job = self.rows.pop(0)
        began = time.perf_counter()
        answer = self._generator.answer(
            job.question.turns,
            job.question.pictures,
            job.max_new_tokens,
            job.sampling,
            on_piece=job.tell if job.pieces else None,
            should_stop=lambda: job.cancelled,
            stop=job.stop,
            variant=self._variant,
        )
        job.tell(replace(answer, queued_seconds=began - job.arrived))
