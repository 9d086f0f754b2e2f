"""RefCOCO-style JSON lines: `image`, `sent`, `bbox`, `width`, `height`, a phrase and its one box a record.

Owns these records both ways. `bbox` is x1, y1, x2, y2 in pixels, as in the files with which grounding is evaluated;
files made straight from COCO hold x, y, width, height: which of the two a file means is told by its boxes, or said by
choosing the format `refcoco-xywh`. A record with several phrases gives a sample for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

from qvl_desktop.core.box import Box
from qvl_desktop.core.conversation import Turn, user_turn
from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.shapes import Shape
from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, Ref, Text, format_ref, parse
from qvl_desktop.formats.base import Format, Problem, relative_picture
from qvl_desktop.formats.json_records import read_records
from qvl_desktop.formats.ms_swift_objects import numbers_of
from qvl_desktop.formats.picture_base import PictureBase
from qvl_desktop.formats.picture_sizes import PictureSizes, Size
from qvl_desktop.formats.records import (
    BadRecord,
    make_sample,
    picture_file,
    picture_names,
    read_each,
    with_extra,
    write_records,
)

_SENTENCE_KEYS = ("sent", "sents", "sentence", "sentences", "expression")
_IMAGE_KEYS = ("image", "img_path", "file_name")
_TOLERANCE = 2.0
"""Pixels by which annotations of the field reach over the edge."""
_DETERMINED = ("a ", "an ", "the ", "this ", "that ", "his ", "her ", "its ")
_BETWEEN = " \t\n,，、"


def read_refcoco(path: Path, images: Path | None = None, *, xywh: bool | None = None) -> Iterator[Sample | Problem]:
    """The records of a file as grounding samples; see `Format.read`. `xywh`: None = told by the file's boxes."""
    path = Path(path).absolute()
    base = PictureBase.of(path, images)
    if xywh is None:
        xywh = told_xywh(path)
    sizes = PictureSizes()
    return read_each(path, lambda record, source: _samples(record, base, source, sizes, xywh))


def told_xywh(path: Path) -> bool:
    """Whether the boxes of a file are x, y, width, height: some are no corners, and none is no width and height.

    Corners are refused by a second corner before the first, widths by a box that leaves its picture. A file whose
    boxes fit both ways is taken for corners.
    """
    no_corners = no_widths = 0
    for record in read_records(path):
        box = record.get("bbox") if isinstance(record, dict) else None
        if not _four_numbers(box):
            continue
        a, b, c, d = cast("list[float]", box)
        width, height = record.get("width"), record.get("height")
        no_corners += c < a or d < b
        if isinstance(width, (int, float)) and isinstance(height, (int, float)):
            no_widths += a + c > width + _TOLERANCE or b + d > height + _TOLERANCE
    return no_corners > no_widths


def _four_numbers(box: Any) -> bool:
    return isinstance(box, list) and len(box) == 4 and all(type(value) in (int, float) for value in box)


def _samples(record: dict[str, Any], base: PictureBase, source: str, sizes: PictureSizes, xywh: bool) -> list[Sample]:
    image_key = next((key for key in _IMAGE_KEYS if isinstance(record.get(key), str)), "image")
    sentence_key = next((key for key in _SENTENCE_KEYS if record.get(key)), "sent")
    names = picture_names(record.get(image_key))
    if len(names) != 1:
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "“{key}” is missing or empty."), key="image")
    box = record.get("bbox")
    if not _four_numbers(box) or not isinstance(box, list):
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "its bbox is not four numbers: {value}."), value=str(box)[:60])
    size = _checked_size(record, sizes(picture_file(names[0], base)))
    x, y, a, b = map(float, box)
    corners = ((x, y), (x + a, y + b)) if xywh else ((x, y), (a, b))
    if not xywh and (a < x or b < y):
        raise BadRecord(
            QT_TRANSLATE_NOOP(
                "formats",
                "the second corner of its bbox lies before the first. "
                "If the file means x, y, width, height, choose the format refcoco-xywh.",
            )
        )
    shape = Shape("box", corners)
    known = (image_key, sentence_key, "bbox", "width", "height")
    return [
        make_sample(record, known, _turns(names[0], sentence, shape.token(*size)), base, source, [shape])
        for sentence in _sentences(record.get(sentence_key))
    ]


