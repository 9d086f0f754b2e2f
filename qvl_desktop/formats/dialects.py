"""Boxes in the text of others' data, and in the text written for others: between canonical tokens and a dialect.

Owns reading a format's samples in a dialect, and which formats a family's dialect can be written in. Does not own the
dialects themselves (`core.dialects`), telling which one a file speaks (`dialect_guess`) nor any format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.dialects import (
    DIALECTS,
    QWEN2_5_VL,
    QWEN3_VL,
    QWEN_VL,
    Dialect,
    dialect,
    render_turns,
)
from qvl_desktop.core.errors import DataError, QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.sources import spoken_source
from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, parse, write
from qvl_desktop.formats.base import Format, Problem
from qvl_desktop.formats.dialect_guess import BOX, Told, pieces, tell
from qvl_desktop.formats.picture_sizes import PictureSizes
from qvl_desktop.formats.regions import RegionFormat

AUTO = "auto"
CHOICES = (AUTO, *DIALECTS)
"""What `--dialect` takes."""

LOOKED_AT = 500
"""Samples with boxes, the first of a file, by which its dialect is told."""

LOOKED_THROUGH = 20_000
"""So many records are looked through for them at most."""

_SIGNS = ("bbox_2d", "_start|>", "</box>")

_AT_THE_EDGE = re.compile(r"(?<=[(,])\s*1000\s*(?=[,)])")


class DialectUnknownError(DataError):
    """The dialect of a file cannot be told; `told` says why."""

    def __init__(self, template: str, *, told: Told, **values: object) -> None:
        super().__init__(template, told=told, **values)
        self.told = told


class DialectReader:
    """Reads formats in a dialect of `CHOICES`: `DialectReader("auto").format(fmt)` is `fmt` with canonical samples.

    After reading: `told` (which dialect, and why), `changed` (samples whose text became another), `notes` (sentences
    about boxes that were mended or left as they were).
    """

    def __init__(self, name: str = AUTO) -> None:
        if name not in CHOICES:
            dialect(name)
        self._name = name
        self._sizes = PictureSizes()
        self.told: Told | None = None
        self.changed = 0
        self.notes: list[str] = []

    def format(self, fmt: Format) -> Format:
        """The format with a `read` that gives canonical text. That raises `DataError` where auto cannot tell."""
        return replace(fmt, read=lambda path, images: self._read(fmt, Path(path), images))

    def _read(self, fmt: Format, path: Path, images: Path | None) -> Iterator[Sample | Problem]:
        items = fmt.read(path, images)
        self.changed, self.notes = 0, []
        if self._name == AUTO:
            head = _beginning(items)
            self.told = tell((item for item in head if isinstance(item, Sample)), self._sizes)
            items = chain(head, items)
            if self.told.dialect is None:
                raise DialectUnknownError(
                    QT_TRANSLATE_NOOP(
                        "errors", "{path}: {reason} Import it with --dialect {first} or --dialect {second}."
                    ),
                    told=self.told,
                    path=path,
                    reason=self.told.reason,
                    first=QWEN2_5_VL,
                    second=QWEN3_VL,
                )
        else:
            self.told = Told(self._name, QT_TRANSLATE_NOOP("formats", "As chosen."))
        language = dialect(self.told.dialect or QWEN_VL)
        for item in items:
            if isinstance(item, Problem):
                yield item
                continue
            try:
                yield self._canonical(item, language)
            except QvlError as error:
                yield Problem(item.source, QT_TRANSLATE_NOOP("formats", "{reason}"), {"reason": error})

    def _canonical(self, sample: Sample, language: Dialect) -> Sample:
        seen = 0
        turns: list[Turn] = []
        for number, turn in enumerate(sample.conversation.turns, start=1):
            written: list[str] = []
            for piece in pieces(turn):
                if isinstance(piece, Picture):
                    seen += 1
                    written.append(write([piece]))
                    continue
                written.append(self._piece(sample, number, piece, seen, language))
            turns.append(Turn(turn.role, "".join(written)))
        if tuple(turns) == sample.conversation.turns:
            return sample
        self.changed += 1
        conversation = Conversation(tuple(turns), sample.conversation.id)
        keeps_shapes = _box_count(turns) == len(sample.shapes)
        return replace(sample, conversation=conversation, shapes=sample.shapes if keeps_shapes else ())

    def _piece(self, sample: Sample, number: int, text: str, seen: int, language: Dialect) -> str:
        text = BOX.sub(self._inside, text)
        if language.name == QWEN_VL:
            return text
        needs_size = language.name == QWEN2_5_VL and "bbox_2d" in text
        sizes = [self._sizes(file) for file in sample.pictures[: max(seen, 1)]] if needs_size else []
        reading = language.parse(text, sizes)
        for fault in reading.faults:
            if fault.code != "other-dialect":
                words = translate("formats", QT_TRANSLATE_NOOP("formats", "{source}, turn {turn}: {message}"))
                message = translate("dialects", fault.message)
                self.notes.append(words.format(source=spoken_source(sample.source), turn=number, message=message))
        return reading.text

    @staticmethod
    def _inside(match: re.Match[str]) -> str:
        """A box whose far edge is 1000, as others round it, reaches to 999."""
        return _AT_THE_EDGE.sub("999", match[0])


def _beginning(items: Iterator[Sample | Problem]) -> list[Sample | Problem]:
    """The first records, until enough of them have boxes in some dialect."""
    head: list[Sample | Problem] = []
    telling = 0
    for item in islice(items, LOOKED_THROUGH):
        head.append(item)
        if isinstance(item, Sample):
            telling += any(sign in turn.text for turn in item.conversation.turns for sign in _SIGNS)
        if telling >= LOOKED_AT:
            break
    return head


def _box_count(turns: Sequence[Turn]) -> int:
    return sum(isinstance(segment, (BoxToken, QuadToken)) for turn in turns for segment in parse(turn.text))


def check_family(fmt: Format | RegionFormat, family: str) -> None:
    """Raises `DataError`, with the way out, where a format cannot hold a family's dialect."""
    dialect(family)
    if family == QWEN_VL or (isinstance(fmt, Format) and fmt.dialects):
        return
    if fmt.name == "qwen-vl":
        raise DataError(
            QT_TRANSLATE_NOOP(
                "errors",
                "Qwen-VL JSON is read by first-generation tools alone. For {family} choose the format sharegpt.",
            ),
            family=family,
        )
    if fmt.name == "ms-swift":
        raise DataError(
            QT_TRANSLATE_NOOP(
                "errors",
                "ms-swift itself writes boxes as the model it trains needs them: its data has pixels, whatever the "
                "family. Export without a family, or choose the format sharegpt.",
            )
        )
    raise DataError(
        QT_TRANSLATE_NOOP(
            "errors",
            "{format} has boxes in pixels and no text that a family writes in its own way. "
            "Export without a family, or choose the format sharegpt.",
        ),
        format=fmt.label,
    )


def writing(fmt: Format, family: str) -> Format:
    """The format with a `write` that renders every sample in a family's dialect. Raises `DataError`."""
    check_family(fmt, family)
    if family == QWEN_VL:
        return fmt
    language = dialect(family)
    sizes = PictureSizes()

    def write_rendered(path: Path, samples: Iterable[Sample]) -> int:
        return fmt.write(path, (rendered(sample, language, sizes) for sample in samples))

    return replace(fmt, write=write_rendered)


def rendered(sample: Sample, language: Dialect, sizes: PictureSizes) -> Sample:
    """A sample whose boxes are written as a family writes them, for the real sizes of its pictures.

    Raises `PictureError` for a picture that cannot be read and `DialectError` for one that no model takes.
    """
    needed = language.name == QWEN2_5_VL and _box_count(sample.conversation.turns) > 0
    turns = render_turns(
        language, sample.conversation.turns, [sizes(file) for file in sample.pictures] if needed else []
    )
    return replace(sample, conversation=Conversation(turns, sample.conversation.id), shapes=())
