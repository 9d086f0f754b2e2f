"""ms-swift's JSON lines: `messages`, `images`, and `objects` with what stands for `<ref-object>` and `<bbox>`.

Owns these records both ways. Boxes are pixels of the picture as it is (`bbox_type` "real") or shares of its sides
("norm1"); two numbers are a point, four a box, eight a quad. Written are real pixels: those of the project's regions
where a box stands for one, else the decoded thousandths. Does not own what stands in `objects` (`ms_swift_objects`) nor
the placeholders of pictures (`placeholders`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.shapes import Shape
from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, Ref, parse, write
from qvl_desktop.formats.base import Format, Problem, relative_picture
from qvl_desktop.formats.messages import joined_names, read_turn, refuse_other_media, take_system
from qvl_desktop.formats.ms_swift_objects import BBOX, OBJECT_KEYS, PLACES, REF_OBJECT, Filling, numbers_of
from qvl_desktop.formats.picture_base import PictureBase
from qvl_desktop.formats.picture_sizes import PictureSizes
from qvl_desktop.formats.placeholders import with_pictures, with_placeholders
from qvl_desktop.formats.records import (
    BadRecord,
    make_sample,
    other_keys,
    picture_names,
    read_each,
    with_extra,
    write_records,
)

_TURN_KEYS = ("messages", "conversations")


def read_ms_swift(path: Path, images: Path | None = None) -> Iterator[Sample | Problem]:
    """The records of a JSON-lines (or JSON) file; see `Format.read`. Boxes need their pictures' sizes."""
    path = Path(path).absolute()
    base = PictureBase.of(path, images)
    sizes = PictureSizes()
    return read_each(path, lambda record, source: [_sample(record, base, source, sizes)])


def _sample(record: dict[str, Any], base: PictureBase, source: str, sizes: PictureSizes) -> Sample:
    inside: list[str] = []
    extras: list[dict[str, Any]] = []
    turns, used = _turns(record, inside, extras)
    refuse_other_media(record, turns)
    picture_key = "images" if "images" in record else "image"
    turns = list(with_pictures(turns, joined_names(picture_names(record.get(picture_key)), inside)))
    if not any(PLACES.search(turn.text) for turn in turns):
        return make_sample(record, (*used, picture_key), turns, base, source, (), extras)
    objects = record.get("objects")
    filled = Filling(objects if isinstance(objects, dict) else {}, base, sizes)
    turns = [filled.turn(turn) for turn in turns]
    filled.check_all_used()
    rest = {key: value for key, value in filled.objects.items() if key not in OBJECT_KEYS}
    record = {**record, "objects": rest} if rest else {key: record[key] for key in record if key != "objects"}
    return make_sample(record, (*used, picture_key), turns, base, source, filled.shapes, extras)


def _turns(record: dict[str, Any], inside: list[str], extras: list[dict[str, Any]]) -> tuple[list[Turn], list[str]]:
    """The turns of `messages`, or of ms-swift's short form `query`, `response`, `history`, `system`."""
    key = next((name for name in _TURN_KEYS if isinstance(record.get(name), list) and record[name]), None)
    if key is not None:
        first = record[key][0] if isinstance(record[key][0], dict) else {}
        role_key, content_key = ("from", "value") if "from" in first else ("role", "content")
        turns = [
            read_turn(message, position, role_key, content_key, {}, inside)
            for position, message in enumerate(record[key], start=1)
        ]
        extras += other_keys(record[key], role_key, content_key)
        used = [key]
    elif isinstance(record.get("query"), str):
        pairs = [*(record.get("history") or []), [record["query"], record.get("response")]]
        if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
            raise BadRecord(QT_TRANSLATE_NOOP("formats", "its history is no list of questions with their answers."))
        said = [(role, text) for pair in pairs for role, text in zip(("user", "assistant"), pair, strict=True)]
        turns = [
            read_turn({"role": role, "content": text}, position, "role", "content", {}, inside)
            for position, (role, text) in enumerate(said, start=1)
            if text is not None
        ]
        used = ["query", "response", "history"]
    else:
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "“{key}” is missing or empty."), key="messages")
    take_system(record, "system", turns, used, extras)
    return turns, used


