"""What an evaluation of a run's result found: before and after, each phrase, and the answers that got worse.

Owns showing one. Does not own asking, matching or comparing (the `evaluate` command), nor when it is done (`page`).
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.box import Box
from qvl_desktop.core.dataset import SPLITS
from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.pictures import picture_size
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface, theme
from qvl_desktop.gui.train.ref_table import RefTable
from qvl_desktop.gui.widgets.box_item import ShownBox
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.widgets.picture_view import PictureView
from qvl_desktop.gui.words import percent_text, split_text

ROWS = 8
HEIGHT = 320
MOST_ANSWERS = 500
_ANSWER = Qt.ItemDataRole.UserRole


class EvaluationView(QWidget):
    """Hidden until a run was evaluated. Signals: `sourceClicked(str)`: show where an answer's question comes from."""

    sourceClicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "raised")
        self._found: dict[str, dict[str, Any]] = {}
        self._now: dict[str, Any] | None = None
        heading = QLabel(self.tr("Evaluation: before and after"), self)
        set_role(heading, "heading")
        self._split = ChoiceBox(self)
        self._split.setObjectName("evaluationSplit")
        self._split.currentIndexChanged.connect(self._show)
        self._figures, self._worse = QLabel(self), QLabel(self)
        self._figures.setObjectName("evaluationFigures")
        self._worse.setObjectName("evaluationWorse")
        for label in (self._figures, self._worse):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        headings = (self.tr("Phrase"), self.tr("F1 before"), self.tr("F1 after"), self.tr("Change"))
        self._table = RefTable("evaluationRefs", headings, ROWS, self)
        self._what = ChoiceBox(self)
        self._what.setObjectName("evaluationWhat")
        self._what.addItem(self.tr("Answers that got worse"), "worse")
        self._what.addItem(self.tr("All answers, worst first"), "all")
        self._what.currentIndexChanged.connect(self._list)
        self._answers = QListWidget(self)
        self._answers.setObjectName("evaluationAnswers")
        self._answers.currentItemChanged.connect(self._show_answer)
        self._picture = PictureView(self)
        self._words = QLabel(self)
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        set_role(self._words, "caption")
        self._open = QPushButton(self.tr("Open it"), self)
        self._open.setObjectName("evaluationOpen")
        set_icon(self._open, "external")
        set_kind(self._open, "quiet")
        self._open.clicked.connect(self._ask_source)
        self._lay_out(heading)
        self.hide()

    def show_evaluations(self, found: dict[str, dict[str, Any]]) -> None:
        """Show what was measured, by split; nothing for none."""
        if found == self._found:
            return
        self._found = found
        chosen = self._split.currentData()
        self._split.blockSignals(True)
        self._split.clear()
        for split in found:
            self._split.addItem(split_text(split) if split in SPLITS else split, split)
        self._split.setCurrentIndex(max(0, self._split.findData(chosen)))
        self._split.blockSignals(False)
        self.setVisible(bool(found))
        self._show()

    def _lay_out(self, heading: QLabel) -> None:
        head = QHBoxLayout()
        head.addWidget(heading)
        head.addStretch(1)
        head.addWidget(self._split)
        left = QVBoxLayout()
        left.setSpacing(Space.S)
        left.addWidget(self._what)
        left.addWidget(self._answers, 1)
        right = QVBoxLayout()
        right.setSpacing(Space.S)
        right.addWidget(self._picture, 1)
        foot = QHBoxLayout()
        foot.addWidget(self._words, 1)
        foot.addWidget(self._open)
        right.addLayout(foot)
        self._answers.setFixedWidth(230)
        self._lower = QWidget(self)
        self._lower.setFixedHeight(HEIGHT)
        row = QHBoxLayout(self._lower)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        row.addLayout(left)
        row.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        column.setSpacing(Space.S)
        column.addLayout(head)
        for widget in (self._figures, self._worse, self._table, self._lower):
            column.addWidget(widget)

    def _show(self) -> None:
        self._now = self._found.get(str(self._split.currentData()))
        if self._now is None:
            return
        base = self._now.get("baseline") or {}
        self._figures.setText(self._figures_text(base.get("before") or {}, base.get("after") or self._now))
        worse = base.get("worse_refs") or []
        text = (
            self.tr("%n phrase(s) got worse, first of all: {names}", "", len(worse)).format(names=", ".join(worse[:3]))
            if worse
            else self.tr("No phrase got worse.")
        )
        self._worse.setText(text)
        self._worse.setVisible(bool(base))
        set_role(self._worse, "warning" if worse else "muted")
        self._fill(base.get("per_ref") or {})
        self._list()

    def _figures_text(self, before: dict[str, Any], after: dict[str, Any]) -> str:
        names = {
            "f1": self.tr("F1"),
            "acc50": self.tr("Acc@0.5"),
            "precision": self.tr("precision"),
            "recall": self.tr("recall"),
            "mean_iou": self.tr("mean IoU"),
        }
        words = []
        for key, name in names.items():
            if isinstance(after.get(key), (int, float)):
                was = f"{percent_text(before[key])} → " if isinstance(before.get(key), (int, float)) else ""
                words.append(f"{name} {was}{percent_text(after[key])}")
        if isinstance(after.get("parse_failures"), int):
            was = f"{before['parse_failures']} → " if "parse_failures" in before else ""
            failed = self.tr("unreadable answers")
            words.append(f"{failed} {was}{after['parse_failures']}")
        if isinstance(after.get("questions"), int):
            words.append(self.tr("%n question(s)", "", after["questions"]))
        return " · ".join(words)

    def _fill(self, refs: dict[str, dict[str, float]]) -> None:
        rows = sorted(refs.items(), key=lambda item: (item[1]["after"] - item[1]["before"], item[0]))
        self._table.show_rows(_line(ref, figures) for ref, figures in rows)

    def _list(self) -> None:
        self._answers.clear()
        if self._now is None:
            return
        base = self._now.get("baseline") or {}
        if self._what.currentData() == "worse":
            pairs = [(one["before"], one["after"]) for one in base.get("worse") or []]
        else:
            pairs = [(None, one) for one in self._now.get("answers") or []]
        for before, after in pairs[:MOST_ANSWERS]:
            overlaps = after.get("overlaps") or [0.0]
            share = percent_text(sum(overlaps) / max(1, len(overlaps)))
            item = QListWidgetItem(self.tr("{ref}: IoU {share}").format(ref=after.get("ref", "?"), share=share))
            item.setData(_ANSWER, (before, after))
            self._answers.addItem(item)
        self._lower.setVisible(bool(pairs) or bool(self._now.get("answers")))
        self._answers.setCurrentRow(0)
        if not pairs:
            self._show_answer()

    def _show_answer(self) -> None:
        item = self._answers.currentItem()
        before, after = item.data(_ANSWER) if item is not None else (None, None)
        self._open.setVisible(after is not None)
        if after is None:
            self._picture.set_picture(None)
            self._words.setText(self.tr("Nothing got worse."))
            return
        picture = Path(after["picture"]) if after.get("picture") else None
        self._picture.set_picture(picture)
        if picture is not None:
            with suppress(PictureError):  # the view itself says what is wrong with the file
                self._picture.set_boxes(self._boxes(before, after, picture_size(picture)))
        words = [self.tr("Dashed: true. Blue: answered now.")]
        if before is not None:
            words.append(self.tr("Orange: answered before."))
        words.append(str(after.get("answer", "")))
        self._words.setText(" ".join(words))

    def _boxes(self, before: dict[str, Any] | None, after: dict[str, Any], size: tuple[int, int]) -> list[ShownBox]:
        shown = []
        for name, boxes, colour, style in (
            ("truth", after.get("truth"), "success", "dashed"),
            ("before", before.get("boxes") if before else [], "warning", "solid"),
            ("after", after.get("boxes"), "accent", "solid"),
        ):
            for number, corners in enumerate(boxes or []):
                rect = Box(*corners).decode(*size)
                shown.append(
                    ShownBox((name, number), rect, colour=theme().colour(colour), style=style)  # type: ignore[arg-type]
                )
        return shown

    def _ask_source(self) -> None:
        item = self._answers.currentItem()
        if item is not None:
            self.sourceClicked.emit(str(item.data(_ANSWER)[1].get("source", "")))


def _line(ref: str, figures: dict[str, float]) -> tuple[tuple[str, ...], bool]:
    change = round((figures["after"] - figures["before"]) * 100)
    delta = f"{change:+d} %" if change else "–"
    return (ref, percent_text(figures["before"]), percent_text(figures["after"]), delta), change < 0
