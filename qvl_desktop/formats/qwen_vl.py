"""Qwen-VL JSON: what the original fine-tuning code reads.

Owns the record `{"id", "conversations": [{"from", "value"}]}` both ways. The text of a turn is canonical Qwen-VL text
already; only picture paths change, because they count from the file. Keys of a record that mean nothing here are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.tokens import Picture, parse, write
from qvl_desktop.formats.base import Format, Problem, relative_picture
from qvl_desktop.formats.picture_base import PictureBase
from qvl_desktop.formats.records import ROLES, BadRecord, make_sample, other_keys, read_each, with_extra, write_records


def read_qwen_vl(path: Path, images: Path | None = None) -> Iterator[Sample | Problem]:
    """The records of a Qwen-VL JSON (or JSON lines) file; see `Format.read`."""
    base = PictureBase.of(path, images)
    return read_each(path, lambda record, source: [_sample(record, base, source)])


def _sample(record: dict[str, Any], base: PictureBase, source: str) -> Sample:
    turns = record.get("conversations")
    if not isinstance(turns, list) or not turns:
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "“conversations” is missing or empty."))
    said = [_turn(turn, position) for position, turn in enumerate(turns, start=1)]
    return make_sample(record, ("conversations",), said, base, source, (), other_keys(turns, "from", "value"))


def _turn(turn: Any, position: int) -> Turn:
    if not isinstance(turn, dict) or not isinstance(turn.get("value"), str):
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "turn {turn} has no text in “value”."), turn=position)
    role = ROLES.get(str(turn.get("from", "")).lower())
    if role is None:
        raise BadRecord(
            QT_TRANSLATE_NOOP("formats", "turn {turn} is from “{role}”; it must be user, assistant or system."),
            turn=position,
            role=turn.get("from"),
        )
    return Turn(role, turn["value"])


def write_qwen_vl(path: Path, samples: Iterable[Sample]) -> int:
    """Write samples as a Qwen-VL JSON list (JSON lines where the name ends in `.jsonl`); see `Format.write`.

    A sample without an id is numbered. The split is written where the sample has one.
    """
    path = Path(path).absolute()
    return write_records(path, (_record(sample, path.parent, n) for n, sample in enumerate(samples)))


def _record(sample: Sample, base: Path, number: int) -> dict[str, Any]:
    names = iter(relative_picture(picture, base) for picture in sample.pictures)
    turns = [{"from": turn.role, "value": _with_pictures(turn.text, names)} for turn in sample.conversation.turns]
    own = {"id": sample.conversation.id or f"conversation_{number}", "conversations": turns}
    return with_extra(sample, own, "conversations")


def _with_pictures(text: str, names: Iterator[str]) -> str:
    """The text with its pictures called by the next of `names`; everything else to the letter."""
    if "<img>" not in text:
        return text
    segments: Sequence[Any] = parse(text)
    return write(Picture(next(names, s.path)) if isinstance(s, Picture) else s for s in segments)


def recognises_qwen_vl(head: str) -> bool:
    """Whether the beginning of a file looks like Qwen-VL JSON."""
    return (
        '"conversations"' in head
        and '"from"' in head
        and not ('"images"' in head or '"image"' in head or ("<image>" in head and "<img>" not in head))
    )


QWEN_VL = Format(
    name="qwen-vl",
    label=QT_TRANSLATE_NOOP("formats", "Qwen-VL JSON"),
    suffixes=(".json", ".jsonl"),
    read=read_qwen_vl,
    write=write_qwen_vl,
    recognises=recognises_qwen_vl,
)
