"""The form of a training plan, made from the plan's own fields.

Owns one row a setting (label, editor, explanation, what is wrong with it), the folded advanced ones, and reading them
back. Does not own the meaning or limits of a setting (`core.plan`), nor the choice of model and data (`data_box`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import Field, dataclass, fields
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.plan_checks import Fault
from qvl_desktop.gui.help.mark import HelpMark
from qvl_desktop.gui.help.topics import PLAN
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_role
from qvl_desktop.gui.train.problem_list import FaultLabel
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.words import method_text

ELSEWHERE = ("model", "data")
"""Fields that have a place of their own above the form."""

LABEL_WIDTH = 124
EDITOR_WIDTH = 150

_N = QT_TRANSLATE_NOOP
_CHOICES = {
    "cosine": _N("plan", "Cosine"),
    "linear": _N("plan", "Linear"),
    "constant": _N("plan", "Constant"),
    "answers": _N("plan", "Answers"),
    "compatible": _N("plan", "Compatible"),
    "auto": _N("plan", "Auto"),
    "on": _N("plan", "On"),
    "off": _N("plan", "Off"),
    "skip": _N("plan", "Skip"),
    "refuse": _N("plan", "Refuse"),
    "none": _N("plan", "None"),
    "loss": _N("plan", "Validation loss"),
    "acc50": _N("plan", "Acc@0.5"),
    "mean_iou": _N("plan", "Mean IoU"),
    "adamw": "AdamW",
    "adamw_8bit": _N("plan", "AdamW, 8-bit"),
    "paged_adamw_8bit": _N("plan", "AdamW, 8-bit, paged"),
    "ddp": "DDP",
    "fsdp2": "FSDP2",
    "zero2": "ZeRO-2",
    "zero3": "ZeRO-3",
}


@dataclass(slots=True)
class _Row:
    field: Field[Any]
    editor: QWidget
    read: Callable[[], Any]
    write: Callable[[Any], None]
    faults: FaultLabel


class PlanForm(QWidget):
    """All settings but model and data. Signals: `changed()` after the user edited something."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, _Row] = {}
        everyday, advanced = QWidget(self), QWidget(self)
        for box, folded in ((everyday, False), (advanced, True)):
            self._fill(box, [f for f in fields(TrainingPlan) if f.metadata["advanced"] is folded])
        self._fold = QToolButton(self)
        self._fold.setObjectName("advancedButton")
        self._fold.setText(self.tr("More settings"))
        self._fold.setCheckable(True)
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fold.toggled.connect(self._toggle)
        self._advanced = advanced
        advanced.hide()
        set_icon(self._fold, "chevron-right", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(everyday)
        layout.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(advanced)
        self.show_plan(TrainingPlan())

    def show_plan(self, plan: TrainingPlan) -> None:
        """Fill the form in."""
        for name, row in self._rows.items():
            row.editor.blockSignals(True)
            row.write(getattr(plan, name))
            row.editor.blockSignals(False)

    def values(self) -> tuple[dict[str, Any], list[Fault]]:
        """What the form says by field name, and a fault for each entry that is no number."""
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        for name, row in self._rows.items():
            try:
                values[name] = row.read()
            except ValueError:
                text = row.editor.text() if isinstance(row.editor, QLineEdit) else ""
                whole = isinstance(getattr(TrainingPlan(), name), int)
                words = (
                    self.tr("{name}: “{text}” is no whole number.")
                    if whole
                    else self.tr("{name}: “{text}” is no number.")
                )
                label = translate("plan", row.field.metadata["label"])
                faults.append(Fault(name, words.format(name=label, text=text)))
        return values, faults

    def set_value(self, name: str, value: Any) -> None:
        """Write one setting, as if nobody had."""
        row = self._rows[name]
        row.editor.blockSignals(True)
        row.write(value)
        row.editor.blockSignals(False)

    def show_faults(self, faults: Sequence[Fault]) -> None:
        """Say beside each setting what is wrong with it, and frame it."""
        wrong = {fault.field for fault in faults}
        for name, row in self._rows.items():
            row.faults.show_faults(faults, name)
            if row.editor.property("wrong") is not (name in wrong):
                row.editor.setProperty("wrong", name in wrong)
                row.editor.style().unpolish(row.editor)
                row.editor.style().polish(row.editor)

    def reveal(self, name: str) -> QWidget | None:
        """Unfold what hides a setting and give it the focus; its editor, or None when it is not in the form."""
        if name not in self._rows:
            return None
        editor = self._rows[name].editor
        if self._advanced.isAncestorOf(editor):
            self._fold.setChecked(True)
        editor.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(editor, QLineEdit):
            editor.selectAll()
        return editor

    def editor(self, name: str) -> QWidget:
        """The editor of one setting."""
        return self._rows[name].editor

    def _fill(self, box: QWidget, settings: list[Field[Any]]) -> None:
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(3, 1)
        for f in settings:
            if f.name not in ELSEWHERE:
                self._add_row(grid, f)

    def _add_row(self, grid: QGridLayout, f: Field[Any]) -> None:
        label = QLabel(translate("plan", f.metadata["label"]), self)
        row = self._make(f, getattr(TrainingPlan(), f.name))
        row.editor.setObjectName(f"setting-{f.name}")
        row.editor.setFixedWidth(EDITOR_WIDTH)
        row.editor.setAccessibleDescription(translate("plan", f.metadata["help"]))
        label.setBuddy(row.editor)
        explanation = QLabel(translate("plan", f.metadata["help"]), self)
        explanation.setWordWrap(True)
        explanation.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        set_role(explanation, "caption")
        number = grid.rowCount()
        grid.addWidget(label, number, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(row.editor, number, 1, Qt.AlignmentFlag.AlignVCenter)
        mark = HelpMark(PLAN + f.name, row.editor, label.text(), self)
        grid.addWidget(mark, number, 2, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(explanation, number, 3, Qt.AlignmentFlag.AlignVCenter)
        row.faults.setObjectName(f"fault-{f.name}")
        grid.addWidget(row.faults, number + 1, 1, 1, 3)
        self._rows[f.name] = row

    def _make(self, f: Field[Any], default: Any) -> _Row:
        if f.metadata["choices"]:
            return self._choice(f)
        if isinstance(default, bool):
            check = QCheckBox(_on_off(default), self)
            check.toggled.connect(lambda on: check.setText(_on_off(on)))
            check.toggled.connect(self._edited)
            return _Row(f, check, check.isChecked, lambda value: _tick(check, value), FaultLabel(self))
        line = QLineEdit(self)
        line.textEdited.connect(self._edited)
        if isinstance(default, list):
            line.setFixedWidth(EDITOR_WIDTH)
            words = FaultLabel(self)
            return _Row(f, line, lambda: line.text().split(), lambda value: line.setText(" ".join(value)), words)
        kind = type(default)
        read = lambda: kind(line.text().strip())  # noqa: E731 - beside the one that writes
        return _Row(f, line, read, lambda value: line.setText(_number_text(value)), FaultLabel(self))

    def _choice(self, f: Field[Any]) -> _Row:
        box = ChoiceBox(self)
        for choice in f.metadata["choices"]:
            box.addItem(choice_text(f.name, choice), choice)
        box.currentIndexChanged.connect(self._edited)
        choose = lambda value: box.setCurrentIndex(box.findData(value))  # noqa: E731
        return _Row(f, box, lambda: str(box.currentData()), choose, FaultLabel(self))

    def _edited(self) -> None:
        self.changed.emit()

    def _toggle(self, shown: bool) -> None:
        self._advanced.setVisible(shown)
        self._fold.setText(self.tr("Fewer settings") if shown else self.tr("More settings"))
        set_icon(self._fold, "chevron-down" if shown else "chevron-right", "muted")


def choice_text(name: str, choice: str) -> str:
    """What a choice of a setting is called."""
    if name == "method":
        return method_text(choice)
    return QCoreApplication.translate("plan", _CHOICES[choice]) if choice in _CHOICES else choice


def _on_off(on: bool) -> str:
    return QCoreApplication.translate("plan", _CHOICES["on" if on else "off"])


def _tick(check: QCheckBox, on: bool) -> None:
    check.setChecked(on)
    check.setText(_on_off(on))  # its own signals are held back while the form is filled in


def _number_text(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"
