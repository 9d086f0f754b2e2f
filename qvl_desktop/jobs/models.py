"""The models and adapters on this machine, as a shelf the pages look at.

Owns the list of cards, refreshed beside the window, and the user's own model folders. Does not read folders itself
(`core.cards`) nor load anything (`engine`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from qvl_desktop.core.cards import CardKind, ModelCard, demo_card, read_card, scan_adapters, scan_models
from qvl_desktop.jobs.task import Task

if TYPE_CHECKING:
    from qvl_desktop.storage.settings import Settings


class ModelShelf(QObject):
    """The cards of what is here. Signals: `changed()` when `cards` holds something else."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._runs_folders: tuple[Path, ...] = ()
        self._task: Task[tuple[ModelCard, ...]] | None = None
        self._again = False
        self.cards: tuple[ModelCard, ...] = ()

    def models(self) -> list[ModelCard]:
        """The demo model first, then the user's folders."""
        return [card for card in self.cards if card.kind is not CardKind.ADAPTER]

    def adapters(self, model: str = "") -> list[ModelCard]:
        """The adapters, newest first; with `model` (a reference) only those made on it."""
        found = [card for card in self.cards if card.kind is CardKind.ADAPTER]
        return [card for card in found if not model or self._same_base(card.base, model)]

    def card(self, reference: str) -> ModelCard | None:
        """The card that `--model` or `--adapter` would call `reference`."""
        return next((card for card in self.cards if reference in (card.reference, str(card.path))), None)

    def look_in(self, *runs_folders: Path) -> None:
        """Look for adapters in these runs folders, and refresh."""
        self._runs_folders = runs_folders
        self.refresh()

    def add_folder(self, folder: Path) -> ModelCard:
        """Put a model folder on the shelf. Raises `CardError` when it is no model."""
        card = read_card(folder)
        text = str(card.path)
        if text not in self._settings.model_folders:
            self._settings.model_folders = [*self._settings.model_folders, text]
        self.refresh()
        return card

    def remove_folder(self, folder: Path) -> None:
        """Take a folder off the shelf; nothing on disk is touched."""
        self._settings.model_folders = [place for place in self._settings.model_folders if Path(place) != folder]
        self.refresh()

    def refresh(self) -> None:
        """Look at the disk again, beside the window."""
        if self._task is not None:
            self._again = True
            return
        folders, runs = [Path(place) for place in self._settings.model_folders], self._runs_folders
        self._task = Task(lambda: _scan(folders, runs)).on_success(self._show).on_end(self._ended).start(self)

    def _show(self, cards: tuple[ModelCard, ...]) -> None:
        if cards != self.cards:
            self.cards = cards
            self.changed.emit()

    def _ended(self) -> None:
        self._task = None
        if self._again:
            self._again = False
            self.refresh()

    def _same_base(self, base: str, model: str) -> bool:
        card = self.card(model)
        return base == model or (card is not None and base == str(card.path))


def _scan(folders: list[Path], runs: tuple[Path, ...]) -> tuple[ModelCard, ...]:
    demo = demo_card()
    return (*([demo] if demo else []), *scan_models(folders), *scan_adapters(runs))
