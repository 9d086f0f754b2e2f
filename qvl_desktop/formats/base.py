"""What every format is: a name, how to read it and how to write it.

Owns `Format`, `Problem` and the paths between a file and its pictures. Does not own any format.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.i18n import translate
from qvl_desktop.core.run_folder import write_beside
from qvl_desktop.core.sources import spoken_source


@dataclass(frozen=True, slots=True)
class Problem:
    """A record that was left out. `source` names it ("data.json: record 17"), `template` with `values` says why."""

    source: str
    template: str
    values: dict[str, object]

    def __str__(self) -> str:
        words = translate("formats", "{source}: {message}")
        message = translate("formats", self.template).format(**self.values)
        return words.format(source=spoken_source(self.source), message=message)


@dataclass(frozen=True, slots=True)
class Format:
    """A read/write pair.

    `read(path, images)` yields a `Sample` (pictures absolute, the text as in the file) or a `Problem` for each record,
    in order, and raises `DataError` for a file that cannot be read as a whole. `images` is the folder that relative
    picture paths count from; None = the file's own folder. `write(path, samples)` replaces the file, whole, with
    picture paths relative to its folder where possible, and returns how many records it wrote. `recognises(head)` says
    whether a file that begins so (up to 64 KiB of text) may be of this format; `claims(path)`, where there is one, that
    a file beside it says it is. `dialects`: its turns are plain text for a model to learn, so that an export may write
    the boxes in it as another family does.
    """

    name: str
    label: str
    suffixes: tuple[str, ...]
    read: Callable[[Path, Path | None], Iterator[Sample | Problem]]
    write: Callable[[Path, Iterable[Sample]], int]
    recognises: Callable[[str], bool]
    claims: Callable[[Path], bool] | None = None
    dialects: bool = False


def resolve_picture(text: str, base: Path) -> Path:
    """The absolute place of a picture that a file in `base` names `text`."""
    return Path(os.path.normpath(base / text.replace("\\", "/" if os.sep == "/" else "\\")))


def relative_picture(picture: Path, base: Path) -> str:
    """How a file in `base` names a picture: relative, with `/`, where both are on one drive; else absolute."""
    try:
        return Path(os.path.relpath(picture, base)).as_posix()
    except ValueError:
        return picture.as_posix()


def write_whole(path: Path, lines: Sequence[str]) -> None:
    """Write a text file beside its place and move it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_beside(path, "".join(lines))
