"""For which model a conversation is counted and shown, and its count.

Owns the choice (a model on the shelf, or a family as such), loading its vocabulary beside the window, the limit, and
remembering both. Does not own counting (`jobs.token_counting`) nor showing (`token_bar`, `model_view`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from qvl_desktop.core.cards import DEMO
from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dialects import DIALECTS, DialectError, Size
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.sight import OFFICIAL, Sight
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.jobs.token_counting import ESTIMATE, Counter, Measured, load_counter, measure

FAMILY_NAMES = {
    "qwen-vl": "Qwen-VL",
    "qwen2-vl": "Qwen2-VL",
    "qwen2.5-vl": "Qwen2.5-VL",
    "qwen3-vl": "Qwen3-VL",
    "qwen3.5": "Qwen3.5",
}
LIMITS = (512, 1024, 2048, 4096, 8192, 16384, 32768)
_MODEL, _LIMIT = "conversations.model", "conversations.limit"


@dataclass(frozen=True, slots=True)
class Choice:
    """A model or family one can choose; `reference` is remembered."""

    reference: str
    name: str
    folder: Path | None


class TokenMeter(QObject):
    """Signals: `changed()`: another model, another limit, or its vocabulary is there now; `choicesChanged()`."""

    changed = Signal()
    choicesChanged = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._counters: dict[Path, Counter] = {}
        self._loading: Path | None = None
        self._awake = False
        self._reference = session.settings.window_state.get(_MODEL, "") or DEMO
        self.sight = OFFICIAL["qwen-vl"]
        self._folder: Path | None = None
        self._take(self._reference)
        session.modelsChanged.connect(self._on_models)

    # Choosing

    def choices(self) -> list[Choice]:
        """The models of the shelf, then the families as such."""
        found = [Choice(card.reference, card.name, card.path) for card in self._session.models.models()]
        return [*found, *(Choice(name, FAMILY_NAMES[name], None) for name in DIALECTS)]

    @property
    def reference(self) -> str:
        """The present choice."""
        return self._reference

    def choose(self, reference: str) -> None:
        """Count for another model or family, and remember it."""
        if reference != self._reference:
            self._reference = reference
            self._remember(_MODEL, reference)
            self._take(reference)
            self.changed.emit()

    @property
    def limit(self) -> int:
        """Tokens a conversation may have: the longest sample of training, or less where the model reads less."""
        kept = self._session.settings.window_state.get(_LIMIT, "")
        chosen = int(kept) if kept.isdigit() else TrainingPlan().max_length
        return min(chosen, self.sight.length)

    def set_limit(self, limit: int) -> None:
        """Take another longest sample, and remember it."""
        self._remember(_LIMIT, str(limit))
        self.changed.emit()

    def wake(self) -> None:
        """The page is in sight: the vocabulary is wanted from now on."""
        self._awake = True
        self._load()

    def _remember(self, key: str, value: str) -> None:
        settings = self._session.settings
        settings.window_state = settings.window_state | {key: value}

    def _on_models(self) -> None:
        self._take(self._reference)
        self.choicesChanged.emit()
        self.changed.emit()

    def _take(self, reference: str) -> None:
        choice = next((one for one in self.choices() if one.reference == reference), None)
        sight = Sight.of_folder(choice.folder) if choice is not None and choice.folder is not None else None
        self._folder = choice.folder if choice is not None and sight is not None else None
        self.sight = sight or OFFICIAL.get(reference) or OFFICIAL["qwen-vl"]
        self._load()

    # Counting

    def _load(self) -> None:
        folder, sight = self._folder, self.sight
        if not self._awake or folder is None or folder in self._counters or folder == self._loading:
            return
        self._loading = folder

        def done(counter: Counter) -> None:
            self._counters = {folder: counter}  # one vocabulary at a time: they are large
            self._loading = None
            self.changed.emit()

        Task(lambda: load_counter(folder, sight)).on_success(done).start(self)

    @property
    def counter(self) -> Counter:
        """The model's own counter when it is there, else the estimate."""
        return self._counters.get(self._folder, ESTIMATE) if self._folder is not None else ESTIMATE

    def measure(self, turns: Sequence[Turn], sizes: Sequence[Size]) -> Measured | None:
        """The conversation counted; None where the family cannot say it (a picture without a size)."""
        try:
            return measure(self.sight, self.counter, turns, sizes, self.limit)
        except DialectError:
            return None
