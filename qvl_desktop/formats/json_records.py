"""The records of a JSON list or of a JSON-lines file, one at a time.

Owns walking through large files without holding them whole, and saying where a file is broken. Does not know what a
record means.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.formats.files import reading
from qvl_desktop.formats.json_window import Window, list_items

_BLANKS = " \t\r\n"


class Broken:
    """A line of a JSON-lines file that is no JSON; `reason` is the decoder's."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def read_records(path: Path) -> Iterator[Any]:
    """The records of `path`: of a JSON list, of JSON lines, or the one object that the file is.

    Raises `DataError`, naming the line, where a list is broken off or malformed; a malformed line of JSON lines comes
    as `Broken`, and the rest goes on.
    """
    with reading(path) as file:
        first = _first_mark(file.read(4096))
        file.seek(0)
        if first == "[":
            yield from list_items(Window(path, file))
        elif first == "{":
            yield from _lines(path)
        else:
            raise DataError(
                QT_TRANSLATE_NOOP("errors", "{path}: this is neither a JSON list nor JSON lines."), path=path
            )


def _first_mark(text: str) -> str:
    return text.lstrip(_BLANKS)[:1]


def _lines(path: Path) -> Iterator[Any]:
    """JSON lines; or one object over several lines, which is one record."""
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError as error:
                if number == 0 and (whole := _whole_object(path)) is not None:
                    yield whole
                    return
                record = Broken(str(error))
            yield record


def _whole_object(path: Path) -> Any | None:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError:
        return None