def _sentences(value: Any) -> list[str]:
    """The phrases of a record: one, several, or COCO's objects with `sent` or `raw`."""
    found = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            one = one.get("sent") or one.get("raw")
        if not isinstance(one, str) or not one.strip():
            raise BadRecord(QT_TRANSLATE_NOOP("formats", "“{key}” is missing or empty."), key="sent")
        if any(tag in one for tag in ("<ref>", "</ref>", "<box>", "</box>", "<img>", "<quad>")):
            raise BadRecord(QT_TRANSLATE_NOOP("formats", "its phrase holds tags such as <ref> or <box>."))
        found.append(one)
    return found


def _checked_size(record: dict[str, Any], real: Size) -> Size:
    """The picture's size, which must be the one that the record says."""
    said = record.get("width"), record.get("height")
    if None not in said and said != real:
        raise BadRecord(
            QT_TRANSLATE_NOOP(
                "formats",
                "it is about a picture of {width} x {height} pixels, but the file has {real_width} x {real_height}.",
            ),
            width=said[0],
            height=said[1],
            real_width=real[0],
            real_height=real[1],
        )
    return real


def _turns(name: str, sentence: str, token: str) -> list[Turn]:
    chinese = any("\u4e00" <= character <= "\u9fff" for character in sentence)
    article = "" if sentence.lower().startswith(_DETERMINED) else "the "
    question = f"框出{sentence}" if chinese else f"Find {article}{sentence}."
    return [user_turn([name], question), Turn("assistant", format_ref(sentence) + token)]


def write_refcoco(path: Path, samples: Iterable[Sample], *, xywh: bool = False) -> int:
    """Write a line for each phrase with a box in an answer; see `Format.write`.

    A phrase with several boxes gives several lines. Boxes without a phrase take the one that their question names, if
    it names one; else, and for quads, there is nothing this format could say.
    """
    path = Path(path).absolute()
    record = partial(_records, base=path.parent, sizes=PictureSizes(), xywh=xywh)
    lines = (line for sample in samples for line in record(sample))
    return write_records(path, lines, lines=path.suffix.lower() != ".json")


def _records(sample: Sample, base: Path, sizes: PictureSizes, xywh: bool) -> Iterator[dict[str, Any]]:
    for picture, ref, shape in _phrases(sample, sizes):
        width, height = sizes(picture)
        x1, y1, x2, y2 = numbers_of(Shape.of_rect(shape.bounds))
        box = [x1, y1, *numbers_of(Shape.of_point(x2 - x1, y2 - y1))] if xywh else [x1, y1, x2, y2]
        own = {"image": relative_picture(picture, base), "sent": ref, "bbox": box, "width": width, "height": height}
        yield with_extra(sample, own)


def _phrases(sample: Sample, sizes: PictureSizes) -> Iterator[tuple[Path, str, Shape]]:
    """Picture, phrase and place of every box that an answer ties to a phrase."""
    shapes = iter(sample.shapes)
    seen = 0
    asked: list[str] = []
    for turn in sample.conversation.turns:
        ref = ""
        refs: list[str] = []
        for segment in parse(turn.text):
            match segment:
                case Ref(words):
                    ref = words.strip()
                    refs.append(ref)
                case BoxToken(token) | QuadToken(token):
                    exact = next(shapes, None)
                    said = ref or (asked[0] if len(asked) == 1 else "")
                    picture = max(seen - 1, 0)
                    if turn.role == "assistant" and said and picture < len(sample.pictures) and isinstance(token, Box):
                        file = sample.pictures[picture]
                        yield file, said, exact or Shape.decode(token, *sizes(file))
                case Picture():
                    seen += 1
                    ref = ""
                case Text(words) if words.strip(_BETWEEN):
                    ref = ""
        if turn.role == "user":
            asked = refs


def recognises_refcoco(head: str) -> bool:
    """Whether the beginning of a file looks like RefCOCO-style lines."""
    return '"bbox"' in head and '"messages"' not in head and any(f'"{key}"' in head for key in _SENTENCE_KEYS)


def _never(head: str) -> bool:
    return False


REFCOCO = Format(
    name="refcoco",
    label=QT_TRANSLATE_NOOP("formats", "RefCOCO-style JSON lines"),
    suffixes=(".jsonl", ".json"),
    read=read_refcoco,
    write=write_refcoco,
    recognises=recognises_refcoco,
)
REFCOCO_XYWH = Format(
    name="refcoco-xywh",
    label=QT_TRANSLATE_NOOP("formats", "RefCOCO-style JSON lines, boxes as x, y, width, height"),
    suffixes=(".jsonl", ".json"),
    read=partial(read_refcoco, xywh=True),
    write=partial(write_refcoco, xywh=True),
    recognises=_never,
)
