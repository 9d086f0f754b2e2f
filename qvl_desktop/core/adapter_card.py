"""The card of an adapter: what it was made from, by which run, on which model.

Owns `AdapterCard`, its file in the adapter's folder, and the fingerprint of a model folder by which an adapter
recognises its base. Does not read or write weights (`models`, `training`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from qvl_desktop.core.errors import PlanError, QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import write_beside

CARD_NAME = "qvl_adapter.json"
"""The card's file name, beside `adapter_config.json`."""

VERSION = 1
_WEIGHT_SUFFIXES = (".safetensors", ".bin")
_WINDOW = 1 << 20


class AdapterError(QvlError):
    """A folder that is no adapter of this program, or an adapter that does not fit its model."""


@dataclass(frozen=True, slots=True)
class AdapterCard:
    """What an adapter says about itself.

    `base` is the model as the plan named it ("demo", a folder), `base_folder` where it lay, `base_fingerprint` the
    `model_fingerprint` of it. `run` is the run folder's name, `data` the data's name. `created` is in seconds since the
    epoch. `metrics` are the figures of the last validation, empty without one. `max_pixels` is how large the pictures
    of the run were at most, as the plan said it (0: as large as the model allows); later families are asked alike.
    """

    base: str
    base_folder: str
    base_fingerprint: str
    method: str
    run: str
    data: str
    steps: int
    created: float
    metrics: dict[str, float] = field(default_factory=dict)
    max_pixels: int = 0

    def save(self, folder: Path) -> None:
        """Write the card into an adapter's folder, whole."""
        body = {"version": VERSION, **asdict(self)}
        write_beside(folder / CARD_NAME, json.dumps(body, ensure_ascii=False, indent=2) + "\n")

    @classmethod
    def load(cls, folder: Path) -> AdapterCard:
        """The card of an adapter's folder. Raises `AdapterError` when there is none or it cannot be read."""
        path = folder / CARD_NAME
        try:
            body = json.loads(path.read_text(encoding="utf-8"))
            known = {f.name for f in fields(cls)}
            return cls(**{key: value for key, value in body.items() if key in known})
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise AdapterError(
                QT_TRANSLATE_NOOP("errors", "{path}: the card of this adapter cannot be read ({reason})."),
                path=path,
                reason=error,
            ) from error


def trained_pixels(adapter: Path) -> int:
    """How large the pictures of an adapter's run were at most, in pixels; 0 where nothing is known.

    By its card; cards of earlier versions do not say it, but the plan beside them does.
    """
    try:
        if pixels := AdapterCard.load(adapter).max_pixels:
            return pixels
        return TrainingPlan.load(adapter / "plan.json").max_pixels
    except (AdapterError, PlanError):
        return 0


def model_fingerprint(folder: Path) -> str:
    """A short name for the weights in a model folder, the same wherever the folder lies.

    SHA-256 over the names and sizes of the weight files and three samples of a megabyte from each: enough to tell
    two models apart without reading gigabytes. Empty when the folder holds no weights.
    """
    digest = hashlib.sha256()
    files = sorted(path for path in folder.glob("*") if path.suffix in _WEIGHT_SUFFIXES and path.is_file())
    for path in files:
        size = path.stat().st_size
        digest.update(f"{path.name}\0{size}\0".encode())
        with path.open("rb") as file:
            for start in (0, max(0, size // 2 - _WINDOW // 2), max(0, size - _WINDOW)):
                file.seek(start)
                digest.update(file.read(_WINDOW))
    return digest.hexdigest()[:32] if files else ""
