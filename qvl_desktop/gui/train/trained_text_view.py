"""What is trained on: the samples of a plan one after the other, token by token, what is learnt marked.

Owns choosing model, rule and split, and stepping through the samples. Does not own reading them (`jobs.trained_text`),
painting them (`token_text`) nor the plan (`new_run`).
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.dataset import SPLITS
from qvl_desktop.core.plan import LABELS, TrainingPlan
from qvl_desktop.core.trained_text import LeftOut, ShownSample, Summary
from qvl_desktop.gui.help.mark import HelpMark
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role
from qvl_desktop.gui.train.plan_form import choice_text
from qvl_desktop.gui.train.token_text import TokenText
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.widgets.flow import FlowLayout
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.words import count_text, split_text
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.trained_text import WINDOW, TrainedTextReader

MOST_LEFT_OUT = 1_000_000


class TrainedTextView(QWidget):
    """Signals: `backClicked()`, `labelsTaken(str)`: the run is to learn by this rule, `sourceClicked(str)`: the user
    wants to see where the sample comes from."""

    backClicked = Signal()
    labelsTaken = Signal(str)
    sourceClicked = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._plan = TrainingPlan()
        self._taken = self._plan.labels
        self._samples: dict[int, ShownSample] = {}
        self._left_out: dict[int, LeftOut] = {}
        self._sums: Summary | None = None
        self._first = 1
        self._at = 1
        self.reader = TrainedTextReader(self)
        self._back = QPushButton(self.tr("Back to the settings"), self)
        self._back.setObjectName("textBack")
        set_icon(self._back, "chevron-left")
        set_kind(self._back, "quiet")
        self._model, self._rule, self._split = ChoiceBox(self), ChoiceBox(self), ChoiceBox(self)
        self._model.setObjectName("textModel")
        self._rule.setObjectName("textLabels")
        self._split.setObjectName("textSplit")
        self._model.setAccessibleName(self.tr("Model"))
        self._rule.setAccessibleName(self.tr("What is learnt"))
        self._split.setAccessibleName(self.tr("Split"))
        for choice in LABELS:
            self._rule.addItem(choice_text("labels", choice), choice)
        for split in (*(one for one in SPLITS if one), "all"):
            self._split.addItem(self.tr("All splits") if split == "all" else split_text(split), split)
        self._take = QPushButton(self.tr("Train this way"), self)
        self._take.setObjectName("takeLabels")
        self._number = QSpinBox(self)
        self._number.setObjectName("textNumber")
        self._number.setMinimum(1)
        self._number.setKeyboardTracking(False)
        self._number.lineEdit().setTextMargins(Space.S, 0, 0, 0)
        self._number.setAccessibleName(self.tr("Number of the sample"))
        self._of = QLabel(self)
        self._before, self._after = self._step_button("chevron-left", -1), self._step_button("chevron-right", 1)
        self._before.setObjectName("textBefore")
        self._after.setObjectName("textAfter")
        self._before.setToolTip(self.tr("The sample before (Left)"))
        self._after.setToolTip(self.tr("The next sample (Right)"))
        self._borders = QCheckBox(self.tr("Token borders"), self)
        self._borders.setChecked(True)
        self._about = QLabel(self)
        self._about.setObjectName("textAbout")
        self._about.setWordWrap(True)
        set_role(self._about, "muted")
        self._open = QPushButton(self.tr("Open the conversation"), self)
        self._open.setObjectName("textOpen")
        set_icon(self._open, "external")
        set_kind(self._open, "quiet")
        self._busy = QProgressBar(self)
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self.text = TokenText(self)
        self._legend = QLabel(self)
        self._legend.setWordWrap(True)
        set_role(self._legend, "caption")
        self._summed = QLabel(self)
        self._summed.setObjectName("textSums")
        self._summed.setWordWrap(True)
        set_role(self._summed, "muted")
        self._next_left_out = QPushButton(self)
        self._next_left_out.setObjectName("textLeftOut")
        set_kind(self._next_left_out, "quiet")
        set_icon(self._next_left_out, "warning", "warning")
        self._lay_out()
        self._connect()

    @property
    def plan(self) -> TrainingPlan:
        """What is shown: model, data and rule."""
        return self._plan

    @property
    def number(self) -> int:
        """The sample that is shown, from 1."""
        return self._at

    def show_plan(self, plan: TrainingPlan) -> None:
        """Show what a plan would learn from, from its first sample on."""
        self._plan = plan
        for box in (self._model, self._rule):
            box.blockSignals(True)
        self._model.clear()
        for card in self._session.models.models():
            self._model.addItem(f"{card.name}  ({card.family})" if card.family else card.name, card.reference)
        self._model.setCurrentIndex(self._model.findData(plan.model))
        self._rule.setCurrentIndex(self._rule.findData(plan.labels))
        for box in (self._model, self._rule):
            box.blockSignals(False)
        self._taken = plan.labels
        self._restart()
        self.text.setFocus()

    def _lay_out(self) -> None:
        title = QLabel(self.tr("What is trained on"), self)
        set_role(title, "title")
        head = QHBoxLayout()
        head.setSpacing(Space.M)
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self._back)
        choices = FlowLayout(spacing=Space.S)
        for box, topic in (
            (self._model, "train.text_model"),
            (self._rule, "train.rule"),
            (self._split, "train.text_split"),
        ):
            choices.addWidget(box)
            choices.addWidget(HelpMark(topic, box, parent=self))
        choices.addWidget(self._take)
        steps = QHBoxLayout()
        steps.setSpacing(Space.S)
        for part in (self._before, self._number, self._of, self._after):
            steps.addWidget(part)
        steps.addWidget(self._about, 1)
        steps.addWidget(self._open)
        foot = QHBoxLayout()
        foot.setSpacing(Space.S)
        foot.addWidget(self._summed, 1)
        foot.addWidget(self._next_left_out)
        below = QHBoxLayout()
        below.addWidget(self._legend, 1)
        below.addWidget(self._borders)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addLayout(head)
        column.addLayout(choices)
        column.addLayout(steps)
        column.addWidget(self._busy)
        column.addWidget(self.text, 1)
        column.addLayout(below)
        column.addLayout(foot)
        self._legend.setText(
            self.tr(
                "Underlined on green: learnt, the loss looks at these tokens. Grey: only read. "
                "{sign} stands for a picture."
            ).format(sign="▦")
        )

    def _connect(self) -> None:
        self._back.clicked.connect(self.backClicked)
        self._model.currentIndexChanged.connect(self._restart)
        self._rule.currentIndexChanged.connect(self._restart)
        self._split.currentIndexChanged.connect(self._restart)
        self._take.clicked.connect(self._take_rule)
        self._number.valueChanged.connect(self.go)
        self._borders.toggled.connect(self.text.show_borders)
        self._open.clicked.connect(self._ask_source)
        self._next_left_out.clicked.connect(self._go_left_out)
        self.reader.sampleArrived.connect(self._take_sample)
        self.reader.leftOutArrived.connect(self._take_left_out)
        self.reader.summed.connect(self._take_sums)
        self.reader.failed.connect(self._fail)
        for keys, call in (
            ("Left", lambda: self.go(self._at - 1)),
            ("Right", lambda: self.go(self._at + 1)),
            ("Escape", self.backClicked.emit),
        ):
            shortcut = QShortcut(QKeySequence(keys), self, call)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _step_button(self, sign: str, by: int) -> QToolButton:
        button = QToolButton(self)
        button.setAccessibleName(self.tr("The next sample") if by > 0 else self.tr("The sample before"))
        set_icon(button, sign)
        button.clicked.connect(lambda: self.go(self._at + by))
        return button

    @guarded
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.reader.stop()

    # Reading

    def _restart(self) -> None:
        """Read from the first sample on, by what is chosen now."""
        self._plan = replace(
            self._plan,
            model=str(self._model.currentData() or self._plan.model),
            labels=str(self._rule.currentData()),
        )
        self._take.setVisible(self._plan.labels != self._taken)
        self._left_out.clear()
        self._sums = None
        self._at = 1
        self._read(1)

    def _read(self, first: int) -> None:
        self._first = first
        self._samples.clear()
        self._busy.show()
        self.text.show_sample(None)
        self._show()
        if not self._plan.data:
            self._fail(self.tr("Choose data to learn from first: a project or a file."))
            return
        self.reader.read(self._plan, first=first, split=str(self._split.currentData()))

    def _take_sample(self, sample: ShownSample) -> None:
        self._samples[sample.number] = sample
        if sample.number == self._at:
            self._show()

    def _take_left_out(self, sample: LeftOut) -> None:
        self._left_out[sample.number] = sample
        if sample.number == self._at:
            self._show()

    def _take_sums(self, sums: Summary) -> None:
        self._sums = sums
        self._busy.hide()
        self._show()

    def _fail(self, reason: str) -> None:
        self._busy.hide()
        self._about.setText(reason)
        set_role(self._about, "danger")

    # Stepping

    def go(self, number: int) -> None:
        """Show the sample of this number, from 1; numbers that are not there are brought within."""
        number = max(1, min(number, self._total or number))
        if number == self._at:
            return
        self._at = number
        if number in self._samples or number in self._left_out:
            self._show()
        else:
            self._read(max(1, number - WINDOW // 2))

    @property
    def _total(self) -> int:
        return self._sums.samples + self._sums.left_out if self._sums else 0

    def _go_left_out(self) -> None:
        later = [number for number in sorted(self._left_out) if number > self._at]
        if self._left_out:
            self.go(later[0] if later else min(self._left_out))

    def _take_rule(self) -> None:
        self._taken = self._plan.labels
        self._take.hide()
        self.labelsTaken.emit(self._plan.labels)

    def _ask_source(self) -> None:
        shown = self._samples.get(self._at) or self._left_out.get(self._at)
        if shown is not None:
            self.sourceClicked.emit(shown.source)

    def _show(self) -> None:
        sample, left_out = self._samples.get(self._at), self._left_out.get(self._at)
        self.text.show_sample(sample)
        self._number.blockSignals(True)
        self._number.setMaximum(self._total or MOST_LEFT_OUT)
        self._number.setValue(self._at)
        self._number.blockSignals(False)
        self._of.setText(self.tr("of {count}").format(count=count_text(self._total)) if self._total else "")
        self._before.setEnabled(self._at > 1)
        self._after.setEnabled(not self._total or self._at < self._total)
        self._open.setVisible(sample is not None or left_out is not None)
        if sample is not None:
            words = self.tr("{source} · {tokens} tokens, {learnt} learnt")
            self._about.setText(words.format(source=sample.source, tokens=sample.tokens, learnt=sample.supervised))
        elif left_out is not None:
            self._about.setText(self.tr("Left out: {reason}").format(reason=left_out.reason))
        else:
            self._about.setText(self.tr("Reading the samples as this model is taught them…"))
        set_role(self._about, "warning" if left_out is not None else "muted")
        self._show_sums()

    def _show_sums(self) -> None:
        sums = self._sums
        self._next_left_out.setVisible(bool(self._left_out))
        self._next_left_out.setText(self.tr("%n left out: show", "", len(self._left_out)))
        if sums is None:
            self._summed.setText("")
            return
        words = self.tr(
            "{samples} samples are learnt from, {tokens} tokens, {learnt} of them learnt · "
            "the longest has {longest} of {limit}"
        )
        self._summed.setText(
            words.format(
                samples=count_text(sums.samples),
                tokens=count_text(sums.tokens),
                learnt=count_text(sums.supervised),
                longest=count_text(sums.longest),
                limit=count_text(sums.limit),
            )
        )
