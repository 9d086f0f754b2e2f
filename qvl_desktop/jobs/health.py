"""Checks the open project beside the window, and again where something changed.

Owns when a check runs, cancelling it, what has to be looked at again, and the shelf of findings. Does not own the
checks (`storage.checking`) nor how findings are shown (`gui.health`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from qvl_desktop.core.cards import DEMO
from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dialects import DialectError
from qvl_desktop.core.lint import DEFAULT_LIMIT
from qvl_desktop.core.sight import OFFICIAL, Sight
from qvl_desktop.jobs.file_watch import files_of
from qvl_desktop.jobs.task import Report, Task
from qvl_desktop.jobs.token_counting import ESTIMATE, load_counter, measure
from qvl_desktop.jobs.waiting import waiter
from qvl_desktop.storage.alike import Alike
from qvl_desktop.storage.checking import Measure, ProjectCheck, Size, estimated
from qvl_desktop.storage.finding_shelf import FindingShelf
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import Change

if TYPE_CHECKING:
    from qvl_desktop.jobs.session import Session

MODEL, LIMIT = "conversations.model", "conversations.limit"
"""Where the Conversations page remembers, in `Settings.window_state`, for which model and limit it counts tokens."""

AFTER_CHANGE_MS = 150
_GIVE_WAY = 0.001


class Dirt:
    """What changed since it was checked."""

    def __init__(self) -> None:
        self.conversations: set[int] = set()
        self.pictures: set[int] = set()
        self.files = False
        self.said = False
        self.any = False

    def add(self, change: Change) -> None:
        """Note a change of the project."""
        self.conversations |= change.conversation_ids
        if change.kind in ("pictures", "regions"):
            self.pictures |= change.picture_ids
        self.files |= change.kind in ("pictures", "files", "headers")
        self.said |= change.kind in ("pictures", "conversations")
        self.any = True

    def __bool__(self) -> bool:
        return self.any


class HealthCheck(QObject):
    """The findings of the open project.

    Signals:
        changed(): the shelf holds others.
        progressed(done, total): of the check that runs.
        stateChanged(): `running`, `complete` or `shelf` is another.
    """

    changed = Signal()
    progressed = Signal(int, int)
    stateChanged = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._project: Project | None = None
        self._check: ProjectCheck | None = None
        self._task: Task[None] | None = None
        self._dirt = Dirt()
        self._wanted = False
        self.shelf = FindingShelf()
        self.complete = False
        """Everything was checked once; what changed since is checked as it changes."""
        self._basis = self._chosen()
        self.files = files_of(session)
        self._timer = waiter(self, AFTER_CHANGE_MS, self._go_on)
        session.projectChanged.connect(self._on_project)
        session.contentChanged.connect(self._on_change)
        self.files.stateChanged.connect(self._on_files)
        self._on_project()

    @property
    def running(self) -> bool:
        return self._task is not None

    @property
    def alike(self) -> Alike | None:
        """What is known of pictures that are the same or nearly: a division need not search for them once more."""
        return self._check.alike if self._check is not None else None

    @property
    def limit(self) -> int:
        """How many tokens a conversation may have."""
        return self._basis[1]

    @property
    def model(self) -> str:
        """The model for which tokens are counted, as the user knows it."""
        reference = self._basis[0]
        return next((card.name for card in self._session.models.models() if card.reference == reference), reference)

    def _chosen(self) -> tuple[str, int]:
        """The model for which tokens are counted, and the limit."""
        state = self._session.settings.window_state
        kept = state.get(LIMIT, "")
        return state.get(MODEL, "") or DEMO, int(kept) if kept.isdigit() else DEFAULT_LIMIT

    def start(self) -> None:
        """Check everything, unless that was done or is being done."""
        self._wanted = True
        if self._chosen() != self._basis:
            self._count_anew()
            return
        if self._project is not None and not self.complete and self._task is None:
            self._run_all()

    def start_over(self) -> None:
        """Check everything once more, files included."""
        self._halt()
        self._wanted = True
        self.complete = False
        self.files.look_now()
        self._timer.start(0)

    def cancel(self) -> None:
        """Stop the check that runs, and check no more until `start`; what it found stays."""
        self._wanted = False
        self._halt()

    def _halt(self) -> None:
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()

    def set_limit(self, tokens: int) -> None:
        """How many tokens a conversation may have, here and on the Conversations page; checks conversations again."""
        if tokens != self.limit:
            settings = self._session.settings
            settings.window_state = settings.window_state | {LIMIT: str(tokens)}
            self._count_anew()

    def _count_anew(self) -> None:
        """Another model or limit: the lengths are others."""
        self._halt()
        self._basis = self._chosen()
        self._make_check()
        self.complete = False
        if self._project is not None:
            self._timer.start()

    def _make_check(self) -> None:
        if self._project is None:
            self._check = None
            return
        reference, limit = self._basis
        cards = self._session.models.models()
        folder = next((card.path for card in cards if card.reference == reference), None)
        self._check = ProjectCheck(self._project, self.shelf, limit=limit, measure=_measure(reference, folder))

    # When

    @Slot()
    def _on_project(self) -> None:
        self._halt()
        self._task = None
        old, self.shelf = self.shelf, FindingShelf()
        old.close()
        self._project = self._session.project
        self._basis = self._chosen()
        self._make_check()
        self._dirt = Dirt()
        self.complete = False
        self.stateChanged.emit()
        self.changed.emit()
        if self._wanted and self._project is not None:
            self._timer.start()

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if change.kind == "proposals":
            return
        self._dirt.add(change)
        if change.kind == "files" and self.files.running:
            return  # they come by the dozen until all are read
        if self._wanted and self._project is not None:
            self._timer.start()

    @Slot()
    def _on_files(self) -> None:
        if not self.files.running and self._dirt and self._wanted and self._project is not None:
            self._timer.start()

    @Slot()
    def _go_on(self) -> None:
        if self._task is not None or self._project is None:
            return
        if not self.complete:
            self._run_all()
        elif self._dirt:
            self._run_again()

    # What

    def _run_all(self) -> None:
        check = self._check
        self._dirt = Dirt()
        if check is not None:
            self._run(check, lambda tell: check.everything(tell), complete=True)

    def _run_again(self) -> None:
        check, dirt = self._check, self._dirt
        self._dirt = Dirt()
        if check is None:
            return
        with_files = not self.files.running
        if dirt.files and not with_files:
            self._dirt.add(Change("files"))

        def again(tell: Report) -> None:
            check.take_kept()
            if dirt.files:
                check.files()
            check.regions(dirt.pictures, tell)
            check.conversations(dirt.conversations, tell)
            if dirt.files or dirt.said:
                check.as_a_whole(tell, alike=with_files)
            else:
                check.refs()

        self._run(check, again)

    def _run(self, check: ProjectCheck, work: object, *, complete: bool = False) -> None:
        assert callable(work)

        def op(report: Report) -> None:
            def tell(done: int, total: int) -> None:
                report(done, total)
                time.sleep(_GIVE_WAY)

            work(tell)

        task = Task.reporting(op)
        self._task = task

        def done(_: None) -> None:
            if self._check is check and self._task is task:
                self.complete = self.complete or complete

        def end() -> None:
            if self._task is not task:
                return
            self._task = None
            self.stateChanged.emit()
            self.changed.emit()
            self._on_files()

        task.on_success(done).on_failure(lambda error: self._on_failure(check, error)).on_progress(
            self._on_progress
        ).on_end(end)
        task.start(self)
        self.stateChanged.emit()

    def _on_progress(self, pair: tuple[int, int]) -> None:
        self.progressed.emit(*pair)

    def _on_failure(self, check: ProjectCheck, error: Exception) -> None:
        """A project that was closed meanwhile is no failure."""
        if check is self._check:
            self._session.report(error)


def _measure(reference: str, folder: Path | None) -> Measure:
    """Counting as a model does. Its vocabulary is read when it is first needed, by the thread that checks."""
    tools: list[Measure] = []

    def load() -> Measure:
        sight = (Sight.of_folder(folder) if folder else None) or OFFICIAL.get(reference) or OFFICIAL["qwen-vl"]
        counter = load_counter(folder, sight) if folder else ESTIMATE
        if not counter.exact and sight.resizing is None:
            return estimated

        def counted(turns: Sequence[Turn], sizes: Sequence[Size], limit: int) -> tuple[int, tuple[int, int] | None]:
            try:
                found = measure(sight, counter, turns, sizes, limit)
            except DialectError:  # a picture no model takes: other findings say so
                return estimated(turns, sizes, limit)
            return found.total, found.cut

        return counted

    def first(turns: Sequence[Turn], sizes: Sequence[Size], limit: int) -> tuple[int, tuple[int, int] | None]:
        if not tools:
            tools.append(load())
        return tools[0](turns, sizes, limit)

    return first


def health_of(session: Session) -> HealthCheck:
    """The check of a session; made when it is first asked for."""
    found = session.findChild(HealthCheck)
    return found if isinstance(found, HealthCheck) else HealthCheck(session)
