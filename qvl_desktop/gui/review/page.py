"""The Review page: what a model proposes (boxes, differences, drafts), and how far the job is that asks it.

Owns putting the three views together, their counts, and the way to a new job. Does not own what they show, nor jobs
(`jobs.review`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from qvl_desktop.core.answerers import ASK_KINDS, AskKind
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.review.ask_dialog import AskDialog
from qvl_desktop.gui.review.boxes_view import BoxesView
from qvl_desktop.gui.review.drafts_view import DraftsView
from qvl_desktop.gui.review.job_bar import JobBar
from qvl_desktop.gui.review.problems_dialog import ProblemsDialog
from qvl_desktop.gui.theme import Space, set_kind, set_surface
from qvl_desktop.gui.widgets.empty_state import EmptyState
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.jobs.place import Place
from qvl_desktop.jobs.review import annotator_of
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.jobs.waiting import waiter
from qvl_desktop.storage.asks import AskRow
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import Change

_COUNT_MS = 400


@dataclass(frozen=True, slots=True)
class _Counts:
    boxes: int = 0
    differences: int = 0
    drafts: int = 0


def _count(project: Project) -> _Counts:
    boxes, differences = project.review_counts("boxes"), project.review_counts("differences")
    return _Counts(boxes.suggestions, differences.suggestions, project.draft_count())


class ReviewPage(QWidget):
    """The page. Views look at the project while they are in sight."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.annotator = annotator_of(session)
        self.boxes = BoxesView(session, "boxes", self)
        self.differences = BoxesView(session, "differences", self)
        self.drafts = DraftsView(session, self)
        self.views: tuple[BoxesView | DraftsView, ...] = (self.boxes, self.differences, self.drafts)
        self.modes = QButtonGroup(self)
        self.job_bar = JobBar(self.annotator, self)
        self.ask_button = QPushButton(self.tr("Ask a model…"), self)
        self.empty = EmptyState("assistant", self)
        self.dialog: AskDialog | ProblemsDialog | None = None
        self._counts = _Counts()
        self._counting: Task[_Counts] | None = None
        self._stale = set(self.views)
        self._later = waiter(self, _COUNT_MS, self._recount)
        self._views = QStackedWidget(self)
        for view in self.views:
            self._views.addWidget(view)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._views)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head())
        layout.addWidget(self._stack, 1)
        self._connect()
        self._on_project()

    @property
    def kind(self) -> AskKind:
        """The kind of proposals that is shown."""
        return ASK_KINDS[max(self.modes.checkedId(), 0)]

    def show_kind(self, kind: AskKind) -> None:
        """Show boxes, differences or drafts."""
        self.modes.button(ASK_KINDS.index(kind)).setChecked(True)
        self._views.setCurrentIndex(ASK_KINDS.index(kind))
        self._catch_up()
        self._show_state()
        self._take_focus()

    def hand_over(self) -> AskKind:
        """The kind that is shown."""
        return self.kind

    def take_over(self, state: object) -> None:
        """Show this kind."""
        if state in ASK_KINDS:
            self.show_kind(state)

    def go_to(self, place: Place) -> None:
        """Show what is proposed about a picture."""
        self.show_kind("boxes")
        self.boxes.go_to(place)

    def ask(self) -> None:
        """Describe a new job."""
        if self.session.project is not None:
            self._open(AskDialog(self.session, self.annotator, self.kind, self))

    def ask_with(self, model: str, adapter: str) -> None:
        """Describe a new job of boxes for this model and adapter."""
        self.show_kind("boxes")
        self.ask()
        if isinstance(self.dialog, AskDialog):
            self.dialog.who.choose_here(model, adapter)

    # What is shown

    def _on_project(self) -> None:
        self._stale = set(self.views)
        self._counts = _Counts()
        self.job_bar.forget()
        self._recount()
        self._show_state()
        if self.isVisible():
            self._catch_up()

    def _on_change(self, change: Change) -> None:
        if change.kind not in ("proposals", "regions", "pictures"):
            return
        current = self._views.currentWidget()
        for view in self.views:
            if view is current and self.isVisible():
                view.on_change(change)
            elif change.kind != "regions" or isinstance(view, BoxesView):
                self._stale.add(view)
        if not self._later.isActive():
            self._later.start()

    def _catch_up(self) -> None:
        view = self.views[self._views.currentIndex()]
        if view in self._stale:
            self._stale.discard(view)
            view.show_project()

    def _recount(self) -> None:
        project = self.session.project
        self._later.stop()
        if project is None:
            self._show_counts(None, _Counts())
        elif self._counting is not None:
            self._later.start()
        else:
            self._counting = Task(partial(_count, project))
            self._counting.on_success(partial(self._show_counts, project)).on_failure(lambda error: None)
            self._counting.on_end(self._counted).start(self)

    def _counted(self) -> None:
        self._counting = None

    def _show_counts(self, project: Project | None, counts: _Counts) -> None:
        if project is not self.session.project:
            return
        before, self._counts = self._counts, counts
        names = (self.tr("Boxes"), self.tr("Differences"), self.tr("Drafts"))
        numbers = (counts.boxes, counts.differences, counts.drafts)
        for place, (words, count) in enumerate(zip(names, numbers, strict=True)):
            self.modes.button(place).setText(f"{words}  {count:,}" if count else words)
        if (before == _Counts()) != (counts == _Counts()) or before != counts:
            self._show_state()

    def _show_state(self) -> None:
        """The view, or what to do where nothing waits."""
        project = self.session.project
        self.ask_button.setEnabled(project is not None)
        number = {
            "boxes": self._counts.boxes, "differences": self._counts.differences, "drafts": self._counts.drafts
        }[self.kind]  # fmt: skip
        if project is None:
            self.empty.show_words(self.tr("No project is open"), self.tr("Open or make one to begin."))
        elif self.kind == "boxes":
            self.empty.show_words(
                self.tr("No box waits for you"),
                self.tr("Let a model look for refs on many pictures.\n"
                        "You take or reject each box; nothing of yours is replaced."),
            )  # fmt: skip
        elif self.kind == "differences":
            self.empty.show_words(
                self.tr("No difference waits for you"),
                self.tr("Let a model look again for what you have drawn.\n"
                        "Where it misses, adds or moves a box is listed here, the worst pictures first."),
            )  # fmt: skip
        else:
            self.empty.show_words(
                self.tr("No draft waits for you"),
                self.tr("Ask one question about many pictures. Answers you take become conversations."),
            )
        self.empty.set_buttons_visible(project is not None)
        shown = 1 if project is not None and number else 0
        if shown != self._stack.currentIndex():
            self._stack.setCurrentIndex(shown)
            if self.isVisible():
                self._take_focus()

    def _on_ended(self, row: AskRow, end: str) -> None:
        """Say that a job has ended, unless the user sees it anyway."""
        self._later.start()
        progress = self.annotator.progress
        if progress is None or (self.isVisible() and end == "done"):
            return
        if end == "done":
            words = self.tr("The model has been asked about %n picture(s).", "", progress.counts.total)
            offers = ((self.tr("Show"), partial(self._show_mine, row.kind)),)
            self.session.offered.emit("success", words, offers)
        elif end == "rested" and row.problem:
            self.session.notice.emit("warning", self.tr("The job rests: {reason}").format(reason=row.problem))

    def _show_mine(self, kind: AskKind) -> None:
        self.session.pageRequested.emit("review")
        self.show_kind(kind)

    def _show_problems(self, ask_id: int) -> None:
        if self.session.project is not None:
            self._open(ProblemsDialog(self.session, self.annotator, ask_id, self))

    def _open(self, dialog: AskDialog | ProblemsDialog) -> None:
        self.dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self._forget_dialog)
        dialog.open()

    def _forget_dialog(self) -> None:
        self.dialog = None

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._catch_up()
        self._take_focus()

    def _take_focus(self) -> None:
        """Keys go to what is gone through unless the user has put them elsewhere on the page."""
        focused = QApplication.focusWidget()
        if self._stack.currentIndex() and (focused is None or not self._views.isAncestorOf(focused)):
            view = self.views[self._views.currentIndex()]
            target = view.canvas if isinstance(view, BoxesView) else view.list
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    # Putting together

    def _head(self) -> QWidget:
        head = QWidget(self)
        set_surface(head, "window")
        row = QHBoxLayout(head)
        row.setContentsMargins(Space.L, Space.M, Space.L, Space.S)
        row.setSpacing(Space.XS)
        signs = ("box", "split", "conversations")
        for number, sign in enumerate(signs):
            button = QPushButton(head)
            button.setCheckable(True)
            button.setChecked(number == 0)
            set_icon(button, sign)
            self.modes.addButton(button, number)
            row.addWidget(button)
        row.addSpacing(Space.L)
        row.addWidget(self.job_bar, 1)
        row.addSpacing(Space.S)
        set_icon(self.ask_button, "assistant")
        row.addWidget(self.ask_button)
        self.empty.add_button(self.tr("Ask a model…"), "assistant", primary=True).clicked.connect(self.ask)
        return head

    def _connect(self) -> None:
        self.session.projectChanged.connect(self._on_project)
        self.session.contentChanged.connect(self._on_change)
        self.annotator.jobEnded.connect(self._on_ended)
        self.modes.idClicked.connect(lambda number: self.show_kind(ASK_KINDS[number]))
        self.job_bar.problemsRequested.connect(self._show_problems)
        self.ask_button.clicked.connect(self.ask)
        set_kind(self.ask_button, "plain")
