"""Which formats there are, and which one a file is of.

Owns the list and the guess. Does not own any format.
"""

from __future__ import annotations

from pathlib import Path

from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.formats.base import Format
from qvl_desktop.formats.qwen_vl import QWEN_VL

FORMATS: dict[str, Format] = {item.name: item for item in (QWEN_VL,)}
"""By the name that `--format` takes."""

_HEAD = 64 * 1024


def format_named(name: str) -> Format:
    """The format of that name. Raises `DataError` with the names there are."""
    if name not in FORMATS:
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{name} is no known format. Known: {known}."),
            name=name,
            known=", ".join(FORMATS),
        )
    return FORMATS[name]


def guess_format(path: Path) -> Format:
    """The format of an existing file, by its beginning. Raises `DataError` when none fits."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).decode("utf-8", errors="replace")
    except OSError as error:
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{path}: the file cannot be read ({reason})."),
            path=path,
            reason=error.strerror or error,
        ) from error
    for item in FORMATS.values():
        if path.suffix.lower() in item.suffixes and item.recognises(head):
            return item
    raise DataError(
        QT_TRANSLATE_NOOP("errors", "{path}: this is no data in a known format ({known})."),
        path=path,
        known=", ".join(FORMATS),
    )