def write_ms_swift(path: Path, samples: Iterable[Sample]) -> int:
    """Write one JSON object a line; see `Format.write`. Raises `DataError` for words that hold a placeholder."""
    path = Path(path).absolute()
    record = partial(_record, base=path.parent, sizes=PictureSizes())
    return write_records(path, map(record, samples), lines=path.suffix.lower() != ".json")


def _record(sample: Sample, base: Path, sizes: PictureSizes) -> dict[str, Any]:
    objects: dict[str, list[Any]] = {"ref": [], "bbox": [], "image_id": []}
    try:
        messages = [
            {"role": turn.role, "content": text}
            for turn, text in zip(sample.conversation.turns, _texts(sample, objects, sizes), strict=True)
        ]
    except BadRecord as reason:
        raise DataError(str(Problem(sample.source, reason.template, reason.values))) from reason
    own: dict[str, Any] = {"messages": messages}
    if sample.pictures:
        own["images"] = [relative_picture(picture, base) for picture in sample.pictures]
    if objects["ref"] or objects["bbox"]:
        if len(sample.pictures) < 2:
            del objects["image_id"]
        own["objects"] = objects
    record = with_extra(sample, own, "messages")
    kept = with_extra(sample, {}).get("objects")
    if isinstance(kept, dict) and "objects" in own:
        record["objects"] = {**own["objects"], **{key: kept[key] for key in kept if key not in OBJECT_KEYS}}
    return record


def _texts(sample: Sample, objects: dict[str, list[Any]], sizes: PictureSizes) -> Iterator[str]:
    """The texts of a sample's turns with placeholders; what they stand for goes into `objects`."""
    shapes = iter(sample.shapes)
    pictures = _pictures_of_boxes(sample.conversation.turns)
    for turn in sample.conversation.turns:
        pieces: list[str] = []
        for segment in parse(with_placeholders(turn.text)):
            match segment:
                case Ref(words):
                    objects["ref"].append(words)
                    pieces.append(REF_OBJECT)
                case BoxToken(token) | QuadToken(token):
                    picture, exact = next(pictures), next(shapes, None)
                    if picture >= len(sample.pictures):
                        pieces.append(write([segment]))
                        continue
                    shape = exact or Shape.decode(token, *sizes(sample.pictures[picture]))
                    objects["bbox"].append(numbers_of(shape))
                    objects["image_id"].append(picture)
                    pieces.append(BBOX)
                case _:
                    pieces.append(_plain(write([segment])))
        yield "".join(pieces)


def _pictures_of_boxes(turns: Sequence[Turn]) -> Iterator[int]:
    """For each box and quad in reading order, which picture it belongs to (from 0)."""
    seen = 0
    for turn in turns:
        for segment in parse(turn.text):
            if isinstance(segment, Picture):
                seen += 1
            elif isinstance(segment, (BoxToken, QuadToken)):
                yield max(seen - 1, 0)


def _plain(words: str) -> str:
    if found := PLACES.search(words):
        raise BadRecord(
            QT_TRANSLATE_NOOP(
                "formats", "its words hold {placeholder}, which this format takes for a box or a phrase. Reword them."
            ),
            placeholder=found[0],
        )
    return words


def recognises_ms_swift(head: str) -> bool:
    """Whether the beginning of a file looks like ms-swift's."""
    return '"messages"' in head and ('"objects"' in head or BBOX in head or REF_OBJECT in head)


MS_SWIFT = Format(
    name="ms-swift",
    label=QT_TRANSLATE_NOOP("formats", "ms-swift JSON lines"),
    suffixes=(".jsonl", ".json"),
    read=read_ms_swift,
    write=write_ms_swift,
    recognises=recognises_ms_swift,
)
