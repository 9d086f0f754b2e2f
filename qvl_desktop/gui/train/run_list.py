"""The list of runs: name, state, date, best Acc@0.5.

Owns the model, the drawing of a line, its menu and keys. Does not own the runs (`jobs.runs`), which of them are listed
(`run_panel`) or what is done with one (`page`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QListView, QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from qvl_desktop.core.run_folder import RunState
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, TextSize, sized, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.words import STATE_ROLES, date_text, percent_text, state_text
from qvl_desktop.jobs.run_summary import RunSummary
from qvl_desktop.jobs.training import ALIVE

Index = QModelIndex | QPersistentModelIndex
_SUMMARY = Qt.ItemDataRole.UserRole
_DOT = 8
_BOX = 14


class RunListModel(QAbstractListModel):
    """The summaries in the order they were given. Signals: `renamed(Path, str)` when the user typed another name."""

    renamed = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._runs: list[RunSummary] = []
        self.checked: set[Path] = set()

    def show_runs(self, runs: list[RunSummary]) -> None:
        """Show other runs; when only figures changed, the selection stays."""
        if [run.folder for run in runs] == [run.folder for run in self._runs]:
            self._runs = runs
            if runs:
                self.dataChanged.emit(self.index(0), self.index(len(runs) - 1))
            return
        self.beginResetModel()
        self._runs = runs
        self.endResetModel()

    def show_run(self, run: RunSummary) -> None:
        """One run's figures changed."""
        for row, old in enumerate(self._runs):
            if old.folder == run.folder:
                self._runs[row] = run
                self.dataChanged.emit(self.index(row), self.index(row))

    def row_of(self, path: Path) -> int:
        """The row of a run, -1 when it is not here."""
        return next((row for row, run in enumerate(self._runs) if run.folder.path == path), -1)

    @guarded(default=0)
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._runs)

    @guarded
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        run = self._runs[index.row()]
        if role == _SUMMARY:
            return run
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return run.name
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if run.folder.path in self.checked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{run.name}, {state_text(run.state)}, {detail_text(run)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part for part in (run.note, str(run.folder.path)) if part)
        return None

    @guarded(default=Qt.ItemFlag.NoItemFlags)
    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    @guarded(default=False)
    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        run = self._runs[index.row()]
        if role == Qt.ItemDataRole.EditRole and str(value).strip() != run.name:
            self.renamed.emit(run.folder.path, str(value).strip())
        return True


def detail_text(run: RunSummary) -> str:
    """The second line of a run: what is most worth knowing in its state."""
    if run.state in ALIVE and run.total:
        return f"{run.step} / {run.total}"
    return date_text(run.created)


def check_rect(rect: QRect) -> QRect:
    """Where the box is by which a run is chosen for comparing."""
    return QRect(rect.left() + Space.M, rect.top() + Space.S + 2, _BOX, _BOX)


