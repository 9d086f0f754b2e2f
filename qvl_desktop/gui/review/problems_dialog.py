"""The pictures of a job about which there is no answer, or none that could be read whole, with the reasons.

Owns the list, going to a picture and asking again. Does not own the job (`storage.asks`, `jobs.review`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QStyleOptionViewItem, QVBoxLayout, QWidget

from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, TextSize, fitting, set_kind, set_role, sized, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.paged_rows import PagedRows
from qvl_desktop.gui.widgets.rows import ROW_ROLE, Index, RowDelegate, mark_row, row_view
from qvl_desktop.jobs.place import Place
from qvl_desktop.jobs.review import Annotator
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.asks import AskedPicture
from qvl_desktop.storage.project import Project


class ProblemModel(PagedRows[AskedPicture]):
    """One row a picture; `ROW_ROLE` gives the `AskedPicture`."""

    def read(self, project: Project, ids: Sequence[int]) -> Sequence[AskedPicture]:
        return project.asked_pictures(ids)

    @guarded
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        wanted = (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
            ROW_ROLE,
        )
        row = self.row(index.row()) if role in wanted else None
        return row if row is None or role == ROW_ROLE else f"{row.path}\n{row.problem}"


class ProblemDelegate(RowDelegate):
    """The picture, and under it why."""

    HEIGHT = 62
    BAR = False

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: AskedPicture) -> None:
        inner = option.rect.adjusted(Space.M, 5, -Space.M, -5)
        metrics = QFontMetrics(option.font)
        top = QRect(inner.left(), inner.top(), inner.width(), metrics.height() + 2)
        painter.setPen(theme().colour("text"))
        name = metrics.elidedText(row.path, Qt.TextElideMode.ElideMiddle, top.width())
        painter.drawText(top, int(Qt.AlignmentFlag.AlignVCenter), name)
        small = sized(option.font, TextSize.SMALL)
        painter.setFont(small)
        painter.setPen(theme().colour("muted"))
        rest = inner.adjusted(0, top.height(), 0, 0)
        painter.drawText(
            rest, int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), row.problem.replace("\n", " ")
        )


class ProblemsDialog(QDialog):
    """What a job could not get or read."""

    def __init__(self, session: Session, annotator: Annotator, ask_id: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._annotator = annotator
        self._ask_id = ask_id
        self.setWindowTitle(self.tr("Answers that could not be read"))
        self.resize(fitting(self, 680, 440))
        self.model = ProblemModel(self)
        self.view = row_view(self.model, ProblemDelegate(self), self)
        self.view.setAccessibleName(self.tr("Answers that could not be read"))
        self.view.doubleClicked.connect(self._go)
        words = QLabel(
            self.tr("Boxes of these answers that could be read were kept. A double click shows the picture."), self
        )
        words.setWordWrap(True)
        set_role(words, "muted")
        self.again_button = QPushButton(self.tr("Ask about these again"), self)
        set_icon(self.again_button, "refresh")
        self.again_button.setEnabled(not annotator.running)
        self.again_button.clicked.connect(self._again)
        close = QPushButton(self.tr("Close"), self)
        set_kind(close, "primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.setSpacing(Space.S)
        foot.addWidget(self.again_button)
        foot.addStretch(1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        layout.setSpacing(Space.M)
        layout.addWidget(words)
        layout.addWidget(self.view, 1)
        layout.addLayout(foot)
        project = session.project
        if project is not None:
            self.model.show(project, project.unread_ids(ask_id))
            mark_row(self.view, 0 if self.model.ids else None)

    def _go(self, index: QModelIndex) -> None:
        row = self.model.row(index.row())
        if row is not None:
            self.accept()
            self._session.placeRequested.emit("annotate", Place(picture_id=row.picture_id))

    def _again(self) -> None:
        self.accept()
        self._annotator.ask_again(self._ask_id)
