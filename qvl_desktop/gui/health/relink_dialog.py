"""Finding pictures that were moved without their project.

Owns the dialog: a folder, what it has for the lost pictures, and relinking them on a button. Does not own the search
(`storage.relinking`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.errors import QvlError
from qvl_desktop.gui.help.mark import HelpMark
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, fitting, set_kind, set_role
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.words import path_text
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.relinking import RelinkPlan

LISTED = 500


class RelinkDialog(QDialog):
    """Looks in a folder that the user chooses. `plan` is what it has."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._project = session.project
        self._task: Task[RelinkPlan] | None = None
        self.plan: RelinkPlan | None = None
        self.setWindowTitle(self.tr("Find moved files"))
        self.setModal(True)
        self.resize(fitting(self, 760, 520))
        words = QLabel(
            self.tr("Choose the folder in which the pictures are now. Files are known again by what they hold, "
                    "whatever their names. They stay where they are."), self,
        )  # fmt: skip
        words.setWordWrap(True)
        set_role(words, "muted")
        self.choose_button = QPushButton(self.tr("Choose a folder…"), self)
        set_icon(self.choose_button, "folder-open")
        self.choose_button.clicked.connect(self._choose)
        self.quick = QCheckBox(self.tr("By name and size only (quick)"), self)
        self.quick.setToolTip(self.tr("Does not read the files: for very many pictures, or a slow disk"))
        self.state = QLabel(self)
        self.state.setWordWrap(True)
        self.bar = QProgressBar(self)
        self.bar.hide()
        self.list = QListWidget(self)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("What was found"))
        self.relink_button = QPushButton(self.tr("Link them"), self)
        set_kind(self.relink_button, "primary")
        self.relink_button.setEnabled(False)
        self.relink_button.clicked.connect(self._relink)
        cancel = QPushButton(self.tr("Cancel"), self)
        cancel.clicked.connect(self.reject)
        head = QHBoxLayout()
        head.setSpacing(Space.M)
        head.addWidget(self.choose_button)
        head.addWidget(self.quick)
        head.addWidget(HelpMark("check.quick", self.quick, parent=self))
        head.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.relink_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        layout.setSpacing(Space.M)
        layout.addWidget(words)
        layout.addLayout(head)
        layout.addWidget(self.state)
        layout.addWidget(self.bar)
        layout.addWidget(self.list, 1)
        layout.addLayout(buttons)

    @guarded
    def done(self, result: int) -> None:
        if self._task is not None:
            self._task.cancel()
        super().done(result)

    def _choose(self) -> None:
        start = str(self._project.folder) if self._project else ""
        if folder := QFileDialog.getExistingDirectory(self, self.tr("Folder of the pictures"), start):
            self.look_in(Path(folder))

    def look_in(self, folder: Path) -> None:
        """Search a folder and those below it."""
        project, quick = self._project, self.quick.isChecked()
        if project is None or self._task is not None:
            return
        self.list.clear()
        self.plan = None
        self.relink_button.setEnabled(False)
        self.choose_button.setEnabled(False)
        self.bar.setRange(0, 0)
        self.bar.show()
        self.state.setText(self.tr("Looking in {folder}…").format(folder=path_text(folder)))
        task = Task.reporting(lambda report: project.find_moved(folder, report, quick=quick))
        self._task = task
        task.on_success(self._show).on_failure(self._fail).on_progress(self._progress).on_end(self._ended).start(self)

    def _progress(self, pair: tuple[int, int]) -> None:
        done, total = pair
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _fail(self, error: Exception) -> None:
        self.state.setText(str(error) if isinstance(error, QvlError) else "")
        if not isinstance(error, QvlError):
            self._session.report(error)

    def _ended(self) -> None:
        self._task = None
        self.bar.hide()
        self.choose_button.setEnabled(True)

    def _show(self, plan: RelinkPlan) -> None:
        self.plan = plan
        parts = [self.tr("%n found", "", len(plan.matches))]
        if plan.ambiguous:
            parts.append(self.tr("%n in several places", "", len(plan.ambiguous)))
        if plan.taken:
            parts.append(self.tr("%n already in the project under the new name", "", len(plan.taken)))
        if plan.unknown:
            parts.append(self.tr("%n not there", "", len(plan.unknown)))
        self.state.setText(" · ".join(parts))
        for match in plan.matches[:LISTED]:
            how = self.tr("same content") if match.by == "content" else self.tr("same name and size")
            self.list.addItem(f"{match.path}  →  {path_text(match.file)}   ({how})")
        for path, files in plan.ambiguous[:LISTED]:
            places = ", ".join(path_text(file) for file in files[:4])
            self.list.addItem(self.tr("{path}: several files are meant: {places}").format(path=path, places=places))
        for match in plan.taken[:LISTED]:
            words = self.tr("{path}: {file} is in the project already; take the missing one out")
            self.list.addItem(words.format(path=match.path, file=path_text(match.file)))
        for path in plan.unknown[:LISTED]:
            self.list.addItem(self.tr("{path}: not there").format(path=path))
        self.relink_button.setEnabled(bool(plan.matches))
        self.relink_button.setText(self.tr("Link %n picture(s)", "", len(plan.matches)))
        self.relink_button.setDefault(True)

    def _relink(self) -> None:
        plan, project, session = self.plan, self._project, self._session
        if plan is None or project is None or project is not session.project:
            return
        moves = {match.path: match.file for match in plan.matches}
        self.accept()
        words = self.tr("Find moved pictures")
        said = self.tr("%n picture(s) linked to where they are now.", "", len(moves))
        session.edits.run(words, lambda _: project.relink(moves), lambda _: session.notice.emit("success", said))
