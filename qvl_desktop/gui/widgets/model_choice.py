"""The two lists from which every page chooses a model and an adapter.

Owns what a model or adapter is called there, telling apart those of one name, and keeping the choice while the shelf
changes: the demo model, downloaded ones, the user's folders, and the adapters of runs. Does not own the shelf
(`jobs.models`) nor what a page offers besides (other servers).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QComboBox, QWidget

from qvl_desktop.core.cards import ModelCard
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.words import path_text
from qvl_desktop.jobs.session import Session


class ModelChoice(ChoiceBox):
    """The models that can be used. The data of an item is what `--model` takes; `offer` fills it again."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setAccessibleName(QCoreApplication.translate("ModelChoice", "Model"))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(18)

    @property
    def reference(self) -> str:
        """What is chosen, as `--model` takes it; "" for nothing."""
        return str(self.currentData() or "")

    def offer(self) -> list[ModelCard]:
        """List what is on the shelf, and return it; signals are for the page to hold back. Nothing is chosen anew but
        the first one."""
        cards = self._session.models.models()
        self.clear()
        _add_items(self, cards, [card.reference for card in cards])
        return cards

    def place_of(self, reference: str) -> int:
        """Where a model is in the list, by its folder, by "demo", or by a downloaded model's name; -1: not there."""
        card = self._session.models.card(reference) if reference else None
        return self.findData(card.reference if card is not None else reference)

    def choose(self, reference: str) -> bool:
        """Choose a model; False when it is not here."""
        place = self.place_of(reference)
        if place >= 0:
            self.setCurrentIndex(place)
        return place >= 0


class AdapterChoice(ChoiceBox):
    """The adapters of one model, newest first, after "No adapter". The data of an item is the adapter's folder."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setAccessibleName(QCoreApplication.translate("ModelChoice", "Adapter"))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(18)

    @property
    def folder(self) -> str:
        """The chosen adapter's folder, or ""."""
        return str(self.currentData() or "")

    def offer(self, model: str, chosen: str = "") -> None:
        """List the adapters of a model, and choose one by its folder where it is there."""
        cards = self._session.models.adapters(model) if model else []
        self.blockSignals(True)
        self.clear()
        self.addItem(QCoreApplication.translate("ModelChoice", "No adapter"), "")
        _add_items(self, cards, [str(card.path) for card in cards])
        self.setCurrentIndex(max(0, self.findData(chosen)))
        self.blockSignals(False)
        self.setEnabled(bool(cards))


def _add_items(box: QComboBox, cards: Sequence[ModelCard], data: Sequence[str]) -> None:
    """An item a card: its name, with the folder it lies in where two have one name; the place as tool tip."""
    counted = Counter(card.name for card in cards)
    for card, value in zip(cards, data, strict=True):
        place = card.run.parent if card.run is not None else card.path.parent
        name = card.name if counted[card.name] < 2 else f"{card.name}  ({path_text(place)})"
        box.addItem(name, value)
        facts = "  ·  ".join(part for part in (card.family, card.precision) if part)
        tip = "\n".join(part for part in (facts, path_text(card.path)) if part)
        box.setItemData(box.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
