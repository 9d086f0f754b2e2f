"""What `--model` may be, and which folder it means.

Owns the rule. Does not load anything (`loading`) nor tell what a folder holds (`core.cards`).
"""

from __future__ import annotations

from pathlib import Path

from qvl_desktop.core.cards import DEMO
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.resources import resource_path
from qvl_desktop.models.errors import ModelLoadError


def resolve_model(name: str) -> Path:
    """The folder of "demo" or of a path. Raises `ModelLoadError` when there is none."""
    folder = resource_path("demo_model") if name == DEMO else Path(name).expanduser()
    if folder.is_dir():
        return folder.resolve()
    if name == DEMO:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "The demo model was left out of this installation: {folder} is missing."),
            folder=folder,
        )
    raise ModelLoadError(
        QT_TRANSLATE_NOOP("errors", '{name}: there is no such model folder. Give a folder, or "demo".'), name=name
    )
