"""The findings: kinds at the left, those of one kind at the right, and what can be done about the chosen one.

Owns what is chosen, going there, keeping and mending. Does not own the check (`jobs.health`), mends (`storage.mending`)
or finding moved files (`relink_dialog`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.findings import Finding, title_of
from qvl_desktop.gui.health.before_after import BeforeAfter
from qvl_desktop.gui.health.finding_rows import (
    FindingDelegate,
    FindingModel,
    FindingRow,
    KindDelegate,
    KindModel,
    place_text,
)
from qvl_desktop.gui.health.mend_dialog import MendDialog
from qvl_desktop.gui.health.picture_pair import PicturePair
from qvl_desktop.gui.health.relink_dialog import RelinkDialog
from qvl_desktop.gui.help.mark import HelpMark
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.widgets.empty_state import EmptyState
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.rows import ROW_ROLE, row_view
from qvl_desktop.gui.widgets.wrapped_check import WrappedCheckBox
from qvl_desktop.jobs.health import HealthCheck
from qvl_desktop.jobs.place import Place
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.mending import MENDS, Preview, mend, mend_words, preview
from qvl_desktop.storage.rows import Change

LISTED = 10_000
"""More findings of a kind are not listed one by one; mending all of them takes them along."""

RELINKED = frozenset({"file-missing", "picture-missing"})
"""Kinds that finding the files again mends."""


class FindingsView(QWidget):
    """Signals: `counted(findings)`: how many are open."""

    counted = Signal(int)

    def __init__(self, session: Session, health: HealthCheck, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.health = health
        self.code = ""
        self.dialog: MendDialog | RelinkDialog | None = None
        self.kinds = KindModel(self)
        self.kind_view = row_view(self.kinds, KindDelegate(self), self)
        self.kind_view.setAccessibleName(self.tr("Kinds of faults"))
        self.findings = FindingModel(self)
        self.finding_view = row_view(self.findings, FindingDelegate(self), self)
        self.finding_view.setAccessibleName(self.tr("Findings"))
        self.show_kept = WrappedCheckBox(self.tr("Kept as they are"), self)
        self.show_kept.setToolTip(self.tr("Show the findings that are to stay as they are"))
        self.title = QLabel(self)
        set_role(self.title, "heading")
        self.title.setWordWrap(True)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.message = QLabel(self)
        self.message.setWordWrap(True)
        self.advice = QLabel(self)
        self.advice.setWordWrap(True)
        set_role(self.advice, "muted")
        self.change = BeforeAfter(self)
        self.pair = PicturePair(self)
        self.mend_all_button = QPushButton(self)
        self.relink_button = QPushButton(self.tr("Find moved files…"), self)
        self.go_button = QPushButton(self.tr("Go there"), self)
        self.mend_button = QPushButton(self)
        self.keep_button = QPushButton(self)
        self.empty = EmptyState("success", self)
        annotate = self.empty.add_button(self.tr("Go to Annotate"), "annotate", primary=True)
        annotate.clicked.connect(lambda: session.pageRequested.emit("annotate"))
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._work_area())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self._connect()
        self.refresh()

    # What is shown

    def refresh(self) -> None:
        """Show what is on the shelf now; the chosen kind and row stay where they can."""
        counts = self.health.shelf.counts() if self.session.project else []
        kept = self.show_kept.isChecked()
        self.show_kept.setVisible(kept or any(one.kept for one in counts))
        self.kinds.set_counts(counts, kept=kept)
        self.counted.emit(sum(one.open for one in counts))
        if self.kinds.place_of(self.code) is None:
            self.code = self.kinds.kinds[0].code if self.kinds.kinds else ""
        self._mark_kind()
        self._show_findings()
        self._show_state(bool(counts))

    def _show_state(self, any_findings: bool) -> None:
        shown = bool(self.kinds.kinds) or (any_findings and self.show_kept.isChecked()) or any_findings
        self._stack.setCurrentIndex(1 if shown else 0)
        project = self.session.project
        if project is None or shown:
            return
        self.empty.set_buttons_visible(False)
        if self.health.complete and not self.health.running:
            words = self.tr("{pictures} pictures and {conversations} conversations are in order.")
            pictures, talks = project.picture_count(), project.conversation_count()
            if not pictures and not talks:
                self.empty.show_words(self.tr("Nothing to check yet"), self.tr("Add pictures on the Annotate page."))
                self.empty.set_buttons_visible(True)
                return
            said = words.format(pictures=f"{pictures:,}", conversations=f"{talks:,}")
            self.empty.show_words(self.tr("Nothing to mend"), said)
        elif self.health.running:
            self.empty.show_words(self.tr("Checking…"), self.tr("Nothing was found so far."))
        else:
            self.empty.show_words(
                self.tr("Not checked"), self.tr("The check was stopped. Nothing was found until then.")
            )

    def _mark_kind(self) -> None:
        selection = self.kind_view.selectionModel()
        selection.blockSignals(True)
        place = self.kinds.place_of(self.code)
        if place is not None:
            self.kind_view.selectRow(place)
        selection.blockSignals(False)

    def _show_findings(self) -> None:
        place = max(self.finding_view.currentIndex().row(), 0)
        former = self.current
        kept = self.show_kept.isChecked()
        ids = self.health.shelf.ids(self.code, kept=kept, limit=LISTED) if self.code else []
        self.findings.shelf = self.health.shelf
        selection = self.finding_view.selectionModel()
        selection.blockSignals(True)
        self.findings.show(self.session.project, ids)
        if ids:
            at = self.findings.place(former.id) if former is not None else None
            self.finding_view.selectRow(min(place, len(ids) - 1) if at is None else at)
        selection.blockSignals(False)
        self._show_current()

    @property
    def current(self) -> FindingRow | None:
        """The chosen finding."""
        index = self.finding_view.currentIndex()
        row = index.data(ROW_ROLE) if index.isValid() else None
        return row if isinstance(row, FindingRow) else None

    def _show_current(self) -> None:
        row, kept = self.current, self.show_kept.isChecked()
        place = self.kinds.place_of(self.code)
        count = self.kinds.kinds[place].count if place is not None else 0
        self.title.setText(title_of(self.code) if self.code else "")
        can = self.code in MENDS and not kept
        self.mend_all_button.setVisible(can and count > 1)
        self.mend_all_button.setText(
            self.tr("{mend}: all {count}…").format(mend=mend_words(self.code), count=f"{count:,}")
        )
        self.relink_button.setVisible(self.code in RELINKED and not kept)
        self.mend_button.setVisible(can)
        self.mend_button.setText(mend_words(self.code))
        self.keep_button.setText(self.tr("Show it again") if kept else self.tr("Keep as it is"))
        for button in (self.go_button, self.mend_button, self.keep_button):
            button.setEnabled(row is not None)
        if row is None or self.session.project is None:
            self.message.clear()
            self.advice.clear()
            self.change.show_preview(None)
            self.pair.show_files(())
            return
        finding = row.finding
        where = place_text(finding)
        self.message.setText(finding.message if where in finding.message else f"{where}: {finding.message}")
        self.pair.show_files(self._files_of(finding))
        self.advice.setText(finding.mend)
        shown = self._preview(finding) if can else None
        self.mend_button.setEnabled(not can or shown is not None)
        sure = can and shown is None
        self.change.show_preview(
            shown, self.tr("This one needs you: nobody can be sure how to mend it.") if sure else ""
        )

    def _files_of(self, finding: Finding) -> list[Path]:
        """The picture a finding is about, and the one it is held against."""
        project, ids = self.session.project, [finding.at.picture, finding.values.get("other_id", 0)]
        if project is None or finding.at.conversation:
            return []
        return [row.file for row in project.pictures(int(number) for number in ids if number)]

    def _preview(self, finding: Finding) -> Preview | None:
        project = self.session.project
        try:
            found = preview(project, finding.code, [finding]) if project else []
        except QvlError:
            return None
        return found[0] if found else None

    # What is done

    def go(self) -> None:
        """Go to the fault: the region on its picture, or the characters in their turn."""
        row = self.current
        if row is None:
            return
        finding, at = row.finding, row.finding.at
        if at.conversation:
            place = Place(
                conversation_id=at.conversation, turn_id=at.turn or None, start=finding.start, end=finding.end
            )
            self.session.placeRequested.emit("conversations", place)
        elif at.picture:
            self.session.placeRequested.emit("annotate", Place(at.picture, at.region or None))
        elif finding.code == "ref-spelling":
            from qvl_desktop.storage.filters import PictureFilter

            refs = tuple(str(ref) for ref in finding.values["others"])
            self.session.pictures.set_filter(PictureFilter(refs=refs))
            self.session.pageRequested.emit("pictures")

    def mend(self) -> None:
        """Mend the chosen finding."""
        row, project = self.current, self.session.project
        if row is None or project is None or row.finding.code not in MENDS:
            return
        finding = row.finding
        self.session.edits.run(mend_words(finding.code), lambda tell: mend(project, finding.code, [finding], tell))

    def mend_all(self) -> None:
        """Show what mending all of the kind would change, and do it when the user says so."""
        if self.session.project is None or self.code not in MENDS:
            return
        self._open(MendDialog(self.session, self.health, self.code, self))

    def relink(self) -> None:
        """Look for moved files."""
        if self.session.project is not None:
            self._open(RelinkDialog(self.session, self))

    def keep(self) -> None:
        """Keep the chosen finding as it is, or show it again."""
        row, project = self.current, self.session.project
        if row is None or project is None:
            return
        keys = [(row.finding.code, row.finding.key)]
        try:
            if self.show_kept.isChecked():
                project.show_findings_again(keys)
            else:
                project.keep_findings(keys)
        except QvlError as error:
            self.session.report(error)

    def choose(self, code: str) -> None:
        """Show the findings of a kind."""
        if self.kinds.place_of(code) is not None:
            self.code = code
            self._mark_kind()
            self._show_findings()

    def _on_change(self, change: Change) -> None:
        if change.kind == "files":
            self.pair.forget()

    def _open(self, dialog: MendDialog | RelinkDialog) -> None:
        self.dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self._forget_dialog)
        dialog.open()

    def _forget_dialog(self) -> None:
        self.dialog = None

    def _on_kind(self, index: QModelIndex) -> None:
        row = self.kinds.row(index.row())
        if row is not None and row.code != self.code:
            self.code = row.code
            self._show_findings()

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.finding_view.hasFocus():
            self.go()
        elif event.key() == Qt.Key.Key_Right and self.kind_view.hasFocus():
            self.finding_view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif event.key() == Qt.Key.Key_Left and self.finding_view.hasFocus():
            self.kind_view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().keyPressEvent(event)

    # Putting together

    def _work_area(self) -> QWidget:
        left = QWidget(self)
        set_surface(left, "panel")
        left.setMinimumWidth(230)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, Space.S, 0, Space.S)
        column.setSpacing(Space.S)
        column.addWidget(self.kind_view, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(Space.M, 0, Space.M, 0)
        foot.addWidget(self.show_kept, 1)
        foot.addWidget(HelpMark("check.kept", self.show_kept, parent=left))
        column.addLayout(foot)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(left)
        splitter.addWidget(self._right())
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([290, 800])
        return splitter

    def _right(self) -> QWidget:
        right = QWidget(self)
        set_surface(right, "window")
        head = QHBoxLayout()
        head.setContentsMargins(Space.L, Space.M, Space.L, Space.S)
        head.setSpacing(Space.S)
        head.addWidget(self.title, 1)
        head.addWidget(self.relink_button)
        head.addWidget(self.mend_all_button)
        detail = QWidget(right)
        set_surface(detail, "panel")
        inner = QVBoxLayout(detail)
        inner.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        inner.setSpacing(Space.S)
        for widget in (self.message, self.advice, self.pair, self.change):
            inner.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        for button in (self.go_button, self.mend_button, self.keep_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        inner.addLayout(buttons)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.finding_view, 1)
        column.addWidget(detail)
        return right

    def _connect(self) -> None:
        set_kind(self.go_button, "primary")
        set_icon(self.go_button, "external", "accent_text")
        set_icon(self.mend_button, "check")
        set_icon(self.keep_button, "pin")
        set_icon(self.relink_button, "search")
        set_icon(self.mend_all_button, "check")
        self.go_button.setToolTip(self.tr("Show the place of the fault (Enter)"))
        self.keep_button.setToolTip(self.tr("It is no fault: do not list it any longer. Undo takes this back."))
        self.go_button.clicked.connect(self.go)
        self.mend_button.clicked.connect(self.mend)
        self.keep_button.clicked.connect(self.keep)
        self.mend_all_button.clicked.connect(self.mend_all)
        self.relink_button.clicked.connect(self.relink)
        self.show_kept.toggled.connect(self.refresh)
        self.kind_view.selectionModel().currentChanged.connect(self._on_kind)
        self.finding_view.selectionModel().currentChanged.connect(self._show_current)
        self.finding_view.doubleClicked.connect(self.go)
        self.health.changed.connect(self.refresh)
        self.session.contentChanged.connect(self._on_change)
        self.health.stateChanged.connect(self.refresh)
