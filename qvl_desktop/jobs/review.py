"""The window's side of jobs over many pictures: beginning, pausing, going on, and how far one is.

Owns which job runs, the thread it runs in, and the engine's part in it (loading the model, where to ask). One job at a
time. Does not own the loop (`preannotate`), what comes of it (`storage.suggestions`, `storage.drafts`) nor how
anything is shown (`gui.review`).

The worker's thread holds no Qt object: it asks a plain place (`_Place`) where the server is, and the window looks at
its progress by a timer.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from qvl_desktop.core.answerers import AskError, AskSpec
from qvl_desktop.core.chat_protocol import BASE_MODEL
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.jobs.asking import Door
from qvl_desktop.jobs.engine import EngineSpec, EngineState, adapter_name
from qvl_desktop.jobs.preannotate import End, JobProgress, JobRunner
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.asks import AskRow
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.servers import key_of

_LOOK_MS = 250
_END_SECONDS = 10.0
_log = logging.getLogger(__name__)


class _Place:
    """Where to ask, as the window's thread last knew it; read by workers."""

    def __init__(self) -> None:
        self.door: Door | None = None
        self.error: QvlError | None = None

    def __call__(self) -> Door | None:
        if self.error is not None:
            raise self.error
        return self.door


class _Work:
    """A runner in its thread."""

    def __init__(self, runner: JobRunner) -> None:
        self.runner = runner
        self.end: End | None = None
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="review-job", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.end = self.runner.run()
        except (QvlError, sqlite3.Error) as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - the window says it; the log has the rest
            _log.exception("a job over pictures failed")
            self.error = error

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self, seconds: float) -> None:
        """Let the job rest and wait for its thread."""
        self.runner.pause()
        self._thread.join(seconds)


