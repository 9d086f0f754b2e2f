"""Reads the words of a language without Qt: the `.qm` files that the window loads too.

Owns the file's layout (sections with a tag and a length; a table of hashes, sorted; messages as tagged fields) and
finding one message in it, which needs no pass over the others: a start of the program costs reading one file.
Source of the layout and the hash: Qt's `qtranslator.cpp` (public format, big-endian). Does not own the words
(`resources/translations`) nor which language is in force (`core.language`).
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from qvl_desktop.core.i18n import NO_NUMBER, english

MAGIC = bytes.fromhex("3cb86418caef9c95cd211cbf60a1bddd")
_HASHES, _MESSAGES = 0x42, 0x69
_END, _TRANSLATION, _SOURCE, _CONTEXT, _COMMENT = 1, 3, 6, 7, 8
_ONE_BYTE = 5
"""The tag of a field that is one byte long and means nothing any more."""
_NULL = 0xFFFFFFFF


class CatalogueError(ValueError):
    """A file that is no catalogue, or a damaged one; never shown: the program then speaks English."""


class Catalogue:
    """The translations of one `.qm` file. Raises `OSError`, `CatalogueError`."""

    def __init__(self, path: Path) -> None:
        sections = _sections(path.read_bytes())
        table = sections.get(_HASHES, b"")
        numbers = struct.unpack(f">{len(table) // 4}I", table[: len(table) // 8 * 8])
        self._hashes, self._offsets = numbers[::2], numbers[1::2]
        self._messages = sections.get(_MESSAGES, b"")
        self._known: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def translate(self, context: str, text: str, comment: str = "", n: int = NO_NUMBER) -> str:
        """The text in this language, English where it has no such words; `n` chooses the plural and fills `%n`."""
        key = (context, text, comment)
        forms = self._known.get(key)
        if forms is None:
            forms = self._known[key] = self._find(*key)
        if not forms:
            return english(context, text, comment, n)
        if n == NO_NUMBER:
            return forms[0]
        return forms[0 if n == 1 or len(forms) == 1 else 1].replace("%n", f"{n}")

    def _find(self, context: str, text: str, comment: str) -> tuple[str, ...]:
        wanted = (context.encode(), text.encode(), comment.encode())
        value = elf_hash(wanted[1] + wanted[2])
        at = bisect_left(self._hashes, value)
        while at < len(self._hashes) and self._hashes[at] == value:
            found, forms = self._message(self._offsets[at])
            if found == wanted:
                return forms
            at += 1
        return ()

    def _message(self, offset: int) -> tuple[tuple[bytes, bytes, bytes], tuple[str, ...]]:
        """Context, source and comment of the message at an offset, and its translations (one, or one a plural)."""
        fields = {_CONTEXT: b"", _SOURCE: b"", _COMMENT: b""}
        forms: list[str] = []
        for tag, body in _fields(self._messages, offset):
            if tag == _TRANSLATION:
                forms.append(body.decode("utf-16-be", errors="replace"))
            else:
                fields[tag] = body
        return (fields[_CONTEXT], fields[_SOURCE], fields[_COMMENT]), tuple(form for form in forms if form)


def elf_hash(data: bytes) -> int:
    """The hash of a message's source and comment, never 0."""
    value = 0
    for byte in data:
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ (high >> 24)) & 0x0FFFFFFF
    return value or 1


def _sections(data: bytes) -> dict[int, bytes]:
    if data[: len(MAGIC)] != MAGIC:
        raise CatalogueError("this is no catalogue")
    sections, at = {}, len(MAGIC)
    while at + 5 <= len(data):
        tag, length = struct.unpack_from(">BI", data, at)
        sections[tag] = data[at + 5 : at + 5 + length]
        at += 5 + length
    return sections


def _fields(messages: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The fields of the message that begins at `at`; a damaged one ends early."""
    while at < len(messages) and (tag := messages[at]) != _END:
        if tag == _ONE_BYTE:
            at += 2
            continue
        if tag not in (_TRANSLATION, _SOURCE, _CONTEXT, _COMMENT) or at + 5 > len(messages):
            return
        (length,) = struct.unpack_from(">I", messages, at + 1)
        length = 0 if length == _NULL else length
        yield tag, messages[at + 5 : at + 5 + length]
        at += 5 + length
