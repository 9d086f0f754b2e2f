"""The models and adapters on this machine, as a shelf the pages look at.

Owns the list of cards, refreshed beside the window, the user's own model folders, and what is done with a folder:
checking it, and moving it to the trash. Does not read folders itself (`core.cards`) nor load anything (`engine`).
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QFile, QObject, QStandardPaths, Signal

from qvl_desktop.core.cards import (
    CardError,
    CardKind,
    ModelCard,
    demo_card,
    folder_name,
    read_card,
    scan_adapters,
    scan_models,
)
from qvl_desktop.core.download_record import RECORD, Verified, verify
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.model_health import DamagedError, fault_of
from qvl_desktop.core.model_places import downloaded_folders, forget_model, remember_model
from qvl_desktop.jobs.task import Task

if TYPE_CHECKING:
    from qvl_desktop.storage.settings import Settings


_log = logging.getLogger(__name__)


class TrashError(QvlError):
    """A folder that could not be moved to the trash, or back."""


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
        """The demo model first, then what was downloaded, then the user's folders: those that can be used."""
        return [card for card in self.cards if card.kind is not CardKind.ADAPTER and not card.problem]

    def damaged(self) -> list[ModelCard]:
        """Those on the list that cannot be used; `problem` says why."""
        return [card for card in self.cards if card.problem]

    def adapters(self, model: str = "") -> list[ModelCard]:
        """The adapters, newest first; with `model` (a reference) only those made on it."""
        found = [card for card in self.cards if card.kind is CardKind.ADAPTER and not card.problem]
        return [card for card in found if not model or self._same_base(card.base, model)]

    def card(self, reference: str) -> ModelCard | None:
        """The card that `--model` or `--adapter` would call `reference`: a folder, "demo", or a downloaded name."""
        found = next((card for card in self.cards if reference in (card.reference, str(card.path))), None)
        if found is None and reference and "/" not in reference and "\\" not in reference:
            wanted = reference.casefold()
            named = (card for card in self.models() if card.name.casefold() == wanted)
            found = next((card for card in named if is_downloaded(card)), None)
        return found

    def look_in(self, *runs_folders: Path) -> None:
        """Look for adapters in these runs folders, and refresh."""
        self._runs_folders = runs_folders
        self.refresh()

    def add_folder(self, folder: Path) -> ModelCard:
        """Put a model folder on the shelf. Raises `CardError` when it is no model, or one that is not whole."""
        card = read_card(folder)
        if card.kind is not CardKind.ADAPTER and (fault := fault_of(card.path)) is not None:
            raise fault
        text = str(card.path)
        if text not in self._settings.model_folders:
            self._settings.model_folders = [*self._settings.model_folders, text]
        self.refresh()
        return card

    def remove_folder(self, folder: Path) -> None:
        """Take a folder off the shelf; nothing on disk is touched."""
        self._settings.model_folders = [place for place in self._settings.model_folders if Path(place) != folder]
        forget_model(folder)
        self.refresh()

    def move_to_trash(self, folder: Path) -> Callable[[], None]:
        """Move a model's folder to the system's trash; the call that is returned brings it back. Raises `TrashError`,
        also from that call."""
        listed = str(folder) in self._settings.model_folders
        _make_trash_possible()
        file = QFile(str(folder))
        if not file.moveToTrash():
            raise TrashError(
                QT_TRANSLATE_NOOP(
                    "errors", "{path}: cannot be moved to the trash ({reason}). Delete it in the file manager."
                ),
                path=folder,
                reason=file.errorString(),
            )
        place = Path(file.fileName())
        self.remove_folder(folder)

        def bring_back() -> None:
            try:
                place.rename(folder)
                (place.parent.parent / "info" / f"{place.name}.trashinfo").unlink(missing_ok=True)
            except OSError as error:
                raise TrashError(
                    QT_TRANSLATE_NOOP("errors", "{path}: cannot be brought back from the trash ({reason})."),
                    path=folder,
                    reason=error.strerror or error,
                ) from error
            if listed:
                self._settings.model_folders = [*self._settings.model_folders, str(folder)]
            else:
                remember_model(folder)
            self.refresh()

        return bring_back

    def verify(self, card: ModelCard) -> Task[Verified]:
        """A task, not yet started, that reads every file of a downloaded model; it tells `(done, total)` bytes."""
        folder = card.path
        return Task.reporting(lambda tell: verify(folder, tell))

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
        return base == model or (card is not None and base in (str(card.path), card.name))


def _make_trash_possible() -> None:
    """On Linux the trash lies in a folder that a fresh user may not have yet."""
    if sys.platform == "linux":
        home = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
        with contextlib.suppress(OSError):
            Path(home).mkdir(parents=True, exist_ok=True)


def is_downloaded(card: ModelCard) -> bool:
    """Whether this program fetched it, so that it can be checked and mended."""
    return (card.path / RECORD).is_file()


def _scan(folders: list[Path], runs: tuple[Path, ...]) -> tuple[ModelCard, ...]:
    demo = demo_card()
    found: dict[Path, ModelCard] = {}
    for card in (*_downloaded(), *_listed(folders)):
        found.setdefault(card.path, card)
    return (*([demo] if demo else []), *found.values(), *scan_adapters(runs))


def _downloaded() -> Iterator[ModelCard]:
    """What lies in the models folder and elsewhere; a folder without a record that is no model is not ours."""
    for folder in downloaded_folders():
        if (folder / RECORD).is_file():
            yield _told(folder)
        else:
            yield from scan_models([folder])


def _listed(folders: list[Path]) -> Iterator[ModelCard]:
    """The user's folders: each a model, or a place that holds some."""
    for folder in folders:
        held = list(scan_models([folder])) if folder.is_dir() and not (folder / "config.json").is_file() else []
        if held:
            yield from held
        else:
            yield _told(folder)


def _told(folder: Path) -> ModelCard:
    """The card of a folder that is on the list, also when it cannot be used."""
    fault, card = fault_of(folder), None
    try:
        card = read_card(folder)
    except CardError as error:
        fault = fault or error
    except OSError:
        _log.warning("%s cannot be read", folder, exc_info=True)
    if card is None:
        card = ModelCard(CardKind.MODEL, folder_name(folder), folder.resolve(), "", 0, "", 0)
    if fault is None:
        return card
    words = str(fault)
    for place in (card.path, folder):  # the card names it already
        words = words.removeprefix(f"{place}: ").removeprefix(f"{place}：")
    mendable = isinstance(fault, DamagedError) and fault.mendable
    return replace(card, problem=words[:1].upper() + words[1:], mendable=mendable)
