"""Carrying out a job over many pictures: several questions in flight, answers kept as they come.

Owns the loop (`JobRunner`): which picture is asked next, a server that is busy, dies or comes back, what counts as an
answer that cannot be read, and how far and how fast it goes. Runs in threads of its own; Qt-free, so that the window
(`jobs.review`) and the command line share it. Does not own the job's rows (`storage.asks`), one question (`asking`),
nor the server's process.

A picture is kept whole or not at all: when the program is killed in the middle, the pictures in flight are asked again.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from qvl_desktop.core.answerers import AskSpec
from qvl_desktop.core.errors import Cancelled, QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.suggesting import Found, Unread, question_for, read_answer
from qvl_desktop.jobs.asking import Asker, AskingError, BusyError, Door, LostError, RefusedError, Reply
from qvl_desktop.storage.asks import AskCounts, AskedPicture
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.suggestions import Heard

IN_FLIGHT = 8
"""Pictures that are asked about at the same time, so that a server can answer them together."""

WRITE_SECONDS = 0.4
"""So often what was heard goes into the project."""

PATIENCE_SECONDS = 90.0
"""A server that is not there for so long lets the job rest."""

DEADLY = 2
"""A picture during which the server died so often while it was asked alone is left out."""

_RATE_SECONDS = 120.0
_PAGE = 200

End = Literal["done", "paused", "rested"]
"""`done`: no picture waits; `paused`: by the user; `rested`: it cannot go on, `JobRunner.problem` says why."""

GetDoor = Callable[[], Door | None]
"""Where to ask now; None while nobody answers yet (a model that loads). Raises `QvlError` when nobody will."""

UNREAD: dict[Unread, str] = {
    "cut": QT_TRANSLATE_NOOP("proposals", "The answer was cut off at its limit; raise the limit, or ask for fewer."),
    "faults": QT_TRANSLATE_NOOP("proposals", "The answer holds something that looks like a box and is none."),
    "many": QT_TRANSLATE_NOOP("proposals", "The answer holds more boxes than are looked at; the first were kept."),
}
"""Why an answer could not be read whole."""

_EMPTY = QT_TRANSLATE_NOOP("proposals", "The answer is empty.")
_DEADLY = QT_TRANSLATE_NOOP("proposals", "The server ended each time it was asked about this picture.")
_WORDS = QT_TRANSLATE_NOOP("proposals", "The model's answer: {words}")
_LOADING = QT_TRANSLATE_NOOP("proposals", "The model is loading")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is. `rate` is pictures a second of late, `seconds_left` the forecast (None: not known yet);
    `waiting_for` is why nothing moves just now, or empty."""

    counts: AskCounts
    rate: float = 0.0
    seconds_left: float | None = None
    waiting_for: str = ""


@dataclass(slots=True)
class _Entry:
    picture: AskedPicture
    deaths: int = 0
    alone: bool = False


@dataclass(slots=True)
class _Pace:
    """Pictures a second over the last two minutes, without the time in which nobody answered."""

    marks: deque[tuple[float, int]] = field(default_factory=deque)

    def add(self, asked: int) -> None:
        now = time.monotonic()
        self.marks.append((now, asked))
        while now - self.marks[0][0] > _RATE_SECONDS and len(self.marks) > 2:
            self.marks.popleft()

    def forget(self) -> None:
        self.marks.clear()

    @property
    def rate(self) -> float:
        if len(self.marks) < 2:
            return 0.0
        (since, before), (until, after) = self.marks[0], self.marks[-1]
        return (after - before) / (until - since) if until > since else 0.0