class RunDelegate(QStyledItemDelegate):
    """Draws two lines: box, star, name and best Acc@0.5; state with its colour, and details."""

    @guarded(default=QSize)
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, 2 * option.fontMetrics.height() + 2 * Space.S + Space.XS)

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        run: RunSummary = index.data(_SUMMARY)
        painter.save()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            painter.fillRect(option.rect, theme().colour("accent_soft" if selected else "hover"))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(theme().colour("accent"))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        self._box(painter, option, index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked)
        self._lines(painter, option, run)
        painter.restore()

    @guarded(default=QWidget)
    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setObjectName("runNameEditor")
        return editor

    @guarded
    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        height = editor.sizeHint().height()
        inner = option.rect.adjusted(Space.M + _BOX + Space.XS, 2, -Space.S, 0)
        editor.setGeometry(inner.left(), inner.top(), inner.width(), height)

    def _box(self, painter: QPainter, option: QStyleOptionViewItem, checked: bool) -> None:
        """A small box, filled when the run is chosen for comparing."""
        box = check_rect(option.rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme().colour("accent" if checked else "control"))
        painter.setBrush(theme().colour("accent") if checked else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 3, 3)
        if checked:
            painter.setPen(QPen(theme().colour("accent_text"), 2))
            left, middle, low = box.left() + 3, box.left() + 6, box.top() + 9
            painter.drawPolyline(
                [QPoint(left, low - 2), QPoint(middle, low + 1), QPoint(box.right() - 2, box.top() + 4)]
            )

    def _lines(self, painter: QPainter, option: QStyleOptionViewItem, run: RunSummary) -> None:
        inner = option.rect.adjusted(Space.M + _BOX + Space.S, Space.S, -Space.M, -Space.S)
        height = option.fontMetrics.height()
        first = QRect(inner.left(), inner.top(), inner.width(), height)
        second = QRect(inner.left(), first.bottom() + Space.XS, inner.width(), height)
        score = percent_text(run.acc50) if run.acc50 is not None else ""
        width = option.fontMetrics.horizontalAdvance(score) + (Space.S if score else 0)
        painter.setPen(theme().colour("text"))
        painter.drawText(first, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, score)
        title = f"★ {run.name}" if run.star else run.name
        name = option.fontMetrics.elidedText(title, Qt.TextElideMode.ElideMiddle, first.width() - width)
        painter.drawText(first, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        small = sized(option.font, TextSize.SMALL)
        painter.setFont(small)
        dot = QRect(second.left(), second.center().y() - _DOT // 2 + 1, _DOT, _DOT)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour(STATE_ROLES.get(run.state, "muted")))
        painter.drawEllipse(dot)
        painter.setPen(theme().colour("muted"))
        words = state_text(run.state) + ("  ·  " + details if (details := detail_text(run)) else "")
        painter.drawText(
            second.adjusted(_DOT + Space.S, 0, 0, 0),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, second.width() - _DOT - Space.S),
        )


class RunList(QListView):
    """Signals: `runChosen(Path)` when another run is selected by the user or by `choose`; `checkedChanged()` when a
    run was chosen for comparing or left out again, by its box or the space bar; `renamed(Path, str)`; and what is asked
    for by menu or key: `starToggled(Path)`, `deleteAsked(Path)`, `folderAsked(Path)`, `againAsked(Path)`."""

    runChosen = Signal(object)
    checkedChanged = Signal()
    renamed = Signal(object, str)
    starToggled = Signal(object)
    deleteAsked = Signal(object)
    folderAsked = Signal(object)
    againAsked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Training runs"))
        self._model = RunListModel()
        self.setModel(self._model)
        self.setItemDelegate(RunDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QListView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._model.renamed.connect(self.renamed)
        self.selectionModel().selectionChanged.connect(self._selection_changed)
        theme().changed.connect(self.viewport().update)

    def show_runs(self, runs: list[RunSummary]) -> None:
        """Show these runs; the chosen one stays chosen while it is among them."""
        chosen = self.chosen
        self.selectionModel().blockSignals(True)
        self._model.show_runs(runs)
        if chosen is not None and (row := self._model.row_of(chosen)) >= 0:
            self.setCurrentIndex(self._model.index(row))
        self.selectionModel().blockSignals(False)
        self.viewport().update()

    def show_run(self, run: RunSummary) -> None:
        """One run's figures changed."""
        self._model.show_run(run)

    def choose(self, path: Path | None) -> None:
        """Select a run, or none."""
        row = -1 if path is None else self._model.row_of(path)
        self.setCurrentIndex(self._model.index(row) if row >= 0 else QModelIndex())
        if row < 0:
            self.clearSelection()

    @property
    def checked(self) -> list[Path]:
        """The runs chosen for comparing: those listed in their order, then those that a search hides."""
        rows = range(self._model.rowCount())
        paths = [self._model.index(row).data(_SUMMARY).folder.path for row in rows]
        hidden = sorted(self._model.checked.difference(paths))
        return [*(path for path in paths if path in self._model.checked), *hidden]

    def check(self, paths: Iterable[Path]) -> None:
        """Choose these runs for comparing."""
        self._model.checked = set(paths)
        self.viewport().update()
        self.checkedChanged.emit()

    def uncheck(self, path: Path) -> None:
        """A run is gone: nothing of it is compared any more."""
        if path in self._model.checked:
            self._model.checked.discard(path)
            self.checkedChanged.emit()

    def rename(self, path: Path) -> None:
        """Let the user type another name for a run in its line."""
        if (row := self._model.row_of(path)) >= 0:
            self.edit(self._model.index(row))

    def toggle(self, index: Index) -> None:
        """Choose a run for comparing, or leave it out again."""
        self._model.checked ^= {index.data(_SUMMARY).folder.path}
        self.viewport().update()
        self.checkedChanged.emit()

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        index = self.indexAt(place)
        near = check_rect(self.visualRect(index)).adjusted(-6, -6, 6, 6) if index.isValid() else QRect()
        if event.button() is Qt.MouseButton.LeftButton and near.contains(place):
            self.toggle(index)
            return
        super().mousePressEvent(event)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and index.isValid():
            self.toggle(index)
            return
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and index.isValid():
            self.deleteAsked.emit(index.data(_SUMMARY).folder.path)
            return
        super().keyPressEvent(event)

    @guarded
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if index.isValid():
            menu = self.menu_for(index.data(_SUMMARY))
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(event.globalPos())

    def menu_for(self, run: RunSummary) -> QMenu:
        """What can be done with a run."""
        menu, path = QMenu(self), run.folder.path
        for words, sign, call in (
            (self.tr("Rename\tF2"), "edit", lambda: self.rename(path)),
            (self.tr("Remove the star") if run.star else self.tr("Star"), "pin", lambda: self.starToggled.emit(path)),
            (self.tr("Open folder"), "external", lambda: self.folderAsked.emit(path)),
            (self.tr("Train again from this"), "refresh", lambda: self.againAsked.emit(path)),
            (self.tr("Delete\tDel"), "trash", lambda: self.deleteAsked.emit(path)),
        ):
            action = menu.addAction(words, call)
            set_icon(action, sign)
        menu.actions()[-1].setEnabled(run.state not in ALIVE)
        return menu

    @property
    def chosen(self) -> Path | None:
        """The folder of the selected run."""
        for index in self.selectedIndexes():
            run = index.data(_SUMMARY)
            if isinstance(run, RunSummary):
                return run.folder.path
        return None

    def _selection_changed(self) -> None:
        if (path := self.chosen) is not None:
            self.runChosen.emit(path)


SHOWS_RESUME = frozenset({RunState.FREED, RunState.INTERRUPTED, RunState.STOPPED, RunState.FAILED})
"""States from which a run can go on, given a checkpoint."""
