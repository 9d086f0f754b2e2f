"""Dividing the project into train, val and test: shares and way at the left, what they would give at the right.

Owns the form and the preview. Does not own what stays together (`storage.splitting`) nor the choice (`core.split`).
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.dataset import SPLITS, Split
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.split import WAYS, Way
from qvl_desktop.gui.health.late_view import LateView
from qvl_desktop.gui.help.placing import help_beside
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.widgets.tinted_item import TintedItem
from qvl_desktop.gui.widgets.wrapped_check import WrappedCheckBox
from qvl_desktop.gui.words import split_text
from qvl_desktop.jobs.health import HealthCheck
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Report, Task
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.splitting import SplitPlan, apply_split, plan_split

_REFS = 200
_COLUMN = 112
"""Pixels of a split's column at least."""
_DEFAULTS = {"train": 80, "val": 10, "test": 10}


class SplitView(LateView):
    """The form and the preview. `plan` is the division that is shown, None while there is none."""

    DELAY_MS = 250

    def __init__(self, session: Session, health: HealthCheck, parent: QWidget | None = None) -> None:
        super().__init__(session, health, parent)
        self._task: Task[SplitPlan] | None = None
        self.plan: SplitPlan | None = None
        self.shares = {split: self._share(split) for split in SPLITS}
        self.ways = QButtonGroup(self)
        names: dict[Way, str] = {
            "random": self.tr("At random"),
            "ref": self.tr("With each ref in its share"),
            "folder": self.tr("By whole folders"),
        }
        hints: dict[Way, str] = {
            "random": self.tr("Every picture has the same chance."),
            "ref": self.tr("Rare refs are divided first, so that every split has some of each."),
            "folder": self.tr("A folder is never torn apart; folders called train, val or test are that split."),
        }
        self._way_buttons: dict[Way, QRadioButton] = {}
        for way in WAYS:
            button = QRadioButton(names[way], self)
            button.setToolTip(hints[way])
            self.ways.addButton(button)
            self._way_buttons[way] = button
        self._way_buttons["random"].setChecked(True)
        self.seed = QSpinBox(self)
        self.seed.setRange(0, 999_999)
        self.seed.setAccessibleName(self.tr("Seed"))
        self.seed.setToolTip(self.tr("The same seed gives the same division"))
        self.near = WrappedCheckBox(self.tr("Keep pictures that look alike together"), self)
        self.near.setChecked(True)
        self.filtered = WrappedCheckBox(self.tr("Only filtered pictures"), self)
        self.filtered.setToolTip(
            self.tr("Those that pass the filter of the Pictures and Annotate pages; the others keep their splits")
        )
        self.hint = QLabel(self)
        self.hint.setWordWrap(True)
        set_role(self.hint, "caption")
        self.apply_button = QPushButton(self.tr("Apply"), self)
        set_kind(self.apply_button, "primary")
        set_icon(self.apply_button, "check", "accent_text")
        self.table = QTableWidget(0, 1 + len(SPLITS), self)
        self._lay_out()
        self._connect()

    @property
    def way(self) -> Way:
        """How it is divided."""
        return next(way for way, button in self._way_buttons.items() if button.isChecked())

    def renew(self) -> None:
        """Divide beside the window and show what it would give."""
        project = self._session.project
        self._stale = False
        self.plan = None
        self.apply_button.setEnabled(False)
        if self._task is not None:
            self._task.cancel()
        if project is None:
            self.table.setRowCount(0)
            return
        shares: dict[Split, float] = {split: float(box.value()) for split, box in self.shares.items()}
        if not any(shares.values()):
            self._say(self.tr("Give at least one split a share."), "danger")
            return
        way, seed, near = self.way, self.seed.value(), self.near.isChecked()
        asked = self._session.pictures.filter if self.filtered.isChecked() else PictureFilter()
        alike = self._health.alike

        def work(report: Report) -> SplitPlan:
            return plan_split(project, shares, way, seed, asked=asked, alike=alike, near=near, progress=report)

        self._say(self.tr("Dividing…"), "caption")
        task = Task.reporting(work)
        self._task = task
        task.on_success(self._show).on_failure(self._fail).start(self)

    def apply(self) -> None:
        """Put everything into its split: one undo step."""
        plan, project, session = self.plan, self._session.project, self._session
        if plan is None or project is None:
            return
        words = self.tr("Split pictures")
        said = self.tr("Split into {counts}.").format(
            counts=", ".join(f"{split_text(split)} {len(ids):,}" for split, ids in plan.pictures.items())
        )
        session.edits.run(words, lambda _: apply_split(project, plan), lambda _: session.notice.emit("success", said))

    # What is shown

    def _fail(self, error: Exception) -> None:
        if isinstance(error, QvlError):
            self._say(str(error), "danger")
        elif self._session.project is not None:
            self._session.report(error)

    def _say(self, words: str, role: str) -> None:
        set_role(self.hint, "danger" if role == "danger" else "caption")
        self.hint.setText(words)

    def _show(self, plan: SplitPlan) -> None:
        project = self._session.project
        if project is None:
            return
        self.plan = plan
        self.apply_button.setEnabled(any(plan.pictures.values()) or any(plan.conversations.values()))
        lines = []
        if plan.together:
            lines.append(self.tr("%n picture(s) stay together with others.", "", plan.together))
        count = project.picture_count()
        if plan.looked < count and self.near.isChecked():
            words = self.tr("{count} pictures were not read yet; those that look alike may be parted.")
            lines.append(words.format(count=f"{count - plan.looked:,}"))
        if plan.follow:
            lines.append(self.tr("%n conversation(s) lose a split of their own.", "", len(plan.follow)))
        self._say("\n".join(lines), "caption")
        pictures = {split: len(ids) for split, ids in plan.pictures.items()}
        rows: list[tuple[str, dict[Split, int]]] = [
            (self.tr("Pictures"), dict(pictures)),
            (self.tr("Conversations"), dict(plan.conversations_in)),
        ]
        by_count = sorted(plan.regions_of.items(), key=lambda item: -sum(item[1].values()))
        rows += [(ref, dict(counts)) for ref, counts in by_count[:_REFS]]
        self.table.setRowCount(len(rows))
        for place, (name, counts) in enumerate(rows):
            self._write(place, 0, name, bold=place < 2)
            total = sum(counts.values())
            for column, split in enumerate(SPLITS, start=1):
                number = counts.get(split, 0)
                share = f"   {100 * number / total:.0f} %" if total else ""
                self._write(place, column, f"{number:,}{share}", bold=place < 2, missing=place >= 2 and not number)

    def _write(self, row: int, column: int, words: str, *, bold: bool, missing: bool = False) -> None:
        lacks = missing and self.plan is not None and bool(self.plan.pictures.get(SPLITS[column - 1]))
        item = TintedItem(words, "warning" if lacks else "")
        if column:
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        font = self.table.font()
        font.setBold(bold)
        item.setFont(font)
        self.table.setItem(row, column, item)

    # Putting together

    def _share(self, split: Split) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(0, 100)
        box.setSuffix(" %")
        box.setValue(_DEFAULTS[split])
        box.setAccessibleName(split_text(split))
        return box

    def _lay_out(self) -> None:
        left = QWidget(self)
        set_surface(left, "panel")
        left.setFixedWidth(320)
        form = QGridLayout()
        form.setHorizontalSpacing(Space.M)
        form.setVerticalSpacing(Space.S)
        form.setColumnStretch(1, 1)
        fields = [(split_text(split), box) for split, box in self.shares.items()]
        for row, (words, box) in enumerate([*fields, (self.tr("Seed"), self.seed)]):
            box.lineEdit().setTextMargins(Space.XS, 0, Space.XS, 0)
            label = QLabel(words, self)
            form.addWidget(label, row, 0)
            form.addWidget(box, row, 1)
            help_beside(label, "split.seed" if box is self.seed else "split.share", box, into=form)
        column = QVBoxLayout(left)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.S)
        heading = QLabel(self.tr("Divide the project"), self)
        set_role(heading, "heading")
        column.addWidget(heading)
        help_beside(heading, "split.way", self._way_buttons["random"])
        for button in self._way_buttons.values():
            column.addWidget(button)
        column.addSpacing(Space.S)
        column.addLayout(form)
        column.addSpacing(Space.S)
        column.addWidget(self.near)
        column.addWidget(self.filtered)
        help_beside(self.near, "split.near")
        help_beside(self.filtered, "split.filtered")
        column.addSpacing(Space.S)
        column.addWidget(self.hint)
        column.addStretch(1)
        column.addWidget(self.apply_button)
        self._dress_table()
        right = QVBoxLayout()
        right.setContentsMargins(Space.L, Space.M, Space.L, Space.L)
        right.addWidget(self.table)
        halves = QHBoxLayout(self)
        halves.setContentsMargins(0, 0, 0, 0)
        halves.setSpacing(0)
        halves.addWidget(left)
        halves.addLayout(right, 1)

    def _dress_table(self) -> None:
        table = self.table
        table.setAccessibleName(self.tr("What the division gives"))
        table.setHorizontalHeaderLabels([self.tr("Regions of each ref"), *(split_text(split) for split in SPLITS)])
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, 1 + len(SPLITS)):
            table.setColumnWidth(column, max(_COLUMN, table.horizontalHeader().sectionSizeHint(column)))
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        first = table.horizontalHeaderItem(0)
        if first is not None:
            first.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            first.setToolTip(first.text())
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setTabKeyNavigation(False)

    def _connect(self) -> None:
        self.apply_button.clicked.connect(self.apply)
        for box in (*self.shares.values(), self.seed):
            box.valueChanged.connect(self._timer.start)
        self.ways.buttonClicked.connect(self._timer.start)
        self.near.toggled.connect(self._timer.start)
        self.filtered.toggled.connect(self._timer.start)
        self._health.changed.connect(self.invalidate)
