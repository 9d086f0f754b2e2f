"""Which formats there are, and which one a file or folder is of.

Owns the list and the guess. Does not own any format. A format is of one of two kinds: `Format` holds conversations,
`RegionFormat` holds regions.
"""

from __future__ import annotations

from pathlib import Path

from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.formats.base import Format
from qvl_desktop.formats.coco import COCO
from qvl_desktop.formats.files import cannot_read
from qvl_desktop.formats.labelme import LABELME
from qvl_desktop.formats.ms_swift import MS_SWIFT
from qvl_desktop.formats.qwen_vl import QWEN_VL
from qvl_desktop.formats.refcoco import REFCOCO, REFCOCO_XYWH
from qvl_desktop.formats.regions import RegionFormat
from qvl_desktop.formats.sharegpt import SHAREGPT
from qvl_desktop.formats.voc import VOC
from qvl_desktop.formats.yolo import YOLO

AnyFormat = Format | RegionFormat

CONVERSATION_FORMATS: tuple[Format, ...] = (QWEN_VL, MS_SWIFT, SHAREGPT, REFCOCO, REFCOCO_XYWH)
REGION_FORMATS: tuple[RegionFormat, ...] = (COCO, YOLO, VOC, LABELME)

_ALL: tuple[AnyFormat, ...] = (*CONVERSATION_FORMATS, *REGION_FORMATS)
FORMATS: dict[str, AnyFormat] = {item.name: item for item in _ALL}
"""By the name that `--format` takes; a guess takes the first that fits."""

_HEAD = 64 * 1024


def format_named(name: str) -> AnyFormat:
    """The format of that name. Raises `DataError` with the names there are."""
    if name not in FORMATS:
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{name} is no known format. Known: {known}."),
            name=name,
            known=", ".join(FORMATS),
        )
    return FORMATS[name]


def guess_format(path: Path) -> AnyFormat:
    """The format of an existing file, by its beginning, or of a folder. Raises `DataError` when none fits."""
    path = Path(path)
    head = "" if path.is_dir() else _head(path)
    for claiming in CONVERSATION_FORMATS:
        if claiming.claims is not None and path.suffix.lower() in claiming.suffixes and claiming.claims(path):
            return claiming
    for item in FORMATS.values():
        if isinstance(item, RegionFormat):
            if item.recognises(path, head):
                return item
        elif path.suffix.lower() in item.suffixes and item.recognises(head):
            return item
    raise DataError(
        QT_TRANSLATE_NOOP("errors", "{path}: this is no data in a known format ({known})."),
        path=path,
        known=", ".join(FORMATS),
    )


def conversation_format(path: Path) -> Format:
    """The format of a file that holds conversations. Raises `DataError`, also for a file of regions."""
    found = guess_format(path)
    if isinstance(found, RegionFormat):
        raise DataError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{path}: this is {format}, which has boxes but no conversations. Import it into a project "
                "(qvl-desktop import), and make conversations from its boxes there.",
            ),
            path=path,
            format=found.label,
        )
    return found


def _head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_HEAD)
    except OSError as error:
        raise cannot_read(path, error) from error
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    return data.decode("utf-16" if wide else "utf-8-sig", errors="replace")
