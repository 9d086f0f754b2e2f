"""Importing a data file or folder: what it is, what is in it, bringing it in, and what came of it.

Owns the choices and the three states (looking, importing, done). Does not own reading and importing
(`storage.import_preview`), how a record looks (`record_view`) nor formats.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from qvl_desktop.core.errors import QvlError
from qvl_desktop.formats.dialects import AUTO, DialectUnknownError
from qvl_desktop.formats.regions import RegionFormat
from qvl_desktop.formats.registry import FORMATS, AnyFormat, guess_format
from qvl_desktop.gui.data.frame import DataDialog
from qvl_desktop.gui.data.import_options import ImportOptions
from qvl_desktop.gui.data.record_view import RecordView
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.import_preview import Preview, look, run_import
from qvl_desktop.storage.rows import ImportReport

_TYPING = 400
"""Milliseconds after the last key in a path until it is looked at."""
_TOLD_PROBLEMS = 15
_SHOWN_PROBLEMS = 1000
_FOLDER = "data.folder"


class ImportDialog(DataDialog):
    """Looks at a source, shows what it would bring, and imports it in one undo step."""

    def __init__(self, session: Session, source: Path | None = None, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._format: AnyFormat | None = None
        self._guessed: AnyFormat | None = None
        self._preview = Preview(counting=False)
        self._looking: Task[Preview] | None = None
        self._importing: Task[ImportReport] | None = None
        self._undoing: Task[str | None] | None = None
        self._undoable = False
        self.setObjectName("importDialog")
        self.setWindowTitle(self.tr("Import data"))
        self._chosen_by_hand = False
        self.options = ImportOptions(self, str(session.settings.window_state.get(_FOLDER) or self._project.folder))
        self.formats, self.dialects, self.splits = self.options.formats, self.options.dialects, self.options.splits
        self.source, self.format_told = self.options.source, self.options.format_told
        self.dialect_told = self.options.dialect_told
        self.view = RecordView(self)
        self.build(self.options, self.view, _TYPING, self._look_anew)
        self.outcome.button.clicked.connect(self._undo)
        self.cancel_button.setText(self.tr("Cancel"))
        self.button.setText(self.tr("Import"))
        self.button.setObjectName("importButton")
        self._connect()
        if source is not None:
            self.source.setText(str(source))
        self._look_anew()

    @property
    def importing(self) -> bool:
        return self._importing is not None

    # Looking

    def _look_anew(self) -> None:
        """Find out what the source is, and look into it."""
        self._typed.stop()
        self._guessed = None
        self.format_told.setText("")
        path = self.options.path
        if path is None:
            text = self.source.text().strip()
            words = self.tr("There is no such file or folder.") if text else self.tr("Choose a data file or folder.")
            self._stop_looking(words)
            return
        self._stop_looking(self.tr("Looking…"))
        asked = self._asked
        guessing: Task[AnyFormat] = Task(lambda: guess_format(path))  # a folder may have to be walked
        guessing.on_success(lambda found: self._take_guess(found, asked))
        guessing.on_failure(lambda error: self._cannot_guess(error, asked)).start(self)

    def _take_guess(self, found: AnyFormat, asked: int) -> None:
        if asked != self._asked:
            return
        self._guessed = found
        self.formats.blockSignals(True)
        self.formats.setCurrentIndex(self.formats.findData(found.name))
        self.formats.blockSignals(False)
        self.format_told.setText(self.tr("Told by its content."))
        self._look()

    def _cannot_guess(self, error: Exception, asked: int) -> None:
        if asked != self._asked:
            return
        if self._chosen_by_hand:
            self._look()
        else:
            self._cannot_look(error, asked)

    def _format_chosen(self) -> None:
        self._chosen_by_hand = True
        same = self._guessed is not None and self.formats.currentData() == self._guessed.name
        self.format_told.setText(self.tr("Told by its content.") if same else self.tr("As chosen."))
        self._look()

    def _look(self) -> None:
        """Read the first records, then count the rest, beside the window."""
        path = self.options.path
        self._format = FORMATS.get(str(self.formats.currentData()))
        self._show_fields()
        if path is None or self._format is None:
            return
        self._stop_looking(self.tr("Looking…"))
        chosen, images, dialect, project = self._format, self.options.images, self.options.dialect, self._project
        if isinstance(chosen, RegionFormat):
            dialect = AUTO
        task: Task[Preview] = Task(lambda: look(project, path, chosen, images, dialect))
        asked = self._asked
        task.on_progress(lambda preview: self._show_preview(preview, asked))
        task.on_failure(lambda error: self._cannot_look(error, asked))
        self._looking = task.start(self)

    def _stop_looking(self, words: str) -> None:
        if self._looking is not None:
            self._looking.cancel()
        self._looking = None
        self._asked += 1
        self._preview = Preview(counting=False)
        self.dialect_told.setText("")
        self.view.show_words(words)
        self.trouble.say("")
        self.summary.setText("")
        self.button.setEnabled(False)

    def _cannot_look(self, error: Exception, asked: int) -> None:
        if asked != self._asked:
            return
        self._looking = None
        if isinstance(error, DialectUnknownError):
            self.dialect_told.setText(error.told.reason)
            self.view.show_words(self.tr("Choose on the left how the boxes in the text are written."))
        elif isinstance(error, QvlError):
            self.view.show_words(str(error))
            self.trouble.say(str(error))
        else:
            self._session.report(error)

    def _show_preview(self, preview: Preview, asked: int) -> None:
        if self._looking is None or self._importing is not None or asked != self._asked:
            return
        self._preview = preview
        if preview.records:
            self.view.show_preview(preview)
        elif not preview.counting:
            self.view.show_words(preview.problems[0] if preview.problems else self.tr("There is nothing in it."))
            self.trouble.say(preview.problems[0] if preview.problems else "")
        self.dialect_told.setText(preview.dialect if self.options.dialect == AUTO else self.tr("As chosen."))
        self.summary.setText(self._count_words(preview))
        self.summary.setToolTip("\n".join(preview.problems[:_TOLD_PROBLEMS]))
        self.button.setEnabled(preview.count > 0)

    def _count_words(self, preview: Preview) -> str:
        regions = isinstance(self._format, RegionFormat)
        parts = [
            (self.tr("Pictures: {count}") if regions else self.tr("Conversations: {count}"), preview.count),
            (self.tr("Boxes: {count}"), preview.regions),
        ]
        if preview.problem_count:
            parts.append((self.tr("Cannot be read: {count}"), preview.problem_count))
        words = "   ".join(part.format(count=f"{number:,}") for part, number in parts)
        return words + "   " + self.tr("Counting…") if preview.counting else words

    def _show_fields(self) -> None:
        self.options.show_dialects(self._format is not None and not isinstance(self._format, RegionFormat))

    # Importing

    @guarded
    def accept(self) -> None:
        """Import, beside the window. Once that is done: close."""
        if self.is_done:
            super().accept()
            return
        path, chosen = self.options.path, self._format
        if path is None or chosen is None or self._importing is not None or not self.button.isEnabled():
            return
        if self._looking is not None:
            self._looking.cancel()
        self._remember(path)
        project, images, dialect = self._project, self.options.images, self.options.dialect
        split = self.options.split
        self.show_work()
        self.summary.setText(self.tr("Reading…"))
        self._importing = (
            Task.reporting(lambda report: run_import(project, path, chosen, images, dialect, report, split))
            .on_success(self._done)
            .on_failure(self._failed)
            .on_progress(self._show_progress)
            .on_end(self._ended)
            .start(self, serial=True)
        )

    @guarded
    def reject(self) -> None:
        """Stop an import, of which nothing stays; else close, once nothing is being undone."""
        if self._undoing is not None:
            return
        if self._importing is not None and not self.is_done:
            self._importing.cancel()
            self.cancel_button.setEnabled(False)
            self.summary.setText(self.tr("Stopping…"))
            return
        if self._looking is not None:
            self._looking.cancel()
        super().reject()

    def _show_progress(self, value: object) -> None:
        if not isinstance(value, tuple):
            return
        done, total = int(value[0]), int(value[1])
        scale = 1 if total < 2**31 else 2**20  # bytes of a large file
        self.bar.setRange(0, total // scale)
        self.bar.setValue(done // scale)
        left = self._pace.left(done, total)
        if not total:
            self.summary.setText(self.tr("Reading… {count} records").format(count=f"{done:,}"))
        elif left:
            words = self.tr("{percent} %, about {time} left")
            self.summary.setText(words.format(percent=done * 100 // total, time=left))
        else:
            self.summary.setText(self.tr("{percent} %").format(percent=done * 100 // total))

    def _done(self, report: ImportReport) -> None:
        lines = [
            (self.tr("New pictures: {count}"), report.pictures),
            (self.tr("New regions: {count}"), report.regions),
        ]
        if report.conversations or not isinstance(self._format, RegionFormat):
            lines.insert(0, (self.tr("New conversations: {count}"), report.conversations))
        if report.known:
            lines.append((self.tr("In the project already: {count}"), report.known))
        said = [words.format(count=f"{number:,}") for words, number in lines]
        changed = bool(report.conversations or report.pictures or report.regions)
        left_out = report.problem_count
        title = self.tr("Imported") if changed else self.tr("Nothing new was imported")
        sign, colour = ("success", "success") if changed and not left_out else ("info", "accent")
        if left_out:
            sign, colour = "warning", "warning"
        self.outcome.show_outcome(
            sign, colour, title, [*said, *report.notes[:20]], report.problems[:_SHOWN_PROBLEMS], report.problem_count
        )
        self._undoable = changed
        self.outcome.button.setText(self.tr("Undo import"))
        self.outcome.button.setVisible(changed)
        self.show_done(self.tr("Close"))

    def _failed(self, error: Exception) -> None:
        if isinstance(error, QvlError):
            self._stop_looking(str(error))
        else:
            self._session.report(error)
            self._stop_looking("")

    def _ended(self) -> None:
        """After success, failure and cancel alike."""
        self._importing = None
        self.show_rest()
        if self.is_done:
            return
        if self._preview.records:
            self.summary.setText(self.tr("Stopped. Nothing was changed."))
            self.button.setEnabled(True)

    def _undo(self) -> None:
        """Take the import back, beside the window; nobody could edit in between, for the dialog is modal."""
        if not self._undoable:
            return
        self._undoable = False
        self.outcome.button.setEnabled(False)
        self.button.setEnabled(False)
        self.bar.setRange(0, 0)
        self.bar.show()
        self.summary.setText(self.tr("Undoing…"))
        project = self._project
        self._undoing = (
            Task.reporting(lambda report: project.undo(report))
            .on_success(self._undone)
            .on_progress(self._show_progress)
            .on_end(self._undo_ended)
            .start(self, serial=True)
        )

    def _undone(self, _: object) -> None:
        self.outcome.show_outcome("undo", "muted", self.tr("The import was undone"), [], ())
        self.outcome.button.hide()

    def _undo_ended(self) -> None:
        self._undoing = None
        self.bar.hide()
        self.summary.setText("")
        self.button.setEnabled(True)

    # Parts

    def _connect(self) -> None:
        options = self.options
        options.sourceChosen.connect(self._source_chosen)
        options.sourceTyped.connect(self._source_typed)
        options.picturesTyped.connect(self._typed.start)
        options.formatChosen.connect(self._format_chosen)
        options.changed.connect(self._look)

    def _source_chosen(self) -> None:
        self._chosen_by_hand = False
        self._look_anew()

    def _source_typed(self) -> None:
        self._chosen_by_hand = False
        self._typed.start()

    def _remember(self, path: Path) -> None:
        settings = self._session.settings
        settings.window_state = settings.window_state | {_FOLDER: str(path.parent)}
