"""Taking or rejecting a whole list of suggestions, beside the window and as one step of undo.

Owns these edits and what is said when they are done. Does not own the list (`boxes_view`).
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from qvl_desktop.gui.review.rows import ReviewPictures
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Report
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.suggestions import Shelf


class ManyDesk(QObject):
    """Edits of all suggestions on a shelf. Signals: `done()`: one of them has been carried out."""

    done = Signal()

    def __init__(self, session: Session, shelf: Shelf, pictures: ReviewPictures, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._shelf: Shelf = shelf
        self._pictures = pictures

    def take_free(self) -> None:
        """Take every box of the list that overlaps none of the user's own."""
        ids = list(self._pictures.ids)

        def edit(project: Project, report: Report) -> int:
            free = project.free_suggestions(ids, progress=lambda done, total: report(done, 2 * total))
            return len(project.accept_suggestions(free, None, lambda done, total: report(total + done, 2 * total)))

        self._run(self.tr("Taking boxes that overlap none of yours"), edit)

    def take_everything(self) -> None:
        """Take every suggestion of the shelf."""
        shelf = self._shelf

        def edit(project: Project, report: Report) -> int:
            ids = project.open_suggestion_ids(shelf)
            project.accept_suggestions(ids, None, report)
            return len(ids)

        self._run(self.tr("Taking all suggestions"), edit)

    def reject_everything(self) -> None:
        """Reject every suggestion of the shelf: the same model does not propose them again."""
        shelf = self._shelf

        def edit(project: Project, report: Report) -> int:
            ids = project.open_suggestion_ids(shelf)
            report(0, len(ids))
            project.reject_suggestions(ids)
            return len(ids)

        self._run(self.tr("Rejecting all suggestions"), edit)

    def _run(self, words: str, edit: Callable[[Project, Report], int]) -> None:
        project = self._session.project
        if project is None:
            return

        def told(count: int) -> None:
            text = self.tr("%n suggestion(s) gone through.", "", count)
            self._session.offered.emit("success", text, ((self.tr("Undo"), self._session.undo_this()),))
            self.done.emit()

        self._session.edits.run(words, lambda report: edit(project, report), told)
