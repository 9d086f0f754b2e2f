"""Exporting the project: in which format, for which family, what of it, where to; what will be written is said before.

Owns the choices and the three states (choosing, writing, done). Does not own writing (`storage.export_plan`) nor
formats.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from qvl_desktop.core.errors import QvlError
from qvl_desktop.formats.regions import RegionFormat
from qvl_desktop.gui.data.export_options import ExportOptions
from qvl_desktop.gui.data.frame import DataDialog
from qvl_desktop.gui.data.parts import caption, format_label, heading
from qvl_desktop.gui.theme import Space, set_role
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.words import path_text
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.export_plan import (
    ExportPlan,
    files_written,
    is_in_the_way,
    plan_export,
    run_export,
)

_TYPING = 300
_REMEMBERED = "data.export"


class ExportDialog(DataDialog):
    """Says what will be written while the user chooses, writes it, and shows where it is."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._planning: Task[ExportPlan] | None = None
        self._writing: Task[tuple[ExportPlan, tuple[str, ...]]] | None = None
        self.setObjectName("exportDialog")
        self.setWindowTitle(self.tr("Export"))
        self.options = ExportOptions(session, self._project, self)
        self.formats, self.families, self.splits = self.options.formats, self.options.families, self.options.splits
        self.which, self.place, self.copy_images = self.options.which, self.options.place, self.options.copy_images
        self.example = QPlainTextEdit(self)
        self.example.setReadOnly(True)
        self.example.setAccessibleName(self.tr("What will be written"))
        set_role(self.example, "mono")
        self.files = caption(self)
        self.build(self.options, self._example_side(), _TYPING, self._plan)
        self.outcome.button.clicked.connect(self._show_folder)
        self.cancel_button.setText(self.tr("Cancel"))
        self.button.setText(self.tr("Export"))
        self.button.setObjectName("exportButton")
        self._restore()
        self._connect()
        self.options.format_chosen()

    # Saying what will be written

    def _plan(self) -> None:
        """Count and make an example, beside the window."""
        self._typed.stop()
        if self._planning is not None:
            self._planning.cancel()
        self._asked += 1
        asked = self._asked
        target, project, chosen = self.options.target, self._project, self.options.chosen
        self.button.setEnabled(False)
        self._show_files()
        if target is None:
            self.summary.setText(self.tr("Say where to write it."))
            return
        self._planning = (
            Task(lambda: plan_export(project, chosen, target))
            .on_success(lambda plan: self._show_plan(plan, asked))
            .start(self)
        )

    def _show_files(self) -> None:
        target = self.options.target
        if target is None:
            self.files.setText("")
            return
        names = ", ".join(path_text(path) for path in files_written(self.options.chosen, target))
        words = self.tr("Writes {files}.").format(files=names)
        if is_in_the_way(self.options.chosen, target):
            words += " " + (
                self.tr("The folder is not empty; files of the same names will be replaced.")
                if self.options.makes_folder
                else self.tr("The file is there already and will be replaced.")
            )
        if self.options.chosen.format.name == "sharegpt" and target.with_name("dataset_info.json").exists():
            words += " " + self.tr("Other entries of dataset_info.json stay.")
        self.files.setText(words)

    def _show_plan(self, plan: ExportPlan, asked: int) -> None:
        if self._writing is not None or asked != self._asked:
            return
        regions = isinstance(self.options.format, RegionFormat)
        words = [
            (self.tr("Pictures: {count}") if regions else self.tr("Conversations: {count}")).format(
                count=f"{plan.count:,}"
            )
        ]
        if regions:
            words.append(self.tr("Regions: {count}").format(count=f"{plan.regions:,}"))
        self.summary.setText("   ".join(words))
        self.button.setEnabled(plan.count > 0 and not plan.problem)
        self.trouble.say(plan.problem)
        if plan.problem:
            self.example.setPlainText(plan.problem)
        elif plan.example:
            self.example.setPlainText(plan.example)
        elif regions and plan.count:
            words_of_regions = self.tr("The regions of {count} pictures, in pixels, as {format}.")
            self.example.setPlainText(
                words_of_regions.format(count=f"{plan.count:,}", format=format_label(self.options.format))
            )
        else:
            self.example.setPlainText(self.tr("There is nothing to export."))

    # Writing

    @guarded
    def accept(self) -> None:
        """Write, beside the window. Once that is done: close."""
        if self.is_done:
            super().accept()
            return
        target, project, chosen = self.options.target, self._project, self.options.chosen
        if target is None or self._writing is not None or not self.button.isEnabled():
            return
        self._remember(target)
        self.show_work()
        self._writing = (
            Task.reporting(lambda report: run_export(project, chosen, target, report))
            .changing()
            .on_success(self._done)
            .on_failure(self._failed)
            .on_progress(self._show_progress)
            .on_end(self._ended)
            .start(self)
        )

    @guarded
    def reject(self) -> None:
        """Stop writing; else close."""
        if self._writing is not None and not self.is_done:
            self._writing.cancel()
            self.cancel_button.setEnabled(False)
            self.summary.setText(self.tr("Stopping…"))
            return
        super().reject()

    def _show_progress(self, value: object) -> None:
        if not isinstance(value, tuple):
            return
        done, total = int(value[0]), int(value[1])
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        left = self._pace.left(done, total)
        percent = done * 100 // total if total else 0
        words = self.tr("{percent} %, about {time} left") if left else self.tr("{percent} %")
        self.summary.setText(words.format(percent=percent, time=left))

    def _done(self, result: tuple[ExportPlan, tuple[str, ...]]) -> None:
        written, problems = result
        target = self.options.target
        regions = isinstance(self.options.format, RegionFormat)
        lines = [
            (self.tr("Pictures: {count}") if regions else self.tr("Records: {count}")).format(
                count=f"{written.count:,}"
            )
        ]
        if regions:
            lines.append(self.tr("Regions: {count}").format(count=f"{written.regions:,}"))
        if target is not None:
            lines += [path_text(path) for path in files_written(self.options.chosen, target)]
        sign, colour = ("warning", "warning") if problems else ("success", "success")
        self.outcome.show_outcome(sign, colour, self.tr("Exported"), lines, problems)
        self.outcome.button.setText(self.tr("Show folder"))
        self.show_done(self.tr("Close"))

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, QvlError):
            self._session.report(error)
        self.example.setPlainText(str(error))
        self.summary.setText(self.tr("Nothing was written."))

    def _ended(self) -> None:
        self._writing = None
        self.show_rest()
        if not self.is_done:
            self.button.setEnabled(True)
            self.summary.setText(self.tr("Nothing was written."))

    def _show_folder(self) -> None:
        if (target := self.options.target) is not None:
            folder = target if target.is_dir() else target.parent
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    # Parts

    def _example_side(self) -> QWidget:
        side = QWidget(self)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(heading(self.tr("What will be written"), side))
        column.addWidget(self.files)
        column.addWidget(self.example, 1)
        return side

    def _connect(self) -> None:
        self.options.changed.connect(self._plan)
        self.options.placeTyped.connect(self._typed.start)

    def _restore(self) -> None:
        """The format and family of last time."""
        said = str(self._session.settings.window_state.get(_REMEMBERED) or "")
        name, _, family = said.partition("/")
        for box, value in ((self.formats, name), (self.families, family)):
            if (index := box.findData(value)) >= 0:
                box.setCurrentIndex(index)

    def _remember(self, target: Path) -> None:
        settings = self._session.settings
        said = f"{self.options.format.name}/{self.families.currentData()}"
        settings.window_state = settings.window_state | {_REMEMBERED: said}
