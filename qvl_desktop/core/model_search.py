"""Models that are on this disk already, in the caches of the hubs' own libraries.

Owns where those caches are. Does not own what a folder holds (`cards`), nor the user's list.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from qvl_desktop.core.cards import CardError, CardKind, ModelCard, read_card
from qvl_desktop.core.model_health import fault_of


def caches() -> list[Path]:
    """Where Hugging Face's and ModelScope's libraries keep models on this machine; not all need exist."""
    home = Path.home()
    hf_home = Path(os.environ.get("HF_HOME") or home / ".cache" / "huggingface")
    scope = Path(os.environ.get("MODELSCOPE_CACHE") or home / ".cache" / "modelscope")
    return [
        Path(os.environ.get("HF_HUB_CACHE") or hf_home / "hub"),
        scope / "models",
        scope / "hub" / "models",
        scope / "hub",
    ]


def models_in_caches() -> Iterator[ModelCard]:
    """The models in these caches that this program can use, each once; those that are not whole are passed over."""
    seen: set[Path] = set()
    for place in caches():
        for folder in _candidates(place):
            try:
                card = read_card(folder)
            except (CardError, OSError):
                continue
            if card.path not in seen and card.kind is CardKind.MODEL and fault_of(folder) is None:
                seen.add(card.path)
                yield card


def _candidates(place: Path) -> Iterator[Path]:
    """`models--OWNER--NAME/snapshots/COMMIT` and `OWNER/NAME`."""
    for outer in _folders(place):
        if outer.name.startswith("models--") or (outer / "snapshots").is_dir():
            yield from _folders(outer / "snapshots")
        else:
            yield from (inner for inner in _folders(outer) if (inner / "config.json").is_file())


def _folders(place: Path) -> list[Path]:
    try:
        return sorted(path for path in place.iterdir() if path.is_dir())
    except OSError:
        return []
