"""The runs of the open project: listed, started, attached to again.

Owns the list of summaries and one `TrainingThread` for each run that lives. Does not own a run's files
(`core.run_folder`) nor how they are shown (`gui.train`).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from qvl_desktop.core.errors import RunError
from qvl_desktop.core.events import Event
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import EventReader, RunFolder, RunState
from qvl_desktop.core.run_notes import RunNotes
from qvl_desktop.jobs.run_history import RunHistory
from qvl_desktop.jobs.run_summary import KnownRuns, RunSummary, list_runs, read_summary
from qvl_desktop.jobs.run_trash import Trashed, bring_back, throw_away
from qvl_desktop.jobs.run_works import RunWorks
from qvl_desktop.jobs.task import Task
from qvl_desktop.jobs.training import ALIVE, ENDED, Outcome, TrainingThread, log_tail, train_command

LOG_LINES = 200
"""Lines of a run's log that are kept to be shown."""


class RunShelf(QObject):
    """The runs in one folder. Signals:

    listChanged(): runs were added, removed or ended, or another folder is shown.
    runChanged(Path): the summary of one run changed.
    historyChanged(Path): there is more in the history of one run, or it has been read.
    runEnded(Path, Outcome): a run that was followed has ended.
    """

    listChanged = Signal()
    runChanged = Signal(object)
    historyChanged = Signal(object)
    runEnded = Signal(object, object)

    def __init__(
        self, parent: QObject | None = None, command: Callable[[RunFolder], list[str]] = train_command
    ) -> None:
        super().__init__(parent)
        self.place: Path | None = None
        self.command = command
        self._summaries: dict[Path, RunSummary] = {}
        self._threads: dict[Path, TrainingThread] = {}
        self._histories: dict[Path, RunHistory] = {}
        self._logs: dict[Path, deque[str]] = {}
        self._listing: Task[list[RunSummary]] | None = None
        self._reading: set[Path] = set()
        self._lines: KnownRuns = {}
        self._resume_next: set[Path] = set()
        self.works = RunWorks(self)

    @property
    def summaries(self) -> list[RunSummary]:
        """Newest first."""
        return sorted(self._summaries.values(), key=lambda run: (-run.created, run.name))

    def summary(self, path: Path) -> RunSummary | None:
        """The summary of the run in this folder."""
        return self._summaries.get(path)

    def thread_of(self, path: Path) -> TrainingThread | None:
        """The supervisor of a run that lives."""
        return self._threads.get(path)

    def history(self, path: Path) -> RunHistory | None:
        """What a run has told; None while it is read beside the window, `historyChanged` says when it is there."""
        if path not in self._histories and path not in self._reading:
            self._reading.add(path)
            Task(lambda: _read_run(path)).on_success(self._take_history).start(self)
        return self._histories.get(path)

    def log(self, path: Path) -> list[str]:
        """The last lines of a run's log, as far as they have been read."""
        return list(self._logs.get(path, ()))

    @property
    def alive(self) -> list[RunSummary]:
        """The runs that are training or paused now."""
        return [run for run in self.summaries if run.state in ALIVE]

    def look_in(self, place: Path | None) -> None:
        """Show the runs of another folder; those that live there are attached to. Runs elsewhere are let go."""
        self.place = place
        for path in [path for path in self._threads if path.parent != place]:
            self._let_go(path)
        self._summaries = {path: run for path, run in self._summaries.items() if path.parent == place}
        self.refresh()
        self.listChanged.emit()

    def refresh(self) -> None:
        """Read the folder again, beside the window."""
        if self._listing is not None:
            self._listing.cancel()
        place = self.place
        if place is not None:
            self._listing = Task(lambda: list_runs(place, self._lines)).on_success(self._show).start(self)

    def begin(self, plan: TrainingPlan, place: Path, name: str = "") -> Path:
        """Start a run; its folder. Raises `PlanError` with all faults of the plan, `RunError` when the folder fails."""
        path = self._make(plan, place, name)
        self._summaries[path] = replace(self._summaries[path], state=RunState.RUNNING)
        self._follow(path, launch=True)
        self.listChanged.emit()
        return path

    def prepare(self, plan: TrainingPlan, place: Path, name: str = "") -> Path:
        """Make a run's folder with its plan, to be started elsewhere or later. Raises as `begin` does."""
        path = self._make(plan, place, name)
        self.listChanged.emit()
        return path

    def _make(self, plan: TrainingPlan, place: Path, name: str) -> Path:
        plan = plan.checked()
        folder = RunFolder(_free_folder(place, name or _default_name(plan)))
        folder.create()
        save_plan(plan, folder)
        if self.place is None:
            self.place = place
        self._summaries[folder.path] = read_summary(folder.path)
        return folder.path

    def go_on_with(self, path: Path, plan: TrainingPlan) -> None:
        """Write another plan into the folder of a run that has ended, and resume it. Raises `PlanError`, `RunError`."""
        if path in self._threads:
            return
        save_plan(plan.checked(), RunFolder(path))
        self.resume(path)

    def throw_away(self, path: Path) -> Trashed:
        """Move a run that does not live to the trash. Raises `RunError`."""
        trashed = throw_away(path)
        self._forget(path)
        self.listChanged.emit()
        return trashed

    def bring_back(self, run: Trashed) -> Path:
        """Take a run out of the trash; its folder. Raises `RunError`."""
        path = bring_back(run)
        if path.parent == self.place:
            self._summaries[path] = read_summary(path)
        self.listChanged.emit()
        return path

    def _forget(self, path: Path) -> None:
        for known in (self._summaries, self._histories, self._logs):
            known.pop(path, None)

    def resume(self, path: Path) -> None:
        """Go on with a run that was interrupted, stopped or failed, from its last checkpoint.

        While its process is still on its way out, the run goes on as soon as that is gone.
        """
        if path in self._threads:
            if self._threads[path].state in ENDED:
                self._resume_next.add(path)
            return
        summary = self._summaries.get(path) or read_summary(path)
        self._summaries[path] = replace(summary, state=RunState.RUNNING, message="")
        self._follow(path, launch=True)
        self.listChanged.emit()

    def annotate(
        self, path: Path, *, star: bool | None = None, note: str | None = None, title: str | None = None
    ) -> None:
        """Star a run, write a note to it, or call it something else ("" is its folder's name again).

        Raises `RunError` when its folder cannot be written.
        """
        summary = self._summaries.get(path)
        if summary is None:
            return
        notes = RunNotes(
            summary.star if star is None else star,
            summary.note if note is None else note,
            summary.title if title is None else title.strip(),
        )
        if notes.title == path.name:
            notes = replace(notes, title="")
        notes.save(path)
        self._summaries[path] = replace(summary, star=notes.star, note=notes.text, title=notes.title)
        self.runChanged.emit(path)

    def detach_all(self) -> None:
        """Stop following every run; they go on by themselves. For the end of the window."""
        self.works.shutdown()
        for path in list(self._threads):
            self._let_go(path)

    def _show(self, runs: list[RunSummary]) -> None:
        self._listing = None
        followed = {path: run for path, run in self._summaries.items() if path in self._threads}
        self._summaries = {run.folder.path: run for run in runs} | followed
        for run in runs:
            if run.state in ALIVE and run.folder.path not in self._threads:
                self._follow(run.folder.path, launch=False)
        self.listChanged.emit()

    def _take_history(self, read: tuple[Path, RunHistory, list[str]]) -> None:
        path, history, log = read
        self._reading.discard(path)
        if path not in self._threads:  # a live run's history comes from its thread
            self._histories[path] = history
            self._logs[path] = deque(log, LOG_LINES)
        self.historyChanged.emit(path)

    def _follow(self, path: Path, *, launch: bool) -> None:
        thread = TrainingThread(RunFolder(path), self, self.command)
        self._threads[path] = thread
        self._histories[path] = RunHistory()
        self._logs[path] = deque(maxlen=LOG_LINES)
        self._summaries[path] = replace(self._summaries[path], acc50=None)  # told again by the events
        thread.eventsArrived.connect(self._take_events)
        thread.logLine.connect(self._take_log_line)
        thread.stateChanged.connect(self._take_state)
        thread.outcomeKnown.connect(self._take_outcome)
        if launch:
            thread.launch()
        else:
            thread.start()

    def _let_go(self, path: Path) -> None:
        thread = self._threads.pop(path)
        thread.detach()
        thread.deleteLater()

    def _sender_path(self) -> Path | None:
        """The folder of the thread whose signal is being received; None when it was let go meanwhile."""
        thread = self.sender()
        if not isinstance(thread, TrainingThread):
            return None
        path = thread.folder.path
        return path if self._threads.get(path) is thread else None

    @Slot(list)
    def _take_events(self, events: list[Event]) -> None:
        if path := self._sender_path():
            shown = self._summaries[path]
            self._summaries[path] = replace(shown.after(events), state=shown.state)
            self._histories[path].add(events)
            self.runChanged.emit(path)
            self.historyChanged.emit(path)

    @Slot(str)
    def _take_log_line(self, line: str) -> None:
        if path := self._sender_path():
            self._logs[path].append(line)

    @Slot(object)
    def _take_state(self, state: RunState) -> None:
        if path := self._sender_path():
            self._summaries[path] = replace(self._summaries[path], state=state)
            self.runChanged.emit(path)

    @Slot(object)
    def _take_outcome(self, outcome: Outcome) -> None:
        path = self._sender_path()
        if path is None:
            return
        thread = self._threads.pop(path)
        thread.wait()
        thread.deleteLater()
        self._summaries[path] = replace(
            read_summary(path), state=outcome.state, message=outcome.message or self._summaries[path].message
        )
        self.runChanged.emit(path)
        self.listChanged.emit()
        self.runEnded.emit(path, outcome)
        if path in self._resume_next:
            self._resume_next.discard(path)
            self.resume(path)


def save_plan(plan: TrainingPlan, run: RunFolder) -> None:
    """Write a run's plan. Raises `RunError`."""
    try:
        plan.save(run.plan)
    except OSError as error:
        raise RunError(
            QT_TRANSLATE_NOOP("errors", "{path}: the run folder cannot be written ({reason})."),
            path=run.path,
            reason=error.strerror or error,
        ) from error


def _read_run(path: Path) -> tuple[Path, RunHistory, list[str]]:
    folder = RunFolder(path)
    history = RunHistory()
    history.add(EventReader(folder).read())
    return path, history, log_tail(folder.log)


def _default_name(plan: TrainingPlan) -> str:
    model = re.sub(r"[^\w.-]+", "-", Path(plan.model).name).strip("-") or "model"
    return f"{model}-{plan.method}-{datetime.now():%m%d-%H%M}"


def _free_folder(place: Path, name: str) -> Path:
    """`name`, or `name-2`, `name-3`, ... : a run never writes into another's folder."""
    candidate, number = place / name, 2
    while candidate.exists():
        candidate, number = place / f"{name}-{number}", number + 1
    return candidate
