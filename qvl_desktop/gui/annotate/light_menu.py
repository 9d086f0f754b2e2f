"""Brightness and contrast of the view: two sliders in a menu that opens at its button.

Owns the sliders. Does not own the picture: only how it is shown changes, never a file (`picture_item`).
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QPushButton, QSlider, QWidget, QWidgetAction

from qvl_desktop.gui.theme import Space, set_kind
from qvl_desktop.gui.widgets.picture_item import Light

STEP = 10
_FULL = 100


class LightMenu(QMenu):
    """Signals: `changed(Light)`."""

    changed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._light = Light()
        content = QWidget(self)
        grid = QGridLayout(content)
        grid.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        grid.setHorizontalSpacing(Space.M)
        self.brightness = self._slider(grid, 0, self.tr("Brightness"))
        self.contrast = self._slider(grid, 1, self.tr("Contrast"))
        self.reset = QPushButton(self.tr("As it is"), content)
        set_kind(self.reset, "quiet")
        self.reset.clicked.connect(self.plain)
        grid.addWidget(self.reset, 2, 1, Qt.AlignmentFlag.AlignRight)
        action = QWidgetAction(self)
        action.setDefaultWidget(content)
        self.addAction(action)

    @property
    def light(self) -> Light:
        """What is chosen."""
        return self._light

    def plain(self) -> None:
        """The picture as it is."""
        self.set_light(Light())

    def step(self, brightness: int = 0, contrast: int = 0) -> None:
        """A step brighter or darker, with more or less contrast."""
        light = self._light
        self.set_light(Light(_within(light.brightness + brightness * STEP), _within(light.contrast + contrast * STEP)))

    def set_light(self, light: Light) -> None:
        """Choose; the sliders follow."""
        if light == self._light:
            return
        self._light = light
        for slider, value in ((self.brightness, light.brightness), (self.contrast, light.contrast)):
            slider.blockSignals(True)
            slider.setValue(value)
            slider.blockSignals(False)
        self.changed.emit(light)

    def _on_slider(self) -> None:
        self.set_light(Light(self.brightness.value(), self.contrast.value()))

    def _slider(self, grid: QGridLayout, row: int, words: str) -> QSlider:
        label = QLabel(words, self)
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(-_FULL, _FULL)
        slider.setPageStep(STEP)
        slider.setMinimumWidth(180)
        slider.setAccessibleName(words)
        slider.valueChanged.connect(self._on_slider)
        label.setBuddy(slider)
        grid.addWidget(label, row, 0)
        grid.addWidget(slider, row, 1)
        return slider


def _within(value: int) -> int:
    return min(max(value, -_FULL), _FULL)
