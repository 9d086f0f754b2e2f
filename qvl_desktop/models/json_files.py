"""The small JSON files of a model folder, read with errors that name the file.

Owns reading one. What the settings mean is the business of who asks for them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import ModelLoadError

MAX_BYTES = 64 * 2**20
"""Of a file of settings. A `tokenizer.json` is read by its own library."""


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; empty when there is no file. Raises `ModelLoadError` for anything else."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"{path.stat().st_size} bytes")
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{path}: cannot be read as JSON ({reason}). Download it again."),
            path=path,
            reason=getattr(error, "strerror", None) or error,
        ) from error
    if not isinstance(content, dict):
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{path}: the file holds no settings, but {kind}. Download it again."),
            path=path,
            kind=type(content).__name__,
        )
    return content


def check_json(folder: Path, *names: str) -> None:
    """Raise `ModelLoadError` for the first of these files that is there and cannot be read."""
    for name in names:
        read_json(folder / name)
