"""A moving window over a large JSON file.

Owns decoding one value after the other without holding the file, and saying in which line it is broken. Does not know
what a value means (`json_records`, `coco`).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO, TypeVar

from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.formats.files import reading

_CHUNK = 1 << 20
_NUMBER_TAIL = 3
"""A number may go on in the next piece when it ends this close to the end (`1`, `1.`, `1e+`)."""
_TAIL = 16
"""A fault this close to the end of the piece may come from the cut (`\\ud83d` of a pair, `-Infin`)."""
_BLANKS = " \t\r\n"


@contextmanager
def open_window(path: Path) -> Iterator[Window]:
    """A window over the beginning of a file. Raises `DataError` for what cannot be read or is not UTF-8."""
    with reading(path) as file:
        yield Window(path, file)


class Window:
    """A moving piece of a text file; `position` is where reading goes on."""

    def __init__(self, path: Path, file: TextIO) -> None:
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

    @property
    def progress(self) -> tuple[int, int]:
        """How many bytes were read so far, and how many there are."""
        return self._file.buffer.tell(), os.fstat(self._file.fileno()).st_size

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


_DECODER = json.JSONDecoder()
_COMMA = re.compile(r"[ \t\r\n]*,[ \t\r\n]*")


def list_items(window: Window) -> Iterator[Any]:
    """The values of the list that begins at the window's position, one at a time."""
    yield from _members(window, "]", take_value)


def list_texts(window: Window) -> Iterator[tuple[Any, str]]:
    """As `list_items`, each value with the text it was written as."""
    for item in _members(window, "]", _take):
        yield item
        yield from _at_hand(window)


def _at_hand(window: Window) -> Iterator[tuple[Any, str]]:
    """The next values of a list, as long as they lie whole in the window: the fast way through millions of them."""
    scan = _DECODER.scan_once  # type: ignore[attr-defined]
    text, position = window.text, window.position
    while (comma := _COMMA.match(text, position)) is not None:
        start = comma.end()
        try:
            value, end = scan(text, start)
        except (StopIteration, ValueError, RecursionError):  # `_take` will find out what it is
            return
        if end > len(text) - _NUMBER_TAIL:
            return
        window.position = position = end
        yield value, text[start:end]


def skip_value(window: Window) -> None:
    """Pass over the value at the window's position; of a list, never more than one member is held."""
    if window.next_mark() == "[":
        for _ in list_items(window):
            pass
    else:
        take_value(window)


def object_keys(window: Window) -> Iterator[str]:
    """The keys of the object that begins at the window's position, each with the window at its value.

    Whoever asks for the next key has read the value (`take_value`, `list_items`).
    """
    for key in _members(window, "}", take_value):
        if not isinstance(key, str) or window.next_mark() != ":":
            raise window.fail(window.position, "a key and a colon are expected")
        window.position += 1
        window.next_mark()
        yield key


T = TypeVar("T")


def _members(window: Window, closing: str, take: Callable[[Window], T]) -> Iterator[T]:
    window.next_mark()
    window.position += 1
    if window.next_mark() == closing:
        window.position += 1
        return
    while True:
        yield take(window)
        mark = window.next_mark()
        window.position += 1
        if mark == closing:
            return
        if mark != ",":
            raise window.fail(window.position, "the file ends too early" if not mark else f"{mark!r} is not expected")


def take_value(window: Window) -> Any:
    """The value that begins at the window's position (after blanks); reading goes on behind it."""
    return _take(window)[0]


def _take(window: Window) -> tuple[Any, str]:
    window.next_mark()
    while True:
        start = window.position
        try:
            value, end = _DECODER.raw_decode(window.text, start)
        except json.JSONDecodeError as error:
            if _may_be_cut_off(error, len(window.text)) and window.more():
                continue
            raise window.fail(error.pos - start + window.position, error.msg) from error
        except (ValueError, RecursionError) as error:  # a number of thousands of digits, thousands of brackets
            raise window.fail(start, str(error)) from error
        may_go_on = isinstance(value, (int, float)) and len(window.text) - end < _NUMBER_TAIL
        if may_go_on and window.more():
            continue
        text = window.text[window.position : window.position + end - start]  # a failed `more` has moved the window
        window.position += end - start
        return value, text


def _may_be_cut_off(error: json.JSONDecodeError, length: int) -> bool:
    """Whether more text might mend it: the fault is at the very end, or in a string without end."""
    return error.pos >= length - _TAIL or error.msg.startswith("Unterminated string")