class JobRunner:
    """Carries out one job. `run` blocks until it has ended; `pause` may be called from any thread."""

    def __init__(self, project: Project, ask_id: int, door: GetDoor, *, in_flight: int = IN_FLIGHT) -> None:
        row = project.ask(ask_id)
        self.ask_id = ask_id
        self.spec: AskSpec = row.spec
        self.problem = ""
        self.progress = JobProgress(project.ask_counts(ask_id))
        self._project = project
        self._door = door
        self._width = max(in_flight, 1)
        self._asker = Asker()
        self._todo: queue.Queue[_Entry | None] = queue.Queue()
        self._heard: queue.Queue[Heard | tuple[_Entry, LostError] | Exception] = queue.Queue()
        self._counts = self.progress.counts
        self._found = self._counts.found
        self._pace = _Pace()
        self._last = 0
        self._retry: deque[_Entry] = deque()
        self._flying = 0

    @property
    def stopped(self) -> bool:
        """`pause` was called."""
        return self._asker.stopped

    def pause(self) -> None:
        """End the questions under way and return from `run`; their pictures wait for the next time."""
        self._asker.stop()

    def run(self, tell: Callable[[JobProgress], None] | None = None) -> End:
        """Ask until no picture waits. Raises what is wrong with the project; everything else ends in the result."""
        tell = tell or (lambda progress: None)
        threads = [threading.Thread(target=self._work, name=f"ask-{n}", daemon=True) for n in range(self._width)]
        for thread in threads:
            thread.start()
        try:
            end = self._drive(tell)
        except Cancelled:
            end = "paused"
        except RefusedError as error:
            self.problem, end = str(error), "rested"
        finally:
            self._asker.stop()
            for _ in threads:
                self._todo.put(None)
            for thread in threads:
                thread.join()
        self._write(self._drain())
        self._tell(tell)
        self._project.note_ask(self.ask_id, "open", self.problem)
        return end

    # The driving thread

    def _drive(self, tell: Callable[[JobProgress], None]) -> End:
        self._wait_for_door(tell)
        self._pace.add(self._counts.asked)
        while True:
            if self._asker.stopped:
                raise Cancelled
            self._fill()
            if not self._flying and not self._retry:
                return "done"
            heard, lost = self._gather(WRITE_SECONDS)
            self._write(heard)
            self._tell(tell)
            if lost is not None:
                self._wait_for_door(tell, lost)

    def _fill(self) -> None:
        """Hand out pictures: those during which the server died one at a time, when nothing else is in flight."""
        if self._retry:
            if not self._flying:
                entry = self._retry.popleft()
                entry.alone = True
                self._fly(entry)
            return
        room = self._width * 2 - self._flying
        if room > 0:
            for picture in self._project.waiting_pictures(self.ask_id, self._last, min(room, _PAGE)):
                self._last = picture.id
                self._fly(_Entry(picture))

    def _fly(self, entry: _Entry) -> None:
        self._flying += 1
        self._todo.put(entry)

    def _gather(self, seconds: float) -> tuple[list[Heard], LostError | None]:
        """What comes in for a while, or until nothing is left to fly; and the loss of the server, if it was lost."""
        heard: list[Heard] = []
        lost: LostError | None = None
        due = time.monotonic() + seconds
        while self._flying and (left := due - time.monotonic()) > 0:
            try:
                item = self._heard.get(timeout=min(left, 0.1))
            except queue.Empty:
                if self._asker.stopped:
                    break
                continue
            self._flying -= 1
            if isinstance(item, Heard):
                heard.append(item)
                if not self._retry and self._flying <= self._width:
                    self._fill()
            elif isinstance(item, tuple):
                entry, lost = item
                if given_up := self._count_death(entry, lost):
                    heard.append(given_up)
            else:
                self._write(heard)
                raise item
            if lost is not None and not self._flying:
                break
        return heard, lost

    def _count_death(self, entry: _Entry, lost: LostError) -> Heard | None:
        if lost.midway and entry.alone:
            entry.deaths += 1
        if entry.deaths >= DEADLY:
            return self._failed(entry, translate("proposals", _DEADLY))
        self._retry.append(entry)
        return None

    def _drain(self) -> list[Heard]:
        heard = []
        while not self._heard.empty():
            item = self._heard.get_nowait()
            if isinstance(item, Heard):
                heard.append(item)
        return heard

    def _wait_for_door(self, tell: Callable[[JobProgress], None], lost: LostError | None = None) -> None:
        """Wait until somebody answers; a model that loads may take its time. Raises `RefusedError` when nobody did for
        too long, or never will."""
        self._pace.forget()
        until = time.monotonic() + PATIENCE_SECONDS
        pause = 0.1
        while True:
            door = self._open_door()
            self._tell(tell, translate("proposals", _LOADING) if door is None else str(lost) if lost else "")
            if door is None:
                until = time.monotonic() + PATIENCE_SECONDS
            elif (lost := self._knock(door)) is None:
                self._pace.add(self._counts.asked)
                return
            elif time.monotonic() > until:
                raise RefusedError(lost.template, **lost.values)
            self._asker.wait(pause)
            pause = min(pause * 1.5, 3.0)

    def _knock(self, door: Door) -> LostError | None:
        """What is wrong when nobody answers; None when somebody does."""
        try:
            self._asker.models(door)
        except LostError as error:
            return error
        except RefusedError:
            raise
        except AskingError:  # it is there, and has something to say
            return None
        return None

    def _open_door(self) -> Door | None:
        try:
            return self._door()
        except QvlError as error:
            raise RefusedError(error.template, **error.values) from error

    def _write(self, heard: Sequence[Heard]) -> None:
        if not heard:
            return
        if self.spec.kind == "drafts":
            found = self._project.take_drafts(self.ask_id, heard)
        else:
            found = self._project.take_boxes(self.ask_id, heard)
        self._found += found
        states = [one.state for one in heard]
        counts = self._counts
        self._counts = AskCounts(
            max(counts.waiting - len(heard), 0),
            counts.done + states.count("done"),
            counts.unread + states.count("unread"),
            counts.failed + states.count("failed"),
            self._found,
        )
        self._pace.add(self._counts.asked)

    def _tell(self, tell: Callable[[JobProgress], None], waiting_for: str = "") -> None:
        rate = self._pace.rate
        left = self._counts.waiting / rate if rate > 0 else None
        self.progress = JobProgress(self._counts, rate, left, waiting_for)
        tell(self.progress)

    # The asking threads

    def _work(self) -> None:
        while (entry := self._todo.get()) is not None:
            if self._asker.stopped:
                continue
            try:
                self._heard.put(self._hear(entry))
            except Cancelled:
                continue
            except LostError as error:
                self._heard.put((entry, error))
            except RefusedError as error:
                self._heard.put(error)
            except QvlError as error:  # a file that cannot be read, a question that was refused
                self._heard.put(self._failed(entry, str(error)))
            except Exception as error:  # noqa: BLE001 - one picture must not end the others; the log has the rest
                _log.exception("asking about picture %s failed", entry.picture.path)
                self._heard.put(self._failed(entry, f"{type(error).__name__}: {error}"))

    def _failed(self, entry: _Entry, problem: str) -> Heard:
        return Heard(entry.picture.id, entry.picture.picture_id, "failed", problem=problem)

    def _hear(self, entry: _Entry) -> Heard:
        rows = self._project.pictures([entry.picture.picture_id])
        if not rows:
            return Heard(entry.picture.id, entry.picture.picture_id, "done")
        file = rows[0].file
        if self.spec.kind == "drafts":
            return self._hear_draft(entry, self._answer(file, self.spec.question))
        refs = self.spec.refs
        if self.spec.kind == "differences" and not refs:
            refs = tuple(dict.fromkeys(row.ref for row in self._project.regions(rows[0].id) if row.ref))
        found: list[Found] = []
        unread: dict[Unread, None] = {}
        words = ""
        for ref in refs or ("",):
            question = question_for(self.spec.question, ref) if ref else self.spec.question
            reply = self._answer(file, question)
            answer = read_answer(reply.text, ref, cut=reply.cut, faulty=reply.faulty)
            found += answer.found
            unread.update(dict.fromkeys(answer.unread))
            if answer.unread and not words:
                words = reply.text.strip()
        problem = " ".join(translate("proposals", UNREAD[one]) for one in unread)
        if words:
            problem += " " + translate("proposals", _WORDS).format(words=words[:200])
        state: Literal["unread", "done"] = "unread" if unread else "done"
        return Heard(entry.picture.id, entry.picture.picture_id, state, tuple(found), refs, problem)

    def _hear_draft(self, entry: _Entry, reply: Reply) -> Heard:
        text = reply.text.strip()
        answer = read_answer(text, cut=reply.cut, faulty=reply.faulty)
        problem = " ".join(translate("proposals", UNREAD[one]) for one in answer.unread)
        if not text:
            problem = translate("proposals", _EMPTY)
        drafts = ((self.spec.question, text),) if text else ()
        state: Literal["unread", "done"] = "unread" if problem else "done"
        return Heard(entry.picture.id, entry.picture.picture_id, state, problem=problem, drafts=drafts)

    def _answer(self, file: Path, question: str) -> Reply:
        """One answer; a busy server is asked again when it says so."""
        while True:
            door = self._open_door()
            if door is None:
                raise LostError(QT_TRANSLATE_NOOP("errors", "The model is not loaded just now."))
            try:
                return self._asker.ask(door, file, question, self.spec.max_tokens)
            except BusyError as busy:
                self._asker.wait(busy.seconds)
