"""What real steps on this machine have taught about forecasts.

Owns the small file of corrections in the cache folder, one entry a device, model and method. Does not own the
arithmetic (`forecast`) nor the measuring (`training.probe`). A file that cannot be read is as good as none: everything
in it can be measured again.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from qvl_desktop.core.folders import cache_folder
from qvl_desktop.core.run_folder import write_beside

LOWEST, HIGHEST = 0.5, 2.0
"""Bounds of a correction: what is further off is no matter of a factor."""
KEPT = 200


@dataclass(frozen=True, slots=True)
class Measured:
    """`correction` is measured memory over the forecast, `rate` products and sums a second."""

    correction: float = 1.0
    rate: float = 0.0


def recall(device: str, model: Path, method: str) -> Measured:
    """What was measured here before, with this model and method; nothing corrects nothing."""
    entry = _read().get(_key(device, model, method), {})
    try:
        return Measured(_bounded(float(entry["correction"])), max(0.0, float(entry["rate"])))
    except (KeyError, TypeError, ValueError):
        return Measured()


def remember(device: str, model: Path, method: str, found: Measured) -> None:
    """Keep what was measured for the next forecast; a folder that cannot be written keeps nothing."""
    entries = _read()
    key = _key(device, model, method)
    entries.pop(key, None)
    entries[key] = asdict(Measured(_bounded(found.correction), found.rate))
    path = _file()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_beside(path, json.dumps(dict(list(entries.items())[-KEPT:]), indent=1) + "\n")


def _file() -> Path:
    return cache_folder() / "forecasts.json"


def _key(device: str, model: Path, method: str) -> str:
    return f"{device} | {model.resolve()} | {method}"


def _bounded(correction: float) -> float:
    return min(HIGHEST, max(LOWEST, correction))


def _read() -> dict[str, dict[str, float]]:
    try:
        body = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return body if isinstance(body, dict) else {}
