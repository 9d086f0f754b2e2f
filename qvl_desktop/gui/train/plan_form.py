"""The form of a training plan, made from the plan's own fields.

Owns one row a setting (label, editor, explanation), the folded advanced ones, and reading them back. Does not own the
meaning or limits of a setting (`core.plan`), nor the choice of model and data (`new_run`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, dataclass, fields
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
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
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_role
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
        self._mark()

    def values(self) -> tuple[dict[str, Any], list[str]]:
        """What the form says by field name, and a sentence about each entry that is no number."""
        values: dict[str, Any] = {}
        problems: list[str] = []
        for name, row in self._rows.items():
            try:
                values[name] = row.read()
            except ValueError:
                text = row.editor.text() if isinstance(row.editor, QLineEdit) else ""
                words = self.tr("{name}: “{text}” is no number.")
                problems.append(words.format(name=translate("plan", row.field.metadata["label"]), text=text))
        return values, problems

    def editor(self, name: str) -> QWidget:
        """The editor of one setting."""
        return self._rows[name].editor

    def _fill(self, box: QWidget, settings: list[Field[Any]]) -> None:
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(2, 1)
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
        grid.addWidget(explanation, number, 2, Qt.AlignmentFlag.AlignVCenter)
        self._rows[f.name] = row

    def _make(self, f: Field[Any], default: Any) -> _Row:
        if f.metadata["choices"]:
            return self._choice(f)
        if isinstance(default, bool):
            check = QCheckBox(_on_off(default), self)
            check.toggled.connect(lambda on: check.setText(_on_off(on)))
            check.toggled.connect(self._edited)
            return _Row(f, check, check.isChecked, lambda value: _tick(check, value))
        line = QLineEdit(self)
        line.textEdited.connect(self._edited)
        if isinstance(default, list):
            line.setFixedWidth(EDITOR_WIDTH)
            return _Row(f, line, lambda: line.text().split(), lambda value: line.setText(" ".join(value)))
        kind = type(default)
        return _Row(f, line, lambda: kind(line.text().strip()), lambda value: line.setText(_number_text(value)))

    def _choice(self, f: Field[Any]) -> _Row:
        box = QComboBox(self)
        for choice in f.metadata["choices"]:
            box.addItem(choice_text(f.name, choice), choice)
        box.currentIndexChanged.connect(self._edited)
        return _Row(f, box, lambda: str(box.currentData()), lambda value: box.setCurrentIndex(box.findData(value)))

    def _edited(self) -> None:
        self._mark()
        self.changed.emit()

    def _mark(self) -> None:
        """Frame the entries that are no number or out of their limits."""
        for row in self._rows.values():
            if isinstance(row.editor, QLineEdit):
                wrong = _is_wrong(row)
                if row.editor.property("wrong") is not wrong:
                    row.editor.setProperty("wrong", wrong)
                    row.editor.style().unpolish(row.editor)
                    row.editor.style().polish(row.editor)

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


def _is_wrong(row: _Row) -> bool:
    low, high = row.field.metadata["low"], row.field.metadata["high"]
    try:
        value = row.read()
    except ValueError:
        return True
    if isinstance(value, list):
        return False
    return (low is not None and value < low) or (high is not None and value > high)
