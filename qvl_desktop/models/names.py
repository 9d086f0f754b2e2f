"""What `--model` may be, and which folder it means.

Owns the rule. Does not load anything (`loading`) nor tell what a folder holds (`core.cards`).
"""

from __future__ import annotations

from pathlib import Path

from qvl_desktop.core.cards import DEMO
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.known_models import known_model
from qvl_desktop.core.model_places import find_model
from qvl_desktop.core.resources import resource_path
from qvl_desktop.models.errors import ModelLoadError


def resolve_model(name: str) -> Path:
    """The folder of "demo", of a path, or of a downloaded model's name. Raises `ModelLoadError` when there is none."""
    folder = resource_path("demo_model") if name == DEMO else Path(name).expanduser()
    if folder.is_dir():
        return folder.resolve()
    if name == DEMO:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "The demo model was left out of this installation: {folder} is missing."),
            folder=folder,
        )
    if (downloaded := find_model(name)) is not None:
        return downloaded.resolve()
    if known_model(name) is not None:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{name}: not downloaded yet. Fetch it first: qvl-desktop download {name}"),
            name=name,
        )
    raise ModelLoadError(
        QT_TRANSLATE_NOOP(
            "errors", '{name}: there is no such model folder. Give a folder, a downloaded name, or "demo".'
        ),
        name=name,
    )
