"""The two boxes of presets: by card, and by aim.

Owns offering them and recognising one in a plan. Does not own the presets (`core.presets`) nor the settings.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.presets import AIMS, CARDS, Preset, chosen_presets
from qvl_desktop.gui.help.mark import HelpMark
from qvl_desktop.gui.theme import Space
from qvl_desktop.gui.widgets.choice_box import ChoiceBox

NARROWEST = 110


class PresetBoxes(QWidget):
    """Signals: `presetChosen(Preset)` when the user picks one."""

    presetChosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card, self.aim = ChoiceBox(self), ChoiceBox(self)
        self.card.setObjectName("cardBox")
        self.aim.setObjectName("aimBox")
        self.card.setAccessibleName(self.tr("Preset for the card"))
        self.aim.setAccessibleName(self.tr("Preset for the aim"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        for box, presets, none, words, topic in (
            (self.card, CARDS, self.tr("Card: own settings"), self.tr("Preset of the card"), "train.card"),
            (self.aim, AIMS, self.tr("Aim: own settings"), self.tr("Preset of the aim"), "train.aim"),
        ):
            self._fill(box, presets, none)
            row.addWidget(box, 1)
            row.addWidget(HelpMark(topic, box, words, self))

    def show_plan(self, plan: TrainingPlan | None) -> None:
        """Show which presets this plan is; None for one that cannot be read."""
        names = {preset.name for preset in chosen_presets(plan)} if plan else set()
        for box in (self.card, self.aim):
            at = next((place for place in range(1, box.count()) if box.itemData(place) in names), 0)
            box.setCurrentIndex(at)

    def _fill(self, box: QComboBox, presets: tuple[Preset, ...], none: str) -> None:
        box.addItem(none, "")
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumWidth(NARROWEST)
        for preset in presets:
            box.addItem(preset.text, preset.name)
            box.setItemData(box.count() - 1, preset.explanation, Qt.ItemDataRole.ToolTipRole)
        box.activated.connect(lambda place, chosen=presets: self._picked(chosen[place - 1] if place else None))

    def _picked(self, preset: Preset | None) -> None:
        if preset is not None:
            self.presetChosen.emit(preset)
