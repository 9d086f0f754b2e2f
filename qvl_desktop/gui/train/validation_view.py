"""A run's validations one after the other: figures, each phrase, and sample pictures with true and answered boxes.

Owns the slider over the steps and what is shown of one. Does not own the figures (`jobs.run_history`) nor drawing boxes
into the pictures (the run does).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.events import Evaluated, Sampled
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_role, set_surface
from qvl_desktop.gui.train.pictures import read_sample, shown_at
from qvl_desktop.gui.train.ref_table import RefTable
from qvl_desktop.gui.widgets.flow import FlowLayout
from qvl_desktop.gui.words import percent_text
from qvl_desktop.jobs.run_history import RunHistory
from qvl_desktop.jobs.task import Task

SMALL = QSize(180, 135)
LARGE_HEIGHT = 520
ROWS = 6
"""Phrases that are seen without scrolling."""


class ValidationView(QWidget):
    """Hidden until there is a validation or a sample."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "raised")
        self._run = Path()
        self._steps: list[int] = []
        self._history = RunHistory()
        self._step = -1
        self._shown: tuple[object, ...] = ()
        self._large: Sampled | None = None
        heading = QLabel(self.tr("Validations and samples"), self)
        set_role(heading, "heading")
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setObjectName("stepSlider")
        self._slider.setAccessibleName(self.tr("Step of the validation"))
        self._slider.valueChanged.connect(self._slide)
        self._before, self._after = self._arrow("chevron-left", -1), self._arrow("chevron-right", 1)
        self._before.setObjectName("stepBefore")
        self._after.setObjectName("stepAfter")
        self._at = QLabel(self)
        self._at.setObjectName("stepAt")
        self._figures = QLabel(self)
        self._figures.setObjectName("stepFigures")
        self._figures.setWordWrap(True)
        self._figures.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        headings = (self.tr("Phrase"), self.tr("Boxes"), self.tr("Acc@0.5"), self.tr("mean IoU"))
        self._table = RefTable("stepRefs", headings, ROWS, self)
        self._table.setAccessibleName(self.tr("Figures of each phrase at this step, worst first"))
        self._cards = QWidget(self)
        self._flow = FlowLayout(self._cards, Space.S)
        self._buttons: list[QToolButton] = []
        self._caption = QLabel(self.tr("Green and dashed: true. Blue: answered. A click shows a picture larger."), self)
        self._caption.setWordWrap(True)
        set_role(self._caption, "caption")
        self._picture, self._words = QLabel(self), QLabel(self)
        self._picture.setObjectName("largeSample")
        self._picture.setAccessibleName(self.tr("Sample with true and predicted boxes"))
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        set_role(self._words, "mono")
        self._lay_out(heading)
        self.hide()

    @property
    def step(self) -> int:
        """The step that is shown, -1 for none."""
        return self._step

    def show_history(self, run: Path, history: RunHistory) -> None:
        """Show a run's validations; the newest one unless the user looks at another."""
        another = run != self._run
        self._run, self._history = run, history
        at_end = another or not self._steps or self._step == self._steps[-1]
        steps = sorted({*history.validations, *(one.step for one in history.samples_drawn)})
        self.setVisible(bool(steps))
        if not steps:
            self._steps, self._step, self._shown = [], -1, ()
            return
        self._steps = steps
        place = len(steps) - 1 if at_end or self._step not in steps else steps.index(self._step)
        self._slider.blockSignals(True)
        self._slider.setRange(0, len(steps) - 1)
        self._slider.setValue(place)
        self._slider.blockSignals(False)
        self._show(steps[place])

    # Parts

    def _arrow(self, sign: str, by: int) -> QToolButton:
        button = QToolButton(self)
        words = self.tr("The validation before") if by < 0 else self.tr("The next validation")
        button.setToolTip(words)
        button.setAccessibleName(words)
        set_icon(button, sign)
        button.clicked.connect(lambda: self._slider.setValue(self._slider.value() + by))
        return button

    def _lay_out(self, heading: QLabel) -> None:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        heading.setWordWrap(True)
        row.addWidget(heading, 1)
        for part in (self._before, self._slider, self._after, self._at):
            row.addWidget(part)
        self._slider.setMinimumWidth(96)
        self._slider.setMaximumWidth(200)
        self._at.setMinimumWidth(86)
        large = QVBoxLayout()
        large.setSpacing(Space.S)
        large.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignLeft)
        large.addWidget(self._words)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        column.setSpacing(Space.S)
        column.addLayout(row)
        for widget in (self._figures, self._table, self._cards, self._caption):
            column.addWidget(widget)
        column.addLayout(large)

    # Showing

    def _slide(self, place: int) -> None:
        if 0 <= place < len(self._steps):
            self._show(self._steps[place])

    def _show(self, step: int) -> None:
        told = self._history.validations.get(step)
        drawn = {one.path: one for one in self._history.samples_drawn if one.step == step}  # drawn twice: the later one
        samples = tuple(drawn.values())
        shown = (self._run, step, told, samples)
        self._before.setEnabled(step != self._steps[0])
        self._after.setEnabled(step != self._steps[-1])
        if shown == self._shown:
            return
        self._shown, self._step = shown, step
        self._at.setText(self.tr("step {step}").format(step=step))
        self._figures.setText(self._figures_text(told))
        self._fill(told)
        self._show_samples(samples)

    def _figures_text(self, told: Evaluated | None) -> str:
        if told is None:
            return self.tr("Samples that were asked for; nothing was measured at this step.")
        metrics, words = told.metrics, []
        if "acc50" in metrics:
            words.append(self.tr("Acc@0.5 {share}").format(share=percent_text(metrics["acc50"])))
        if "mean_iou" in metrics:
            words.append(self.tr("mean IoU {share}").format(share=percent_text(metrics["mean_iou"])))
        if "precision" in metrics:
            words.append(self.tr("precision {share}").format(share=percent_text(metrics["precision"])))
        if "parse_failures" in metrics:
            count, asked = round(metrics["parse_failures"]), round(metrics.get("questions", 0))
            words.append(self.tr("{count} of {asked} answers unreadable").format(count=count, asked=asked))
        if "loss" in metrics:
            words.append(self.tr("loss {loss}").format(loss=f"{metrics['loss']:.3g}"))
        return " · ".join(words)

    def _fill(self, told: Evaluated | None) -> None:
        refs = sorted(told.refs.items(), key=lambda item: (item[1].get("acc50", 0.0), item[0])) if told else []
        self._table.show_rows(
            (
                (
                    ref,
                    str(round(figures.get("boxes", 0))),
                    percent_text(figures.get("acc50")),
                    percent_text(figures.get("mean_iou")),
                ),
                False,
            )
            for ref, figures in refs
        )

    def _show_samples(self, samples: tuple[Sampled, ...]) -> None:
        for button in self._buttons:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = [self._card(place, sample) for place, sample in enumerate(samples)]
        self._cards.setVisible(bool(samples))
        self._caption.setVisible(bool(samples))
        prompt = self._large.prompt if self._large is not None else None
        self._enlarge(next((one for one in samples if one.prompt == prompt), None))

    def _card(self, place: int, sample: Sampled) -> QToolButton:
        button = QToolButton(self._cards)
        button.setObjectName(f"sample-{place}")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(SMALL)
        room = SMALL.width() - Space.S
        button.setText(button.fontMetrics().elidedText(sample.prompt, Qt.TextElideMode.ElideRight, room))
        button.setToolTip(f"{sample.prompt}\n{sample.answer}")
        button.setAccessibleName(sample.prompt)
        button.clicked.connect(lambda: self._enlarge(None if self._large == sample else sample))
        self._flow.addWidget(button)
        button.show()
        path, height = self._run / sample.path, round(SMALL.height() * self.devicePixelRatioF())

        def show(image: QImage | None) -> None:
            if image is not None and button in self._buttons:
                button.setIcon(QIcon(shown_at(image, self.devicePixelRatioF())))

        Task(lambda: read_sample(path, height)).on_success(show).start(self)
        return button

    def _enlarge(self, sample: Sampled | None) -> None:
        self._large = sample
        self._picture.clear()
        self._picture.setVisible(sample is not None)
        self._words.setVisible(sample is not None)
        if sample is None:
            return
        self._words.setText(f"{sample.prompt}\n{sample.answer}")
        path, height = self._run / sample.path, round(LARGE_HEIGHT * self.devicePixelRatioF())

        def show(image: QImage | None) -> None:
            if image is not None and self._large == sample:
                most = round((self.width() - 2 * Space.M) * self.devicePixelRatioF())
                fits = image if image.width() <= most else image.scaledToWidth(most, _SMOOTH)
                self._picture.setPixmap(shown_at(fits, self.devicePixelRatioF()))

        Task(lambda: read_sample(path, height)).on_success(show).start(self)


_SMOOTH = Qt.TransformationMode.SmoothTransformation
