"""What every format of regions is: pictures with boxes, quads and points, and no conversation.

Owns `RegionFormat`, the records its reader yields, and what its writer is given. Does not own any format, nor how
records become rows of a project (`storage.importing_regions`).

Records are not frozen only because there are millions of them, and a frozen one takes three times as long to make.
A reader keeps each record as it found it in `raw`, so that the same format can write it again to the letter; a writer
changes only what no longer fits the region (see `placing.is_where_it_was`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from qvl_desktop.core.dataset import Split
from qvl_desktop.core.i18n import translate
from qvl_desktop.core.shapes import Shape
from qvl_desktop.core.sources import spoken_source
from qvl_desktop.formats.base import Problem

Unit = Literal["pixel", "share"]


@dataclass(slots=True)
class RegionRecord:
    """A ref and its shape as a file says it, before it is fitted into the picture.

    `raw` is the format's own record with all its keys (JSON values), `raw_text` the same as JSON of one line where it
    is at hand. `source` names it for the user.
    """

    ref: str
    shape: Shape
    raw: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    raw_text: str = ""


@dataclass(slots=True)
class PictureRecord:
    """A picture with regions. A large file may speak of one picture in several records; they add up.

    `name` is the picture as the file names it, `bases` the folders that name may count from, tried in order. `width`
    and `height` are what the file says (0 = nothing), `unit` what the shapes count in: pixels of that size, or shares
    of the upright picture. `reviewed` says that somebody looked at it, also where there are no regions. `raw` are the
    format's own keys of the picture; `aside` are records with no counterpart here that are kept for the way back.
    """

    name: str
    bases: tuple[Path, ...]
    regions: tuple[RegionRecord, ...] = ()
    width: int = 0
    height: int = 0
    unit: Unit = "pixel"
    split: Split = ""
    reviewed: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)
    aside: tuple[Any, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says besides its records, by name (JSON values). A later one adds what earlier ones lack."""

    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Advance:
    """How far a reader is (bytes or files); also a place to stop."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Note:
    """Something a user should know though nothing was left out. As `Problem`: who says it, and what."""

    source: str
    template: str
    values: dict[str, object]

    def __str__(self) -> str:
        words = translate("formats", "{source}: {message}")
        message = translate("formats", self.template).format(**self.values)
        return words.format(source=spoken_source(self.source), message=message)


RegionItem = PictureRecord | Header | Advance | Note | Problem


@dataclass(frozen=True, slots=True)
class OutPicture:
    """A picture as a writer gets it. Shapes are pixels of the upright picture; `raw` is what the format brought.

    `turned` is the EXIF orientation (5 to 8) where the format's file speaks of the picture as it lies on the disk, not
    upright; 0 else.
    """

    file: Path
    name: str
    width: int
    height: int
    regions: tuple[RegionRecord, ...]
    split: Split = ""
    reviewed: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)
    aside: tuple[Any, ...] = ()
    turned: int = 0


class RegionSource(Protocol):
    """What a writer reads a project through."""

    @property
    def header(self) -> Mapping[str, Any]:
        """What the format's own files said besides their records."""
        ...

    def refs(self) -> list[str]:
        """The refs of all regions that will come, the earliest first."""
        ...

    def kinds(self) -> frozenset[str]:
        """The kinds of shape that will come."""
        ...

    def largest_id(self, table: Literal["pictures", "regions"]) -> int:
        """The largest id that the format's own records ever had; 0 when there is none."""
        ...

    def pictures(self) -> Iterator[OutPicture]:
        """The pictures with their regions, one at a time; may be asked for again."""
        ...


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How to write: over files that are there (`force`), and with copies of the pictures (`copy_images`)."""

    force: bool = False
    copy_images: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What a writer wrote; `problems` says what it had to leave out."""

    pictures: int
    regions: int
    problems: tuple[Problem | Note, ...] = ()


def keep_first(name: str, old: Any, new: Any) -> Any:
    """How headers meet unless a format knows better: what is there stays."""
    return old


@dataclass(frozen=True, slots=True)
class RegionFormat:
    """A read/write pair for regions.

    `read(path, images)` streams records and raises `DataError` for what cannot be read as a whole; `images` is the
    folder that picture names count from (None = as the format's own convention says). `write(target, source, options)`
    makes a file, or a folder where `folder` is true. `recognises(path, head)` says whether a path may be of this
    format; `head` is the beginning of a file as text (up to 64 KiB), "" for a folder. `merge(name, old, new)` gives the
    header value of a project that has `old` and is given `new`. `peek(path, images, count)` gives the first records at
    once, for show, where reading would take long to come to them (None = it comes to them soon); it raises nothing.
    """

    name: str
    label: str
    suffixes: tuple[str, ...]
    folder: bool
    read: Callable[[Path, Path | None], Iterator[RegionItem]]
    write: Callable[[Path, RegionSource, WriteOptions], Written]
    recognises: Callable[[Path, str], bool]
    merge: Callable[[str, Any, Any], Any] = keep_first
    peek: Callable[[Path, Path | None, int], Sequence[PictureRecord]] | None = None
