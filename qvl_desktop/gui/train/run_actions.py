"""What is asked of a run on the Train page: pausing and stopping it, its result's uses, its name, its way to the trash.

Owns carrying these wishes to the session. Does not own the buttons (`run_head`, `run_list`, `ways_out`) nor the runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from qvl_desktop.core.cards import DEMO
from qvl_desktop.core.errors import PlanError, QvlError
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import Command, RunFolder, RunState
from qvl_desktop.gui.train.run_panel import RunPanel
from qvl_desktop.gui.train.run_view import RunView
from qvl_desktop.jobs.run_summary import RunSummary
from qvl_desktop.jobs.run_trash import TRASH, Trashed, empty, folder_bytes, in_trash
from qvl_desktop.jobs.run_works import Work
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.jobs.training import ALIVE


class RunActions(QObject):
    """Signals: `againAsked(TrainingPlan)`: set up a new run like this one; `showAsked(Path)`: show a run as it is now;
    `restored(Path)`: a run is back from the trash."""

    againAsked = Signal(object)
    showAsked = Signal(object)
    restored = Signal(object)

    def __init__(self, session: Session, view: RunView, panel: RunPanel, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._runs = session.runs
        self._view = view
        self._panel = panel
        listed = panel.list
        view.head.asked.connect(self.carry_out)
        view.head.starToggled.connect(lambda star: self._annotate(view.run, star=star))
        view.head.noteWritten.connect(lambda note: self._annotate(view.run, note=note))
        view.head.retitled.connect(lambda title: self._annotate(view.run, title=title))
        view.ways_out.resumeClicked.connect(lambda: self.carry_out("resume"))
        view.ways_out.goOnWith.connect(self._go_on_with)
        view.ways_out.newRunWith.connect(self.againAsked)
        view.ways_out.roomMade.connect(self._room_made)
        view.work_line.cancelClicked.connect(lambda: self._runs.works.cancel(view.run) if view.run else None)
        view.work_line.closeClicked.connect(lambda: self._runs.works.forget(view.run) if view.run else None)
        listed.renamed.connect(lambda path, title: self._annotate(path, title=title))
        listed.starToggled.connect(self._toggle_star)
        listed.deleteAsked.connect(self.delete)
        listed.folderAsked.connect(open_folder)
        listed.againAsked.connect(self._again)
        panel.restoreAsked.connect(self._restore)
        panel.emptyAsked.connect(self._empty_trash)
        self._runs.works.done.connect(self._work_done)

    def carry_out(self, wish: str) -> None:
        """Do what a button of the shown run asks for."""
        path = self._view.run
        if path is None:
            return
        name, _, value = wish.partition(":")
        getattr(self, f"_{name}")(path, *([value] if value else []))

    def plan_of(self, path: Path | None) -> TrainingPlan | None:
        """The plan of a run, None when it cannot be read (which is then told)."""
        if path is None:
            return None
        try:
            return TrainingPlan.load(RunFolder(path).plan)
        except PlanError as error:
            self._session.report(error)
            return None

    # A run that lives

    def _ask(self, path: Path, what: str, **how: Any) -> bool:
        """Pass a wish on to a run; False when it does not live."""
        thread = self._runs.thread_of(path)
        if thread is None:
            return False
        try:
            getattr(thread, what)(**how)
        except (QvlError, OSError) as error:
            self._session.report(error)
            return False
        return True

    def _pause(self, path: Path) -> None:
        if self._ask(path, "pause"):
            self._view.wished(Command.PAUSE)

    def _free(self, path: Path) -> None:
        if self._ask(path, "pause", free=True):
            self._view.wished(Command.PAUSE_AND_FREE)

    def _stop(self, path: Path) -> None:
        if self._ask(path, "stop"):
            self._view.wished(Command.STOP)

    def _go_on(self, path: Path) -> None:
        summary = self._runs.summary(path)
        if summary is not None and summary.state is RunState.FREED:
            self._resume(path)
        else:
            self._ask(path, "resume")

    def _sample(self, path: Path) -> None:
        self._ask(path, "sample")

    def _end_now(self, path: Path) -> None:
        self._ask(path, "end_now")

    def _resume(self, path: Path) -> None:
        self._runs.resume(path)
        self.showAsked.emit(path)

    def _go_on_with(self, plan: TrainingPlan) -> None:
        path = self._view.run
        if path is None:
            return
        try:
            self._runs.go_on_with(path, plan)
        except QvlError as error:
            self._session.report(error)
            return
        self.showAsked.emit(path)

    # Its result

    def _summary(self, path: Path) -> RunSummary | None:
        summary = self._runs.summary(path)
        return summary if summary is not None and summary.state not in ALIVE else None

    def _chat(self, path: Path) -> None:
        summary = self._summary(path)
        if summary is not None and summary.full:
            try:
                card = self._session.models.add_folder(summary.tuned_model)
            except QvlError as error:
                self._session.report(error)
            else:
                self._session.chat_with(card.reference)
        elif summary is not None:
            self._session.chat_with(summary.model or DEMO, str(summary.folder.adapter))

    def _preannotate(self, path: Path) -> None:
        if self._summary(path) is not None:
            self._session.preannotateRequested.emit(path)

    def _again(self, path: Path) -> None:
        if (plan := self.plan_of(path)) is not None:
            self.againAsked.emit(plan)

    def _evaluate(self, path: Path, split: str) -> None:
        plan, summary = self.plan_of(path), self._summary(path)
        if plan is None or summary is None:
            return
        data = plan.data
        if not Path(data).exists() and self._session.project is not None:
            data = str(self._session.project.path)  # the run came from elsewhere
        tuned = summary.tuned_model if summary.full else None
        self._runs.works.evaluate(path, plan.model, data, split, tuned)

    def _merge(self, path: Path, bits: str) -> None:
        summary = self._summary(path)
        if summary is None:
            return
        title = self.tr("Folder of the new model")
        proposed = path.parent / f"{path.name}-merged"
        target, _ = QFileDialog.getSaveFileName(self._view, title, str(proposed))
        if target:
            self.merge_into(path, Path(target), int(bits))

    def merge_into(self, path: Path, target: Path, bits: int = 0) -> None:
        """Merge a run's adapter into its base, as a new model folder."""
        if summary := self._summary(path):
            self._runs.works.merge(path, summary.model or DEMO, target, bits)

    def _work_done(self, _path: Path, work: Work) -> None:
        if work.kind != "merge" or work.target is None:
            return
        try:
            card = self._session.models.add_folder(work.target)
        except QvlError as error:
            self._session.report(error)
            return
        words = self.tr("{name} was merged and stands among the models.").format(name=card.name)
        self._session.offered.emit(
            "success",
            words,
            [
                (self.tr("Open Models"), lambda: self._session.pageRequested.emit("models")),
                (self.tr("Chat with it"), lambda: self._session.chat_with(card.reference)),
            ],
        )

    # Its folder

    def _annotate(self, path: Path | None, **said: Any) -> None:
        if path is None:
            return
        try:
            self._runs.annotate(path, **said)
        except QvlError as error:
            self._session.report(error)
            return
        if "star" in said or "title" in said:
            self._panel.show_runs(self._runs.summaries)
        if "title" in said:
            self._session.models.refresh()

    def _toggle_star(self, path: Path) -> None:
        if summary := self._runs.summary(path):
            self._annotate(path, star=not summary.star)

    def _folder(self, path: Path) -> None:
        open_folder(path)

    def _delete(self, path: Path) -> None:
        self.delete(path)

    def delete(self, path: Path) -> None:
        """Move a run to the trash, and offer to take that back."""
        self._runs.works.cancel(path)
        try:
            trashed = self._runs.throw_away(path)
        except QvlError as error:
            self._session.report(error)
            return
        self._session.models.refresh()
        self.look_at_trash()
        words = self.tr("{name} is in the trash.").format(name=trashed.name)
        self._session.offered.emit("info", words, [(self.tr("Undo"), lambda: self._restore(trashed))])

    def _restore(self, trashed: Trashed) -> None:
        try:
            path = self._runs.bring_back(trashed)
        except QvlError as error:
            self._session.report(error)
            return
        self._session.models.refresh()
        self.look_at_trash()
        self.restored.emit(path)

    def look_at_trash(self) -> None:
        """Show what is in the trash, counted beside the window."""
        place = self._session.runs_folder
        task = Task(lambda: (in_trash(place), folder_bytes(place / TRASH)))
        task.on_success(lambda found: self._panel.show_trash(*found)).start(self)

    def _room_made(self) -> None:
        self.look_at_trash()
        self._runs.refresh()

    def _empty_trash(self) -> None:
        place = self._session.runs_folder
        Task(lambda: empty(place)).changing().on_end(self.look_at_trash).start(self)


def open_folder(path: Path) -> None:
    """Show a run's folder in the system's file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