class Annotator(QObject):
    """The jobs of the open project; one runs at a time.

    Signals:
        stateChanged(): a job began, rests, ended, or another project is open.
        progressed(): `progress` is another one.
        jobEnded(AskRow, End): a job ended, or rests; what it proposed is in the project.
    """

    stateChanged = Signal()
    progressed = Signal()
    jobEnded = Signal(object, str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._work: _Work | None = None
        self._place = _Place()
        self._starting = False
        self._then: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self.job: AskRow | None = None
        """The job that runs, or that waits to be gone on with."""
        self.progress: JobProgress | None = None
        session.projectClosing.connect(self.shutdown)
        session.projectChanged.connect(self._on_project)
        session.engine.stateChanged.connect(self._on_engine)
        self._on_project()

    @property
    def running(self) -> bool:
        """A job is carried out now."""
        return self._work is not None or self._starting

    @property
    def pausing(self) -> bool:
        """The job has been asked to rest, and ends what it has in hand."""
        return self._work is not None and self._work.runner.stopped

    def begin(self, spec: AskSpec, asked: PictureFilter | Sequence[int] | None, key: str = "") -> None:
        """Begin a job; a running one rests first. What is wrong is reported to the session."""
        if self._work is not None:
            self._then = partial(self.begin, spec, asked, key)
            self.pause()
            return
        project = self._session.project
        if project is None:
            return
        self._starting = True
        self.stateChanged.emit()
        task: Task[int] = Task(lambda: project.begin_ask(spec, asked))

        def started(ask_id: int) -> None:
            self._starting = False
            if project is self._session.project:
                self._run(project, ask_id, key)

        def failed(error: Exception) -> None:
            self._starting = False
            self._session.report(error)
            self.stateChanged.emit()

        task.on_success(started).on_failure(failed).start(self, serial=True)

    def go_on(self, ask_id: int | None = None, key: str = "") -> None:
        """Go on with a job that rests (the newest by default)."""
        project, row = self._session.project, self.job
        wanted = ask_id if ask_id is not None else row.id if row is not None else None
        if project is not None and wanted is not None and not self.running:
            self._run(project, wanted, key)

    def ask_again(self, ask_id: int, key: str = "") -> None:
        """Ask once more about the pictures of a job that failed or could not be read."""
        project = self._session.project
        if project is not None and not self.running and project.ask_again(ask_id):
            self._run(project, ask_id, key)

    @Slot()
    def pause(self) -> None:
        """Let the running job rest, in a moment: what was heard is kept. `jobEnded` follows."""
        if self._work is not None:
            self._work.runner.pause()
            self.stateChanged.emit()

    def cancel(self) -> None:
        """End the job for good, once it rests; what was proposed stays."""
        if self._work is not None:
            self._then = self.cancel
            self.pause()
            return
        project, row = self._session.project, self.job
        if project is not None and row is not None:
            try:
                project.note_ask(row.id, "cancelled")
            except QvlError as error:
                self._session.report(error)
            self.job = self.progress = None
            self.stateChanged.emit()

    @Slot()
    def shutdown(self) -> None:
        """Let the job rest now: the project closes."""
        self._timer.stop()
        self._then = None
        work, self._work = self._work, None
        if work is not None:
            work.stop(_END_SECONDS)

    # Carrying out

    def _run(self, project: Project, ask_id: int, key: str) -> None:
        try:
            row = project.ask(ask_id)
            self._place = self._open(row.spec, key)
            runner = JobRunner(project, ask_id, self._place)
        except QvlError as error:
            self._session.report(error)
            self.stateChanged.emit()
            return
        self.job, self.progress = row, runner.progress
        self._work = _Work(runner)
        self._timer.start()
        self.stateChanged.emit()

    def _open(self, spec: AskSpec, key: str) -> _Place:
        """Where this job asks: another server at once, this program's own as soon as the model is loaded."""
        place, who = _Place(), spec.who
        if who.external:
            place.door = Door(who.url, key or key_of(self._session.settings, who.url), who.model, who.dialect)
            return place
        engine = self._session.engine
        wanted = engine_spec(spec)
        present = engine.spec
        if present is not None and engine.state is EngineState.READY and present.model == wanted.model:
            wanted = EngineSpec(
                wanted.model, {**present.adapters, **wanted.adapters}, present.precision, present.device
            )
        engine.use(wanted)
        self._show_engine(place, spec)
        return place

    def _show_engine(self, place: _Place, spec: AskSpec) -> None:
        """Tell the workers what the engine does."""
        engine, wanted = self._session.engine, engine_spec(spec)
        place.error = place.door = None
        same = engine.spec is not None and engine.spec.model == wanted.model
        same = same and engine.spec is not None and wanted.adapters.items() <= engine.spec.adapters.items()
        if engine.state is EngineState.READY and same:
            name = next(iter(wanted.adapters), BASE_MODEL)
            place.door = Door(engine.url, engine.key, name)
        elif engine.state is EngineState.FAILED and same:
            place.error = AskError(
                QT_TRANSLATE_NOOP("errors", "The model cannot be used: {reason}"), reason=engine.error
            )
        elif engine.state is EngineState.IDLE:
            place.error = AskError(QT_TRANSLATE_NOOP("errors", "The model was unloaded. Going on loads it again."))
        elif engine.state in (EngineState.READY, EngineState.STARTING) and not same:
            place.error = AskError(
                QT_TRANSLATE_NOOP("errors", "Another model was loaded in between. Going on loads this one again.")
            )

    @Slot(object)
    def _on_engine(self) -> None:
        if self._work is not None and not self._work.runner.spec.who.external:
            self._show_engine(self._place, self._work.runner.spec)

    def _look(self) -> None:
        work = self._work
        if work is None:
            return
        ended = not work.alive
        if work.runner.progress is not self.progress:
            self.progress = work.runner.progress
            self.progressed.emit()
        if ended:
            self._ended(work)

    def _ended(self, work: _Work) -> None:
        self._work = None
        self._timer.stop()
        project = self._session.project
        if work.error is not None:
            self._session.report(work.error)
        if project is not None:
            try:
                row = project.ask(work.runner.ask_id)
                self.job = row if row.state == "open" else None
                self.jobEnded.emit(row, work.end or "rested")
            except QvlError as error:
                self._session.report(error)
        then, self._then = self._then, None
        self.stateChanged.emit()
        if then is not None:
            then()

    def _offer(self, progress: JobProgress) -> None:
        """A job was cut short when the project was open last: say how far it is, with the ways on."""
        counts = progress.counts
        words = self.tr("A model was being asked about pictures: {done} of {total}.")
        words = words.format(done=f"{counts.asked:,}", total=f"{counts.total:,}")
        offers = ((self.tr("Go on"), self.go_on), (self.tr("Show"), self._show))
        self._session.offered.emit("info", words, offers)

    def _show(self) -> None:
        self._session.pageRequested.emit("review")

    @Slot()
    def _on_project(self) -> None:
        self.shutdown()
        self._starting = False
        self.job = self.progress = None
        project = self._session.project
        if project is not None:
            try:
                self.job = project.open_ask()
                if self.job is not None:
                    self.progress = JobProgress(project.ask_counts(self.job.id))
                    self._offer(self.progress)
            except QvlError as error:
                self._session.report(error)
        self.stateChanged.emit()


def engine_spec(spec: AskSpec) -> EngineSpec:
    """What the engine has to load for a job."""
    who = spec.who
    adapter = Path(who.adapter) if who.adapter else None
    return EngineSpec(who.model, {adapter_name(adapter): adapter} if adapter is not None else {})


def annotator_of(session: Session) -> Annotator:
    """The one of a session; made when it is first asked for."""
    found = session.findChild(Annotator)
    return found if isinstance(found, Annotator) else Annotator(session)
