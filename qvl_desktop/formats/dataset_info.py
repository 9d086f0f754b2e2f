"""`dataset_info.json`: what LLaMA-Factory is told about the data files of a folder.

Owns finding the entry of a data file, its columns and tags, and writing an entry without losing the others. Does not
own the records (`sharegpt`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.run_folder import write_beside

FILE_NAME = "dataset_info.json"
SUFFIXES = (".json", ".jsonl")

COLUMNS = {
    "messages": "conversations",
    "prompt": "instruction",
    "query": "input",
    "response": "output",
}
"""The columns that hold without being named."""
TAGS = {
    "role_tag": "from",
    "content_tag": "value",
    "user_tag": "human",
    "assistant_tag": "gpt",
    "system_tag": "system",
}
"""The tags that hold without being named."""
MESSAGES_TAGS = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
}
"""The tags of records with `messages`, `role` and `content`: what this program writes."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the records of one file are laid out; an empty `formatting` means: as they look."""

    formatting: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> str | None:
        """What the file calls a column; None where it has none."""
        return self.columns.get(name) or COLUMNS.get(name)

    @property
    def leading_column(self) -> str:
        """The column without which a record is none."""
        return self.column("prompt" if self.formatting == "alpaca" else "messages") or ""

    def tag(self, name: str) -> str:
        """What the file calls a tag."""
        return self.tags.get(name) or TAGS[name]


def read_info(path: Path) -> dict[str, dict[str, Any]]:
    """The entries of a `dataset_info.json`, by name. Raises `DataError`."""
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{path}: the file cannot be read ({reason})."), path=path, reason=error
        ) from error
    if not isinstance(value, dict) or not all(isinstance(entry, dict) for entry in value.values()):
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{path}: this is no list of data sets as LLaMA-Factory keeps it."), path=path
        )
    return value


def layout_from(entry: Mapping[str, Any]) -> Layout:
    """The layout that an entry describes."""
    columns = {key: value for key, value in _mapping(entry, "columns").items() if isinstance(value, str)}
    tags = {key: value for key, value in _mapping(entry, "tags").items() if isinstance(value, str)}
    return Layout(str(entry.get("formatting") or "alpaca"), columns, tags)


def _mapping(entry: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = entry.get(key)
    return value if isinstance(value, dict) else {}


def find_layout(path: Path) -> tuple[Layout, Path] | None:
    """The layout of a data file and the folder its pictures count from, as an entry beside or above it says."""
    for folder in (path.parent, path.parent.parent):
        info = folder / FILE_NAME
        if not info.is_file() or info == path:
            continue
        try:
            entries = read_info(info)
        except DataError:
            continue
        for entry in entries.values():
            if any(file == path for file in data_files(entry, folder)):
                return layout_from(entry), folder
    return None


def data_files(entry: Mapping[str, Any], folder: Path) -> Iterator[Path]:
    """The files on this machine that an entry of a `dataset_info.json` in `folder` stands for."""
    name = entry.get("file_name")
    if not isinstance(name, str) or not name:
        return
    place = folder / name
    if place.is_dir():
        yield from sorted(file for file in place.iterdir() if file.suffix.lower() in SUFFIXES)
    elif place.is_file():
        yield place


def put_entry(path: Path, *, pictures: bool) -> str:
    """Describe a data file with `messages` in the `dataset_info.json` beside it; returns the entry's name.

    Other entries stay to the letter of their values; an entry that already stands for this file keeps its other keys.
    A `dataset_info.json` that cannot be read is left as it is: raises `DataError`.
    """
    info = path.with_name(FILE_NAME)
    entries = read_info(info) if info.exists() else {}
    name = next((key for key, entry in entries.items() if entry.get("file_name") == path.name), "")
    if not name:
        number = 1
        name = path.stem
        while name in entries:
            number += 1
            name = f"{path.stem}_{number}"
    columns = {"messages": "messages"} | ({"images": "images"} if pictures else {})
    own = {"file_name": path.name, "formatting": "sharegpt", "columns": columns, "tags": dict(MESSAGES_TAGS)}
    entries[name] = {**entries.get(name, {}), **own}
    try:
        write_beside(info, json.dumps(entries, ensure_ascii=False, indent=2) + "\n")
    except OSError as error:
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{path}: the file cannot be written ({reason})."),
            path=info,
            reason=error.strerror or error,
        ) from error
    return name
