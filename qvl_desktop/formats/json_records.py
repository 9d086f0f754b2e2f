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

_CHUNK = 1 << 20
_NUMBER_TAIL = 3
"""A number may go on in the next piece when it ends this close to the end (`1`, `1.`, `1e+`)."""
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
    try:
        with path.open(encoding="utf-8-sig") as file:
            first = _first_mark(file.read(4096))
            file.seek(0)
            if first == "[":
                yield from _list_items(_Window(path, file))
            elif first == "{":
                yield from _lines(path)
            else:
                raise DataError(
                    QT_TRANSLATE_NOOP("errors", "{path}: this is neither a JSON list nor JSON lines."), path=path
                )
    except UnicodeDecodeError as error:
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{path}: the file is not UTF-8 text. Save it as UTF-8."), path=path
        ) from error
    except OSError as error:
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{path}: the file cannot be read ({reason})."),
            path=path,
            reason=error.strerror or error,
        ) from error


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


class _Window:
    """A moving piece of a text file; `position` is where reading goes on."""

    def __init__(self, path: Path, file: Any) -> None:
        self.path = path
        self._file = file
        self.text = ""
        self.position = 0
        self._lines_before = 0
        self.ended = False

    def more(self) -> bool:
        """Drop what was read and take another piece; False at the end of the file."""
        self._lines_before += self.text.count("\n", 0, self.position)
        piece = self._file.read(max(_CHUNK, len(self.text) - self.position))
        self.ended = not piece
        self.text = self.text[self.position :] + piece
        self.position = 0
        return not self.ended

    def next_mark(self) -> str:
        """The next character that is no blank, not consumed; "" at the end."""
        while True:
            while self.position < len(self.text) and self.text[self.position] in _BLANKS:
                self.position += 1
            if self.position < len(self.text):
                return self.text[self.position]
            if not self.more():
                return ""

    def fail(self, at: int, reason: str) -> DataError:
        """The error for a malformed place."""
        line = self._lines_before + self.text.count("\n", 0, at) + 1
        return DataError(
            QT_TRANSLATE_NOOP("errors", "{path}, line {line}: the JSON is broken ({reason})."),
            path=self.path,
            line=line,
            reason=reason,
        )


def _list_items(window: _Window) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    window.next_mark()
    window.position += 1
    if window.next_mark() == "]":
        return
    while True:
        window.next_mark()
        yield _item(window, decoder)
        mark = window.next_mark()
        window.position += 1
        if mark == "]":
            return
        if mark != ",":
            raise window.fail(window.position, "the file ends too early" if not mark else f"{mark!r} is not expected")


def _item(window: _Window, decoder: json.JSONDecoder) -> Any:
    while True:
        start = window.position
        try:
            value, end = decoder.raw_decode(window.text, start)
        except ValueError as error:
            if window.more():
                continue
            at = getattr(error, "pos", start) - start + window.position
            raise window.fail(at, getattr(error, "msg", str(error))) from error
        may_go_on = isinstance(value, (int, float)) and len(window.text) - end < _NUMBER_TAIL
        if may_go_on and window.more():
            continue
        window.position += end - start  # a failed `more` has moved the window
        return value
