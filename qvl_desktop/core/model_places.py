"""Where downloaded models lie, and which folder a name means.

Owns the user's folder of models, the list of those that were put elsewhere, and looking a name up. Both halves read it,
so that `--model Qwen-VL-Chat` means the same everywhere. Does not own fetching (`hubs`) nor what a folder holds
(`cards`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qvl_desktop.core.folders import data_folder
from qvl_desktop.core.run_folder import write_beside

VERSION = 1


def models_folder() -> Path:
    """Where downloads go unless told otherwise: as the user chose, else `models` in the program's data."""
    chosen = _read().get("folder")
    return Path(chosen) if isinstance(chosen, str) and chosen else data_folder() / "models"


def set_models_folder(folder: Path | None) -> None:
    """Choose another folder for downloads to come, or the usual one (`None`). Raises `OSError`."""
    body = _read()
    old = models_folder()
    if old.is_dir():  # what is there keeps its name
        body["folders"] = sorted({*_folders(body), *(str(path) for path in old.iterdir() if path.is_dir())})
    body["folder"] = str(folder) if folder is not None else ""
    _write(body)


def remember_model(folder: Path) -> None:
    """A model was put outside the models folder. Raises `OSError`."""
    folder = folder.absolute()
    if folder.parent == models_folder().absolute():
        return
    body = _read()
    if str(folder) not in _folders(body):
        body["folders"] = [*_folders(body), str(folder)]
        _write(body)


def forget_model(folder: Path) -> None:
    """It is not there any more. Raises `OSError`."""
    body = _read()
    kept = [place for place in _folders(body) if Path(place) != folder.absolute()]
    if kept != _folders(body):
        body["folders"] = kept
        _write(body)


def downloaded_folders() -> Iterator[Path]:
    """The folders of downloaded models: those in the models folder by name, then those elsewhere."""
    try:
        inside = sorted(path for path in models_folder().iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        inside = []
    seen = set()
    for path in [*inside, *map(Path, _folders(_read()))]:
        if path not in seen and path.is_dir():
            seen.add(path)
            yield path


def find_model(name: str) -> Path | None:
    """The folder of a downloaded model by its name (case does not matter), also as OWNER/NAME; `None`: not here."""
    wanted = name.rpartition("/")[2].casefold()
    return next((path for path in downloaded_folders() if path.name.casefold() == wanted), None)


def _place() -> Path:
    return data_folder() / "models.json"


def _read() -> dict[str, Any]:
    try:
        body = json.loads(_place().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return body if isinstance(body, dict) else {}


def _folders(body: dict[str, Any]) -> list[str]:
    folders = body.get("folders")
    return [place for place in folders if isinstance(place, str)] if isinstance(folders, list) else []


def _write(body: dict[str, Any]) -> None:
    path = _place()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_beside(path, json.dumps({**body, "version": VERSION}, ensure_ascii=False, indent=1) + "\n")
