"""Where the parts of a YOLO data set are: the yaml, the pictures of each split, the labels.

Owns finding them, and the convention that `images/a.jpg` is labelled by `labels/a.txt`. Does not read labels.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from qvl_desktop.core.dataset import SPLITS, Split
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.pictures import SUFFIXES
from qvl_desktop.formats.base import resolve_picture
from qvl_desktop.formats.files import cannot_read

_LARGEST_YAML = 4 * 2**20
_CLASS_FILES = ("classes.txt", "obj.names", "labels/classes.txt", "_darknet.labels")
_OWN_KEYS = frozenset({"path", "names", "nc", *SPLITS})


@dataclass(slots=True)
class Part:
    """The pictures of one split. `entry` is what the yaml says ("images/train"), `folders` where labels may be."""

    split: Split
    entry: str
    pictures: list[Path] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    missing: bool = False


@dataclass(slots=True)
class Layout:
    """A data set: its root, the names of its classes (None = nowhere said), other keys of the yaml, its parts."""

    root: Path
    file: Path | None
    names: dict[int, str] | None
    as_list: bool
    count: int | None
    others: dict[str, Any]
    parts: list[Part]

    @property
    def keypoints(self) -> int:
        """How many numbers follow the box in a row of poses; 0 where there are none."""
        return keypoint_numbers(self.others)


def keypoint_numbers(others: dict[str, Any]) -> int:
    """What the yaml's `kpt_shape` comes to: points times numbers of each."""
    match others.get("kpt_shape"):
        case [int(points), int(each)] if points > 0 and each in (2, 3):
            return points * each
    return 0


def find_yaml(folder: Path) -> Path | None:
    """The yaml of a data set in a folder: `data.yaml`, or the first that has names."""
    candidates = sorted(folder.glob("*.y*ml"), key=lambda file: (file.name != "data.yaml", file.name))
    return next((file for file in candidates if is_yolo_yaml(file)), None)


def is_yolo_yaml(file: Path) -> bool:
    """Whether a yaml names classes and pictures."""
    try:
        document = _load(file)[0]
    except DataError:
        return False
    return "names" in document and any(split in document for split in SPLITS)


def find_layout(path: Path) -> Layout:
    """The layout of a data set by its folder or its yaml. Raises `DataError`."""
    path = path.absolute()
    file = find_yaml(path) if path.is_dir() else path
    if file is None:
        return _without_yaml(path)
    document, typed = _load(file)
    names, as_list = _names(file, document.get("names"))
    root = file.parent
    if isinstance(said := document.get("path"), str) and resolve_picture(said, file.parent).is_dir():
        root = resolve_picture(said, file.parent)
    others = {str(key): value for key, value in typed.items() if str(key) not in _OWN_KEYS}
    count = typed.get("nc") if isinstance(typed.get("nc"), int) else None
    parts = [_part(split, entry, root, file.parent) for split in SPLITS for entry in _entries(document.get(split))]
    return Layout(root, file, names, as_list, count, json.loads(json.dumps(others, default=str)), parts)


def _load(file: Path) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """The document of a yaml, which must be a mapping: with all values as texts, and with values of their types.

    Nothing in it is run, and references are refused.
    """
    import yaml  # a window that starts has no use for it

    try:
        if file.stat().st_size > _LARGEST_YAML:
            raise DataError(QT_TRANSLATE_NOOP("errors", "{path}: too large for the yaml of a data set."), path=file)
        text = file.read_bytes()
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise DataError(
                QT_TRANSLATE_NOOP("errors", "{path}: references (*name) are not read in a data set's yaml."), path=file
            )
        document, typed = yaml.load(text, Loader=yaml.BaseLoader), yaml.load(text, Loader=yaml.SafeLoader)
    except OSError as error:
        raise cannot_read(file, error) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{path}: the yaml is broken ({reason})."),
            path=file,
            reason=" ".join(str(error).split())[:200],
        ) from error
    if not isinstance(document, dict) or not isinstance(typed, dict):
        raise DataError(QT_TRANSLATE_NOOP("errors", "{path}: the yaml names no classes."), path=file)
    return document, typed


def _names(file: Path, value: Any) -> tuple[dict[int, str] | None, bool]:
    match value:
        case None:
            return None, False
        case list() if all(isinstance(name, str) for name in value):
            return dict(enumerate(value)), True
        case dict() if all(str(key).isdecimal() and isinstance(name, str) for key, name in value.items()):
            return {int(key): name for key, name in value.items()}, False
    raise DataError(
        QT_TRANSLATE_NOOP("errors", "{path}: “names” must be a list of names, or a name for each number."), path=file
    )


def _entries(value: Any) -> list[str]:
    return [value] if isinstance(value, str) and value else [v for v in value or [] if isinstance(v, str)]


def _part(split: Split, entry: str, root: Path, beside: Path) -> Part:
    """The pictures an entry means: a folder, or a text file that lists them. Roboflow's `../train` is `train`."""
    part = Part(split, entry)
    tried = [resolve_picture(entry, root), resolve_picture(entry, beside), resolve_picture(entry.lstrip("./"), beside)]
    place = next((place for place in tried if place.exists()), None)
    if place is not None and place.is_file():
        part.pictures = list(_listed(place))
        part.folders = list(dict.fromkeys(label_of(picture).parent for picture in part.pictures))
    else:
        part.folders = [label_folder(place or tried[0])]
        part.pictures = sorted_pictures(place) if place is not None else []
        part.missing = place is None and not part.folders[0].is_dir()
    return part


def _listed(file: Path) -> Iterator[Path]:
    for line in file.read_text(encoding="utf-8-sig", errors="replace").splitlines():
        if line.strip():
            yield resolve_picture(line.strip(), file.parent)


def _without_yaml(folder: Path) -> Layout:
    names = None
    for name in _CLASS_FILES:
        if (folder / name).is_file():
            lines = (folder / name).read_text(encoding="utf-8-sig", errors="replace").splitlines()
            names = dict(enumerate(line.strip() for line in lines if line.strip()))
            break
    pictures = folder / "images" if (folder / "images").is_dir() else folder
    part = Part("", "images" if pictures != folder else ".", sorted_pictures(pictures), [label_folder(pictures)])
    if pictures == folder and (folder / "labels").is_dir():
        part.folders.append(folder / "labels")
    return Layout(folder, None, names, True, None, {}, [part])


def sorted_pictures(folder: Path) -> list[Path]:
    """The pictures in a folder and below it, by name."""
    return sorted(
        Path(place, name)
        for place, _, names in os.walk(folder)
        for name in names
        if os.path.splitext(name)[1].lower() in SUFFIXES
    )


def label_of(picture: Path) -> Path:
    """Where the labels of a picture are: in `labels` instead of the last `images` of its path, else beside it."""
    return label_folder(picture.parent) / (picture.stem + ".txt")


def label_folder(folder: Path) -> Path:
    """Where the labels of the pictures of a folder are."""
    return Path(folder.anchor, *_labels(folder.relative_to(folder.anchor).parts))


def label_place(place: PurePosixPath) -> PurePosixPath:
    """As `label_of`, for a place relative to the root."""
    return PurePosixPath(*_labels(place.parent.parts)) / (place.stem + ".txt")


def _labels(parts: tuple[str, ...]) -> tuple[str, ...]:
    for position in range(len(parts) - 1, -1, -1):
        if parts[position] == "images":
            return (*parts[:position], "labels", *parts[position + 1 :])
    return parts
