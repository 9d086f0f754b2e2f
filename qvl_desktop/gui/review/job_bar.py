"""How far the job is that asks a model about many pictures, in one line, with what can be done about it.

Owns the words, the bar and the buttons. Does not own the job (`jobs.review`).
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QToolButton, QWidget

from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role
from qvl_desktop.gui.widgets.elided_label import ElidedLabel
from qvl_desktop.gui.words import duration_text
from qvl_desktop.jobs.preannotate import JobProgress
from qvl_desktop.jobs.review import Annotator
from qvl_desktop.storage.asks import AskRow


class JobBar(QWidget):
    """Signals: `problemsRequested(ask id)`: the user wants to see what could not be read."""

    problemsRequested = Signal(int)

    def __init__(self, annotator: Annotator, parent: QWidget) -> None:
        super().__init__(parent)
        self._annotator = annotator
        self._last: tuple[AskRow, JobProgress] | None = None
        self.words = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        set_role(self.words, "caption")
        self.bar = QProgressBar(self)
        self.bar.setFixedWidth(120)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Pictures asked about"))
        self.problems = QPushButton(self)
        set_kind(self.problems, "quiet")
        set_icon(self.problems, "warning", "warning")
        self.problems.clicked.connect(self._on_problems)
        self.pause_button = QToolButton(self)
        self.stop_button = QToolButton(self)
        set_icon(self.stop_button, "close")
        self.stop_button.setToolTip(self.tr("End this job; what was proposed stays"))
        self.stop_button.setAccessibleName(self.tr("End this job"))
        self.pause_button.clicked.connect(self._toggle)
        self.stop_button.clicked.connect(annotator.cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(self.words, 1)
        row.addWidget(self.problems)
        row.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.pause_button)
        row.addWidget(self.stop_button)
        annotator.stateChanged.connect(self.show_state)
        annotator.progressed.connect(self.show_state)
        annotator.jobEnded.connect(self._on_ended)
        self.show_state()

    def show_state(self) -> None:
        """Show what the job does now, or what came of the last one."""
        job, progress, running = self._annotator.job, self._annotator.progress, self._annotator.running
        alive = job is not None and progress is not None
        for widget in (self.bar, self.pause_button, self.stop_button):
            widget.setVisible(alive)
        self.problems.hide()
        if job is None or progress is None:
            ended = self._last is not None and not running
            self.words.setText(self._ended_words() if ended else self.tr("Preparing…") if running else "")
            if self._last is not None and not running:
                self._show_problems(self._last[1])
            return
        counts = progress.counts
        self.bar.setRange(0, max(counts.total, 1))
        self.bar.setValue(counts.asked)
        self._show_problems(progress)
        self.pause_button.setEnabled(not self._annotator.pausing)
        name = self.tr("Pause") if running else self.tr("Go on")
        set_icon(self.pause_button, "pause" if running else "play")
        self.pause_button.setToolTip(name)
        self.pause_button.setAccessibleName(name)
        self.words.setText(self._words(job, progress, running))

    def _words(self, job: AskRow, progress: JobProgress, running: bool) -> str:
        counts = progress.counts
        done = self.tr("{done} of {total} pictures").format(done=f"{counts.asked:,}", total=f"{counts.total:,}")
        if self._annotator.pausing:
            return self.tr("Pausing: {done}").format(done=done)
        if not running:
            words = self.tr("Resting: {done}").format(done=done)
            return f"{words}. {job.problem}" if job.problem else words
        if progress.waiting_for:
            return f"{done}. {progress.waiting_for}…" if not counts.asked else f"{done} · {progress.waiting_for}"
        if progress.seconds_left is None:
            return done
        left = self.tr("{time} left").format(time=duration_text(progress.seconds_left))
        return f"{done} · {left}"

    def _ended_words(self) -> str:
        if self._last is None:
            return ""
        counts = self._last[1].counts
        if self._last[0].kind == "drafts":
            return self.tr("%n draft(s) came in", "", counts.found)
        if self._last[0].kind == "differences":
            return self.tr("%n difference(s) found", "", counts.found)
        return self.tr("%n box(es) came in", "", counts.found)

    def _show_problems(self, progress: JobProgress) -> None:
        count = progress.counts.unread + progress.counts.failed
        self.problems.setVisible(count > 0)
        self.problems.setText(self.tr("%n not read", "", count))
        self.problems.setToolTip(self.tr("Pictures about which there is no answer, or none that can be read whole"))

    def _on_problems(self) -> None:
        row = self._annotator.job or (self._last[0] if self._last else None)
        if row is not None:
            self.problemsRequested.emit(row.id)

    def _toggle(self) -> None:
        if self._annotator.running:
            self._annotator.pause()
        else:
            self._annotator.go_on()

    def _on_ended(self, row: AskRow, end: str) -> None:
        progress = self._annotator.progress
        if end == "done" and progress is not None:
            self._last = (row, progress)

    def forget(self) -> None:
        """Another project is open."""
        self._last = None
        self.show_state()
