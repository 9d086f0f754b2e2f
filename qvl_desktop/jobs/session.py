"""What the pages share: the open project, the settings, the models and the engine.

Owns opening, closing and undoing, and the signals by which pages hear of changes and of each other. Does not own how
anything is shown (`gui`), nor the project's rules (`storage`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal, Slot

from qvl_desktop.core.errors import Cancelled, QvlError
from qvl_desktop.jobs.long_edit import LARGE, LongEdits
from qvl_desktop.jobs.picture_query import PictureQuery
from qvl_desktop.jobs.runs import RunShelf
from qvl_desktop.jobs.task import Task, report_failures_to
from qvl_desktop.storage import recent
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.settings import data_folder

if TYPE_CHECKING:
    from qvl_desktop.jobs.engine import EngineSupervisor
    from qvl_desktop.jobs.models import ModelShelf
    from qvl_desktop.storage.settings import Settings

Level = Literal["info", "success", "warning", "error"]

_log = logging.getLogger(__name__)


class Session(QObject):
    """One window's state outside its widgets.

    Signals:
        projectClosing(): the project is about to close; what works on it ends before this returns.
        projectChanged(): `project` is another one, or None.
        contentChanged(Change): an edit, undo or redo was committed; also from worker threads (queued).
        offered(level, text, offers): a notice with things to do about it at once: pairs of (words, call).
        notice(level, text): something the user should read; level is "info", "success", "warning" or "error".
        modelsChanged(): `models` holds other cards.
        pageRequested(name): show a page ("annotate", "conversations", "health", "train", "chat", "models").
        placeRequested(name, Place): show a page, and on it a place (the page's `go_to`).
        chatRequested(model, adapter): Chat is to take this model and adapter ("" = none), as `--model` takes them.
        trainRequested(model): Train is to take this model.
        preannotateRequested(Path): pictures are to be annotated by the result of the run in this folder.
        languageChanged(): another language is installed.
        importRequested(Path): a data file or folder is to be imported; the window asks how.
    """

    projectClosing = Signal()
    projectChanged = Signal()
    contentChanged = Signal(object)
    notice = Signal(str, str)
    offered = Signal(str, str, object)
    modelsChanged = Signal()
    pageRequested = Signal(str)
    placeRequested = Signal(str, object)
    chatRequested = Signal(str, str)
    trainRequested = Signal(str)
    preannotateRequested = Signal(object)
    languageChanged = Signal()
    importRequested = Signal(object)

    def __init__(
        self, settings: Settings, models: ModelShelf, engine: EngineSupervisor, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.settings = settings
        self.models = models
        self.engine = engine
        self.project: Project | None = None
        self.pictures = PictureQuery(self)
        self.edits = LongEdits(self)
        self.runs = RunShelf(self)
        self.runs.runEnded.connect(self._adapters_changed)
        models.changed.connect(self.modelsChanged)
        report_failures_to(self.report)

    @property
    def runs_folder(self) -> Path:
        """Where runs lie: the chosen folder, else `NAME.runs` beside the project, else (no project) the user's data."""
        if chosen := self.settings.runs_folder:
            return Path(chosen)
        return self.project.path.with_suffix(".runs") if self.project else data_folder() / "runs"

    def open_project(self, path: Path) -> bool:
        """Open another project; on failure the present one stays open and the reason is shown. True on success."""
        if self.project is not None and self.project.path == Path(path).absolute():
            return True
        return self._take(lambda: Project.open(path, check="later"))

    def create_project(self, path: Path) -> bool:
        """Make a new project file and open it; True on success."""
        return self._take(lambda: Project.create(path))

    def close_project(self) -> None:
        """Close the project, if there is one; nothing is lost, every edit is already on disk."""
        if self.project is not None:
            self.pictures.remember()
            self.projectClosing.emit()
            project, self.project = self.project, None
            project.close()
            self.look_at_runs()
            self.projectChanged.emit()

    def undo(self) -> None:
        """Take back the last edit of the project."""
        self._step("undo")

    def undo_this(self) -> Callable[[], None]:
        """A call that takes back the edit just made, for a button that stays a while; not another one made since."""
        project = self.project
        step = project.last_step if project is not None else None

        def undo() -> None:
            if self.project is project and project is not None and project.last_step == step:
                self.undo()
            else:
                self.notice.emit("info", self.tr("Other edits came after this one. Undo takes them back one by one."))

        return undo

    def redo(self) -> None:
        """Do the edit that was taken back last once more."""
        self._step("redo")

    def chat_with(self, model: str, adapter: str = "") -> None:
        """Show Chat with this model and adapter. Pages connect to `chatRequested` when they are made."""
        self.pageRequested.emit("chat")
        self.chatRequested.emit(model, adapter)

    def train_with(self, model: str) -> None:
        """Show Train with this model chosen."""
        self.pageRequested.emit("train")
        self.trainRequested.emit(model)

    def look_at_runs(self) -> None:
        """List the runs of the project, attach to those that live, and put their adapters on the shelf."""
        self.runs.look_in(self.runs_folder)
        self.models.look_in(self.runs_folder)

    def report(self, error: Exception) -> None:
        """Show a failure: the sentence of a `QvlError` as it stands, anything else as unexpected, with the log."""
        if isinstance(error, Cancelled):
            return
        if isinstance(error, QvlError):
            self.notice.emit("error", str(error))
            return
        _log.error("unexpected failure", exc_info=error)
        text = self.tr("Something went wrong that should not have: {reason}. The log has the details.")
        self.notice.emit("error", text.format(reason=f"{type(error).__name__}: {error}"))

    def _take(self, make: Callable[[], Project]) -> bool:
        try:
            project = make()
        except QvlError as error:
            self.report(error)
            return False
        self.pictures.remember()
        self.projectClosing.emit()
        old, self.project = self.project, project
        if old is not None:
            old.close()
        project.subscribe(self.contentChanged.emit)
        self._remember(project.path)
        self.look_at_runs()
        self.projectChanged.emit()
        if not project.checked:
            Task(project.check_now).start(self)
        return True

    def _remember(self, path: Path) -> None:
        recent.remember(self.settings, path, time.time())
        self.settings.last_project = str(path)

    @Slot()
    def _adapters_changed(self) -> None:
        self.models.refresh()

    def _step(self, name: Literal["undo", "redo"]) -> None:
        """Undo or redo: at once, or beside the window when the step is large."""
        project = self.project
        if project is None or self.edits.running:
            return
        if project.next_size(name) >= LARGE:
            text = project.undo_text if name == "undo" else project.redo_text
            words = self.tr("Undo: {step}") if name == "undo" else self.tr("Redo: {step}")
            travel = project.undo if name == "undo" else project.redo
            self.edits.run(words.format(step=text), travel)
            return
        try:
            getattr(project, name)()
        except QvlError as error:
            self.report(error)
