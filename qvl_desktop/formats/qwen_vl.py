"""Qwen-VL JSON: what the original fine-tuning code reads.

Owns the record `{"id", "conversations": [{"from", "value"}]}` both ways. The text of a turn is canonical Qwen-VL text
already; only picture paths change, because they count from the file. Keys of a record that mean nothing here are kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from qvl_desktop.core.conversation import Conversation, Role, Turn
from qvl_desktop.core.dataset import SPLITS, Sample, Split
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.tokens import Picture, parse, write
from qvl_desktop.formats.base import Format, Problem, relative_picture, resolve_picture, write_whole
from qvl_desktop.formats.json_records import Broken, read_records

_ROLES: dict[str, Role] = {
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "system": "system",
}
_KNOWN = ("id", "conversations", "split")


class _BadRecord(Exception):
    """Why a record is left out."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template)
        self.template = template
        self.values = values


def read_qwen_vl(path: Path, images: Path | None = None) -> Iterator[Sample | Problem]:
    """The records of a Qwen-VL JSON (or JSON lines) file; see `Format.read`."""
    base = (images or path.parent).absolute()
    for number, record in enumerate(read_records(path), start=1):
        source = f"{path.name}: record {number}"
        try:
            yield _sample(record, base, source)
        except _BadRecord as reason:
            yield Problem(source, reason.template, reason.values)


def _sample(record: Any, base: Path, source: str) -> Sample:
    if isinstance(record, Broken):
        raise _BadRecord(QT_TRANSLATE_NOOP("formats", "the line is no JSON ({reason})."), reason=record.reason)
    if not isinstance(record, dict):
        raise _BadRecord(QT_TRANSLATE_NOOP("formats", "the record is no object."))
    turns = record.get("conversations")
    if not isinstance(turns, list) or not turns:
        raise _BadRecord(QT_TRANSLATE_NOOP("formats", "“conversations” is missing or empty."))
    conversation = Conversation(
        tuple(_turn(turn, position) for position, turn in enumerate(turns, start=1)), _record_id(record)
    )
    pictures = tuple(_picture(text, base) for text in conversation.pictures)
    split = record.get("split", "")
    extra = {key: value for key, value in record.items() if key not in _KNOWN}
    if split not in SPLITS:
        if split:
            extra["split"] = split
        split = ""
    return Sample(conversation, pictures, split, source, json.dumps(extra, ensure_ascii=False) if extra else "")


def _record_id(record: dict[str, Any]) -> str:
    value = record.get("id", "")
    return value if isinstance(value, str) else json.dumps(value)


def _turn(turn: Any, position: int) -> Turn:
    if not isinstance(turn, dict) or not isinstance(turn.get("value"), str):
        raise _BadRecord(QT_TRANSLATE_NOOP("formats", "turn {turn} has no text in “value”."), turn=position)
    role = _ROLES.get(str(turn.get("from", "")).lower())
    if role is None:
        raise _BadRecord(
            QT_TRANSLATE_NOOP("formats", "turn {turn} is from “{role}”; it must be user, assistant or system."),
            turn=position,
            role=turn.get("from"),
        )
    return Turn(role, turn["value"])


def _picture(text: str, base: Path) -> Path:
    if not text.strip():
        raise _BadRecord(QT_TRANSLATE_NOOP("formats", "a picture has no path."))
    if "://" in text:
        raise _BadRecord(
            QT_TRANSLATE_NOOP(
                "formats",
                "the picture {url} is an address. Download it first and name the file; "
                "nothing is fetched from the network.",
            ),
            url=text,
        )
    return resolve_picture(text, base)


def write_qwen_vl(path: Path, samples: Iterable[Sample]) -> int:
    """Write samples as a Qwen-VL JSON list (JSON lines where the name ends in `.jsonl`); see `Format.write`.

    A sample without an id is numbered. The split is written where the sample has one.
    """
    path = Path(path).absolute()
    lines = [json.dumps(_record(sample, path.parent, n), ensure_ascii=False) for n, sample in enumerate(samples)]
    try:
        if path.suffix == ".jsonl":
            write_whole(path, [line + "\n" for line in lines])
        else:
            write_whole(path, ["[\n", ",\n".join(lines), "\n]\n"])
    except OSError as error:
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{path}: the file cannot be written ({reason})."),
            path=path,
            reason=error.strerror or error,
        ) from error
    return len(lines)


def _record(sample: Sample, base: Path, number: int) -> dict[str, Any]:
    names = iter(relative_picture(picture, base) for picture in sample.pictures)
    turns = [{"from": turn.role, "value": _with_pictures(turn.text, names)} for turn in sample.conversation.turns]
    split: Split = sample.split
    return {
        "id": sample.conversation.id or f"conversation_{number}",
        "conversations": turns,
        **({"split": split} if split else {}),
        **(json.loads(sample.extra) if sample.extra else {}),
    }


def _with_pictures(text: str, names: Iterator[str]) -> str:
    """The text with its pictures called by the next of `names`; everything else to the letter."""
    if "<img>" not in text:
        return text
    segments: Sequence[Any] = parse(text)
    return write(Picture(next(names, s.path)) if isinstance(s, Picture) else s for s in segments)


def recognises_qwen_vl(head: str) -> bool:
    """Whether the beginning of a file looks like Qwen-VL JSON."""
    return '"conversations"' in head and '"from"' in head and '"images"' not in head


QWEN_VL = Format(
    name="qwen-vl",
    label=QT_TRANSLATE_NOOP("formats", "Qwen-VL JSON"),
    suffixes=(".json", ".jsonl"),
    read=read_qwen_vl,
    write=write_qwen_vl,
    recognises=recognises_qwen_vl,
)
