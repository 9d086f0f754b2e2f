"""The four numbers of a region's place, to read and to type.

Owns the fields x1, y1, x2, y2 in pixels of the upright picture. Does not own what a change does (`region_desk`).
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QSizePolicy, QWidget

from qvl_desktop.core.box import Rect
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.theme import Space, set_role
from qvl_desktop.gui.widgets.guarded import guarded

_NAMES = ("x1", "y1", "x2", "y2")
_LARGEST = 1e6


class PixelField(QDoubleSpinBox):
    """One coordinate: whole pixels without a decimal point, others with up to two digits behind it.

    Signals: `left()`, Esc was pressed.
    """

    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setRange(-_LARGEST, _LARGEST)
        self.setDecimals(2)
        self.setMinimumWidth(48)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setKeyboardTracking(False)
        self.setProperty("tight", True)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    @guarded(default="")
    def textFromValue(self, value: float) -> str:
        return f"{value:.2f}".rstrip("0").rstrip(".")

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class NumberFields(QWidget):
    """Signals: `edited(Rect)`, other bounds were typed; `left()`, the user is done with the fields."""

    edited = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bounds: Rect | None = None
        self._is_point = False
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.XS)
        grid.setVerticalSpacing(0)
        self.fields: dict[str, PixelField] = {}
        for column, name in enumerate(_NAMES):
            label = QLabel(name, self)
            set_role(label, "caption")
            field = self.fields[name] = PixelField(self)
            field.setObjectName(name)
            field.setAccessibleName(self.tr("{name} in pixels").format(name=name))
            field.setToolTip(self.tr("{name} in pixels").format(name=name))
            field.valueChanged.connect(self._on_value)
            field.left.connect(self.left)
            label.setBuddy(field)
            grid.addWidget(label, 0, column)
            grid.addWidget(field, 1, column)
            grid.setColumnStretch(column, 1)
        self.show_shape(None)

    def show_shape(self, shape: Shape | None) -> None:
        """Show the bounds of a shape; a point has only x1 and y1."""
        self._bounds = shape.bounds if shape else None
        self._is_point = shape is not None and shape.kind == "point"
        for name, field in self.fields.items():
            value = getattr(self._bounds, name) if self._bounds is not None else field.value()
            if value != field.value() or field.text() != field.textFromValue(value):  # writing costs, also the same
                field.blockSignals(True)
                field.setValue(value)
                field.blockSignals(False)
        self.setVisible(shape is not None)
        self.set_editable(True)

    def set_editable(self, editable: bool) -> None:
        """Whether the numbers can be changed."""
        for name, field in self.fields.items():
            field.setEnabled(editable and not (self._is_point and name in ("x2", "y2")))

    def _on_value(self, value: float) -> None:
        if self._bounds is None:
            return
        name = self.sender().objectName()
        bounds = replace(self._bounds, **{name: value})
        if self._is_point:
            bounds = Rect(bounds.x1, bounds.y1, bounds.x1, bounds.y1)
        self.edited.emit(bounds)
