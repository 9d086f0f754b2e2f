"""Did it help: figures before and after the run, the phrases that got worse first, the same pictures side by side.

Owns showing it. Does not own the comparison (`jobs.before_after`) nor the pictures (the run draws them).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.theme import Space, set_role, set_surface
from qvl_desktop.gui.train.pictures import HEIGHT, read_sample
from qvl_desktop.gui.train.ref_table import RefTable
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.words import percent_text
from qvl_desktop.jobs.before_after import BeforeAfter, Change
from qvl_desktop.jobs.task import Task

ROWS = 8
"""Phrases that are seen without scrolling."""


class BeforeAfterView(QWidget):
    """Hidden until a run has two validations."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "raised")
        self._shown: tuple[Path, BeforeAfter] | None = None
        heading = QLabel(self.tr("Before and after"), self)
        set_role(heading, "heading")
        self._figures, self._worse = QLabel(self), QLabel(self)
        self._figures.setObjectName("beforeAfterFigures")
        self._worse.setObjectName("beforeAfterWorse")
        for label in (self._figures, self._worse):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        headings = (self.tr("Phrase"), self.tr("Before"), self.tr("After"), self.tr("Change"))
        self._table = RefTable("refTable", headings, ROWS, self)
        self._table.setAccessibleName(self.tr("Acc@0.5 of each phrase, what got worse first"))
        self._choice = ChoiceBox(self)
        self._choice.setObjectName("pairBox")
        self._choice.setAccessibleName(self.tr("Which answer"))
        self._choice.currentIndexChanged.connect(self._show_pair)
        self._pictures = (QLabel(self), QLabel(self))
        self._answers = (QLabel(self), QLabel(self))
        pairs = QGridLayout()
        pairs.setHorizontalSpacing(Space.L)
        for place, (picture, answer) in enumerate(zip(self._pictures, self._answers, strict=True)):
            answer.setWordWrap(True)
            answer.setTextFormat(Qt.TextFormat.PlainText)
            set_role(answer, "mono")
            pairs.addWidget(picture, 0, place, Qt.AlignmentFlag.AlignLeft)
            pairs.addWidget(answer, 1, place)
            pairs.setColumnStretch(place, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        column.setSpacing(Space.S)
        for widget in (heading, self._figures, self._worse, self._table, self._choice):
            column.addWidget(widget)
        column.addLayout(pairs)
        self.hide()

    def show_change(self, run: Path, seen: BeforeAfter | None) -> None:
        """Show what a run has changed, or nothing."""
        if seen is None:
            self._shown = None
            self.hide()
            return
        if self._shown == (run, seen):
            return
        self._shown = run, seen
        self._figures.setText(self._figures_text(seen))
        self._show_worse(seen)
        self._fill(seen.refs)
        self._choice.blockSignals(True)
        self._choice.clear()
        for before, _ in seen.pictures:
            self._choice.addItem(before.prompt)
        self._choice.blockSignals(False)
        self._choice.setVisible(bool(seen.pictures))
        self._show_pair()
        self.show()

    def _figures_text(self, seen: BeforeAfter) -> str:
        names = {"acc50": self.tr("Acc@0.5"), "mean_iou": self.tr("mean IoU")}
        words = [
            f"{words} {percent_text(seen.figures[name].before)} → {percent_text(seen.figures[name].after)}"
            for name, words in names.items()
            if name in seen.figures
        ]
        plain = {"parse_failures": self.tr("unreadable answers"), "loss": self.tr("validation loss")}
        words += [
            f"{words} {seen.figures[name].before:.3g} → {seen.figures[name].after:.3g}"
            for name, words in plain.items()
            if name in seen.figures
        ]
        steps = self.tr("Step {first} to {last}: ").format(first=seen.first_step, last=seen.last_step)
        return steps + " · ".join(words)

    def _show_worse(self, seen: BeforeAfter) -> None:
        worse = seen.worse
        if worse:
            named = ", ".join(change.name for change in worse[:3])
            text = self.tr("%n phrase(s) got worse, first of all: {names}", "", len(worse)).format(names=named)
        elif seen.refs:
            text = self.tr("No phrase got worse.")
        else:
            text = self.tr("This run told no figures of single phrases.")
        self._worse.setText(text)
        set_role(self._worse, "warning" if worse else "muted")

    def _fill(self, refs: tuple[Change, ...]) -> None:
        self._table.show_rows((_line(change), change.worse) for change in refs)

    def _show_pair(self) -> None:
        if self._shown is None:
            return
        run, seen = self._shown
        place = self._choice.currentIndex()
        shown = 0 <= place < len(seen.pictures)
        for label, answer in zip(self._pictures, self._answers, strict=True):
            label.clear()
            label.setVisible(shown)
            answer.setVisible(shown)
        if not shown:
            return
        height = round(HEIGHT * self.devicePixelRatioF())
        for label, answer, sample in zip(self._pictures, self._answers, seen.pictures[place], strict=True):
            answer.setText(sample.answer)
            path, wanted = run / sample.path, (seen, place)

            def show(image: QImage | None, label: QLabel = label, wanted: tuple[BeforeAfter, int] = wanted) -> None:
                if self._shown is not None and wanted == (self._shown[1], self._choice.currentIndex()):
                    self._show_picture(label, image)

            Task(lambda path=path: read_sample(path, height)).on_success(show).start(self)  # type: ignore[misc]

    def _show_picture(self, label: QLabel, image: QImage | None) -> None:
        if image is not None:
            pixmap = QPixmap.fromImage(image)
            pixmap.setDevicePixelRatio(self.devicePixelRatioF())
            label.setPixmap(pixmap)


def _line(change: Change) -> tuple[str, ...]:
    points = round(change.delta * 100)
    delta = f"{points:+d} %" if points else "–"
    return change.name, percent_text(change.before), percent_text(change.after), delta
