"""What would come of what is dragged over the start page, in words, before it is let go.

Owns telling the kinds apart and the words. Does not own doing it (`main_window`) nor how it is shown
(`gui.shell.drop_hint`). Whether a folder or a file is a data set takes reading: `look_closer`, not for the window's
thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.pictures import SUFFIXES
from qvl_desktop.gui.data.dropping import data_source
from qvl_desktop.storage.project import SUFFIX

Kind = Literal["project", "folder", "data", "pictures", "several", "nothing"]
_N = QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True)
class DropWords:
    """What would come of it: an icon, a title, and a sentence. Of kind "nothing" when it cannot be taken; of kind
    "pictures" with their `count` and no title, which is a plural."""

    kind: Kind
    icon: str
    title: str
    text: str
    count: int = 0


def drop_words(paths: Sequence[Path]) -> DropWords:
    """What would come of these, as far as their names tell."""
    one = paths[0] if len(paths) == 1 else None
    if one is not None and one.is_dir():
        project = one / f"{one.name}{SUFFIX}"
        if project.exists():
            return _project(project)
        words = _N("drop", "Makes a project of the pictures in this folder and below. The files stay where they are.")
        return DropWords("folder", "folder-add", _say(_N("drop", "New project “{name}”"), one.name), _say(words))
    if one is not None and one.suffix.lower() == SUFFIX:
        return _project(one)
    if one is not None and data_source([one]) is not None:
        words = _N("drop", "Asks first where the project for it is to lie, then shows what is in it.")
        return DropWords("data", "import", _say(_N("drop", "Import “{name}”"), one.name), _say(words))
    if paths and all(path.suffix.lower() in SUFFIXES for path in paths):
        words = _N("drop", "Asks first where the project is to lie. The files stay where they are.")
        return DropWords("pictures", "image", "", _say(words), len(paths))
    if len(paths) > 1 and all(path.is_dir() or path.suffix.lower() in SUFFIXES for path in paths):
        words = _N("drop", "Asks first where the project is to lie. The files stay where they are.")
        title = _say(_N("drop", "New project with all these folders"))
        return DropWords("several", "folder-add", title, _say(words), len(paths))
    title = _say(_N("drop", "This cannot be opened here"))
    words = _N("drop", "Drop a project, a folder of pictures, a data set or data file, or pictures.")
    return DropWords("nothing", "warning", title, _say(words))


def look_closer(paths: Sequence[Path], first: DropWords) -> DropWords:
    """The same after looking into the file or folder: which format it is in. Reads; not for the window's thread."""
    if first.kind not in ("folder", "data"):
        return first
    from qvl_desktop.formats.registry import guess_format

    try:
        label = translate("formats", guess_format(paths[0]).label)
    except (DataError, OSError):
        if first.kind == "folder":
            return first
        words = _N("drop", "It is in no format that is known by its look. You can choose one after dropping it.")
        return DropWords("data", "import", first.title, _say(words))
    if first.kind == "folder":
        words = _N("drop", "Makes a project of its pictures, then shows what else is in it: {name}.")
    else:
        words = _N("drop", "{name}. Asks first where its project is to lie, then shows what is in it.")
    return DropWords(first.kind, first.icon, first.title, _say(words, label))


def _project(path: Path) -> DropWords:
    return DropWords(
        "project", "folder-open", _say(_N("drop", "Open the project “{name}”"), path.stem), str(path.parent)
    )


def _say(text: str, name: str = "") -> str:
    return translate("drop", text).format(name=name)
